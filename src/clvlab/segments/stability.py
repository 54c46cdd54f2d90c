"""How long a class holds: moves between periods, agreement between bases, key customers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from scipy.special import ndtri

from clvlab.errors import InputError, Problem
from clvlab.segments.segmentation import Segmentation

NONE = "none"


def migration(before: Segmentation, after: Segmentation, *, fewest: int = 1) -> pd.DataFrame:
    """Where the customers of each class are in a later cut by the same rules.

    Parameters
    ----------
    before, after
        The earlier and the later cut.
    fewest
        Moves of fewer customers are not shown: missing. None at all are.

    Returns
    -------
    pandas.DataFrame
        Rows: classes of the earlier cut, and ``none`` for customers who had no class. Columns:
        classes of the later one, and ``none``. Numbers of customers.

    Examples
    --------
    >>> from clvlab.segments.schemes import abc
    >>> values = pd.Series([80.0, 15.0, 5.0], index=list("abc"))
    >>> then, now = abc(values, cut_in=None), abc(values[::-1].set_axis(list("abc")), cut_in=None)
    >>> migration(then, now).loc["A", "C"]
    np.int64(1)
    """
    ids = before.labels.index.union(after.labels.index)
    sides = [side.labels.astype(str).reindex(ids).fillna(NONE) for side in (before, after)]
    names = [*map(str, before.rules)]
    names = [*names, *(name for name in map(str, after.rules) if name not in names), NONE]
    counts = pd.crosstab(sides[0], sides[1], rownames=["before"], colnames=["after"])
    whole: pd.DataFrame = counts.reindex(index=names, columns=names, fill_value=0)
    shown = whole.loc[whole.any(axis=1) | (whole.index != NONE)]
    if fewest > 1:
        return shown.where((shown == 0) | (shown >= fewest))
    return shown


@dataclass(frozen=True)
class Agreement:
    """How far two ways of cutting agree.

    Attributes
    ----------
    customers
        Customers who have a class in both.
    agree
        Share of them with the same class in both.
    kappa, lower, upper
        Cohen's kappa, the agreement beyond chance over the most there could be, with limits.
    """

    customers: int
    agree: float
    kappa: float
    lower: float
    upper: float


def agreement(one: Segmentation, other: Segmentation, interval: float = 0.90) -> Agreement:
    r"""Agreement of two segmentations with the same classes.

    :math:`\kappa = (p_o - p_e) / (1 - p_e)` with the share :math:`p_o` of customers who are in
    the same class and :math:`p_e` what chance would make of it (J. Cohen, 1960); limits from the
    asymptotic variance of Fleiss, Cohen and Everitt (1969).

    Raises
    ------
    InputError
        When they have no customer in common.
    """
    from statsmodels.stats.inter_rater import cohens_kappa  # type: ignore[import-untyped]

    ids = one.labels.index.intersection(other.labels.index)
    if not len(ids):
        rule = "must have customers in common"
        raise InputError(Problem("the two segmentations", rule, "they have none"))
    names = list(dict.fromkeys([*map(str, one.rules), *map(str, other.rules)]))
    sides = [side.labels.astype(str).reindex(ids) for side in (one, other)]
    counts = pd.crosstab(sides[0], sides[1]).reindex(index=names, columns=names, fill_value=0)
    same = float((sides[0] == sides[1]).mean())
    if (counts.sum(axis=0) > 0).sum() == 1 and (counts.sum(axis=1) > 0).sum() == 1:
        # All are in one class: what chance would do is all there is, and kappa is not defined.
        return Agreement(len(ids), same, float("nan"), float("nan"), float("nan"))
    found = cohens_kappa(counts.to_numpy())
    kappa, off = float(found.kappa), float(ndtri(0.5 + interval / 2) * found.std_kappa)
    return Agreement(len(ids), same, kappa, kappa - off, kappa + off)


def class_changes(
    before: Segmentation, after: Segmentation, values: pd.DataFrame, top: str | None = None
) -> pd.DataFrame:
    """The key customers whose class changed, those with most at stake first.

    Parameters
    ----------
    before, after
        The earlier and the later cut.
    values
        Indexed by customer id: ``before`` and ``after``, what each was worth in either.
    top
        The class of key customers; by default the first.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, customers who were in the class in one cut and not in the
        other: ``from_class``, ``to_class`` (``none`` where there is none), ``before``, ``after``
        and ``change``.
    """
    key = top or str(before.labels.cat.categories[0])
    then = before.labels.astype(str).reindex(values.index).fillna(NONE)
    now = after.labels.astype(str).reindex(values.index).fillna(NONE)
    moved = (then == key) != (now == key)
    out = values.loc[moved, ["before", "after"]].copy()
    out.insert(0, "from_class", then[moved])
    out.insert(1, "to_class", now[moved])
    out["change"] = out["after"] - out["before"]
    return out.sort_values("change", key=lambda change: -change.abs(), kind="stable")
