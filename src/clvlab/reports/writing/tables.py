"""The tables of a run folder: complete, as CSV and Parquet, the same bytes for the same numbers."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pandas.api import types
from pyarrow import csv

from clvlab.errors import InputError, Problem

_SMALLEST = 1e-290
"""Numbers nearer to zero are left as they are: scaling them up would overflow."""

_FORMULA = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r\n])")
"""How a text begins that a spreadsheet may run, with apostrophes that would hide it before."""

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def flat_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy with the index as columns, floats at ten significant digits and plain names.

    An unnamed index of whole numbers only counts rows and is left out. The frame itself is not
    changed.

    Raises
    ------
    InputError
        When it is not a table, or two columns share a name.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(Problem("a table", "must be a DataFrame", f"got {type(frame).__name__}"))
    counts_only = frame.index.name is None and types.is_integer_dtype(frame.index.dtype)
    flat = frame.reset_index(drop=counts_only)
    flat.columns = pd.Index([_column_name(column) for column in flat.columns])
    flat.attrs = {}
    repeated = flat.columns[flat.columns.duplicated()]
    if len(repeated):
        raise InputError(
            Problem("a table", "can't have two columns of one name", f"got '{repeated[0]}' twice")
        )
    return pd.DataFrame({str(name): _plain_column(flat[name]) for name in flat.columns})


def _column_name(column: object) -> str:
    if isinstance(column, tuple):
        return "_".join(str(part) for part in column if str(part))
    return str(column)


def _plain_column(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, (pd.CategoricalDtype, pd.PeriodDtype, pd.IntervalDtype)):
        return column.astype(object).map(str, na_action="ignore")
    if column.dtype == object and not types.is_string_dtype(column):
        column = _plain_objects(column)
    if types.is_float_dtype(column.dtype):
        return pd.Series(ten_digits(column.to_numpy(dtype=float, na_value=np.nan)), column.index)
    return column


def _plain_objects(column: pd.Series) -> pd.Series:
    """Objects as numbers, truth values or days where they are all of one kind, else as text."""
    kinds = {type(value) for value in column if not _is_missing(value)}
    if kinds <= {int, float}:
        return pd.to_numeric(column)
    return column if kinds in ({bool}, {dt.date}) else column.map(str, na_action="ignore")


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value


def ten_digits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers rounded to ten significant digits, a million in a moment.

    Examples
    --------
    >>> ten_digits(np.array([1 / 3, 0.0, 123456789.123456]))
    array([3.33333333e-01, 0.00000000e+00, 1.23456789e+08])
    """
    rounded = values.copy()
    usable = np.isfinite(values) & (np.abs(values) > _SMALLEST)
    places = 9 - np.floor(np.log10(np.abs(values[usable]))).astype(int)
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    rounded[usable] = np.round(values[usable] / down * up) / up * down
    return rounded


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a flat table as CSV in which no cell is a formula to a spreadsheet.

    Text stands in quotes, numbers do not; days are ISO dates. Text that a spreadsheet could run
    (see `is_formula`) gets one apostrophe before it; everything else is written as it is, ids
    such as ``007`` and ``-12`` included.
    """
    safe = {_harmless(name): _csv_column(table[name]) for name in table.columns}
    content = pa.Table.from_pandas(pd.DataFrame(safe), preserve_index=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        names = ('"' + name.replace('"', '""') + '"' for name in safe)
        stream.write((",".join(names) + "\n").encode())
        if safe:
            csv.write_csv(content, stream, csv.WriteOptions(include_header=False))


def _csv_column(column: pd.Series) -> pd.Series:
    if types.is_datetime64_any_dtype(column.dtype):
        return column.map(_day_or_moment, na_action="ignore").astype("string")
    if types.is_numeric_dtype(column.dtype):
        return column
    return column.map(_harmless_cell, na_action="ignore")


def _day_or_moment(moment: pd.Timestamp) -> str:
    day = moment == moment.normalize() and moment.tzinfo is None
    return str(moment.date()) if day else moment.isoformat(sep=" ")


def _harmless_cell(value: object) -> object:
    return _harmless(value) if isinstance(value, str) else value


def _harmless(text: str) -> str:
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet that opens this text could run it as a formula.

    A number with a sign is a number and does nothing. A text that begins with apostrophes and
    then like a formula counts too, so that taking one apostrophe away always gives back the text.

    Examples
    --------
    >>> [is_formula(text) for text in ("=cmd()", " @x", "-1+1", "'=x", "-12.5", "+4912", "a=b")]
    [True, True, True, True, False, False, False]
    """
    return _FORMULA.match(text) is not None and _NUMBER.fullmatch(text) is None


def write_table(table: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a flat table as NAME.csv and NAME.parquet."""
    write_csv(table, folder / f"{name}.csv")
    table.to_parquet(folder / f"{name}.parquet", index=False)
