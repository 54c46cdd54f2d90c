"""Simulated futures of customers of the Pareto/NBD model."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled
from clvlab.models.fitting.purchase_process import Purchases

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MOST_TRIES = 1_000_000
LEAST_RATE = 1e-300


def draw_purchases(
    draws: Array, frequency: Array, T: Array, horizon: float, rng: np.random.Generator
) -> Purchases:
    """One future per customer, with at least one purchase.

    The moment of the first purchase follows a Pareto distribution cut at the horizon, kept as
    often as the customer is alive by then. The rates of buying and of dropping out given that
    moment are gamma distributed again, and further purchases fall evenly on the time alive.

    Parameters
    ----------
    draws
        r, alpha, s, beta of each customer, (n, 4).
    frequency, T, horizon
        The histories, times in the unit of alpha.
    rng
        Source of the draws.
    """
    r, alpha, s, beta = draws.T.copy()
    since_alpha, since_beta = alpha + T, beta + T
    first = _first_purchases(rng, r + frequency, since_alpha, s, since_beta, horizon)
    rate = rng.standard_gamma(r + frequency + 1) / (since_alpha + first)
    dropout = np.maximum(rng.standard_gamma(s) / (since_beta + first), LEAST_RATE)
    alive = np.minimum(rng.standard_exponential(len(first)) / dropout, horizon - first)
    more = rng.poisson(rate * np.maximum(alive, 0.0))
    length = np.repeat(alive, more)
    return Purchases(first, more, np.repeat(first, more) + length * rng.random(len(length)))


@compiled
def _first_purchases(  # pragma: no cover - compiled
    rng: np.random.Generator, n: Array, A: Array, s: Array, B: Array, horizon: float
) -> Array:
    out = np.empty(n.size)
    for i in range(n.size):
        within = -math.expm1(-n[i] * math.log1p(horizon / A[i]))
        y = horizon
        for _ in range(MOST_TRIES):
            y = A[i] * math.expm1(-math.log1p(-within * rng.random()) / n[i])
            if rng.random() < math.exp(-s[i] * math.log1p(y / B[i])):
                break
        out[i] = min(y, horizon)
    return out
