"""Equal-tailed limits of many draws, each of them one of the draws."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled

Array = npt.NDArray[np.float64]


def limits_of(draws: Array, interval: float) -> Array:
    """Equal-tailed limits over the last axis, the nearest draws: (2, ...) for (..., draws).

    Draws of spend without a mean are infinite, so nothing is interpolated.

    Examples
    --------
    >>> limits_of(np.array([4.0, 0.0, 3.0, 1.0, 2.0]), 0.5).tolist()
    [1.0, 3.0]
    """
    last = draws.shape[-1] - 1
    lower, upper = (round(last * level) for level in (0.5 - interval / 2, 0.5 + interval / 2))
    rows = np.ascontiguousarray(draws).reshape(-1, draws.shape[-1])
    return np.asarray(_select(rows, lower, upper)).reshape(2, *draws.shape[:-1])


def readable_limits_of(draws: Array, interval: float) -> Array:
    """The same by NumPy's quantiles: the compiled loop's oracle."""
    levels = (0.5 - interval / 2, 0.5 + interval / 2)
    return np.asarray(np.quantile(draws, levels, axis=-1, method="nearest"))


@compiled
def _select(rows: Array, lower: int, upper: int) -> Array:  # pragma: no cover - compiled
    """The draws in these places of each row, if it were sorted, (2, rows).

    Most customers don't buy under most draws: zeros are counted and not sorted.
    """
    n, size = rows.shape
    out = np.empty((2, n))
    below, above = np.empty(size), np.empty(size)
    for i in range(n):
        n_below = n_above = 0
        for k in range(size):
            value = rows[i, k]
            if value > 0:
                above[n_above] = value
                n_above += 1
            elif value < 0:
                below[n_below] = value
                n_below += 1
        for side in range(2):
            place = upper if side else lower
            if place < n_below:
                out[side, i] = _nth(below, n_below, place)
            elif place < size - n_above:
                out[side, i] = 0.0
            else:
                out[side, i] = _nth(above, n_above, place - (size - n_above))
    return out


@compiled
def _nth(values: Array, count: int, place: int) -> float:  # pragma: no cover - compiled
    """The number in this place of the first `count`, if they were sorted; reorders them (Hoare)."""
    left, right = 0, count - 1
    while left < right:
        pivot = values[(left + right) // 2]
        i, j = left, right
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if place <= j:
            right = j
        elif place >= i:
            left = i
        else:
            break
    chosen: float = values[place]
    return chosen
