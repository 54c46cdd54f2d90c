"""Rows of a workbook: single cells through openpyxl, the bodies of tables as XML.

openpyxl needs about a tenth of a millisecond for a cell, which is too long for a table of many
thousand rows; their XML is written directly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from clvlab.reports.exports.workbook_cells import CellValue, SheetColumn
from clvlab.reports.writing.tables import is_formula

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
    from openpyxl.worksheet._write_only import (  # type: ignore[import-untyped]
        WriteOnlyWorksheet,
    )

Styles = tuple[int, int]
"""Numbers of the style of a plain cell and of one whose text is marked as quoted."""

_CARRIAGE_RETURN = {"\r": "&#13;"}
"""A reader of XML takes it for a new line unless it is written as a number."""


class Pen:
    """Writes cells of one look; a text is never a formula.

    A text that looks like one is marked as quoted, so that it stays text when somebody edits the
    cell.

    Parameters
    ----------
    sheet
        A sheet of a workbook that is only written.
    number_format
        Excel's format of the cells.
    bold, size, wrapped
        How they look.
    link
        Name of the sheet that they lead to.
    """

    def __init__(
        self,
        sheet: WriteOnlyWorksheet,
        number_format: str = "General",
        *,
        bold: bool = False,
        size: int = 11,
        wrapped: bool = False,
        link: str = "",
    ) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]

        look = {"color": "1F4E7A", "underline": "single"} if link else {}
        self._plain, self._quoted = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
        for cell in (self._plain, self._quoted):
            cell.number_format = number_format
            cell.font = Font(bold=bold, size=size, **look)
            cell.alignment = Alignment(vertical="top", wrap_text=wrapped)
        self._quoted.quotePrefix = True
        self._link = link

    @property
    def styles(self) -> tuple[int, int]:
        """Numbers of the style of a plain and of a quoted cell."""
        return self._plain.style_id, self._quoted.style_id

    def cell(self, value: CellValue) -> WriteOnlyCell | None:
        """The cell to append next; it is the same one each time, so append it before the next."""
        from openpyxl.worksheet.hyperlink import Hyperlink  # type: ignore[import-untyped]

        if value is None:
            return None
        cell = self._plain
        if isinstance(value, str):
            cell = self._quoted if is_formula(value) else self._plain
            cell.value = value
            cell.data_type = "s"
        else:
            cell.value = value
        if self._link:
            place = self._link.replace("'", "''")
            cell.hyperlink = Hyperlink(ref="", location=f"'{place}'!A1")
        return cell


def rows_xml(
    columns: Sequence[SheetColumn], styles: Sequence[Styles], first_row: int
) -> Iterator[str]:
    """The rows of a sheet, one `<row>` each.

    Parameters
    ----------
    columns
        The columns, all of one length.
    styles
        Of each column; see `Pen.styles`.
    first_row
        Number of the first row.
    """
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    letters = [get_column_letter(number) for number in range(1, len(columns) + 1)]
    for row, values in enumerate(
        zip(*(column.cells for column in columns), strict=True), first_row
    ):
        cells = (
            _cell_xml(f"{letter}{row}", value, style)
            for letter, value, style in zip(letters, values, styles, strict=True)
            if value is not None
        )
        yield f'<row r="{row}">{"".join(cells)}</row>'


def _cell_xml(place: str, value: CellValue, styles: Styles) -> str:
    plain, quoted = styles
    if isinstance(value, str):
        style = quoted if is_formula(value) else plain
        text = escape(value, _CARRIAGE_RETURN)
        inside = f'<is><t xml:space="preserve">{text}</t></is>'
        return f'<c r="{place}" s="{style}" t="inlineStr">{inside}</c>'
    if isinstance(value, bool):
        return f'<c r="{place}" s="{plain}" t="b"><v>{value:d}</v></c>'
    number = _serial_day(value) if isinstance(value, date) else repr(value)
    return f'<c r="{place}" s="{plain}"><v>{number}</v></c>'


@lru_cache(maxsize=4096)
def _serial_day(day: date) -> str:
    """A day or a moment as Excel counts them."""
    from openpyxl.utils.datetime import to_excel  # type: ignore[import-untyped]

    return repr(to_excel(day))
