r"""How far apart groups are, in units that everybody understands.

Cliff's delta is the chance that a customer of one group exceeds one of the other, less the chance
that it is the other way round,

.. math:: \delta = P(X > Y) - P(X < Y) ,

from 1 through 0, where neither exceeds the other more often, to -1 (N. Cliff, 1993, Dominance
Statistics, Psychological Bulletin 114, 494-509).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CELLS_AT_ONCE = 2_000_000
WORDS = ((0.147, "negligible"), (0.33, "small"), (0.474, "medium"), (1.01, "large"))


def cliffs_delta_of_all(values: Array, groups: Integers, n_groups: int) -> tuple[Array, Array]:
    """Cliff's delta of every pair of groups, with its variance.

    Both are exact, ties included, and take one sort and one product of matrices. The variance is
    that of DeLong, DeLong and Clarke-Pearson (1988) for the area under a curve, times four.

    Parameters
    ----------
    values
        Sorted values of all customers.
    groups
        Group of each, counted from 0.
    n_groups
        How many groups there are, none of them empty.

    Returns
    -------
    tuple
        Deltas and variances, (groups, groups) each; row above column.

    Examples
    --------
    >>> deltas, _ = cliffs_delta_of_all(np.array([1.0, 2, 3, 4]), np.array([0, 1, 0, 1]), 2)
    >>> deltas[1, 0]
    np.float64(0.5)
    """
    sizes = np.bincount(groups, minlength=n_groups).astype(np.float64)
    distinct = np.cumsum(np.diff(values, prepend=values[0]) != 0)
    n_cells = int(distinct[-1]) + 1
    below = np.zeros(n_groups)
    first, second = np.zeros((n_groups, n_groups)), np.zeros((n_groups, n_groups))
    step = max(CELLS_AT_ONCE // n_groups, 1)
    for start in range(0, n_cells, step):
        low, high = np.searchsorted(distinct, [start, start + step])
        cells = int(min(step, n_cells - start))
        at = groups[low:high] * cells + distinct[low:high] - start
        here = np.bincount(at, minlength=n_groups * cells).reshape(n_groups, cells)
        counts = here.astype(np.float64)
        until = below[:, None] + np.cumsum(counts, axis=1)
        # Share of each group below a value, less the share above it.
        placed = (2 * until - counts) / sizes[:, None] - 1
        first += counts @ placed.T
        second += counts @ (placed * placed).T
        below = until[:, -1]
    deltas = first / sizes[:, None]
    spread = (
        np.maximum(second / sizes[:, None] - deltas**2, 0.0) / np.maximum(sizes - 1, 1)[:, None]
    )
    return deltas, spread + spread.T


def delta_limits(delta: Array, variance: Array, interval: float) -> tuple[Array, Array]:
    """Limits of Cliff's delta, inside -1 and 1 (normal on the scale of its inverse tanh)."""
    inside = np.clip(delta, -1 + 1e-9, 1 - 1e-9)
    error = np.sqrt(variance) / (1 - inside**2)
    tail = float(ndtri(0.5 + interval / 2))
    middle = np.arctanh(inside)
    return np.tanh(middle - tail * error), np.tanh(middle + tail * error)


def delta_in_words(delta: float) -> str:
    """The size of a delta in a word (J. Romano and others, 2006).

    Examples
    --------
    >>> delta_in_words(-0.2), delta_in_words(0.05)
    ('small', 'negligible')
    """
    return next((word for most, word in WORDS if abs(delta) < most), "large")


def share_explained(sums: Array, squares: Array, sizes: Array) -> float:
    """Share of the differences between customers that their groups account for.

    Epsilon squared, which is zero on average where groups don't differ, unlike eta squared
    (T. L. Kelley, 1935); not below 0. Missing where all customers are alike.
    """
    n, total = sizes.sum(), squares.sum()
    centred = total - sums.sum() ** 2 / n
    within = total - (sums**2 / sizes).sum()
    if centred <= 1e-12 * max(total, 1e-300) or n <= len(sizes):
        return float("nan")
    return float(max(1 - within / centred * (n - 1) / (n - len(sizes)), 0.0))
