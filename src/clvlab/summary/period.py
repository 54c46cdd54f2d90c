"""A stretch of the calendar, and what each customer did in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from clvlab.clock import parse_date, period_end
from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

ORDERS = "orders"
MARGIN = "margin"


@dataclass(frozen=True, order=True)
class Period:
    """Days from `first` to `last`, both inclusive."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date | str, last: date | str) -> Period:
        """A period by its first and last day.

        Raises
        ------
        InputError
            When one is no day, or the last lies before the first.
        """
        begin, end = parse_date(first, "first"), parse_date(last, "last")
        if end < begin:
            rule = "must not end before it begins"
            raise InputError(Problem("a period", rule, f"got {begin} to {end}"))
        return cls(begin, end)

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def calendar_periods(first: date, last: date, period: str) -> list[Period]:
    """The whole calendar periods between two days, both inclusive, in order.

    Examples
    --------
    >>> [str(one) for one in calendar_periods(date(2024, 1, 5), date(2024, 7, 1), "quarter")]
    ['2024-04-01 to 2024-06-30']
    """
    found, begin = [], first
    if period_end(first - timedelta(days=1), period) != first - timedelta(days=1):
        begin = period_end(first, period) + timedelta(days=1)
    while (end := period_end(begin, period)) <= last:
        found.append(Period(begin, end))
        begin = end + timedelta(days=1)
    return found


def customers_in(log: TransactionLog, period: Period) -> pd.DataFrame:
    """What each customer who bought in a period did in it.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, sorted: ``orders`` (purchase days, at least 1), ``amount``,
        and ``margin`` where the log has one (missing where one of the purchases lacks it).
    """
    days = log.table[DATE]
    inside = (days >= pd.Timestamp(period.first)) & (days <= pd.Timestamp(period.last))
    rows = log.table[inside]
    grouped = rows.groupby(CUSTOMER_ID, sort=True, observed=True)
    amounts = sum_by(rows[AMOUNT], rows[CUSTOMER_ID])
    out = pd.DataFrame({ORDERS: grouped.size(), AMOUNT: amounts})
    if MARGIN in log.table:
        out[MARGIN] = grouped[MARGIN].sum(min_count=1).mask(grouped[MARGIN].count() < out[ORDERS])
    return out


def last_two_periods(first: date, last: date, period: str) -> tuple[Period, Period] | None:
    """The last two whole calendar periods that lie between two days; None where there are fewer.

    Examples
    --------
    >>> [str(one) for one in last_two_periods(date(2024, 1, 1), date(2024, 7, 5), "quarter")]
    ['2024-01-01 to 2024-03-31', '2024-04-01 to 2024-06-30']
    """
    whole = calendar_periods(first, last, period)
    return (whole[-2], whole[-1]) if len(whole) > 1 else None
