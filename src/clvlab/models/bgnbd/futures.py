"""Simulated futures of customers of the BG/NBD and MBG/NBD models."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled
from clvlab.models.bgnbd.formulas import probability_purchase_if_alive
from clvlab.models.fitting.purchase_process import Purchases

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LEAST_DROPOUT = 1e-12


def draw_purchases(
    parameters: tuple[Array, Array, Array, Array],
    frequency: Array,
    T: Array,
    horizon: float,
    rng: np.random.Generator,
) -> Purchases:
    """One future per customer, with at least one purchase.

    The moment of the first purchase follows a Pareto distribution cut at the horizon, the rate
    given that moment is gamma distributed again, further purchases fall evenly, and dropout ends
    them after a geometric number.

    Parameters
    ----------
    parameters
        r, alpha, a, b of each customer, (n,); ``b`` as after the chances at the start.
    frequency, T, horizon
        The histories, times in the unit of alpha.
    rng
        Source of the draws.
    """
    r, alpha, a, b = parameters
    x, since = frequency, alpha + T
    within = probability_purchase_if_alive((r, alpha, a, b), x, T, horizon)
    first = since * np.expm1(-np.log1p(-within * rng.random(len(x))) / (r + x))
    rate = rng.standard_gamma(r + x + 1) / (since + first)
    more = rng.poisson(rate * np.maximum(horizon - first, 0.0))
    kept, again = more.copy(), np.flatnonzero(more)
    dropout = np.maximum(rng.beta(a[again], (b + x)[again]), LEAST_DROPOUT)
    kept[again] = np.minimum(more[again], rng.geometric(dropout) - 1)
    return Purchases(first, kept, first_moments(rng, first, horizon, more, kept))


@compiled
def first_moments(  # pragma: no cover - compiled
    rng: np.random.Generator, begin: Array, end: float, arrivals: Integers, kept: Integers
) -> Array:
    """Moments of the first `kept` of each one's arrivals, which fall evenly into (begin, end].

    Sorted uniform moments are partial sums of exponential gaps divided by their total; the gaps
    after the last one kept sum to a gamma variable.
    """
    out = np.empty(kept.sum())
    start = 0
    for i in range(kept.size):
        total = 0.0
        for j in range(start, start + kept[i]):
            total += rng.standard_exponential()
            out[j] = total
        if kept[i] > 0:
            total += rng.standard_gamma(arrivals[i] - kept[i] + 1.0)
            scale = (end - begin[i]) / total
            for j in range(start, start + kept[i]):
                out[j] = begin[i] + scale * out[j]
        start += kept[i]
    return out
