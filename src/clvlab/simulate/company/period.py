"""The calendar of a simulated company: its months, and days within them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from clvlab.simulate.company.draws import Days, Whole

_MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True)
class Period:
    """Whole calendar years that a company's tables cover.

    Attributes
    ----------
    first_year
        Its first day is the first day.
    years
        How many.
    """

    first_year: int
    years: int

    @property
    def first_day(self) -> date:
        """First day of the tables."""
        return date(self.first_year, 1, 1)

    @property
    def as_of(self) -> date:
        """Last day that is seen (inclusive)."""
        return date(self.first_year + self.years - 1, 12, 31)

    @property
    def n_months(self) -> int:
        """Length in months."""
        return self.years * _MONTHS_OF_A_YEAR

    @property
    def last(self) -> np.datetime64:
        """`as_of`, for reckoning."""
        return np.datetime64(self.as_of, "D")

    def starts(self, months: Whole) -> Days:
        """First day of months that are counted from 0."""
        first = np.datetime64(self.first_day, "M")
        return (first + np.asarray(months)).astype("datetime64[D]")

    def month_of(self, days: Days) -> Whole:
        """Month of each day, counted from 0."""
        first = np.datetime64(self.first_day, "M")
        return (days.astype("datetime64[M]") - first).astype(np.int64)

    def calendar_month(self, month: int) -> int:
        """Month of the year, 0 for January."""
        return month % _MONTHS_OF_A_YEAR

    def name_of(self, month: int) -> str:
        """A month as in 2020-01."""
        return str(np.datetime64(self.first_day, "M") + month)

    def at(self, share: float) -> int:
        """The month that begins after this share of the period."""
        return int(share * self.n_months)

    def days_in(self, rng: np.random.Generator, months: Whole) -> Days:
        """A working day of each month, evenly."""
        start = self.starts(months)
        length = (self.starts(np.asarray(months) + 1) - start).astype(np.int64)
        days = start + np.floor(rng.random(len(start)) * length).astype(np.int64)
        return working_days(days)


def plus_days(days: Days, count: Whole) -> Days:
    """Days that many days later."""
    out: Days = days + count.astype("timedelta64[D]")
    return out


def working_days(days: Days) -> Days:
    """Each day, or where it is a Saturday or Sunday the nearest working day of its month.

    Examples
    --------
    >>> working_days(np.array(["2023-12-31", "2023-07-01"], "datetime64[D]")).astype(str).tolist()
    ['2023-12-29', '2023-07-03']
    """
    return np.busday_offset(days, 0, roll="modifiedpreceding")
