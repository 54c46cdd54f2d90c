"""Histories in a model's unit, with their distinct pairs of frequency and T.

What a model expects of a customer who is alive depends on these two alone, of which a million
customers share some ten thousand pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clvlab.clock import TimeUnit
from clvlab.models.customers.histories import Histories

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
    """

    histories: Histories
    times: Array
    pair_frequency: Array
    pair_T: Array
    pair: Integers

    @classmethod
    def of(cls, histories: Histories, unit: TimeUnit) -> HistoryTable:
        """Bring the histories into a unit."""
        times = histories.times / unit.days
        frequency, time, pair = histories.pairs_with_T
        return cls(histories, times, frequency.astype(np.float64), times[time], pair)
