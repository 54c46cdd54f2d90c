"""Three ways to value a lost customer, side by side: revenue, contribution margin, lifetime.

Classes are cut by the seed's ABC analysis: customers in order of value, A up to the first share of
the total, B up to the second, C the rest.
"""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import scipy

from clvlab.segments.cumulative_share import CUTS, classes_by_share


def abc_class(values: pd.Series, cuts: tuple[float, float] = CUTS) -> pd.Series:
    """Class of each customer by cumulative share of the value, largest first.

    Parameters
    ----------
    values
        Finite numbers; what is zero or less is in the last class. Equal values stand in the order
        of their index.
    cuts
        Cumulative shares at which A and B end: the customer who crosses a cut still belongs above
        it.

    Examples
    --------
    >>> abc_class(pd.Series([70.0, 20.0, 6.0, 4.0])).tolist()
    ['A', 'A', 'B', 'C']
    """
    return classes_by_share(values, cuts).fillna("C").rename("class")


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
