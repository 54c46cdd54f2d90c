"""Who came back, and to a usual pattern of business rather than for one stray order."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import ndtri

from clvlab.clock import TimeUnit, days_since
from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.models import TransactionModel
from clvlab.recovery.losses import whole_days
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary import CustomerSummary


def returns_after(
    log: TransactionLog,
    lost: pd.DataFrame,
    *,
    offered_on: date,
    window: str,
    least_rate: float,
) -> pd.DataFrame:
    """What lost customers did within a window after a day.

    Parameters
    ----------
    log
        Purchases, reaching to the end of the window.
    lost
        Customers lost as of `offered_on`; see `lost_by_silence`.
    offered_on
        The window starts the day after.
    window
        How long a return counts as one.
    least_rate
        Regained is who buys at so many times the rate of the first life, or more; 0 counts any
        order. The rate of the first life is that from the first purchase to `offered_on`.

    Returns
    -------
    pandas.DataFrame
        Indexed like `lost`: ``returned`` (0 or 1), ``returned_on``, ``days_to_return``,
        ``orders`` (purchase days in the window), ``amount``, ``rate_ratio``, ``regained`` (0 or
        1).

    Raises
    ------
    InputError
        When the log ends before the window does.
    """
    days = whole_days(window, "window")
    start = pd.Timestamp(offered_on)
    end = start + pd.Timedelta(days=days)
    last = log.table[DATE].max()
    if last < end:
        raise InputError(
            Problem(
                "parameter 'window'",
                "must end within the data",
                f"it ends {end:%Y-%m-%d}, the last purchase was on {last:%Y-%m-%d}",
                "Offer earlier, or wait: a return that could not be seen is not a failure.",
            )
        )
    table = log.table
    inside = table[(table[DATE] > start) & (table[DATE] <= end)]
    inside = inside[lost.index.get_indexer(pd.Index(inside[CUSTOMER_ID])) >= 0]
    grouped = inside.groupby(CUSTOMER_ID)[DATE]
    out = pd.DataFrame(index=lost.index)
    orders = grouped.size().reindex(lost.index, fill_value=0)
    out["returned"] = (orders > 0).astype(np.int64)
    out["returned_on"] = grouped.min().reindex(lost.index)
    out["days_to_return"] = days_since(out["returned_on"], start)
    out["orders"] = orders
    out[AMOUNT] = sum_by(inside[AMOUNT], inside[CUSTOMER_ID]).reindex(lost.index, fill_value=0.0)
    first_life = -days_since(lost["first_purchase"], start)
    out["rate_ratio"] = (orders / days) / (lost["purchases"] / first_life.clip(lower=1))
    back = (orders > 0) & (out["rate_ratio"] >= least_rate)
    out["regained"] = back.astype(np.int64)
    return out


def natural_return(
    lost: pd.DataFrame,
    returns: pd.DataFrame,
    by: pd.Series,
    *,
    interval: float = 0.95,
    expected: pd.Series | None = None,
) -> pd.DataFrame:
    """Share of lost customers who came back by themselves, and what a model had expected.

    Only for customers whom nobody asked back in the window: of others it is a return, not a
    natural one.

    Parameters
    ----------
    lost, returns
        `lost_by_silence` and `returns_after`.
    by
        A group for each customer.
    interval
        Coverage of the limits (Wilson).
    expected
        Chance of a purchase in the window by a model, for each customer; see `expected_return`.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``group``, all customers last as ``all``: ``customers``, ``returned``,
        ``share``, ``lower``, ``upper``, ``spent`` (mean amount of those who returned), and with
        `expected` its mean, and ``gap`` (expected less observed).
    """
    everybody = returns["returned"].groupby(np.full(len(lost), "all")).agg(["size", "sum"])
    groups = by.reindex(lost.index).astype(object).where(by.notna(), "unknown").astype(str)
    counts = pd.concat([returns["returned"].groupby(groups).agg(["size", "sum"]), everybody])
    counts.columns = pd.Index(["customers", "returned"])
    share = counts["returned"] / counts["customers"]
    table = counts.assign(share=share)
    table["lower"], table["upper"] = wilson_limits(share, counts["customers"], interval)
    spent = pd.concat(
        [
            sum_by(returns[AMOUNT], groups),
            sum_by(returns[AMOUNT], np.full(len(lost), "all")),
        ]
    )
    table["spent"] = spent / counts["returned"].where(counts["returned"] > 0)
    if expected is not None:
        chances = expected.reindex(lost.index)
        means = pd.concat(
            [chances.groupby(groups).mean(), chances.groupby(np.full(len(lost), "all")).mean()]
        )
        table["expected"] = means
        table["gap"] = table["expected"] - table["share"]
    return table.rename_axis("group")


def expected_return(
    summary: CustomerSummary, model: TransactionModel, lost: pd.DataFrame, *, window: str
) -> pd.Series:
    """Chance of a purchase within a window by a model that was fitted up to the offer.

    The models take a silent customer for alive and slow, or for gone for good; recovery is
    outside of them, and what they are wrong by is seen in `natural_return`.
    """
    chance = model.probability_purchase(summary, horizon=f"{whole_days(window, 'window')} days")
    return chance.reindex(lost.index)


def wilson_limits(
    share: pd.Series, customers: pd.Series, interval: float
) -> tuple[pd.Series, pd.Series]:
    """Limits of a share (E. B. Wilson, 1927).

    Examples
    --------
    >>> low, high = wilson_limits(pd.Series([0.5]), pd.Series([100]), 0.95)
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.4038, 0.5962)
    """
    z = float(ndtri(0.5 + interval / 2))
    middle = share + z * z / (2 * customers)
    reach = z * np.sqrt(share * (1 - share) / customers + (z / (2 * customers)) ** 2)
    scale = 1 + z * z / customers
    return (middle - reach) / scale, (middle + reach) / scale


def lapse_groups(lost: pd.DataFrame, unit: TimeUnit = TimeUnit.MONTH) -> pd.Series:
    """How long customers have been silent, in words, by quarters of the lost base.

    Returns
    -------
    pandas.Series
        Such as ``"silent 6 to 8 months"``, indexed like `lost`.
    """
    silent = lost["silent_days"]
    edges = np.unique(np.quantile(silent, [0, 0.25, 0.5, 0.75, 1.0], method="lower"))
    if len(edges) < 2:
        return pd.Series(f"silent {silent.iloc[0] / unit.days:.0f} {unit}s", index=lost.index)
    places = np.clip(np.searchsorted(edges, silent, side="right") - 1, 0, len(edges) - 2)
    ends = edges / unit.days
    names = [f"silent {low:.1f} to {high:.1f} {unit}s" for low, high in pairwise(ends)]
    return pd.Series(np.array(names)[places], index=lost.index)
