r"""How long customers who are alive stay so: quantiles of the rest of their lives, and its mean.

With :math:`S(t)` the probability to be still alive ``t`` after the last day seen, the residual
lifetime has the quantile :math:`t_q` where :math:`S(t_q) = 1 - q`, and the mean time alive within a
horizon is :math:`\int_0^h S(t)\,dt`. Times are measured by :math:`w = \log(1 + t / (\alpha + T))`,
in which :math:`\log S` is close to a straight line for every model of the family, so that a secant
finds the quantile in a few steps and a short Gauss-Legendre rule the mean.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from clvlab.errors import InputError, Problem
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.purchase_process import Parameters, PurchaseProcess

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Value = Callable[[Array, Integers], Array]
"""From places on the way and numbers of pairs to values."""

LONGEST: Final = 40.0
"""Where a quantile counts as infinite: some 10**17 times as long as was observed."""
_CLOSE: Final = 1e-12
_LEAST: Final = 1e-300
_STEPS: Final = 100
_SPLIT: Final = 0.15
"""Customers who buy often may leave early on the way to a long horizon."""


def _two_panels() -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(24)
    share, rest = (nodes + 1) / 2, 1 - _SPLIT
    both = np.concatenate([_SPLIT * share, _SPLIT + rest * share])
    return both, np.concatenate([_SPLIT * weights, rest * weights]) / 2


_NODES, _WEIGHTS = _two_panels()


def residual_lifetimes(
    process: PurchaseProcess, parameters: Parameters, pairs: HistoryTable, quantile: float
) -> Array:
    """The quantile for each pair of a table, in the model's unit; infinite where nobody leaves.

    Raises
    ------
    InputError
        When the quantile is not above 0 and below 1.
    """
    if not 0 < quantile < 1:
        rule = "must be above 0 and below 1"
        raise InputError(Problem("parameter 'quantile'", rule, f"got {quantile!r}"))
    scale = parameters[1] + pairs.pair_T
    level = np.log1p(-quantile)

    def above(w: Array, rows: Integers) -> Array:
        alive = _survival(process, parameters, pairs, scale[rows] * np.expm1(w), rows)
        return np.asarray(np.log(np.maximum(alive, _LEAST)) - level)

    return np.asarray(scale * np.expm1(_roots(above, len(scale), -level)))


def time_alive(
    process: PurchaseProcess, parameters: Parameters, pairs: HistoryTable, horizon: float
) -> Array:
    """Expected time alive within a horizon of customers who are alive, for each pair."""
    scale = parameters[1] + pairs.pair_T
    length = np.log1p(horizon / scale)
    rows = np.arange(len(scale))
    total = np.zeros(len(scale))
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        w = node * length
        alive = _survival(process, parameters, pairs, scale * np.expm1(w), rows)
        total += weight * alive * np.exp(w)
    return np.asarray(scale * length * total)


def _survival(
    process: PurchaseProcess,
    parameters: Parameters,
    pairs: HistoryTable,
    ahead: Array,
    rows: Integers,
) -> Array:
    if pairs.pair_recency is not None:
        process = process.since_recency(pairs.pair_recency[rows])
    return process.survival_if_alive(
        parameters, pairs.pair_frequency[rows], pairs.pair_T[rows], ahead
    )


def _roots(value: Value, n: int, at_zero: float) -> Array:
    """Where falling functions of w cross zero; infinite where they do not before `LONGEST`."""
    low, high = np.zeros(n), np.full(n, np.inf)
    f_low, f_high = np.full(n, at_zero), np.zeros(n)
    width, rows = 1.0, np.arange(n)
    while len(rows) and width <= LONGEST:
        found = value(np.full(len(rows), width), rows)
        crossed = found <= 0
        high[rows[crossed]], f_high[rows[crossed]] = width, found[crossed]
        rows = rows[~crossed]
        low[rows], f_low[rows] = width, found[~crossed]
        width *= 2
    rows = np.flatnonzero(np.isfinite(high))
    for _ in range(_STEPS):
        rows = rows[(high[rows] - low[rows] > _CLOSE * high[rows]) & (f_high[rows] < 0)]
        if not len(rows):
            break
        share = f_low[rows] / (f_low[rows] - f_high[rows])
        w = low[rows] + (high[rows] - low[rows]) * share
        found = value(w, rows)
        below = found <= 0
        # A bound that stays where it is counts half, so that both of them move (Illinois rule).
        f_low[rows[below]] /= 2
        f_high[rows[~below]] /= 2
        high[rows[below]], f_high[rows[below]] = w[below], found[below]
        low[rows[~below]], f_low[rows[~below]] = w[~below], found[~below]
    return high
