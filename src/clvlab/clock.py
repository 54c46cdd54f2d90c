"""The one clock: dates, periods, horizons and discounting.

Times are whole days wherever they are stored. A unit only scales what is shown or estimated, and
this is the only module that knows how many days a week, a month or a year has.

Boundaries: the calibration end and every as-of date are the last day *seen* (inclusive); the
holdout, labels and horizons start the day after. A year has 365.25 days and a month a twelfth of
that, so the same span costs the same money in every unit.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np
import pandas as pd

from clvlab.errors import InputError, Problem, did_you_mean

DAYS_PER_YEAR = 365.25


class TimeUnit(StrEnum):
    """The unit in which times and rates are shown and estimated."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @property
    def days(self) -> float:
        """Length of the unit in days."""
        return _DAYS_PER_UNIT[self]

    @classmethod
    def parse(cls, unit: TimeUnit | str) -> TimeUnit:
        """The unit of that name, singular or plural.

        Raises
        ------
        InputError
            When the name is not one of day, week, month, year.

        Examples
        --------
        >>> TimeUnit.parse("weeks")
        <TimeUnit.WEEK: 'week'>
        """
        name = str(unit).strip().lower().removesuffix("s")
        try:
            return cls(name)
        except ValueError:
            known = [member.value for member in cls]
            raise InputError(
                Problem(
                    "parameter 'unit'",
                    "must be a unit of time",
                    f"got {unit!r}",
                    did_you_mean(name, known),
                )
            ) from None


_DAYS_PER_UNIT = {
    TimeUnit.DAY: 1.0,
    TimeUnit.WEEK: 7.0,
    TimeUnit.MONTH: DAYS_PER_YEAR / 12,
    TimeUnit.YEAR: DAYS_PER_YEAR,
}

Horizon = float | int | str | date
"""A length of time ahead: a number in the window's unit, "52 weeks", or the last day of it."""

_SPAN = re.compile(r"\s*(?P<length>[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\s*(?P<unit>[A-Za-z]+)\s*")
_NUMBER = re.compile(r"\s*[0-9]*\.?[0-9]+\s*")
_ISO_DATE = re.compile(r"\s*\d{4}-\d{2}-\d{2}\s*")


@dataclass(frozen=True, slots=True)
class StudyWindow:
    """The dates between which customers were observed, and the unit that results are shown in.

    Attributes
    ----------
    unit
        Unit of the model's parameters, of horizons given as numbers, and of displayed times.
    first_day
        First day on which a purchase could be seen (inclusive), when known.
    calibration_end
        Last day used for fitting (inclusive), when known.
    holdout_end
        Last day of the holdout (inclusive); the holdout starts the day after `calibration_end`.
    """

    unit: TimeUnit
    first_day: date | None = None
    calibration_end: date | None = None
    holdout_end: date | None = None

    @property
    def holdout_days(self) -> int:
        """Length of the holdout in days; 0 without one."""
        if self.calibration_end is None or self.holdout_end is None:
            return 0
        return (self.holdout_end - self.calibration_end).days

    def calendar(self) -> tuple[date, date]:
        """First day and calibration end of a window made from a log.

        Raises
        ------
        InputError
            When they are unknown, as for a plain table of customers.
        """
        if self.first_day is None or self.calibration_end is None:
            raise InputError(
                Problem(
                    "the customers",
                    "must come with calendar dates",
                    "their window has none",
                    "Make the summary from a transaction log with summarize().",
                )
            )
        return self.first_day, self.calibration_end

    def horizon_days(self, horizon: Horizon, name: str = "horizon") -> float:
        """Length of a horizon in days, counted from the day after the calibration end.

        Parameters
        ----------
        horizon
            A number in this window's unit, a span with its own unit such as ``"52 weeks"``, or the
            last day of the horizon as a date or an ISO date.
        name
            The parameter's name in error messages.

        Raises
        ------
        InputError
            When the horizon is negative, not finite, not understood, or a date and this window
            has no calibration end to count from.

        Examples
        --------
        >>> window = StudyWindow(TimeUnit.WEEK, calibration_end=date(1997, 9, 30))
        >>> [window.horizon_days(horizon) for horizon in (39, "39 weeks", "1998-06-30")]
        [273.0, 273.0, 273.0]
        """
        days = self._days_of(horizon, name)
        if not math.isfinite(days) or days < 0:
            raise _horizon_error(name, "must be a finite length of time of at least zero", horizon)
        return days

    def _days_of(self, horizon: Horizon, name: str) -> float:
        if isinstance(horizon, bool):
            raise _horizon_error(name, "must be a length of time", horizon)
        if isinstance(horizon, (int, float, np.integer, np.floating)):
            return float(horizon) * self.unit.days
        if isinstance(horizon, str) and _ISO_DATE.fullmatch(horizon):
            return self._days_until(parse_date(horizon, name), name)
        if isinstance(horizon, date):
            return self._days_until(parse_date(horizon, name), name)
        if isinstance(horizon, str) and _NUMBER.fullmatch(horizon):
            return float(horizon) * self.unit.days
        match = _SPAN.fullmatch(horizon) if isinstance(horizon, str) else None
        if match is None:
            raise _horizon_error(name, "must be a number, a span with its unit, or a date", horizon)
        return float(match["length"]) * TimeUnit.parse(match["unit"]).days

    def _days_until(self, day: date, name: str) -> float:
        if self.calibration_end is None:
            raise _horizon_error(
                name, "can't be a date when the calibration end is unknown", day.isoformat()
            )
        return float((day - self.calibration_end).days)

    def to_json(self) -> dict[str, str | None]:
        """The window as plain text values, for files."""
        return {name: None if value is None else str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, record: dict[str, str | None]) -> StudyWindow:
        """The window that `to_json` wrote."""
        days = {
            name: None if record.get(name) is None else date.fromisoformat(str(record[name]))
            for name in ("first_day", "calibration_end", "holdout_end")
        }
        return cls(unit=TimeUnit.parse(str(record["unit"])), **days)


def _horizon_error(name: str, rule: str, horizon: object) -> InputError:
    remedy = 'Pass a number in the summary\'s unit, "52 weeks", or a date such as "1998-06-30".'
    return InputError(Problem(f"parameter '{name}'", rule, f"got {horizon!r}", remedy))


def parse_date(day: date | str | np.datetime64, name: str) -> date:
    """A calendar day from a date, a timestamp or an ISO date.

    Raises
    ------
    InputError
        When text is not an ISO date: other orders of day and month are never guessed.

    Examples
    --------
    >>> parse_date("1997-09-30", "calibration_end")
    datetime.date(1997, 9, 30)
    """
    if isinstance(day, np.datetime64):
        day = pd.Timestamp(day)
    known = isinstance(day, str) or not pd.isna(day)
    if isinstance(day, datetime) and known:
        return day.date()
    if isinstance(day, date) and known:
        return day
    try:
        return date.fromisoformat(str(day).strip())
    except ValueError:
        raise InputError(
            Problem(
                f"parameter '{name}'",
                "must be a date in ISO form, year-month-day",
                f"got {day!r}",
                "Write it as in 1997-09-30.",
            )
        ) from None


def log_discount_per_day(annual_discount_rate: float) -> float:
    """Continuous discount rate per day of an effective annual rate, ``ln(1 + rate) / 365.25``.

    Raises
    ------
    InputError
        When the rate is not between 0 and 1. A rate of 10 percent is 0.10, so rates above 1 are
        refused as a mistaken percentage.

    Examples
    --------
    >>> round(365.25 * log_discount_per_day(0.10), 12) == round(math.log(1.10), 12)
    True
    """
    rate = annual_discount_rate
    if not isinstance(rate, (int, float, np.number)) or not 0 <= rate <= 1:
        raise InputError(
            Problem(
                "parameter 'annual_discount_rate'",
                "must be an effective annual rate between 0 and 1",
                f"got {annual_discount_rate!r}",
                "Ten percent a year is 0.10.",
            )
        )
    return math.log1p(rate) / DAYS_PER_YEAR


def days_since(days: pd.Series, first: pd.Series | pd.Timestamp | date) -> pd.Series:
    """Whole days from `first` to each calendar day in `days`."""
    start = pd.Timestamp(first) if isinstance(first, date) else first
    return (days - start).dt.days


def period_ends(first_day: date, last_day: date, unit: TimeUnit) -> list[date]:
    """Last days of the consecutive whole periods that start on `first_day`.

    Months and years follow the calendar: each ends the day before the same day of the next one,
    or before its last day where it is too short. Days and weeks have fixed lengths. A last period
    that is not complete by `last_day` is left out.

    Examples
    --------
    >>> period_ends(date(1997, 1, 1), date(1997, 1, 16), TimeUnit.WEEK)
    [datetime.date(1997, 1, 7), datetime.date(1997, 1, 14)]
    """
    offset = {
        TimeUnit.DAY: pd.DateOffset(days=1),
        TimeUnit.WEEK: pd.DateOffset(weeks=1),
        TimeUnit.MONTH: pd.DateOffset(months=1),
        TimeUnit.YEAR: pd.DateOffset(years=1),
    }[unit]
    start, ends, count = pd.Timestamp(first_day), [], 1
    while (end := start + offset * count - pd.Timedelta(days=1)) <= pd.Timestamp(last_day):
        ends.append(end.date())
        count += 1
    return ends


def period_end(day: date, period: str) -> date:
    """Last day of the calendar period that a day lies in (inclusive).

    Parameters
    ----------
    period
        ``"day"``, ``"week"`` (ISO: Monday to Sunday), ``"month"`` or ``"quarter"``.

    Raises
    ------
    InputError
        When the period is none of these.

    Examples
    --------
    >>> [str(period_end(date(2024, 2, 10), period)) for period in ("week", "month", "quarter")]
    ['2024-02-11', '2024-02-29', '2024-03-31']
    """
    if period == "day":
        return day
    if period == "week":
        return day + timedelta(days=7 - day.isoweekday())
    if period in _MONTHS_PER_PERIOD:
        months = _MONTHS_PER_PERIOD[period]
        last = day.month + (-day.month) % months
        return date(day.year, last, monthrange(day.year, last)[1])
    known = ["day", "week", *_MONTHS_PER_PERIOD]
    raise InputError(
        Problem(
            "parameter 'period'",
            "must be a period of the calendar",
            f"got {period!r}",
            did_you_mean(period, known),
        )
    )


_MONTHS_PER_PERIOD = {"month": 1, "quarter": 3}


def last_period_end(day: date, period: str) -> date:
    """Last day of the latest period that is complete when a day is over (inclusive).

    Examples
    --------
    >>> str(last_period_end(date(2024, 6, 29), "month")), str(
    ...     last_period_end(date(2024, 6, 30), "month")
    ... )
    ('2024-05-31', '2024-06-30')
    """
    end = period_end(day, period)
    if end == day:
        return day
    if period == "week":
        return end - timedelta(days=7)
    first = date(end.year, end.month - _MONTHS_PER_PERIOD[period] + 1, 1)
    return first - timedelta(days=1)


def next_period_end(day: date, period: str) -> date:
    """Last day of the first period that ends after a day.

    Examples
    --------
    >>> str(next_period_end(date(2024, 6, 30), "month"))
    '2024-07-31'
    """
    return period_end(day + timedelta(days=1), period)


def same_period_a_year_before(day: date, period: str) -> date:
    """Last day of the period that last year's figures are compared with.

    Months and quarters are compared with those of the same name; days and weeks with those
    52 weeks earlier, so that weekdays are alike.

    Parameters
    ----------
    day
        Last day of a period (inclusive).
    period
        ``"day"``, ``"week"``, ``"month"`` or ``"quarter"``.

    Examples
    --------
    >>> str(same_period_a_year_before(date(2024, 2, 29), "month")), str(
    ...     same_period_a_year_before(date(2024, 2, 29), "day")
    ... )
    ('2023-02-28', '2023-03-02')
    """
    period_end(day, period)  # refuses what is no period
    if period in _MONTHS_PER_PERIOD:
        return period_end(date(day.year - 1, day.month, 1), period)
    return day - timedelta(weeks=52)


def share_of_the_year(days: pd.DatetimeIndex) -> pd.Series:
    """How much of its calendar year has passed at the end of each day, above 0 and at most 1.

    Examples
    --------
    >>> share_of_the_year(pd.DatetimeIndex(["2023-12-31"])).tolist()
    [1.0]
    """
    length = np.where(days.is_leap_year, 366.0, 365.0)
    return pd.Series(days.day_of_year.to_numpy() / length, index=days)
