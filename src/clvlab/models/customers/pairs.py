"""Distinct pairs of numbers that customers share, so that each is computed once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled

Integers = npt.NDArray[np.int64]
LARGEST_LOOKUP = 20_000_000


class Pairs(NamedTuple):
    """Frequencies and times that occur together, and which pair each customer has.

    Attributes
    ----------
    frequency, time
        The distinct pairs; times as positions, (m,).
    pair
        Position of each customer's pair, (n,).
    """

    frequency: Integers
    time: Integers
    pair: Integers

    @classmethod
    def of(cls, frequency: Integers, time: Integers, n_times: int) -> Pairs:
        """Find the distinct pairs of `frequency` and `time`, both counted from 0."""
        span = (int(frequency.max(initial=0)) + 1) * n_times
        if span <= LARGEST_LOOKUP:
            pair = np.empty(len(frequency), dtype=np.int64)
            pairs = _distinct(frequency, time, n_times, np.full(span, -1, dtype=np.int32), pair)
        else:
            pairs, pair = np.unique(frequency * n_times + time, return_inverse=True)
        return cls(pairs // n_times, pairs % n_times, pair)


@compiled
def _distinct(  # pragma: no cover - compiled
    frequency: Integers,
    time: Integers,
    n_times: int,
    position: npt.NDArray[np.int32],
    pair: Integers,
) -> Integers:
    """The distinct pairs as numbers, in the order they come; `position` has one place for each."""
    found = np.empty(min(frequency.size, position.size), np.int64)
    count = 0
    for i in range(frequency.size):
        code = frequency[i] * n_times + time[i]
        if position[code] < 0:
            position[code] = count
            found[count] = code
            count += 1
        pair[i] = position[code]
    return found[:count].copy()
