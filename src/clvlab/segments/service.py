"""What we give a segment beside what it gives us: who is served too much, and who too little."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from clvlab.data.exact_money import sum_by
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.segments.segmentation import SEGMENT, Segmentation
from clvlab.summary.period import Period

OVER, UNDER, EVEN = "over-served", "under-served", "as it is worth"


def service_by_segment(
    segmentation: Segmentation,
    values: pd.Series,
    effort: pd.DataFrame,
    period: Period,
    *,
    measure: str = AMOUNT,
    tolerance: float = 0.25,
) -> pd.DataFrame:
    """Each segment's share of the effort beside its share of the value.

    Parameters
    ----------
    segmentation
        The segments.
    values
        What each customer is worth, indexed by customer id.
    effort
        The table ``costs`` or ``contacts``: ``customer_id``, ``date`` and the measure. Rows
        without a customer, such as overheads, belong to nobody and are left out.
    period
        Days that count.
    measure
        Column that is summed: ``amount``, ``cost``, ``hours``; ``""`` counts the rows.
    tolerance
        How far the shares may be apart, relative to the larger one, to count as even.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``segment``: ``customers``, ``value_share``, ``effort`` and ``effort_share``,
        ``ratio`` (of the shares, effort over value), ``verdict``: ``over-served``,
        ``under-served`` or ``as it is worth``.

    Raises
    ------
    InputError
        When the measure is no column, or nothing of it falls on these customers and days.
    """
    if measure and measure not in effort:
        there = ", ".join(map(str, effort.columns))
        rule = f"must be one of {there}"
        raise InputError(Problem("parameter 'measure'", rule, f"got {measure!r}"))
    rows = effort[_inside(effort, period)]
    amounts = rows[measure].fillna(0.0) if measure else pd.Series(1.0, rows.index)
    spent = _by_segment(amounts, rows[CUSTOMER_ID], segmentation)
    if not spent.sum() > 0:
        found = f"nothing falls on these customers in {period}"
        raise InputError(Problem("the effort", "must be there to be compared", found))
    worth = _by_segment(values.clip(lower=0.0), values.index.to_series(), segmentation)
    out = pd.DataFrame(
        {
            "customers": segmentation.labels.value_counts().reindex(worth.index),
            "value_share": worth / worth.sum(),
            "effort": spent,
            "effort_share": spent / spent.sum(),
        }
    )
    out["ratio"] = out["effort_share"] / out["value_share"].where(out["value_share"] > 0)
    gap = out["effort_share"] - out["value_share"]
    even = gap.abs() <= tolerance * out[["effort_share", "value_share"]].max(axis=1)
    out["verdict"] = np.select([even, gap > 0], [EVEN, OVER], UNDER)
    return out.rename_axis(SEGMENT)


def two_sided_value(
    segmentation: Segmentation,
    received: pd.Series,
    benefits: pd.DataFrame,
    period: Period,
    *,
    costs: pd.DataFrame | None = None,
    words: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """What a segment's customers give us, and what we give them.

    Parameters
    ----------
    segmentation
        The segments.
    received
        Margin of each customer in the period, before what is given, indexed by customer id.
    benefits
        The table ``benefits``: ``customer_id``, ``date``, ``benefit``, ``cost`` (to us) and, if
        there is one, ``worth`` (to the customer). What lacks a cost counts nothing.
    period
        Days that count.
    costs
        The table ``costs``, whose amounts are given as service.
    words
        What benefits are called.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``segment``: ``customers``, ``received``, a column for each benefit and
        ``service`` with its cost, ``given`` (their sum), ``net``, and ``worth_to_them``.
    """
    labels = segmentation.labels
    names = pd.Index([str(name) for name in labels.cat.categories], name=SEGMENT)
    own = _by_segment(received, received.index.to_series(), segmentation)
    out = pd.DataFrame({"customers": labels.value_counts().reindex(names), "received": own})
    rows = benefits[_inside(benefits, period)]
    given = []
    for kind in sorted(rows["benefit"].dropna().unique()):
        name = (words or {}).get(str(kind), str(kind))
        some = rows[rows["benefit"] == kind]
        out[name] = _by_segment(some["cost"].fillna(0.0), some[CUSTOMER_ID], segmentation)
        given.append(name)
    if costs is not None:
        spent = costs[_inside(costs, period)]
        out["service"] = _by_segment(spent[AMOUNT], spent[CUSTOMER_ID], segmentation)
        given.append("service")
    out["given"] = out[given].sum(axis=1)
    out["net"] = out["received"] - out["given"]
    if "worth" in rows:
        worth = rows["worth"].fillna(0.0)
        out["worth_to_them"] = _by_segment(worth, rows[CUSTOMER_ID], segmentation)
    return out


def cost_of_each(costs: pd.DataFrame, customers: pd.Index, period: Period) -> pd.Series:
    """What serving each customer cost in a period, 0 where nothing is noted.

    Parameters
    ----------
    costs
        The table ``costs``; rows without a customer belong to nobody.
    customers
        Ids.
    period
        Days that count.
    """
    rows = costs[_inside(costs, period) & costs[CUSTOMER_ID].isin(customers)]
    return sum_by(rows[AMOUNT], rows[CUSTOMER_ID]).reindex(customers).fillna(0.0)


def _inside(table: pd.DataFrame, period: Period) -> pd.Series:
    days = table[DATE]
    return (days >= pd.Timestamp(period.first)) & (days <= pd.Timestamp(period.last))


def _by_segment(amounts: pd.Series, customers: pd.Series, segmentation: Segmentation) -> pd.Series:
    """Sums over the customers of each segment, 0 where there is nothing."""
    labels = segmentation.labels
    names = pd.Index([str(name) for name in labels.cat.categories], name=SEGMENT)
    groups = customers.map(labels.astype(str)).set_axis(amounts.index)
    known = groups.notna()
    if not known.any():
        return pd.Series(0.0, names)
    return sum_by(amounts[known], groups[known]).reindex(names).fillna(0.0)
