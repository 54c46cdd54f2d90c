"""Histories in a model's unit, with their distinct pairs of frequency and T.

What a memoryless model expects of a customer who is alive depends on these two alone, of which a
million customers share some ten thousand pairs. Other models tell them apart by recency, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clvlab.clock import TimeUnit
from clvlab.models.customers.histories import Histories
from clvlab.models.customers.pairs import Pairs

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class HistoryTable:
    """Histories with their distinct pairs of frequency and T.

    Attributes
    ----------
    histories
        The customers.
    times
        Their distinct times in the model's unit.
    pair_frequency, pair_T
        The distinct pairs, T in the model's unit.
    pair
        Which pair each customer has.
    pair_recency
        The recency of each pair, where pairs are told apart by it, and nothing otherwise.
    """

    histories: Histories
    times: Array
    pair_frequency: Array
    pair_T: Array
    pair: Integers
    pair_recency: Array | None = None

    @classmethod
    def of(cls, histories: Histories, unit: TimeUnit, *, memoryless: bool = True) -> HistoryTable:
        """Bring the histories into a unit, with the pairs that a model tells apart."""
        times = histories.times / unit.days
        frequency, time, pair = histories.pairs_with_T
        if memoryless:
            return cls(histories, times, frequency.astype(np.float64), times[time], pair)
        of_pair, recency, triple = Pairs.of(pair, histories.recency, len(times))
        return cls(
            histories,
            times,
            frequency[of_pair].astype(np.float64),
            times[time[of_pair]],
            triple,
            times[recency],
        )
