"""What amounts are made of: shares by region, channel, product or class, and what moved them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clvlab.data.exact_money import sum_by
from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary.concentration import gini, herfindahl
from clvlab.summary.period import Period

UNKNOWN = "not noted"


@dataclass(frozen=True)
class Imbalance:
    """How unevenly amounts are spread over groups.

    Attributes
    ----------
    groups
        Groups with something in them.
    entropy
        Shannon's entropy of the shares over its maximum: 1 where all groups are alike, 0 where
        one has everything; missing for a single group.
    herfindahl, effective
        Sum of the squared shares, and one over it: as uneven as that many equal groups.
    gini
        Gini coefficient over the groups.
    """

    groups: int
    entropy: float
    herfindahl: float
    effective: float
    gini: float


def imbalance_of(amounts: pd.Series) -> Imbalance:
    """Measure the imbalance of amounts, none of them negative.

    Examples
    --------
    >>> found = imbalance_of(pd.Series([50.0, 50.0, 0.0]))
    >>> found.groups, found.entropy, found.effective
    (2, 1.0, 2.0)
    """
    there = amounts[amounts != 0]
    index = herfindahl(there)
    share = there.to_numpy(dtype=np.float64) / (math.fsum(there) or 1.0)
    many = len(there)
    entropy = -math.fsum(share * np.log(share)) / math.log(many) if many > 1 else math.nan
    effective = 1 / index if index else math.nan
    return Imbalance(many, entropy, index, effective, gini(there))


def composition(lines: pd.DataFrame, axis: str, period: Period | None = None) -> pd.DataFrame:
    """Amounts and their shares by one axis.

    Parameters
    ----------
    lines
        ``customer_id``, ``date``, ``amount`` and the axis; see `Records.lines`.
    axis
        The column to split by; lines without a value are a group of their own.
    period
        Days that count; all of them by default.

    Returns
    -------
    pandas.DataFrame
        Indexed by the axis, the largest first: ``customers`` who bought of it, ``amount``, and
        ``share`` of the whole amount. Shares sum to one.

    Raises
    ------
    InputError
        When there is no such column, or no line in the period.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": [1, 1, 2], "date": pd.Timestamp("2024-01-01"),
    ...                       "amount": [6.0, 1.0, 3.0], "region": ["north", "south", "north"]})
    >>> composition(lines, "region")["share"].to_dict()
    {'north': 0.9, 'south': 0.1}
    """
    rows, groups = _rows_of(lines, axis, period)
    amounts = sum_by(rows[AMOUNT], groups)
    out = pd.DataFrame(
        {
            "customers": rows[CUSTOMER_ID].groupby(groups).nunique().reindex(amounts.index),
            AMOUNT: amounts,
            "share": amounts / (math.fsum(amounts) or math.nan),
        }
    )
    return out.sort_values(AMOUNT, ascending=False, kind="stable").rename_axis(axis)


def composition_change(
    lines: pd.DataFrame, axis: str, before: Period, after: Period
) -> pd.DataFrame:
    """What each group contributed to the change from one period to the next.

    Parameters
    ----------
    lines, axis
        As in `composition`.
    before, after
        The periods; of one length, or what is longer has more of everything.

    Returns
    -------
    pandas.DataFrame
        Indexed by the axis, the largest change first: ``customers`` (of the period with fewer,
        if there are any in both), ``before`` and ``after`` (amounts), ``change``,
        ``contribution`` to the relative change of the whole (these sum to it), ``share_before``,
        ``share_after`` and ``share_change``.

    Raises
    ------
    InputError
        As in `composition`.
    """
    whole = [composition(lines, axis, one) for one in (before, after)]
    sides = [one[AMOUNT] for one in whole]
    names = sides[0].index.union(sides[1].index)
    one, two = (side.reindex(names).fillna(0.0) for side in sides)
    totals = math.fsum(one), math.fsum(two)
    both = pd.concat([each["customers"].reindex(names) for each in whole], axis=1)
    fewer = both.min(axis=1)
    out = pd.DataFrame({"customers": fewer, "before": one, "after": two, "change": two - one})
    out["contribution"] = out["change"] / (totals[0] or math.nan)
    out["share_before"] = one / (totals[0] or math.nan)
    out["share_after"] = two / (totals[1] or math.nan)
    out["share_change"] = out["share_after"] - out["share_before"]
    order = np.argsort(-out["change"].abs().to_numpy(), kind="stable")
    return out.iloc[order].rename_axis(axis)


def cross_table(
    lines: pd.DataFrame,
    rows: str | pd.Series,
    columns: str,
    *,
    most: int = 10,
    period: Period | None = None,
    within_rows: bool = False,
) -> pd.DataFrame:
    """Shares of the amount by two axes at once; all cells sum to one, or each row does.

    Parameters
    ----------
    lines
        As in `composition`.
    rows
        A column, or a segment for each customer id (`Segmentation.labels`); customers without one
        are left out.
    columns
        A column.
    most
        Groups of either axis that have their own row or column; the rest is ``other``.
    period
        Days that count; all of them by default.
    within_rows
        Whether shares are of the row's amount instead of the whole one.

    Raises
    ------
    InputError
        As in `composition`.
    """
    some, second = _rows_of(lines, columns, period)
    if isinstance(rows, str):
        some, first = _rows_of(lines, rows, period)
    else:
        first = some[CUSTOMER_ID].map(rows.astype(str))
        some, second = some[first.notna()], second[first.notna()]
        first = first.dropna()
    keys = [_largest(some[AMOUNT], groups, most) for groups in (first, second)]
    amounts = sum_by(some[AMOUNT], keys)
    order = [_order(keys[0], some[AMOUNT], rows), _order(keys[1], some[AMOUNT], columns)]
    cells = pd.MultiIndex.from_product(order)
    flat = amounts.reindex(cells).fillna(0.0).to_numpy().reshape(len(order[0]), len(order[1]))
    names = pd.Index(order[0], name=rows if isinstance(rows, str) else rows.name)
    table = pd.DataFrame(flat, names, order[1])
    if within_rows:
        return table.div(table.sum(axis=1).replace(0.0, np.nan), axis=0)
    return table / (math.fsum(table.to_numpy().ravel()) or math.nan)


OTHER = "other"


def _largest(amounts: pd.Series, groups: pd.Series, most: int) -> pd.Series:
    sums = sum_by(amounts, groups).sort_values(ascending=False, kind="stable")
    if len(sums) <= most:
        return groups
    kept = set(sums.index[: most - 1])
    return groups.where(groups.isin(kept), OTHER)


def _order(groups: pd.Series, amounts: pd.Series, axis: str | pd.Series) -> list[str]:
    """The largest first, ``other`` last; segments keep their own order."""
    sums = sum_by(amounts, groups).sort_values(ascending=False, kind="stable")
    names = [name for name in sums.index if name != OTHER]
    if isinstance(axis, pd.Series) and isinstance(axis.dtype, pd.CategoricalDtype):
        own = [str(name) for name in axis.cat.categories]
        names = [name for name in own if name in names]
    return [*names, *([OTHER] if OTHER in sums.index else [])]


def _rows_of(
    lines: pd.DataFrame, axis: str, period: Period | None
) -> tuple[pd.DataFrame, pd.Series]:
    if axis not in lines:
        hint = did_you_mean(axis, [str(name) for name in lines.columns])
        rule = "must be a column of the purchases"
        raise InputError(Problem("parameter 'axis'", rule, f"got {axis!r}", hint))
    rows = lines
    if period is not None:
        days = lines[DATE]
        inside = (days >= pd.Timestamp(period.first)) & (days <= pd.Timestamp(period.last))
        rows = lines[inside]
    if not len(rows):
        found = f"none in {period}" if period else "none"
        raise InputError(Problem("the composition", "must have purchases to split", found))
    codes, names = pd.factorize(rows[axis], sort=True)
    words = np.array([*(str(name) for name in names), UNKNOWN], dtype=object)
    # A category keeps grouping a million lines quick.
    groups = pd.Series(words[codes], rows.index)
    return rows, groups
