"""Compiled loops over customers, and over the distinct pairs of their histories."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled
from clvlab.models.pareto_nbd.integrals import (
    discounted_lifetime,
    log_integral,
    log_integral_of_count,
)

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@compiled
def probability_alive(  # pragma: no cover - compiled
    r: float, alpha: float, s: float, beta: float, frequency: Array, recency: Array, T: Array
) -> Array:
    """See `pareto_nbd.formulas.probability_alive`."""
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        n = r + frequency[i]
        since_alpha, since_beta, silent = alpha + recency[i], beta + recency[i], T[i] - recency[i]
        log_odds = (
            log_integral(since_alpha, n, since_beta, s + 1.0, silent)
            + math.log(s / since_beta)
            + n * math.log1p(silent / since_alpha)
            + s * math.log1p(silent / since_beta)
        )
        out[i] = 1.0 / (1.0 + math.exp(min(log_odds, 700.0)))
    return out


@compiled
def log_dead(  # pragma: no cover - compiled
    r: float, alpha: float, s: float, beta: float, frequency: Array, recency: Array
) -> Array:
    """Logarithm of the chance to die before the next purchase, for pairs with recency.

    It is relative to the density of being alive at the first purchase with as many purchases.
    """
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        n, t = r + frequency[i], recency[i]
        out[i] = (
            log_integral(alpha + t, n, beta + t, s + 1.0, math.inf)
            + math.log(s / (beta + t))
            - n * math.log1p(t / alpha)
            - s * math.log1p(t / beta)
        )
    return out


@compiled
def gather_alive(  # pragma: no cover - compiled
    frequency: Integers,
    last: Integers,
    end: Integers,
    observed: Integers,
    position: Integers,
    if_alive: Array,
    dead: Array,
    again: Array,
    log_alpha: Array,
    log_beta: Array,
    r: float,
    s: float,
) -> Array:
    """A number that holds if alive times the probability to be alive, one per customer.

    The density of a history is that of dying after the last purchase plus that of buying again
    after ``T``; both are taken relative to that of being alive at ``T``.
    """
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        alive = (r + frequency[i]) * log_alpha[observed[i]] + s * log_beta[observed[i]]
        odds = again[end[i]] + math.exp(min(dead[last[i]] + alive, 700.0))
        out[i] = if_alive[position[i]] / max(odds, 1.0)
    return out


@compiled
def probability_purchase(  # pragma: no cover - compiled
    r: float, alpha: float, s: float, beta: float, frequency: Array, T: Array, horizon: Array
) -> Array:
    """See `pareto_nbd.formulas.probability_purchase_if_alive`."""
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        n, since = r + frequency[i], alpha + T[i]
        log_value = log_integral(since, n + 1.0, beta + T[i], s, horizon[i]) + math.log(n / since)
        out[i] = min(math.exp(log_value), 1.0)
    return out


@compiled
def probability_of_count(  # pragma: no cover - compiled
    r: float,
    alpha: float,
    s: float,
    beta: float,
    frequency: Array,
    T: Array,
    horizon: Array,
    count: Array,
    log_factor: Array,
) -> Array:
    """See `pareto_nbd.formulas.probability_of_count_if_alive`."""
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        n, A, B, t, k = r + frequency[i], alpha + T[i], beta + T[i], horizon[i], count[i]
        if t <= 0.0:
            out[i] = 1.0 if k == 0 else 0.0
            continue
        alive = -(n + k) * math.log1p(t / A) - s * math.log1p(t / B) + k * math.log(t / A)
        dead = math.log(s / B) + log_integral_of_count(A, n, B, s + 1.0, t, k)
        out[i] = math.exp(log_factor[i] + alive) + math.exp(log_factor[i] + dead)
    return out


@compiled
def discounted_lifetimes(  # pragma: no cover - compiled
    s: float, beta: float, T: Array, horizon: float, log_discount: float
) -> Array:
    """Expected discounted time alive within the horizon if alive at T, (n,)."""
    out = np.empty(T.size)
    for i in range(T.size):
        out[i] = discounted_lifetime(s, beta + T[i], horizon, log_discount)
    return out
