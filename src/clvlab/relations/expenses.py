"""Expenses against their budget, and claims that somebody should look at."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from clvlab.data.exact_money import sum_by
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary.period import Period

TO_NORMAL = 1 / float(ndtri(0.75))
"""Makes the median absolute deviation of normal numbers their standard deviation."""
FEWEST = 20
"""Earlier claims of a category below which none is called unusual."""


def against_budget(
    costs: pd.DataFrame, period: Period, budget: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Expenses of a period by category, beside what was planned.

    Parameters
    ----------
    costs
        The table ``costs``: ``date``, ``category``, ``amount``.
    period
        Days that count.
    budget
        As `load_budget` reads it; without one nothing is said of it.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``category``: ``claims`` (rows), ``spent``; with a budget also ``budget`` (0 of
        a category that has none), ``left`` and ``used`` (share; missing without a budget); last a
        row ``"total"``.
    """
    inside = costs[costs[DATE].between(pd.Timestamp(period.first), pd.Timestamp(period.last))]
    spent = sum_by(inside[AMOUNT], inside["category"].astype(str))
    out = pd.DataFrame({"claims": inside.groupby("category").size(), "spent": spent})
    if budget is not None:
        out = out.join(budget.set_index("category")["budget"], how="outer").fillna(0.0)
    out = out.sort_index()
    out.loc["total"] = out.sum()
    if budget is not None:
        out["left"] = out["budget"] - out["spent"]
        out["used"] = out["spent"] / out["budget"].where(out["budget"] > 0)
    return out.rename_axis("category")


def unusual_claims(
    costs: pd.DataFrame, period: Period, *, false_alarms: float = 1.0
) -> pd.DataFrame:
    r"""Claims that are far larger than others of their category, and claims made twice.

    On the logarithmic scale a claim is held against the median of its category up to the
    period's end, in units of 1.4826 median absolute deviations (Hampel 1974), or of the standard
    deviation where that is larger, as in a category of two kinds of claims. It is unusual beyond
    the normal limit that `false_alarms` of all the claims of the period would pass by chance. A
    claim is there twice where customer, category and amount are those of another one of the same
    period, unless the customer is unknown.

    Parameters
    ----------
    costs
        The table ``costs``: ``date``, ``category``, ``amount``, and ``customer_id`` if it has one.
    period
        Days whose claims are judged.
    false_alarms
        Claims of a period that may be called unusual by chance, above 0.

    Returns
    -------
    pandas.DataFrame
        Indexed by position in `costs`: ``date``, ``category``, ``customer_id``, ``amount``,
        ``usual`` (the median), ``times`` (amount over it), ``why``; the largest first.

    Raises
    ------
    InputError
        When `false_alarms` is not above 0.
    """
    if not false_alarms > 0:
        rule = "must be above 0"
        raise InputError(Problem("parameter 'false_alarms'", rule, f"got {false_alarms!r}"))
    known = costs[(costs[DATE] <= pd.Timestamp(period.last)) & (costs[AMOUNT] > 0)]
    logs = np.log(known[AMOUNT])
    by = known["category"]
    middle = logs.groupby(by).transform("median")
    spread = (logs - middle).abs().groupby(by).transform("median") * TO_NORMAL
    spread = np.maximum(spread, logs.groupby(by).transform("std").fillna(0.0))
    enough = by.map(by.value_counts()) >= FEWEST
    inside = known[DATE] >= pd.Timestamp(period.first)
    level = min(false_alarms / max(int(inside.sum()), 1), 0.5)
    far = (logs - middle) > -float(ndtri(level)) * spread
    large = inside & enough & (spread > 0) & far
    twice = pd.Series(data=False, index=known.index)
    if CUSTOMER_ID in known:
        same = known.duplicated([CUSTOMER_ID, "category", AMOUNT], keep="first")
        same_period = known[inside].duplicated([CUSTOMER_ID, "category", AMOUNT], keep="first")
        twice.loc[inside] = same_period & same[inside] & known.loc[inside, CUSTOMER_ID].notna()
    columns = [name for name in (DATE, "category", CUSTOMER_ID, AMOUNT) if name in known]
    out = known.loc[large | twice, columns].copy()
    out["usual"] = np.exp(middle[out.index])
    out["times"] = out[AMOUNT] / out["usual"]
    out["why"] = np.where(twice[out.index], "claimed twice", "far above its category")
    found: pd.DataFrame = out.sort_values(["times", DATE], ascending=[False, True], kind="stable")
    return found


def above_cap(costs: pd.DataFrame, period: Period, cap: float) -> pd.DataFrame:
    """Customers on whom more was spent than is allowed for one customer.

    Parameters
    ----------
    costs
        The table ``costs``: ``customer_id``, ``date``, ``category``, ``amount``; what belongs to
        no customer is left out.
    period
        Days for which the cap holds.
    cap
        Most that may be spent on one customer in the period, above 0, in the currency of the
        costs.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, the largest first: ``claims`` (rows), ``spent``, ``above``
        (the cap), ``mostly`` (the category with the largest part, the first by name of equals).

    Raises
    ------
    InputError
        When the cap is not above 0, or the costs do not say whose they are.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-06-01", "2024-06-02", "2024-06-03"])
    >>> costs = pd.DataFrame({"customer_id": ["a", "a", "b"], "date": days,
    ...     "category": ["travel", "gifts", "travel"], "amount": [70.0, 40.0, 90.0]})
    >>> above_cap(costs, Period.of("2024-06-01", "2024-06-30"), 100.0).to_dict("index")
    {'a': {'claims': 2, 'spent': 110.0, 'above': 10.0, 'mostly': 'travel'}}
    """
    if not cap > 0:
        raise InputError(Problem("parameter 'cap'", "must be above 0", f"got {cap!r}"))
    if CUSTOMER_ID not in costs:
        rule = f"must have the column '{CUSTOMER_ID}'"
        raise InputError(Problem("the table costs", rule, f"has {', '.join(map(str, costs))}"))
    inside = costs[costs[DATE].between(pd.Timestamp(period.first), pd.Timestamp(period.last))]
    inside = inside.dropna(subset=CUSTOMER_ID)
    by = inside[CUSTOMER_ID]
    out = pd.DataFrame({"claims": by.value_counts(), "spent": sum_by(inside[AMOUNT], by)})
    out = out[out["spent"] > cap].rename_axis(CUSTOMER_ID)
    out["above"] = out["spent"] - cap
    of_those = inside[by.isin(out.index)]
    parts = of_those.groupby([CUSTOMER_ID, "category"])[AMOUNT].sum().reset_index()
    largest = parts.sort_values([AMOUNT, "category"], ascending=[False, True], kind="stable")
    most = largest.drop_duplicates(CUSTOMER_ID).set_index(CUSTOMER_ID)["category"]
    out["mostly"] = most.reindex(out.index)
    found: pd.DataFrame = out.sort_values("spent", ascending=False, kind="stable")
    return found
