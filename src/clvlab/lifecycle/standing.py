"""How each customer stood on a day, from the purchases up to that day and nothing later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, betaincc

from clvlab.clock import Horizon, days_since
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.models import TransactionModel
from clvlab.schema import CUSTOMER_ID, DATE, FREQUENCY, RECENCY, T
from clvlab.summary.period import ORDERS

Days = npt.NDArray[np.int64]

FAMILIAR = 3
"""A customer's own gaps count against those of everybody as if there were this many of the latter:
one short gap is not yet a rhythm."""


@dataclass(frozen=True)
class PurchaseDays:
    """The purchase days of a log, customer by customer; made once, asked for many days.

    Attributes
    ----------
    ids
        Customers, sorted.
    starts
        Where each customer's purchases begin in `days`.
    days
        Days since the log's first, customer by customer in order.
    keys
        The same as ascending numbers: customer times `span` plus day.
    span
        More than any day.
    origin
        The log's first day.
    usual_gap
        Median number of days between two purchases of a customer, over all of them.
    """

    ids: pd.Index
    starts: Days
    days: Days
    keys: Days
    span: int
    origin: pd.Timestamp
    usual_gap: float

    @classmethod
    def of(cls, log: TransactionLog, last_day: date | None = None) -> PurchaseDays:
        """Arrange a log as it was known on a day, by default on its last.

        Raises
        ------
        InputError
            When nobody had bought by then.
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
        span = int(days.max()) + 2
        keys = np.sort(codes.astype(np.int64) * span + days)
        starts = np.searchsorted(keys, np.arange(len(ids), dtype=np.int64) * span)
        ordered = keys % span
        gaps = np.diff(ordered)[np.diff(keys // span) == 0]
        usual = float(np.median(gaps)) if len(gaps) else np.nan
        return cls(pd.Index(ids, name=CUSTOMER_ID), starts, ordered, keys, span, origin, usual)

    def known_by(self, day: date) -> PurchaseDays:
        """The same as it was on an earlier day; the usual gap is the one of then.

        Raises
        ------
        InputError
            When nobody had bought by then.
        """
        now = (pd.Timestamp(day) - self.origin).days
        bought = self.bought_by(now)
        if not bought.any():
            rule = "must hold purchases by the last day"
            raise InputError(Problem("the log", rule, f"there is none by {day}"))
        there, kept = bought > 0, self.days <= now
        numbers = np.cumsum(there) - 1
        customer = numbers[(self.keys // self.span)[kept]]
        days = self.days[kept]
        starts = np.cumsum(bought[there]) - bought[there]
        gaps = np.diff(days)[np.diff(customer) == 0]
        usual = float(np.median(gaps)) if len(gaps) else np.nan
        keys, span = customer * (now + 2) + days, now + 2
        return PurchaseDays(self.ids[there], starts, days, keys, span, self.origin, usual)

    def bought_by(self, day: Days | int) -> Days:
        """Purchase days of each customer by the end of a day, or of a day of their own."""
        if isinstance(day, int):
            return np.add.reduceat(self.days <= day, self.starts, dtype=np.int64)
        upto = np.minimum(day, self.span - 1)
        base = np.arange(len(self.ids), dtype=np.int64) * self.span
        return np.searchsorted(self.keys, base + upto, side="right") - self.starts


def standing_at(
    purchases: PurchaseDays,
    day: date,
    *,
    model: TransactionModel | None = None,
    horizon: Horizon = "13 weeks",
) -> pd.DataFrame:
    """How the customers who had bought by a day stood on it.

    Parameters
    ----------
    purchases
        The log's purchase days; those after `day` are not looked at.
    day
        The day, whose own purchases count.
    model
        A fitted model of purchases; without one there is no probability.
    horizon
        How far ahead the probability of a purchase looks.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, sorted: ``orders`` (purchase days), ``age_days`` and
        ``silence_days`` (since the first and the last purchase), ``own_gap_days`` (mean days
        between purchases, drawn towards the base's usual gap while there are few), ``rising``
        and ``falling`` (probabilities, were the rate constant, of as many or more, and as many or
        fewer, repeat purchases in the later half of the customer's life), and
        ``probability_purchase``.
    """
    now = (pd.Timestamp(day) - purchases.origin).days
    bought = purchases.bought_by(now)
    there = np.flatnonzero(bought > 0)
    first = purchases.days[purchases.starts[there]]
    orders = bought[there]
    last = purchases.days[purchases.starts[there] + orders - 1]
    middle = first + (now - first) // 2
    whole = np.zeros(len(bought), dtype=np.int64)
    whole[there] = middle
    repeats = orders - 1
    late = orders - np.maximum(purchases.bought_by(whole)[there], 1)
    length = np.maximum(now - first, 1)
    share = (now - middle) / length
    own = (last - first + FAMILIAR * purchases.usual_gap) / (repeats + FAMILIAR)
    table = pd.DataFrame(
        {
            ORDERS: orders,
            "age_days": now - first,
            "silence_days": now - last,
            "own_gap_days": own,
            # Binomial tails: late or more, and late or fewer, of the repeat purchases.
            "rising": np.where(late > 0, betainc(late, repeats - late + 1, share), 1.0),
            "falling": np.where(late < repeats, betaincc(late + 1, repeats - late, share), 1.0),
        },
        index=purchases.ids[there],
    )
    if model is not None:
        history = _histories(repeats, last - first, now - first, table.index)
        chance = model.probability_purchase(history, horizon=_in_days(horizon), unit="day")
        table["probability_purchase"] = chance
    return table


def histories_at(purchases: PurchaseDays, day: date) -> pd.DataFrame:
    """What a model is fitted to as of a day, of the customers who had bought by then.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, sorted: ``frequency``, ``recency`` and ``T``, in days.
    """
    now = (pd.Timestamp(day) - purchases.origin).days
    bought = purchases.bought_by(now)
    there = np.flatnonzero(bought > 0)
    first = purchases.days[purchases.starts[there]]
    last = purchases.days[purchases.starts[there] + bought[there] - 1]
    return _histories(bought[there] - 1, last - first, now - first, purchases.ids[there])


def _histories(frequency: Days, recency: Days, age: Days, ids: pd.Index) -> pd.DataFrame:
    return pd.DataFrame({FREQUENCY: frequency, RECENCY: recency, T: age}, index=ids)


def _in_days(horizon: Horizon) -> Horizon:
    """A horizon that does not change its meaning in a frame whose unit is the day."""
    if isinstance(horizon, (int, float)):
        return f"{horizon} days"
    return horizon
