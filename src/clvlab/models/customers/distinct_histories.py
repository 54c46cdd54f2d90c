"""Compiled loops over customers: whole days, distinct histories, sums."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.int64] | npt.NDArray[np.uint32]

FARTHEST = 1e6
"""Days or purchases beyond which a table of all whole numbers up to there would be wasteful."""
A_BLINK = 1e-6
"""Days by which a time may miss a whole day and still be it: what dividing by seven leaves."""
NARROW = 32
PLAIN_NUMBERS = (np.float64, np.int64)
"""Types of columns that the loops read as they come."""


def whole_days(
    frequency: npt.NDArray[Any], recency: npt.NDArray[Any], observed: npt.NDArray[Any], days: float
) -> Integers | None:
    """Whole numbers of purchases and days, (3, n); nothing where a row is impossible or not whole.

    One pass decides for the regular case; what is wrong with an irregular one is found elsewhere.

    Parameters
    ----------
    frequency, recency, observed
        Numbers, as they come; they may be missing or not finite.
    days
        Days in the unit of the times.
    """
    out = np.empty((3, len(frequency)), dtype=np.int64)
    regular = len(frequency) > 0 and _whole_days(frequency, recency, observed, days, out)
    return out if regular else None


@compiled
def _whole_days(  # pragma: no cover - compiled
    frequency: npt.NDArray[Any],
    recency: npt.NDArray[Any],
    observed: npt.NDArray[Any],
    days: float,
    out: Integers,
) -> bool:
    regular = True
    for i in range(frequency.size):
        purchases, t_days, T_days = frequency[i], recency[i] * days, observed[i] * days
        # What is not finite is not below the bounds either.
        regular &= (purchases >= 0) & (purchases < FARTHEST) & (t_days < FARTHEST)
        regular &= T_days < FARTHEST
        x = np.int64(purchases)
        t = np.int64(math.floor(t_days + 0.5))
        T = np.int64(math.floor(T_days + 0.5))
        regular &= (x == purchases) & (abs(t - t_days) <= A_BLINK) & (abs(T - T_days) <= A_BLINK)
        regular &= (t >= 0) & (t <= T) & ((x > 0) == (t > 0))
        out[0, i], out[1, i], out[2, i] = x, t, T
    return regular


def distinct_histories(
    frequency: Integers, recency: Integers, observed: Integers, n_times: int
) -> tuple[Integers, Floats]:
    """The distinct histories, ascending in frequency, T and recency, and how often each occurs.

    Parameters
    ----------
    frequency
        Repeat purchases, (n,).
    recency, observed
        Positions of times, below `n_times`, (n,).
    n_times
        Number of distinct times.

    Returns
    -------
    tuple of arrays
        (3, m): frequency, recency and T; and (m,).
    """
    shift = n_times.bit_length()
    most = int(frequency.max(initial=0))
    # Half as wide is twice as fast to sort.
    narrow = most.bit_length() + 2 * shift <= NARROW
    n = len(frequency)
    keys: Keys = np.empty(n, dtype=np.uint32) if narrow else np.empty(n, dtype=np.int64)
    idle = np.zeros(n_times, dtype=np.int64)
    count = _pack(frequency, recency, observed, shift, keys, idle)
    repeated = keys[:count]
    repeated.sort()
    n_idle = int(np.count_nonzero(idle))
    n_distinct = n_idle + _count_distinct(repeated)
    out, weights = np.empty((3, n_distinct), dtype=np.int64), np.empty(n_distinct)
    _unpack(repeated, idle, shift, out, weights)
    return out, weights


@compiled
def _pack(  # pragma: no cover - compiled
    frequency: Integers,
    recency: Integers,
    observed: Integers,
    shift: int,
    keys: Keys,
    idle: Integers,
) -> int:
    """One number per history; those without a repeat purchase, of few kinds, are counted."""
    count = 0
    for i in range(frequency.size):
        # Sums in place of a branch, which a processor would guess wrong half of the time.
        bought = (frequency[i] > 0) | (recency[i] > 0)
        idle[observed[i]] += not bought
        keys[count] = ((frequency[i] << shift | observed[i]) << shift) | recency[i]
        count += bought
    return count


@compiled
def _count_distinct(keys: Keys) -> int:  # pragma: no cover - compiled
    count = 1 if keys.size > 0 else 0
    for i in range(1, keys.size):
        count += keys[i] != keys[i - 1]
    return count


@compiled
def _unpack(  # pragma: no cover - compiled
    keys: Keys, idle: Integers, shift: int, out: Integers, weights: Floats
) -> None:
    mask = (1 << shift) - 1
    row = 0
    for T in range(idle.size):
        if idle[T] > 0:
            out[0, row], out[1, row], out[2, row] = 0, 0, T
            weights[row] = idle[T]
            row += 1
    first = 0
    for i in range(1, keys.size + 1):
        if i < keys.size and keys[i] == keys[first]:
            continue
        key = np.int64(keys[first])
        out[0, row], out[1, row], out[2, row] = key >> (2 * shift), key & mask, key >> shift & mask
        weights[row] = i - first
        first = i
        row += 1


@compiled
def weighted_sums(  # pragma: no cover - compiled
    frequency: Integers, recency: Integers, observed: Integers, times: Floats, weights: Floats
) -> tuple[float, float, float, float, float, float]:
    """Sums of the weights, and of x, recency, T, x T and recency T times them."""
    total = purchases = last = end = both = since = 0.0
    for i in range(frequency.size):
        w, x, t, T = weights[i], frequency[i], times[recency[i]], times[observed[i]]
        total += w
        purchases += w * x
        last += w * t
        end += w * T
        both += w * (x * T)
        since += w * (t * T)
    return total, purchases, last, end, both, since
