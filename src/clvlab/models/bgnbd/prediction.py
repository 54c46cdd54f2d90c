"""BG/NBD and MBG/NBD predictions for many customers, with logarithms of distinct times only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled_sum
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.elementary import SMALLEST, exp_of_minus

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
FARTHEST_ODDS = SMALLEST - 1
TOGETHER = 1024
"""Customers whose numbers fit into a processor's nearest memory."""


def times_alive(
    parameters: BetaGeoParameters,
    histories: Histories,
    times: Array,
    position: Integers,
    if_alive: Array,
    chances_at_start: int,
) -> Array:
    """A number that holds if alive, ``if_alive[position]``, times the probability to be alive."""
    out = np.empty(len(histories))
    fill_alive(parameters, histories, times, (position, if_alive), chances_at_start, out, out)
    return out


def fill_alive(
    parameters: BetaGeoParameters,
    histories: Histories,
    times: Array,
    if_alive: tuple[Integers, Array],
    chances_at_start: int,
    alive: Array,
    times_alive: Array,
) -> None:
    """Put both into arrays: the probability to be alive, and a number times it.

    Parameters
    ----------
    parameters, histories, times, chances_at_start
        Of the model, the customers, and their distinct times in its unit.
    if_alive
        Which number each customer has, and the numbers.
    alive, times_alive : (n,) arrays
        Filled; with one array for both the number times the probability is left in it.
    """
    r, alpha, a, b = parameters
    position, numbers = if_alive
    chances = np.arange(int(histories.frequency.max(initial=0)) + 1) + chances_at_start
    log_dropout = np.log(a) - np.log(np.maximum(b + (chances - 1), 1e-300))
    if chances_at_start == 0:
        # Without a purchase there was no chance to drop out.
        log_dropout[0] = -np.inf
    _gather_alive(
        histories.frequency,
        histories.recency,
        histories.T,
        position,
        numbers,
        np.log(alpha + times),
        log_dropout,
        r,
        alive,
        times_alive,
    )


@compiled_sum
def _gather_alive(  # pragma: no cover - compiled
    frequency: Integers,
    recency: Integers,
    observed: Integers,
    position: Integers,
    if_alive: Array,
    log_since: Array,
    log_dropout: Array,
    r: float,
    alive_out: Array,
    times_out: Array,
) -> None:
    for start in range(0, frequency.size, TOGETHER):
        rows = slice(start, min(start + TOGETHER, frequency.size))
        x, last, end = frequency[rows], recency[rows], observed[rows]
        alive, product, places = alive_out[rows], times_out[rows], position[rows]
        for i in range(x.size):
            # Unsigned, so that nobody looks for positions counted from the end.
            since = log_since[np.uint64(end[i])] - log_since[np.uint64(last[i])]
            alive[i] = log_dropout[np.uint64(x[i])] + (r + x[i]) * since
        # Nothing but one array, so that the processor takes several at once.
        for i in range(alive.size):
            odds = alive[i]
            # Never nothing, so that what is infinite if alive stays so.
            smaller = exp_of_minus(min(abs(odds), FARTHEST_ODDS))
            share = 1.0 / (1.0 + smaller)
            alive[i] = smaller * share if odds > 0.0 else share
        for i in range(alive.size):
            product[i] = alive[i] * if_alive[np.uint64(places[i])]
