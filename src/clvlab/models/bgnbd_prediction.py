"""BG/NBD predictions for many customers: each distinct number is computed once.

A customer's expected purchases are the chance to be alive times a number that depends on
``frequency`` and ``T`` alone, of which a million customers share some ten thousand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clvlab.clock import TimeUnit
from clvlab.compiled import compiled
from clvlab.models.bgnbd_expectation import sum_over_horizons
from clvlab.models.bgnbd_likelihood import BetaGeoParameters
from clvlab.models.histories import Histories

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
LARGEST_LOOKUP = 20_000_000
FEW_NODES = np.polynomial.legendre.leggauss(12)
MORE_NODES = np.polynomial.legendre.leggauss(20)


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
        """Find the distinct pairs."""
        times = histories.times / unit.days
        columns = len(times)
        span = (int(histories.frequency.max(initial=0)) + 1) * columns
        code = histories.frequency * columns + histories.T
        if span <= LARGEST_LOOKUP:
            pairs, pair = _distinct(code, span)
        else:
            pairs, pair = np.unique(code, return_inverse=True)
        return cls(
            histories, times, (pairs // columns).astype(np.float64), times[pairs % columns], pair
        )

    def expected_purchases(
        self, parameters: BetaGeoParameters, horizons: Array, weights: Array
    ) -> Array:
        """Weighted sum over horizons of the expected purchases, one per customer."""
        if_alive = sum_over_horizons(
            *parameters, self.pair_frequency, self.pair_T, horizons, weights
        )
        return times_alive(parameters, self.histories, self.times, self.pair, if_alive)


def probability_alive(parameters: BetaGeoParameters, histories: Histories, times: Array) -> Array:
    """The same as `bgnbd_formulas.probability_alive`, with logarithms of distinct times only."""
    nothing_else = np.zeros(len(histories), dtype=np.int64)
    return times_alive(parameters, histories, times, nothing_else, np.ones(1))


def times_alive(
    parameters: BetaGeoParameters,
    histories: Histories,
    times: Array,
    position: Integers,
    if_alive: Array,
) -> Array:
    """A number that holds if alive, ``if_alive[position]``, times the probability to be alive."""
    r, alpha, a, b = parameters
    x = np.arange(int(histories.frequency.max(initial=0)) + 1)
    return np.asarray(
        _gather_alive(
            histories.frequency,
            histories.recency,
            histories.T,
            position,
            if_alive,
            np.log(alpha + times),
            np.log(a) - np.log(np.maximum(b + x - 1, 1e-300)),
            r,
        )
    )


def discounting_nodes(horizon: float, log_discount: float, scale: float) -> tuple[Array, Array]:
    r"""Horizons and weights that turn expected purchases into discounted expected purchases.

    Integrated by parts, the discounted number of purchases within ``h`` is

    .. math:: e^{-\delta h} E(h) + \delta \int_0^h e^{-\delta t} E(t) \, dt,

    a smooth integral that a few Gauss-Legendre nodes in :math:`\log(\text{scale} + t)` settle to
    the last digits.

    Parameters
    ----------
    horizon, scale
        In one unit of time; `scale` is the time over which E bends, ``alpha``.
    log_discount
        Continuous discount rate per unit of time.

    Returns
    -------
    tuple of arrays
        Horizons and weights, the full horizon last.
    """
    if log_discount == 0 or horizon == 0:
        return np.array([horizon]), np.ones(1)
    reach = math.log1p(horizon / scale)
    # A short or lightly discounted horizon is settled to 1e-12 by twelve nodes.
    nodes, node_weights = FEW_NODES if log_discount * horizon * reach < 1 else MORE_NODES
    u = 0.5 * reach * (nodes + 1)
    times = scale * np.expm1(u)
    weights = (
        0.5 * reach * node_weights * (times + scale) * log_discount * np.exp(-log_discount * times)
    )
    return np.append(times, horizon), np.append(weights, math.exp(-log_discount * horizon))


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
) -> Array:
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        x = frequency[i]
        out[i] = if_alive[position[i]]
        if x > 0:
            odds = log_dropout[x] + (r + x) * (log_since[observed[i]] - log_since[recency[i]])
            out[i] /= 1.0 + math.exp(min(odds, 700.0))
    return out
