"""The same questions seen from both sides: what customers say, and what employees believe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from clvlab.errors import InputError, Problem
from clvlab.relations.clustered import clustered_mean
from clvlab.relations.survey.answers import CUSTOMER, EMPLOYEE, SurveyAnswers


def views_of_both_sides(
    survey: SurveyAnswers,
    constructs: Mapping[str, Sequence[str]],
    *,
    by: str = "construct",
    level: float = 0.05,
    interval: float = 0.90,
) -> pd.DataFrame:
    """Employees' answers less customers', on a scale from 0 to 100.

    Differences of means with Welch's degrees of freedom; answers of one customer count as one
    case. P-values are corrected over all rows (Holm 1979).

    Parameters
    ----------
    survey
        Answers of both roles.
    constructs
        Questions by construct.
    by
        ``"construct"`` or ``"item"``: one row for each.
    level
        Chance of calling any gap real where there is none.
    interval
        Coverage of the limits of each gap.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``construct`` (and ``item``): ``customers_say``, ``employees_believe``,
        ``gap`` with ``gap_lower`` and ``gap_upper``, ``p_adjusted``, ``gap_is`` (``"too high"``,
        ``"too low"`` or ``"not told apart"``), ``n_customers``, ``n_employees``.

    Raises
    ------
    InputError
        When one of the sides has fewer than two answers, or `by` is something else.
    """
    if by not in ("construct", "item"):
        rule = "must be construct or item"
        raise InputError(Problem("parameter 'by'", rule, f"got {by!r}"))
    sides = {role: survey.of(role) for role in (CUSTOMER, EMPLOYEE)}
    few = [role for role, side in sides.items() if len(side.answers) < 2]
    if few:
        rule = "must have answers of customers and of employees"
        found = f"fewer than two {' and '.join(few)} answers"
        raise InputError(Problem("the survey", rule, found, "Mark whose they are in 'role'."))
    index: pd.Index
    if by == "item":
        tables = {role: side.rescaled() for role, side in sides.items()}
        keys = [(name, item) for name, items in constructs.items() for item in items]
        index = pd.MultiIndex.from_tuples(keys, names=["construct", "item"])
        columns = [item for _, item in keys]
    else:
        tables = {role: side.scores(constructs) for role, side in sides.items()}
        index = pd.Index(list(constructs), name="construct")
        columns = list(constructs)
    clusters = {role: side.clusters for role, side in sides.items()}
    rows = [_gap(column, tables, clusters, interval) for column in columns]
    out = pd.DataFrame(rows, index=index)
    out["p_adjusted"] = holm(out["p_value"])
    told = out["p_adjusted"] < level
    out["gap_is"] = np.select(
        [told & (out["gap"] > 0), told], ["too high", "too low"], "not told apart"
    )
    order = ["customers_say", "employees_believe", "gap", "gap_lower", "gap_upper"]
    return out[[*order, "p_adjusted", "gap_is", "n_customers", "n_employees"]]


def holm(p_values: pd.Series) -> pd.Series:
    """P-values corrected over those known (Holm 1979): the k-th smallest of m times m - k + 1.

    Examples
    --------
    >>> holm(pd.Series([0.04, 0.01])).tolist()
    [0.04, 0.02]
    """
    known = p_values.dropna().sort_values(kind="stable")
    steps = known * np.arange(len(known), 0, -1)
    corrected: pd.Series = steps.cummax().clip(upper=1.0).reindex(p_values.index)
    return corrected


def _gap(
    column: str,
    tables: Mapping[str, pd.DataFrame],
    clusters: Mapping[str, pd.Series],
    interval: float,
) -> dict[str, float]:
    both = {}
    for role, table in tables.items():
        own = table[column].dropna()
        both[role] = clustered_mean(own, clusters[role][own.index], interval)
    one, other = both[CUSTOMER], both[EMPLOYEE]
    gap = other.estimate - one.estimate
    parts = np.array([one.standard_error**2, other.standard_error**2])
    error = float(np.sqrt(parts.sum()))
    freedom = np.array([one.clusters - 1, other.clusters - 1])
    usable = error > 0 and (freedom > 0).all()
    # Welch (1947) and Satterthwaite (1946).
    many = parts.sum() ** 2 / (parts**2 / freedom).sum() if usable else np.nan
    reach = float(stdtrit(many, 0.5 + interval / 2)) * error if usable else np.nan
    return {
        "customers_say": one.estimate,
        "employees_believe": other.estimate,
        "gap": gap,
        "gap_lower": gap - reach,
        "gap_upper": gap + reach,
        "p_value": float(2 * stdtr(many, -abs(gap) / error)) if usable else np.nan,
        "n_customers": one.rows,
        "n_employees": other.rows,
    }
