"""Groups of so few customers that a table about them would be a table about persons."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.errors import InputError, Problem

CUSTOMERS = "customers"


def hide_small_groups(
    table: pd.DataFrame, fewest: int, *, count: str = CUSTOMERS
) -> tuple[pd.DataFrame, int]:
    """Empty the numbers of groups with fewer than `fewest` customers.

    Where the hidden rows have fewer than `fewest` customers together, the next smallest group is
    hidden as well: otherwise a total less what is shown would be what is hidden.

    Parameters
    ----------
    table
        One row per group, with a column of how many customers it has; not changed.
    fewest
        Smallest number of customers that is shown, at least 2.
    count
        The column of numbers of customers.

    Returns
    -------
    tuple
        The table, with missing values in every numeric column of hidden rows, and how many rows
        are hidden. Rows without any customer are shown: they tell of nobody.

    Raises
    ------
    InputError
        When there is no such column, or `fewest` is below 2.

    Examples
    --------
    >>> groups = pd.DataFrame({"customers": [40, 7, 2], "clv": [900.0, 80.0, 9.0]}, list("abc"))
    >>> hide_small_groups(groups, 5)[0]
       customers    clv
    a       40.0  900.0
    b        NaN    NaN
    c        NaN    NaN
    """
    if count not in table:
        rule = f"must have a column '{count}' for small groups to be hidden"
        raise InputError(Problem("a table", rule, f"has {', '.join(map(str, table.columns))}"))
    if fewest < 2:
        raise InputError(Problem("parameter 'fewest'", "must be at least 2", f"got {fewest!r}"))
    sizes = table[count].to_numpy(dtype=np.float64)
    there = sizes > 0
    hidden = there & (sizes < fewest)
    while hidden.any() and sizes[hidden].sum() < fewest and (there & ~hidden).any():
        shown = np.flatnonzero(there & ~hidden)
        hidden[shown[np.argmin(sizes[shown])]] = True
    if not hidden.any():
        return table, 0
    out = table.copy()
    for name in out.columns[[pd.api.types.is_numeric_dtype(kind) for kind in out.dtypes]]:
        out[name] = out[name].astype("float64").mask(hidden)
    return out, int(hidden.sum())
