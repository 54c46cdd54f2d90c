"""Dates as they arrive, read as calendar days; the order of day and month is never guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clvlab.data.identifiers import is_textual
from clvlab.data.options import Reading

NO_DAY = np.iinfo(np.int64).min
"""Stands for a day that could not be read."""

FIRST_DAY = date(1970, 1, 1)

Days = NDArray[np.int64]
"""Days since `FIRST_DAY`, 1970-01-01."""

_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?)?"
_ZONE = r"\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)"
ISO = rf"^(?P<y>\d{{4}})-(?P<m>\d{{2}})-(?P<d>\d{{2}}){_TIME}(?:{_ZONE})?$"
_COMPACT = r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})$"
PAIR_FIRST = rf"^(?P<a>\d{{1,2}})[/.-](?P<b>\d{{1,2}})[/.-](?P<y>\d{{4}}){_TIME}$"
_ORDERS = {"day-first": ("b", "a"), "month-first": ("a", "b")}
_FIRST_COMPACT, _LAST_COMPACT = 1900_01_01, 2200_12_31


@dataclass(frozen=True)
class ReadDays:
    """Days of a column, and what stood in the way.

    Attributes
    ----------
    days
        Days since 1970-01-01, `NO_DAY` where a date is missing or could not be read.
    needs_zone
        True when the dates are moments of some time zone and none was chosen.
    mixed_zones
        True when some dates say their time zone and others do not.
    """

    days: Days
    needs_zone: bool = False
    mixed_zones: bool = False
    distinct: pd.Series = field(default_factory=lambda: pd.Series([], dtype=object))


def read_days(values: pd.Series, reading: Reading) -> ReadDays:
    """Calendar days of a column of dates, moments, text or whole numbers.

    Parameters
    ----------
    values
        datetime64 with or without zone; date objects; text in ISO form or, with
        `reading.date_format`, in that form; whole numbers such as 19970101.
    reading
        `date_format` is a strptime form, ``"day-first"`` or ``"month-first"``; `time_zone` is the
        place whose calendar days count.

    Examples
    --------
    >>> read_days(pd.Series(["1970-01-02", "1970-01-31T23:59"]), Reading()).days.tolist()
    [1, 30]
    >>> read_days(pd.Series(["3/1/1970"]), Reading(date_format="day-first")).days.tolist()
    [2]
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.dtype.categories.dtype)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return _days_of_moments(values, reading.time_zone)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return ReadDays(_whole_days(values))
    codes, found = pd.factorize(_as_text(values))
    distinct = pd.Series(found, dtype=object)
    read = _read_text(distinct, reading)
    place = np.append(read.days, NO_DAY)
    return ReadDays(place[codes], read.needs_zone, read.mixed_zones, distinct)


def _as_text(values: pd.Series) -> pd.Series:
    if is_textual(values) and values.dtype != object:
        return values
    if pd.api.types.is_float_dtype(values.dtype):
        whole = values.notna() & (values == values.round())
        numbers = values.where(whole & (values.abs() < 1e15)).astype("Int64")
        return numbers.astype("string").astype(object).where(whole, values.astype("string"))
    return values.map(str, na_action="ignore")


def _days_of_moments(values: pd.Series, time_zone: str | None) -> ReadDays:
    if time_zone is None:
        return ReadDays(np.full(len(values), NO_DAY), needs_zone=True)
    local = values.dt.tz_convert(time_zone).dt.tz_localize(None)
    return ReadDays(_whole_days(local))


def _whole_days(values: pd.Series) -> Days:
    stamps = values.to_numpy()
    days: Days = stamps.astype("datetime64[D]").astype(np.int64)
    return np.where(np.isnat(stamps), NO_DAY, days)


def _read_text(distinct: pd.Series, reading: Reading) -> ReadDays:
    text = pc.utf8_trim_whitespace(pa.array(distinct, type=pa.string()))
    form = reading.date_format
    if form in _ORDERS:
        month, day = _ORDERS[form]
        return ReadDays(_days_by_pattern(text, PAIR_FIRST, ("y", month, day)))
    if form is not None:
        return _days_by_format(text, form, reading.time_zone)
    return _days_of_iso(text, reading.time_zone)


def _days_of_iso(text: pa.Array, time_zone: str | None) -> ReadDays:
    aware = _matches(text, rf":\d{{2}}(?:[.,]\d+)?{_ZONE}$") & _matches(text, ISO)
    if not aware.any():
        days = _days_by_pattern(text, ISO, ("y", "m", "d"))
        compact = _days_by_pattern(text, _COMPACT, ("y", "m", "d"), _FIRST_COMPACT)
        return ReadDays(np.where(days == NO_DAY, compact, days))
    if not aware.all():
        return ReadDays(np.full(len(text), NO_DAY), mixed_zones=True)
    moments = pd.to_datetime(text.to_pandas(), format="ISO8601", utc=True, errors="coerce")
    return _days_of_moments(moments, time_zone)


def _days_by_format(text: pa.Array, form: str, time_zone: str | None) -> ReadDays:
    aware = "%z" in form or "%Z" in form
    stamps = pd.to_datetime(text.to_pandas(), format=form, errors="coerce", utc=aware)
    return _days_of_moments(stamps, time_zone) if aware else ReadDays(_whole_days(stamps))


def _days_by_pattern(
    text: pa.Array, pattern: str, names: tuple[str, str, str], first: int = 0
) -> Days:
    parts = pc.extract_regex(text, pattern)
    year, month, day = (
        pc.cast(pc.fill_null(pc.struct_field(parts, name), "0"), pa.int64()).to_numpy(
            zero_copy_only=False
        )
        for name in names
    )
    days = _days_from_parts(year, month, day)
    # Eight digits are a date only in years that people trade in; else they may be any number.
    number = year * 10_000 + month * 100 + day
    outside = (number < first) | (number > _LAST_COMPACT) if first else np.zeros(len(text), bool)
    return np.where(outside, NO_DAY, days)


def _days_from_parts(year: Days, month: Days, day: Days) -> Days:
    plausible = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 1)
    months = np.where(plausible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(plausible, day - 1, 0)
    real = plausible & (days.astype("datetime64[M]") == months)
    return np.where(real, days.astype(np.int64), NO_DAY)


def _matches(text: pa.Array, pattern: str) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = pc.fill_null(
        pc.match_substring_regex(text, pattern), fill_value=False
    ).to_numpy(zero_copy_only=False)
    return found
