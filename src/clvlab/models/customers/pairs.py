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
        code = frequency * n_times + time
        if span <= LARGEST_LOOKUP:
            pairs, pair = _distinct(code, span)
        else:
            pairs, pair = np.unique(code, return_inverse=True)
        return cls(pairs // n_times, pairs % n_times, pair)


@compiled
def _distinct(
    code: Integers, span: int
) -> tuple[Integers, Integers]:  # pragma: no cover - compiled
    position = np.full(span, -1, np.int32)
    pair = np.empty(code.size, np.int64)
    found = np.empty(min(code.size, span), np.int64)
    count = 0
    for i in range(code.size):
        c = code[i]
        if position[c] < 0:
            position[c] = count
            found[count] = c
            count += 1
        pair[i] = position[c]
    return found[:count].copy(), pair
