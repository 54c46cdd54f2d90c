"""One Excel workbook of a run's tables: its contents first, then one sheet for each table.

The same tables give the same bytes: no time of writing is kept, neither in the properties nor in
the archive.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq

from clvlab.reports.exports.workbook_cells import cell_text, sheet_column
from clvlab.reports.exports.workbook_rows import Pen, rows_xml
from clvlab.reports.writing.display import pieces
from clvlab.reports.writing.words import word

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from openpyxl import Workbook  # type: ignore[import-untyped]
    from openpyxl.worksheet._write_only import (  # type: ignore[import-untyped]
        WriteOnlyWorksheet,
    )

WORKBOOK = "tables.xlsx"
"""Name of the workbook in the run folder."""

ROWS_IN_A_SHEET = 100_000
"""Tables with more rows are left to their Parquet file."""

_COLUMNS_IN_A_SHEET = 16_384
_LONGEST_NAME = 31
_NO_DAY = date(1980, 1, 1)
_OLDEST_IN_A_ZIP = (1980, 1, 1, 0, 0, 0)
_END = b"</sheetData>"
_CONTENTS_WIDTHS = (80, 10, 34, 50)
_WRITTEN = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


@dataclass(frozen=True, slots=True)
class WorkbookTable:
    """What the page knows about one of its tables.

    Attributes
    ----------
    name
        Name of its files in the folder `tables`.
    caption
        Its caption as plain text.
    labels, formats
        What columns are called and how they are written, by column.
    currency
        What the format `money` shows.
    """

    name: str
    caption: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""


def workbook_tables(notebook: NotebookNode) -> list[WorkbookTable]:
    """The tables that an executed notebook showed through its page, in their order."""
    names = WorkbookTable.__dataclass_fields__
    return [
        WorkbookTable(**{name: facts[name] for name in names if name in facts})
        for facts, _ in pieces(notebook)
        if facts["piece"] == "table"
    ]


def write_workbook(
    folder: Path, tables: Sequence[WorkbookTable], page: Mapping[str, Any] | None = None
) -> Path | None:
    """Write FOLDER/tables.xlsx from the Parquet files in FOLDER/tables.

    Text stays text whatever it begins with, so that no cell is ever a formula; ids keep their
    leading zeros. Empty cells are missing values.

    Parameters
    ----------
    folder
        A run folder.
    tables
        Its tables; see `workbook_tables`.
    page
        Facts of the page: `title`, `as_of`, `data` and `stamps` are used.

    Returns
    -------
    Path or None
        The workbook; None when there are no tables.
    """
    from openpyxl import Workbook

    if not tables:
        return None
    page = page or {}
    workbook = Workbook(write_only=True)
    contents = workbook.create_sheet(word("contents"))
    bodies: dict[str, str] = {}
    entries = _add_tables(workbook, folder / "tables", tables, bodies)
    _write_contents(contents, entries, tables, page)
    workbook.properties.creator = "clvlab"
    workbook.properties.title = cell_text(str(page.get("title") or ""))
    content = io.BytesIO()
    workbook.save(content)
    day = date.fromisoformat(page["as_of"]) if page.get("as_of") else _NO_DAY
    path = folder / WORKBOOK
    path.write_bytes(_finished(content.getvalue(), bodies, day))
    return path


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of the contents; `sheet` is empty for a table that was left out."""

    title: str
    rows: int
    sheet: str
    note: str


def _add_tables(
    workbook: Workbook, folder: Path, tables: Sequence[WorkbookTable], bodies: dict[str, str]
) -> list[_Entry]:
    """Add a sheet for each table; the rows of each go to `bodies` under its part's name."""
    entries, taken = [], [word("contents")]
    for table in tables:
        path = folder / f"{table.name}.parquet"
        size = pq.read_metadata(path)
        title = table.caption or table.name
        if size.num_rows > ROWS_IN_A_SHEET or size.num_columns > _COLUMNS_IN_A_SHEET:
            note = word("workbook_left_out", file=f"tables/{path.name}")
            entries.append(_Entry(title, size.num_rows, "", note))
            continue
        name = sheet_name(table.name, taken)
        taken.append(name)
        sheet = workbook.create_sheet(name)
        part = f"xl/worksheets/sheet{len(workbook.sheetnames)}.xml"
        bodies[part] = _write_table(sheet, pd.read_parquet(path), table)
        entries.append(_Entry(title, size.num_rows, name, ""))
    return entries


def sheet_name(name: str, taken: Sequence[str] = ()) -> str:
    """A sheet's name that Excel accepts and no other sheet has.

    Examples
    --------
    >>> sheet_name("best-customers"), sheet_name("a/b"), sheet_name("Deciles", ["deciles"])
    ('best-customers', 'a b', 'Deciles 2')
    """
    base = " ".join(re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).split()).strip("'")
    base = base[:_LONGEST_NAME].strip("' ") or word("table")
    used = {other.lower() for other in taken} | {"history"}
    unique, count = base, 2
    while unique.lower() in used:
        ending = f" {count}"
        unique, count = base[: _LONGEST_NAME - len(ending)] + ending, count + 1
    return unique


def _write_table(sheet: WriteOnlyWorksheet, frame: pd.DataFrame, table: WorkbookTable) -> str:
    """Write the head of a sheet and return the rows that belong below it, as XML."""
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    columns = [
        sheet_column(
            frame[name],
            cell_text(table.labels.get(name, name)),
            table.formats.get(name, ""),
            table.currency,
        )
        for name in frame.columns
    ]
    if not columns:
        return ""
    sheet.freeze_panes = "A2"
    _set_widths(sheet, [column.width for column in columns])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(frame) + 1}"
    sheet.append([Pen(sheet, bold=True).cell(column.label) for column in columns])
    styles = [Pen(sheet, column.number_format).styles for column in columns]
    return "".join(rows_xml(columns, styles, first_row=2))


def _set_widths(sheet: WriteOnlyWorksheet, widths: Sequence[int]) -> None:
    from openpyxl.utils import get_column_letter

    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def _write_contents(
    sheet: WriteOnlyWorksheet,
    entries: Sequence[_Entry],
    tables: Sequence[WorkbookTable],
    page: Mapping[str, Any],
) -> None:
    _set_widths(sheet, _CONTENTS_WIDTHS)
    sheet.append([Pen(sheet, bold=True, size=14).cell(str(page.get("title") or word("contents")))])
    for line in _facts(tables, page):
        sheet.append([Pen(sheet).cell(line)])
    if "simulated" in page.get("stamps", []):
        sheet.append([Pen(sheet, bold=True).cell(word("simulated"))])
    sheet.append([])
    headings = ("table", "workbook_rows", "workbook_sheet", "workbook_note")
    sheet.append([Pen(sheet, bold=True).cell(word(heading)) for heading in headings])
    for entry in entries:
        link = Pen(sheet, link=entry.sheet).cell(entry.sheet or None)
        sheet.append(
            [
                Pen(sheet, wrapped=True).cell(entry.title),
                Pen(sheet, "#,##0").cell(entry.rows),
                link,
                Pen(sheet, wrapped=True).cell(entry.note or None),
            ]
        )


def _facts(tables: Sequence[WorkbookTable], page: Mapping[str, Any]) -> list[str]:
    """As of when, from which data, in which currency; what is not known is left out."""
    currency = next((table.currency for table in tables if table.currency), "")
    dated = page.get("as_of") and f"{word('as_of')} {page['as_of']}"
    paid = currency and word("workbook_currency", currency=currency)
    return [str(line) for line in (dated, page.get("data"), paid) if line]


def _finished(content: bytes, bodies: Mapping[str, str], day: date) -> bytes:
    """The archive with the rows of its tables, and every time in it set to the start of a day."""
    moment = datetime.combine(day, time()).isoformat().encode()
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _WRITTEN.sub(rb"\g<1>" + moment + rb"Z\g<3>", part)
            if bodies.get(name):
                part = part.replace(_END, bodies[name].encode() + _END)
            fixed = zipfile.ZipInfo(name, date_time=_OLDEST_IN_A_ZIP)
            fixed.external_attr = 0o644 << 16
            new.writestr(fixed, part, zipfile.ZIP_DEFLATED)
    return target.getvalue()
