"""Who is lost, since when, and who of them is worth and open to being asked back.

Four rules, each with a day on which it first held: a silence of fixed length, a silence that is
long for the customer's own rhythm, a chance of a purchase that fell below a level, and a recorded
cancellation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from clvlab.clock import Horizon, StudyWindow, TimeUnit, days_since
from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.models import TransactionModel
from clvlab.recovery.reasons import REASON, UNKNOWN
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE, FREQUENCY, RECENCY, T
from clvlab.summary import CustomerSummary

LOST_ON = "lost_on"
FAMILIAR = 3
"""A customer's own gaps count against the base's usual one as if there were so many of those."""


def whole_days(span: str, name: str) -> int:
    """Days of a span such as ``"26 weeks"``, rounded down.

    Examples
    --------
    >>> whole_days("26 weeks", "silent")
    182
    """
    days = StudyWindow(TimeUnit.DAY).horizon_days(span, name)
    if days < 1:
        rule = "must be a span of at least a day"
        raise InputError(Problem(f"parameter '{name}'", rule, f"got {span!r}"))
    return int(days)


def standing(log: TransactionLog, as_of: date) -> pd.DataFrame:
    """Every customer as of a day, from purchases up to it and nothing later.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``: ``first_purchase``, ``last_purchase``, ``purchases`` (days
        with one), ``amount`` (exact sum), ``silent_days`` (from the last purchase to `as_of`),
        ``gap_days`` (mean days between purchases, drawn towards the base's usual one).
    """
    rows = log.table[log.table[DATE] <= pd.Timestamp(as_of)]
    if not len(rows):
        rule = "must hold purchases by the as-of day"
        raise InputError(Problem("the log", rule, f"there is none by {as_of}"))
    grouped = rows.groupby(CUSTOMER_ID, sort=True)[DATE]
    out = pd.DataFrame(
        {
            "first_purchase": grouped.min(),
            "last_purchase": grouped.max(),
            "purchases": grouped.size(),
        }
    )
    out[AMOUNT] = sum_by(rows[AMOUNT], rows[CUSTOMER_ID])
    out["silent_days"] = -days_since(out["last_purchase"], as_of)
    active = (out["last_purchase"] - out["first_purchase"]).dt.days
    repeats = out["purchases"] - 1
    again = repeats > 0
    usual = float((active[again] / repeats[again]).median()) if again.any() else np.nan
    out["gap_days"] = (active + FAMILIAR * usual) / (repeats + FAMILIAR)
    return out


def lost_by_silence(log: TransactionLog, *, as_of: date, silent: str) -> pd.DataFrame:
    """Customers who have not bought for a fixed time.

    Parameters
    ----------
    log
        Purchases; later ones than `as_of` are not looked at.
    as_of
        Last day seen (inclusive).
    silent
        Lost is who has been silent for so long or longer.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``: the columns of `standing`, ``lost_on`` (the day on which the
        silence was long enough) and ``reason`` (``"unknown"``: no log knows why).
    """
    days = whole_days(silent, "silent")
    table = standing(log, as_of)
    return _lost(table[table["silent_days"] >= days], pd.to_timedelta(days, unit="D"))


def lost_by_rhythm(log: TransactionLog, *, as_of: date, gaps: float) -> pd.DataFrame:
    """Customers silent for so many times as long as they usually are.

    Parameters
    ----------
    gaps
        How many of a customer's own gaps a silence may last.

    Returns
    -------
    pandas.DataFrame
        As from `lost_by_silence`.
    """
    table = standing(log, as_of)
    allowed = np.ceil(gaps * table["gap_days"])
    gone = table["silent_days"] >= allowed
    return _lost(table[gone], pd.to_timedelta(allowed[gone], unit="D"))


def lost_by_probability(
    log: TransactionLog,
    summary: CustomerSummary,
    model: TransactionModel,
    *,
    below: float,
    within: Horizon,
) -> pd.DataFrame:
    """Customers whose chance of a purchase has fallen below a level.

    Parameters
    ----------
    summary
        The same customers as of its calibration end.
    model
        Fitted.
    below
        Level of the chance, above 0 and below 1.
    within
        Time in which the purchase would have to come.

    Returns
    -------
    pandas.DataFrame
        As from `lost_by_silence`, with ``chance``; ``lost_on`` is the first day on which the
        model of today would have given the customer less than `below`.
    """
    if not 0 < below < 1:
        rule = "must be above 0 and below 1"
        raise InputError(Problem("parameter 'below'", rule, f"got {below!r}"))
    _, as_of = summary.window.calendar()
    horizon = f"{summary.window.horizon_days(within)} days"
    days = summary.to_frame(TimeUnit.DAY)[[FREQUENCY, RECENCY, T]]
    chance = model.probability_purchase(days, horizon=horizon, unit=TimeUnit.DAY)
    gone = days[chance < below]
    table = standing(log, as_of).reindex(gone.index)
    if not len(gone):
        return _lost(table, pd.to_timedelta(0, unit="D")).assign(chance=chance.reindex(gone.index))
    low, high = gone[RECENCY] - 1, gone[T].copy()
    while (high - low > 1).any():
        middle = ((low + high) // 2).clip(lower=gone[RECENCY])
        at = model.probability_purchase(
            gone.assign(**{T: middle}), horizon=horizon, unit=TimeUnit.DAY
        )
        reached = at < below
        high, low = high.where(~reached, middle), low.where(reached, middle)
    waited = pd.to_timedelta(high - gone[RECENCY], unit="D")
    return _lost(table, waited).assign(chance=chance.reindex(gone.index))


def lost_by_record(log: TransactionLog, losses: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Customers whose loss was recorded and who have not bought since.

    Parameters
    ----------
    losses
        ``customer_id``, ``lost_on``, and ``reason`` where it was asked; the last record counts.

    Returns
    -------
    pandas.DataFrame
        As from `lost_by_silence`. Customers of the record whom the log does not know are in,
        with missing purchases.
    """
    known = losses[losses[LOST_ON] <= pd.Timestamp(as_of)].sort_values(LOST_ON, kind="stable")
    last = known.drop_duplicates(CUSTOMER_ID, keep="last").set_index(CUSTOMER_ID)
    table = standing(log, as_of).reindex(last.index)
    out = table.assign(**{LOST_ON: last[LOST_ON]})
    said = last[REASON] if REASON in last else pd.Series(UNKNOWN, last.index)
    out[REASON] = said.astype(object).where(said.notna(), UNKNOWN).astype(str)
    back = out["last_purchase"] > out[LOST_ON]
    return out[~back].sort_index()


def _lost(table: pd.DataFrame, waited: pd.Timedelta | pd.Series) -> pd.DataFrame:
    out = table.copy()
    out[LOST_ON] = out["last_purchase"] + waited
    out[REASON] = UNKNOWN
    return out


def structure(lost: pd.DataFrame, by: str, value: str) -> pd.DataFrame:
    """How the lost base is made up.

    Parameters
    ----------
    lost
        One row per lost customer.
    by
        A column: reason, class, region, product, or the month of ``lost_on``.
    value
        A column of money.

    Returns
    -------
    pandas.DataFrame
        Indexed by `by`, largest value first: ``customers``, ``share``, the sum of `value`, and
        ``value_share``. Missing groups stand as ``"unknown"``.
    """
    groups = lost[by].astype(object).where(lost[by].notna(), UNKNOWN).astype(str)
    sizes = groups.groupby(groups).size()
    table = pd.DataFrame({"customers": sizes, "share": sizes / max(len(lost), 1)})
    table[value] = sum_by(lost[value], groups)
    total = float(sum_by(lost[value], np.zeros(len(lost))).sum())
    table["value_share"] = table[value] / total if total else np.nan
    return table.sort_values(value, ascending=False, kind="stable").rename_axis(by)


def funnel(lost: pd.DataFrame, steps: Mapping[str, pd.Series], value: str) -> pd.DataFrame:
    """From the lost to those who are targeted: each step keeps some of the one before.

    Parameters
    ----------
    lost
        One row per lost customer.
    steps
        What is asked at each step, true or false for every customer, in order.
    value
        A column of money.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``step``, ``lost`` first: ``customers``, the sum of `value`, ``kept`` (share of
        the customers of the step before).

    Examples
    --------
    >>> lost = pd.DataFrame({"worth": [9.0, 1.0, 5.0]})
    >>> funnel(lost, {"valuable": lost["worth"] > 2}, "worth")
              customers  worth      kept
    step
    lost              3   15.0  1.000000
    valuable          2   14.0  0.666667
    """
    inside = pd.Series(data=True, index=lost.index)
    rows, before = {}, max(len(lost), 1)
    for name, holds in {"lost": inside, **steps}.items():
        inside = inside & holds.reindex(lost.index, fill_value=False).astype(bool)
        here = lost.loc[inside, value]
        money = float(sum_by(here, np.zeros(len(here))).sum())
        rows[name] = (len(here), money, len(here) / before if before else np.nan)
        before = len(here)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["customers", value, "kept"])
    return table.rename_axis("step")
