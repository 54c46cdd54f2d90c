"""Numbers as they arrive: money, margins and quantities."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clvlab.data.column_map import ColumnMap
from clvlab.data.identifiers import is_textual
from clvlab.data.options import Reading
from clvlab.data.raw_table import RawTable
from clvlab.errors import Problems

Floats = NDArray[np.floating[Any]]


def numbers_of(
    raw: RawTable, columns: ColumnMap, name: str, reading: Reading, problems: Problems
) -> Floats:
    """The numbers behind a contract name: a column, or an expression over columns.

    Text that is no number is added to `problems` with its rows.

    Returns
    -------
    ndarray of float
        One number per row of the source; NaN where one is missing.
    """
    if name in columns.plain:
        return read_numbers(raw, columns.plain[name], reading, problems)
    expression = columns.computed[name]
    values = {
        column: read_numbers(raw, column, reading, problems).astype(np.float64)
        for column in expression.columns
    }
    return expression.evaluate(values)


def read_numbers(raw: RawTable, column: str, reading: Reading, problems: Problems) -> Floats:
    """The numbers of one source column; see `numbers_of`."""
    values = raw.column(column)
    subject = raw.subject(column)
    if pd.api.types.is_float_dtype(values.dtype) and not is_textual(values):
        return values.to_numpy(dtype=_float_type(values), na_value=np.nan)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.dtype.categories.dtype)
    if pd.api.types.is_bool_dtype(values.dtype) or not _may_hold_numbers(values):
        problems.add(subject, "must hold numbers", f"it holds {values.dtype}")
        return np.zeros(len(values))
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers, bad = _numbers_in_text(values, reading)
    if bad.any():
        _note_bad_numbers(problems, raw, column, values, bad, reading)
        # The rows are named already; a zero keeps them out of the messages on missing amounts.
        numbers = np.where(bad, 0.0, numbers)
    return numbers


def _float_type(values: pd.Series) -> type[np.floating[Any]]:
    return np.float32 if str(values.dtype).lower() == "float32" else np.float64


def _may_hold_numbers(values: pd.Series) -> bool:
    real = pd.api.types.is_numeric_dtype(values.dtype) and values.dtype.kind != "c"
    return is_textual(values) or real


def _numbers_in_text(values: pd.Series, reading: Reading) -> tuple[Floats, NDArray[np.bool_]]:
    as_text = values.map(str, na_action="ignore") if values.dtype == object else values
    text = pc.utf8_trim_whitespace(pa.array(as_text, type=pa.string(), from_pandas=True))
    if reading.decimal == "." and reading.thousands is None:
        # All at once where that works; otherwise one by one below, to say which do not.
        with suppress(pa.ArrowInvalid):
            numbers = pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False)
            return numbers, np.zeros(len(numbers), dtype=bool)
    good = pc.fill_null(pc.match_substring_regex(text, number_pattern(reading)), fill_value=False)
    empty = pc.or_(pc.is_null(text), pc.fill_null(pc.equal(text, ""), fill_value=True))
    plain = pc.if_else(good, text, pa.scalar(None, type=text.type))
    if reading.thousands is not None:
        plain = pc.replace_substring(plain, reading.thousands, "")
    if reading.decimal != ".":
        plain = pc.replace_substring(plain, reading.decimal, ".")
    plain = pc.replace_substring_regex(plain, r"^\+", "")
    numbers = pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False)
    bad = pc.invert(pc.or_(good, empty)).to_numpy(zero_copy_only=False)
    return numbers, bad


def number_pattern(reading: Reading) -> str:
    """The form of a number written with the signs that were chosen, as a regular expression."""
    decimal = re.escape(reading.decimal)
    whole = r"\d+"
    if reading.thousands is not None:
        # Whole groups of three only: with "." as sign, 12.50 must not become 1250.
        whole = rf"(\d{{1,3}}({re.escape(reading.thousands)}\d{{3}})+|\d+)"
    number = rf"^[+-]?({whole}({decimal}\d*)?|{decimal}\d+)([eE][+-]?\d+)?$"
    return rf"{number}|^[+-]?[iI][nN][fF]([iI][nN][iI][tT][yY])?$"


def _note_bad_numbers(
    problems: Problems,
    raw: RawTable,
    column: str,
    values: pd.Series,
    bad: NDArray[np.bool_],
    reading: Reading,
) -> None:
    unread = values[bad].map(str).str.strip()
    examples = ", ".join(repr(value) for value in unread.drop_duplicates().head(3))
    found = f"not so in {raw.name_rows(np.flatnonzero(bad).tolist())} ({examples})"
    remedy = _remedy(max(unread.head(100), key=len), reading)
    problems.add(raw.subject(column), "must hold plain numbers", found, remedy)


def _remedy(example: str, reading: Reading) -> str:
    digits = re.sub(r"[^\d.,' -]", "", example).strip()
    sign = (
        " Remove currency signs and other letters first."
        if re.search(r"[^\d.,' +-]", example)
        else ""
    )
    if re.search(r"\d,\d{1,2}$|\.\d{3},", digits) and reading.decimal == ".":
        return f'If the comma is the decimal sign, pass decimal="," and thousands=".".{sign}'
    if re.search(r"\d,\d{3}", digits) and reading.thousands is None:
        return f'If the comma groups thousands, pass thousands=",".{sign}'
    return f"Write them as in -1234.50, or pass decimal= and thousands=.{sign}"
