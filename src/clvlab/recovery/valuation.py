"""Three ways to value a lost customer, side by side: revenue, contribution margin, lifetime.

Classes are cut by the seed's ABC analysis: customers in order of value, A up to the first share of
the total, B up to the second, C the rest.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import scipy

from clvlab.errors import InputError, Problem

CUTS = (0.80, 0.95)


def abc_class(values: pd.Series, cuts: tuple[float, float] = CUTS) -> pd.Series:
    """Class of each customer by cumulative share of the value, largest first.

    Parameters
    ----------
    values
        Finite numbers; what is below zero counts as zero. Equal values stand in the order of
        their index.
    cuts
        Cumulative shares at which A and B end: the customer who crosses a cut still belongs above
        it.

    Examples
    --------
    >>> abc_class(pd.Series([70.0, 20.0, 6.0, 4.0])).tolist()
    ['A', 'A', 'B', 'C']
    """
    if not 0 < cuts[0] < cuts[1] < 1:
        rule = "must be two rising shares above 0 and below 1"
        raise InputError(Problem("parameter 'cuts'", rule, f"got {cuts}"))
    positive = values.clip(lower=0).sort_index().sort_values(ascending=False, kind="stable")
    total = float(positive.sum())
    before = positive.cumsum().shift(fill_value=0.0) / total if total else positive * 0 + 1
    names = np.array(["A", "B", "C"])[np.searchsorted(cuts, before.to_numpy(), side="right")]
    return pd.Series(names, index=positive.index, name="class").reindex(values.index)


def compare_valuations(values: pd.DataFrame) -> pd.DataFrame:
    """How far valuations agree on who is worth most.

    Parameters
    ----------
    values
        One column per valuation, one row per customer.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``valuation`` and ``other``: ``rank_correlation`` (Spearman),
        ``change_class`` (share of customers in another ABC class), ``customers``.
    """
    classes = {name: abc_class(values[name]) for name in values}
    rows = {}
    for one, other in combinations(values.columns, 2):
        correlation = float(scipy.stats.spearmanr(values[one], values[other]).statistic)
        moved = float((classes[one] != classes[other]).mean())
        rows[one, other] = (correlation, moved, len(values))
    columns = ["rank_correlation", "change_class", "customers"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.index = pd.MultiIndex.from_tuples(table.index, names=["valuation", "other"])
    return table
