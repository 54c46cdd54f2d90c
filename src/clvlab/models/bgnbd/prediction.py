"""BG/NBD and MBG/NBD predictions for many customers, with logarithms of distinct times only."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import Histories

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def times_alive(
    parameters: BetaGeoParameters,
    histories: Histories,
    times: Array,
    position: Integers,
    if_alive: Array,
    chances_at_start: int,
) -> Array:
    """A number that holds if alive, ``if_alive[position]``, times the probability to be alive."""
    r, alpha, a, b = parameters
    chances = np.arange(int(histories.frequency.max(initial=0)) + 1) + chances_at_start
    return np.asarray(
        _gather_alive(
            histories.frequency,
            histories.recency,
            histories.T,
            position,
            if_alive,
            np.log(alpha + times),
            np.log(a) - np.log(np.maximum(b + (chances - 1), 1e-300)),
            r,
            chances_at_start,
        )
    )


@compiled
def _gather_alive(  # pragma: no cover - compiled
    frequency: Integers,
    recency: Integers,
    observed: Integers,
    position: Integers,
    if_alive: Array,
    log_since: Array,
    log_dropout: Array,
    r: float,
    chances_at_start: int,
) -> Array:
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        x = frequency[i]
        out[i] = if_alive[position[i]]
        if x + chances_at_start > 0:
            odds = log_dropout[x] + (r + x) * (log_since[observed[i]] - log_since[recency[i]])
            out[i] /= 1.0 + math.exp(min(odds, 700.0))
    return out
