"""Excel workbooks as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from clvlab.data.files_together import absent_in
from clvlab.data.options import Reading
from clvlab.data.raw_table import RawTable, from_pandas, header_names, require_distinct
from clvlab.errors import InputError, Problem, did_you_mean


def read_workbooks(files: list[Path], label: str, reading: Reading) -> RawTable:
    """Read one sheet of each workbook; its first row is the header.

    Raises
    ------
    InputError
        When a file is no workbook, has several sheets and none was chosen, or an unknown one was.
    """
    frames = [_read_sheet(path, reading.sheet) for path in files]
    table = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    absent = absent_in(files, [list(frame.columns) for frame in frames])
    return from_pandas(table, label, _ExcelRows(files, [len(frame) for frame in frames]), absent)


def _read_sheet(path: Path, sheet: str | int | None) -> pd.DataFrame:
    try:
        with pd.ExcelFile(path, engine="openpyxl") as workbook:
            chosen = _choose(path, [str(name) for name in workbook.sheet_names], sheet)
            cells = pd.read_excel(workbook, sheet_name=chosen, header=None, dtype=object)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parts raise
        found = f"it can't be read ({type(error).__name__})"
        remedy = "Save it as .xlsx from the spreadsheet program."
        raise InputError(
            Problem(f"file {path}", "must be an Excel workbook", found, remedy)
        ) from None
    if cells.empty:
        raise InputError(Problem(f"sheet '{chosen}' of {path}", "must hold a table", "it is empty"))
    names = header_names(["" if pd.isna(name) else str(name) for name in cells.iloc[0]])
    require_distinct(names, path.name)
    table = cells.iloc[1:].reset_index(drop=True)
    table.columns = pd.Index(names)
    return table.infer_objects()


def _choose(path: Path, sheets: list[str], sheet: str | int | None) -> str:
    subject = f"parameter 'sheet' for {path.name}"
    if sheet is None:
        if len(sheets) == 1:
            return sheets[0]
        found = f"the workbook holds {', '.join(sheets)}"
        raise InputError(
            Problem(subject, "must name one of several sheets", found, f'Pass sheet="{sheets[0]}".')
        )
    if isinstance(sheet, int) and 0 <= sheet < len(sheets):
        return sheets[sheet]
    if sheet in sheets:
        return str(sheet)
    remedy = did_you_mean(str(sheet), sheets)
    raise InputError(
        Problem(subject, "must name a sheet of the workbook", f"got {sheet!r}", remedy)
    )


@dataclass(frozen=True)
class _ExcelRows:
    """Row names as the spreadsheet shows them, with the file where there are several."""

    files: list[Path]
    lengths: list[int]

    def __call__(self, positions: Sequence[int]) -> list[str]:
        return [self._name(position) for position in positions]

    def _name(self, position: int) -> str:
        for path, length in zip(self.files, self.lengths, strict=True):
            if position < length:
                return f"{position + 2}" + (f" of {path.name}" if len(self.files) > 1 else "")
            position -= length
        return str(position)
