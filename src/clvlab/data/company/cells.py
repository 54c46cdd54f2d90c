"""The cells of one column of a company's table, read as its contract says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.data.amounts import read_numbers
from clvlab.data.company.contracts import ColumnContract
from clvlab.data.day_problems import note_day_problems
from clvlab.data.days import NO_DAY, read_days
from clvlab.data.identifiers import is_textual, missing_ids, typed_ids, usual_text
from clvlab.data.options import Reading
from clvlab.data.raw_table import RawTable
from clvlab.errors import Problems, did_you_mean

Mask = npt.NDArray[np.bool_]

FLAGS = {
    **dict.fromkeys(["true", "yes", "y", "1", "1.0", "ja", "是"], True),
    **dict.fromkeys(["false", "no", "n", "0", "0.0", "nein", "否"], False),
}
"""How true and false are written."""
_UNIX_DAY = np.datetime64("1970-01-01", "D")


def read_cells(
    raw: RawTable, source: str, contract: ColumnContract, reading: Reading, problems: Problems
) -> pd.Series:
    """One column of a source, missing where a cell is empty.

    What can't be read as its kind is added to `problems` with its rows; nothing is guessed and
    nothing becomes missing that was not. Limits of numbers are not looked at here: a value beyond
    them is a finding about the data, not a failure to read.

    Returns
    -------
    Series
        By kind: text for ``id``, ``text`` and ``code``; datetime64 for ``day``; floats for
        ``money``, ``number`` and ``count``; nullable booleans for ``flag``.
    """
    if contract.kind == "day":
        return _days(raw, source, reading, problems)
    if contract.kind in ("money", "number", "count"):
        return pd.Series(read_numbers(raw, source, reading, problems).astype(np.float64))
    values = raw.column(source)
    absent = missing_ids(values)
    if contract.kind == "id":
        return _ids(values, absent, is_text=raw.is_text)
    text = _text(values, absent)
    if contract.kind == "flag":
        return _flags(raw, source, text, problems)
    if contract.kind == "code":
        return _codes(raw, source, text, contract, problems)
    return text


def _text(values: pd.Series, absent: Mask) -> pd.Series:
    if is_textual(values) and values.dtype != object:
        text = values.str.strip()
    else:
        text = values.map(str, na_action="ignore").astype("string").str.strip()
    return usual_text(text.astype("string").mask(absent))


def _ids(values: pd.Series, absent: Mask, *, is_text: bool) -> pd.Series:
    """Ids as text: 12.0 of a column with gaps is 12, and 0012 stays 0012."""
    present = typed_ids(values[~absent].reset_index(drop=True), is_text=is_text)
    out = pd.Series([None] * len(values), dtype="string")
    out[~absent] = present.map(str).str.strip().to_numpy()
    return usual_text(out)


def _days(raw: RawTable, source: str, reading: Reading, problems: Problems) -> pd.Series:
    values = raw.column(source)
    absent = missing_ids(values)
    present = np.flatnonzero(~absent)
    read = read_days(values.iloc[present].reset_index(drop=True), reading)
    note_day_problems(problems, raw, source, read, present, reading)
    days = np.full(len(values), np.datetime64("NaT", "D"))
    found = read.days != NO_DAY
    days[present[found]] = _UNIX_DAY + read.days[found]
    return pd.Series(days.astype("datetime64[ns]"))


def _flags(raw: RawTable, source: str, text: pd.Series, problems: Problems) -> pd.Series:
    flags = text.str.lower().map(FLAGS).astype("boolean")
    bad = (flags.isna() & text.notna()).to_numpy(dtype=bool)
    if bad.any():
        _note_words(problems, raw, source, text[bad], "must say yes or no", "")
    return flags


def _codes(
    raw: RawTable, source: str, text: pd.Series, contract: ColumnContract, problems: Problems
) -> pd.Series:
    """Codes, written as they are or in the Chinese words for them."""
    known = {
        **{code: code for code in contract.choices},
        **{word: code for code, word in contract.choices.items()},
    }
    codes = text.map(known)
    bad = (codes.isna() & text.notna()).to_numpy(dtype=bool)
    if bad.any():
        rule = f"must be one of {', '.join(contract.choices)}"
        hint = did_you_mean(str(text[bad].iloc[0]), list(known))
        _note_words(problems, raw, source, text[bad], rule, hint)
    return usual_text(codes.astype("string"))


def _note_words(
    problems: Problems, raw: RawTable, source: str, bad: pd.Series, rule: str, remedy: str
) -> None:
    examples = ", ".join(repr(word) for word in bad.drop_duplicates().head(3))
    found = f"not so in {raw.name_rows(bad.index.tolist())} ({examples})"
    problems.add(raw.subject(source), rule, found, remedy)
