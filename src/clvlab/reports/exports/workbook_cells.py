"""What a table's columns become in a workbook: values that Excel can hold, and its formats."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import east_asian_width

import pandas as pd
from pandas.api import types

from clvlab.reports.writing.numbers import currency_sign, format_value
from clvlab.reports.writing.results import plain_scalar
from clvlab.reports.writing.table_html import column_format, is_code, is_number
from clvlab.reports.writing.words import word

CellValue = None | bool | int | float | str | date | datetime

_LONGEST_TEXT = 32_767
_EXACT_DIGITS = 15
_NARROWEST, _WIDEST = 9, 60
_LOOKED_AT = 500
"""Rows whose text decides how wide a column is."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DECIMALS = re.compile(r"(,?)\.(\d+)([f%])")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column as a sheet holds it.

    Attributes
    ----------
    label
        Its heading.
    number_format
        Excel's format of its cells.
    cells
        One value a row; None where there is none.
    width
        Characters that its heading and its first rows take.
    """

    label: str
    number_format: str
    cells: Sequence[CellValue]
    width: int


def sheet_column(column: pd.Series, label: str, spec: str, currency: str) -> SheetColumn:
    """A column of a flat table as a sheet holds it.

    Parameters
    ----------
    column
        The column; its name tells ids and years, which are written as they are.
    label
        Its heading.
    spec
        Its format as on a page, such as ``"money"``; see `clvlab.reports.writing.numbers`.
    currency
        What the format `money` shows.
    """
    name = str(column.name)
    values = _cell_values(column)
    if not is_number(column):
        number_format = "General" if _is_text(column) else _day_format(values)
        shown = [_shown(value, "", "") for value in values[:_LOOKED_AT]]
    else:
        spec = "" if is_code(name) else column_format(column, "" if spec == "plain" else spec)
        number_format = "0" if is_code(name) else excel_format(spec, currency)
        shown = [_shown(value, spec or "d", currency) for value in values[:_LOOKED_AT]]
    widest = max(map(_width, (label, *shown)))
    return SheetColumn(label, number_format, values, min(max(widest + 3, _NARROWEST), _WIDEST))


def excel_format(spec: str, currency: str = "") -> str:
    """Excel's number format of a format word.

    Examples
    --------
    >>> excel_format("count"), excel_format("percent.0"), excel_format(",.3f")
    ('#,##0', '0%', '#,##0.000')
    >>> excel_format("money.2", "USD"), excel_format("money.0", "CNY")
    ('"$"#,##0.00;-"$"#,##0.00', '#,##0 "CNY"')
    """
    name, _, digits = spec.partition(".")
    if name in {"money", "amount"}:
        number = _places("#,##0", int(digits or 2))
        return _with_currency(number, currency) if name == "money" else number
    if name == "percent":
        return _places("0", int(digits or 1)) + "%"
    if name == "count":
        return "#,##0"
    if name == "p":
        return _places("0", 3)
    found = _DECIMALS.fullmatch(spec)
    if found is None:
        return "General"
    number = _places("#,##0" if found[1] else "0", int(found[2]))
    return f"{number}%" if found[3] == "%" else number


def _places(number: str, places: int) -> str:
    return f"{number}.{'0' * places}" if places else number


def _with_currency(number: str, currency: str) -> str:
    sign = re.sub(r'["\\\x00-\x1f]', "", currency_sign(currency))
    if not sign:
        return number
    return f'{number} "{sign}"' if len(sign) > 1 else f'"{sign}"{number};-"{sign}"{number}'


def _is_text(column: pd.Series) -> bool:
    return not (types.is_datetime64_any_dtype(column.dtype) or column.dtype == object)


def _day_format(values: Sequence[CellValue]) -> str:
    moments = any(isinstance(value, datetime) for value in values)
    return "yyyy-mm-dd hh:mm:ss" if moments else "yyyy-mm-dd"


def _cell_values(column: pd.Series) -> list[CellValue]:
    if not types.is_float_dtype(column.dtype):
        return [_cell_value(value, str(column.name)) for value in column]
    numbers = column.to_numpy(dtype=float, na_value=math.nan).tolist()
    return [
        number if math.isfinite(number) else None if math.isnan(number) else format_value(number)
        for number in numbers
    ]


def _cell_value(value: object, name: str) -> CellValue:
    """A value that Excel holds as it is; what it can't hold becomes text."""
    if isinstance(value, pd.Timestamp) and not pd.isna(value):
        return _moment(value)
    plain = plain_scalar(value, f"column {name}")
    if isinstance(plain, str):
        return cell_text(plain)
    if isinstance(plain, float) and math.isinf(plain):
        return format_value(plain)
    if isinstance(plain, int) and len(str(abs(plain))) > _EXACT_DIGITS:
        return str(plain)
    return _day(plain) if isinstance(plain, date) else plain


def _moment(moment: pd.Timestamp) -> CellValue:
    if moment.tzinfo is not None:
        return moment.isoformat(sep=" ")
    if moment == moment.normalize():
        return _day(moment.date())
    return moment.to_pydatetime(warn=False) if moment.year >= 1900 else moment.isoformat(sep=" ")


def _day(day: date) -> CellValue:
    """The day itself, as text when it lies before Excel's calendar begins."""
    return day if day.year >= 1900 else day.isoformat()


def cell_text(text: str) -> str:
    r"""Text without the signs that no workbook can hold, cut to what a cell can.

    Examples
    --------
    >>> cell_text("a\x00b")
    'a�b'
    """
    return _UNWRITABLE.sub("\ufffd", text)[:_LONGEST_TEXT]


def _shown(value: CellValue, spec: str, currency: str) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return word("yes" if value else "no")
    return format_value(value, spec, currency)


def _width(text: str) -> int:
    """Columns that the longest line takes; Chinese and other wide signs take two."""
    lines = text[:1_000].splitlines() or [""]
    return max(sum(1 + (east_asian_width(sign) in "WF") for sign in line) for line in lines)
