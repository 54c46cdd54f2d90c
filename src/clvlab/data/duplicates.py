"""Rows that repeat other rows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def repeated_rows(
    columns: Iterable[pd.Series], n_rows: int, candidates: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which rows equal an earlier row in every column.

    Columns are taken one after the other, and only for rows that still have an equal, so a column
    that tells most rows apart makes the rest cheap.

    Parameters
    ----------
    columns
        The columns, each `n_rows` long with an index from 0.
    n_rows
        Number of rows.
    candidates
        Rows that can have an equal at all.

    Examples
    --------
    >>> repeated_rows([pd.Series([1, 1, 1]), pd.Series(["a", "b", "a"])], 3, np.arange(3)).tolist()
    [False, False, True]
    """
    rows = candidates
    groups = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        if not len(rows):
            break
        values = column if len(rows) == len(column) else column.iloc[rows]
        try:
            codes, distinct = pd.factorize(values)
        except TypeError:  # lists and the like, compared by what they look like
            codes, distinct = pd.factorize(values.map(str))
        combined = groups * (len(distinct) + 1) + codes + 1
        groups, _ = pd.factorize(combined)
        shared = np.bincount(groups, minlength=1)[groups] > 1
        rows, groups = rows[shared], groups[shared]
    repeated = np.zeros(n_rows, dtype=bool)
    repeated[rows[pd.Series(groups).duplicated().to_numpy()]] = True
    return repeated
