"""Classes by cumulative share of a value, largest first: what ABC analysis cuts by."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from string import ascii_uppercase

import numpy as np
import pandas as pd

from clvlab.errors import InputError, Problem

CUTS = (0.80, 0.95)


def classes_by_share(values: pd.Series, cuts: Sequence[float] = CUTS) -> pd.Series:
    """Class of each customer, "A" first; missing where the value is zero or less.

    Customers are ranked from the largest value down, ties in the order of the index. A customer
    is in a class while those before them hold less than its cut of the total: the one who crosses
    a cut is in the upper class.

    Parameters
    ----------
    values
        One finite number per customer.
    cuts
        Cumulative shares at which classes end, rising, above 0 and below 1.

    Raises
    ------
    InputError
        For cuts that don't rise between 0 and 1, and values that are not finite.

    Examples
    --------
    >>> classes_by_share(pd.Series([6.0, 70.0, 20.0, 0.0, 4.0])).tolist()
    ['B', 'A', 'A', nan, 'C']
    """
    edges = [0.0, *cuts, 1.0]
    if len(cuts) < 1 or not all(low < high for low, high in pairwise(edges)):
        rule = "must rise, each above 0 and below 1"
        remedy = "Use shares such as 0.80 and 0.95."
        raise InputError(Problem("parameter 'cuts'", rule, f"got {list(cuts)}", remedy))
    ordered = values.sort_index().sort_values(ascending=False, kind="stable")
    if ordered.isna().any() or np.isinf(ordered).any():
        found = f"{int((~np.isfinite(ordered)).sum()):,} of {len(ordered):,} are not"
        raise InputError(Problem("the values", "must be finite numbers", found))
    worth = ordered[ordered > 0]
    before = np.concatenate([[0.0], np.cumsum(worth.to_numpy(dtype=np.float64))])
    place = np.searchsorted(np.asarray(cuts), before[:-1] / (before[-1] or 1.0), side="right")
    names = np.array(list(ascii_uppercase[: len(cuts) + 1]), dtype=object)
    return pd.Series(names[place], worth.index, dtype=object).reindex(values.index)
