"""A log arranged so that any day of it can be looked at: what was known then, and what followed.

Every answer is a difference of two exact whole numbers, counted up to two days. What happened after
the later day cannot change it, not even in its last digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import days_since
from clvlab.data.exact_money import Units, to_amounts, to_minor_units
from clvlab.data.log import TransactionLog
from clvlab.data.returned import RETURNED_LINES
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

Whole = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
BREADTH = ("product", "category", "channel")
"""Columns of a log whose different values say how broadly a customer buys."""


@dataclass(frozen=True, eq=False, repr=False)
class ReturnHistory:
    """What was given back, arranged like the purchases.

    Attributes
    ----------
    keys
        Days with returns as ascending numbers: customer times the span plus day.
    lines, units
        Running number of lines and running sum in minor units, with a zero before the first.
    decimals
        An amount is its units over ten to this power.
    """

    keys: Whole
    lines: Whole
    units: Units
    decimals: int


@dataclass(frozen=True, eq=False, repr=False)
class PurchaseHistory:
    """Purchase days and amounts of a log, customer by customer; made once, asked for many days.

    Attributes
    ----------
    ids
        Customers, sorted; named ``customer_id``.
    origin, last_day
        First and last day that the log covers (inclusive).
    days
        Days since `origin` of every purchase, customer by customer in order.
    starts
        Where each customer's purchases begin in `days`.
    span
        More than any day.
    keys
        Purchases as ascending numbers: customer times `span` plus day.
    units
        Running sum of the amounts in minor units over all purchases, with a zero before the first.
    decimals
        An amount is its units over ten to this power.
    gap_squares
        Running sum of the squared days between purchases of one customer.
    weekend
        Running number of purchases on Saturdays and Sundays.
    firsts
        For every column of `BREADTH` that the log has, when a customer first had each value: keys
        as in `keys`.
    returns
        What was given back; None where the log does not know.
    """

    ids: pd.Index
    origin: date
    last_day: date
    days: Whole
    starts: Whole
    span: int
    keys: Whole
    units: Units
    decimals: int
    gap_squares: Whole
    weekend: Whole
    firsts: Mapping[str, Whole]
    returns: ReturnHistory | None = None

    @classmethod
    def of(cls, log: TransactionLog, *, last_day: date | None = None) -> PurchaseHistory:
        """Arrange a log.

        Parameters
        ----------
        log
            The purchases.
        last_day
            Last day that was seen (inclusive), when it is not that of the last purchase; later
            purchases are left out.

        Raises
        ------
        InputError
            When there is no purchase by then.

        Examples
        --------
        >>> import clvlab
        >>> history = PurchaseHistory.of(clvlab.load_cdnow(sample=True))
        >>> len(history.ids), history.bought_by(history.place(date(1997, 12, 31))).sum()
        (2357, np.int64(5545))
        """
        rows = log.table
        if last_day is not None:
            rows = rows[rows[DATE] <= pd.Timestamp(last_day)]
        if not len(rows):
            rule = "must hold purchases by the last day"
            raise InputError(Problem("the log", rule, f"there is none by {last_day}"))
        codes, ids = pd.factorize(rows[CUSTOMER_ID], sort=True)
        origin = rows[DATE].min()
        days = days_since(rows[DATE], origin).to_numpy(np.int64)
        seen = rows[DATE].max().date() if last_day is None else last_day
        span = (seen - origin.date()).days + 2
        raw = codes.astype(np.int64) * span + days
        order = np.argsort(raw, kind="stable")
        keys = raw[order]
        ordered = days[order]
        gaps = np.diff(ordered, prepend=0)
        gaps[np.diff(keys // span, prepend=-1) != 0] = 0
        money = to_minor_units(rows[AMOUNT].to_numpy(np.float64))
        weekend = rows[DATE].dt.day_of_week.to_numpy() >= _SATURDAY
        return cls(
            ids=pd.Index(ids, name=CUSTOMER_ID),
            origin=origin.date(),
            last_day=seen,
            days=ordered,
            starts=np.searchsorted(keys, np.arange(len(ids), dtype=np.int64) * span),
            span=span,
            keys=keys,
            units=_running(money.units[order]),
            decimals=money.decimals,
            gap_squares=_running(gaps**2),
            weekend=_running(weekend[order].astype(np.int64)),
            firsts={name: _firsts(raw, codes, rows[name]) for name in BREADTH if name in rows},
            returns=_returns(log, pd.Index(ids), origin, seen, span),
        )

    def place(self, day: date) -> int:
        """A day as a number of days since the first."""
        return (day - self.origin).days

    def day_at(self, place: int) -> date:
        """The day that is so many days after the first."""
        return self.origin + timedelta(days=place)

    def bought_by(self, place: int, customers: Whole | None = None) -> Whole:
        """How many purchase days each customer had by the end of a day, (n,)."""
        starts = self.starts if customers is None else self.starts[customers]
        return self.end_of(place, customers) - starts

    def end_of(self, place: int, customers: Whole | None = None) -> Whole:
        """Behind the last purchase of each customer by the end of a day, as a place in `days`."""
        base = self._base(customers) + self._within(place)
        return np.searchsorted(self.keys, base, side="right")

    def values_by(self, column: str, place: int, customers: Whole) -> Whole:
        """How many different values of a column each of these customers had by the end of a day."""
        firsts, base = self.firsts[column], self._base(customers)
        upto = np.searchsorted(firsts, base + self._within(place), side="right")
        return upto - np.searchsorted(firsts, base)

    def amounts(self, start: Whole, end: Whole) -> Array:
        """Exact sums of the purchases from `start` up to before `end`, places in `days`."""
        return to_amounts(self.units[end] - self.units[start], self.decimals)

    def has_returns(self, place: int) -> bool:
        """Whether somebody who had bought by the end of a day had given anything back by then."""
        lines, _, _ = self.returned_by(place, np.flatnonzero(self.bought_by(place)))
        return bool(lines.any())

    def returned_by(self, place: int, customers: Whole) -> tuple[Whole, Array, Whole]:
        """What each of these customers had given back by the end of a day.

        Returns
        -------
        tuple
            Lines, their exact sum, and days since the last of them; for who never gave anything
            back, days since before the log began. Nothing where the log knows of no returns.
        """
        never = np.full(len(customers), place + 1)
        back, base = self.returns, self._base(customers)
        if back is None:
            return np.zeros_like(customers), np.zeros(len(customers)), never
        start = np.searchsorted(back.keys, base)
        end = np.searchsorted(back.keys, base + self._within(place), side="right")
        amounts = to_amounts(back.units[end] - back.units[start], back.decimals)
        since = never
        some = end > start
        since[some] = place - (back.keys[end[some] - 1] - base[some])
        return back.lines[end] - back.lines[start], amounts, since

    def usual_gap(self, place: int) -> float:
        """Median days between two purchases of a customer, up to a day; missing without any."""
        same = np.diff(self.keys // self.span) == 0
        gaps = np.diff(self.days)[same & (self.days[1:] <= place)]
        return float(np.median(gaps)) if len(gaps) else np.nan

    def _base(self, customers: Whole | None) -> Whole:
        return (np.arange(len(self.ids)) if customers is None else customers) * np.int64(self.span)

    def _within(self, place: int) -> int:
        return min(max(place, -1), self.span - 1)


_SATURDAY = 5


def _running(values: Units) -> Units:
    sums: Units = np.concatenate([values[:0], [0], np.cumsum(values)]).astype(values.dtype)
    return sums


def _returns(
    log: TransactionLog, ids: pd.Index, origin: pd.Timestamp, seen: date, span: int
) -> ReturnHistory | None:
    """Returns of customers who bought; one before the first purchase of all counts with its day."""
    back = log.returns
    if back is None:
        return None
    codes = ids.get_indexer(pd.Index(back[CUSTOMER_ID]))
    kept = (codes >= 0) & (back[DATE] <= pd.Timestamp(seen)).to_numpy()
    days = np.maximum(days_since(back[DATE], origin).to_numpy(np.int64)[kept], 0)
    raw = codes[kept].astype(np.int64) * span + days
    order = np.argsort(raw, kind="stable")
    money = to_minor_units(back[AMOUNT].to_numpy(np.float64)[kept][order])
    lines = back[RETURNED_LINES].to_numpy(np.int64)[kept][order]
    return ReturnHistory(raw[order], _running(lines), _running(money.units), money.decimals)


def _firsts(raw: Whole, codes: npt.NDArray[np.int64], column: pd.Series) -> Whole:
    """Keys of the first purchase of each customer with each value of a column, ascending."""
    known = column.notna().to_numpy()
    values = pd.factorize(column[known])[0]
    first = pd.Series(raw[known]).groupby([codes[known], values], sort=False).min()
    return np.sort(first.to_numpy(np.int64))
