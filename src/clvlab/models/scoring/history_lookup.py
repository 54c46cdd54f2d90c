"""Which of the distinct histories each customer has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.compiled import compiled
from clvlab.schema import FREQUENCY
from clvlab.summary.customer_summary import RECENCY_DAYS, T_DAYS

Integers = npt.NDArray[np.int64]
NOWHERE = -1


@dataclass(frozen=True)
class HistoryLookup:
    """Distinct histories, arranged so that a customer's is found in a few steps.

    Attributes
    ----------
    pairs
        The distinct pairs of frequency and T, as ascending numbers ``frequency * span + T``.
    starts
        Where the histories of each pair begin, and their number behind them.
    recency
        Recency of each history, ascending within a pair.
    span
        One more than the largest T.
    """

    pairs: Integers
    starts: Integers
    recency: Integers
    span: int

    @classmethod
    def of(cls, histories: pd.DataFrame) -> Self:
        """From histories that ascend in frequency, T and recency; see `CountedSummary`."""
        frequency, observed, recency = (
            histories[name].to_numpy(np.int64) for name in (FREQUENCY, T_DAYS, RECENCY_DAYS)
        )
        span = int(observed.max(initial=0)) + 1
        pairs, first = np.unique(frequency * span + observed, return_index=True)
        return cls(pairs, np.append(first, len(histories)), recency, span)

    def find(self, frequency: Integers, recency: Integers, observed: Integers) -> Integers:
        """Position of each customer's history, -1 for one that is not among them; (n,)."""
        out = np.empty(len(frequency), dtype=np.int64)
        _find(frequency, recency, observed, self.pairs, self.starts, self.recency, self.span, out)
        return out


@compiled
def _find(  # pragma: no cover - compiled
    frequency: Integers,
    recency: Integers,
    observed: Integers,
    pairs: Integers,
    starts: Integers,
    recencies: Integers,
    span: int,
    out: Integers,
) -> None:
    for i in range(frequency.size):
        key = frequency[i] * span + observed[i]
        pair = _place(pairs, 0, pairs.size, key)
        out[i] = NOWHERE
        if observed[i] < span and pair < pairs.size and pairs[pair] == key:
            last = starts[pair + 1]
            place = _place(recencies, starts[pair], last, recency[i])
            if place < last and recencies[place] == recency[i]:
                out[i] = place


@compiled
def _place(  # pragma: no cover - compiled
    values: Integers, first: int, last: int, wanted: int
) -> int:
    """The first place from `first` on, before `last`, whose value is not below the wanted one."""
    while first < last:
        middle = (first + last) // 2
        if values[middle] < wanted:
            first = middle + 1
        else:
            last = middle
    return first
