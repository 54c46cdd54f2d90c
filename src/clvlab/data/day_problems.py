"""Why dates could not be read, and how to say which form they are in."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clvlab.data.days import ISO, NO_DAY, PAIR_FIRST, ReadDays
from clvlab.data.options import Reading
from clvlab.data.raw_table import RawTable
from clvlab.errors import Problems

_PAIR_FIRST = re.compile(PAIR_FIRST)
_ISO = re.compile(ISO)
_EXCEL_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?")
_YEAR_FIRST = re.compile(r"\d{4}([/.])\d{1,2}\1\d{1,2}( \d{1,2}:\d{2}(:\d{2})?)?")
_MONTHS = 12
FIRST_SENSIBLE_DAY = int(np.datetime64("1900-01-01", "D").astype(np.int64))


def note_day_problems(
    problems: Problems,
    raw: RawTable,
    column: str,
    read: ReadDays,
    positions: NDArray[np.int64],
    reading: Reading,
) -> None:
    """Add what keeps the dates of `column` from being read.

    Parameters
    ----------
    problems
        Where to add.
    raw, column
        The source and its column of dates.
    read
        What `read_days` made of the rows at `positions`.
    positions
        Row positions in the source, one for each day in `read`.
    reading
        The date format and time zone that were asked for.
    """
    subject = raw.subject(column)
    if read.needs_zone:
        problems.add(
            subject,
            "holds moments with a time zone, and a day belongs to a place",
            "no time zone was chosen",
            'Pass time_zone=, such as time_zone="Europe/Berlin" or time_zone="UTC".',
        )
        return
    if read.mixed_zones:
        found = "some say their time zone and others do not"
        problems.add(subject, "must hold dates of one kind", found, "Export one of the two.")
        return
    early = positions[(read.days < FIRST_SENSIBLE_DAY) & (read.days != NO_DAY)]
    if len(early):
        found = f"earlier are {raw.name_rows(early.tolist())}"
        remedy = "Such dates often stand for a missing one: correct them, or leave these rows out."
        problems.add(subject, "can't hold dates before 1900", found, remedy)
    bad = positions[read.days == NO_DAY]
    if len(bad):
        _note_unread(problems, raw, column, bad, reading)


def _note_unread(
    problems: Problems, raw: RawTable, column: str, bad: NDArray[np.int64], reading: Reading
) -> None:
    subject = raw.subject(column)
    values = raw.column(column).iloc[bad]
    absent = values.isna().to_numpy(dtype=bool)
    if absent.any():
        found = f"missing in {raw.name_rows(bad[absent].tolist())}"
        remedy = "Fill them in, or leave these rows out."
        problems.add(subject, "must hold a date in every row", found, remedy)
    unread = values[~absent].map(str).str.strip()
    rows = pd.Series(bad[~absent], index=unread.index)
    iso = reading.date_format is None and unread.str.fullmatch(_ISO)
    impossible = pd.Series(iso, index=unread.index, dtype=bool)
    if impossible.any():
        rule = "must hold days that the calendar has"
        remedy = "Correct these rows."
        found = _rows_and_examples(raw, unread[impossible], rows[impossible])
        problems.add(subject, rule, found, remedy)
    if not impossible.all():
        rule, detail, remedy = _explain(unread[~impossible], reading)
        found = _rows_and_examples(raw, unread[~impossible], rows[~impossible])
        problems.add(subject, rule, f"{found}{detail}", remedy)


def _rows_and_examples(raw: RawTable, unread: pd.Series, rows: pd.Series) -> str:
    examples = ", ".join(repr(value) for value in unread.drop_duplicates().head(3))
    return f"not so in {raw.name_rows(rows.tolist())} ({examples})"


def _explain(unread: pd.Series, reading: Reading) -> tuple[str, str, str]:
    """Rule, further findings and remedy."""
    if reading.date_format is not None:
        rule = f"must hold dates of the form {reading.date_format}, as date_format says"
        return rule, "", "Change date_format, or correct these rows."
    rule = "must hold dates in ISO form, year-month-day"
    pairs = [match for value in unread if (match := _PAIR_FIRST.fullmatch(value))]
    if pairs:
        return rule, *_explain_pairs([(int(pair["a"]), int(pair["b"])) for pair in pairs])
    if all(_EXCEL_SERIAL.fullmatch(value) for value in unread):
        remedy = "Format the column as dates in the spreadsheet before exporting it."
        return rule, ", which look like a spreadsheet's day numbers", remedy
    match = _YEAR_FIRST.fullmatch(str(unread.iloc[0]))
    if match:
        form = f"%Y{match[1]}%m{match[1]}%d"
        time = {0: "", 1: " %H:%M", 2: " %H:%M:%S"}[str(unread.iloc[0]).count(":")]
        return rule, "", f'Pass date_format="{form}{time}".'
    remedy = 'Pass date_format=, such as "%d.%m.%y", "day-first" or "month-first".'
    return rule, "", remedy


def _explain_pairs(pairs: list[tuple[int, int]]) -> tuple[str, str]:
    day_first = sum(first > _MONTHS >= second for first, second in pairs)
    month_first = sum(second > _MONTHS >= first for first, second in pairs)
    either = sum(first <= _MONTHS and second <= _MONTHS for first, second in pairs)
    detail = (
        f"; {either:,} can be read day-first and month-first, {day_first:,} only day-first, "
        f"{month_first:,} only month-first"
    )
    choices = '"day-first" when 03/04 is the 3rd of April, "month-first" when it is March 4th'
    return detail, f"Pass date_format={choices}."
