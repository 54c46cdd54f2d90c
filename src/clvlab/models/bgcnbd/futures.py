"""Simulated futures of customers of the (M)BG/CNBD-k models."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled
from clvlab.models.bgcnbd.expectation import fill_stage_weights
from clvlab.models.bgcnbd.formulas import RARE
from clvlab.models.bgnbd.futures import LEAST_DROPOUT
from clvlab.models.fitting.purchase_process import Purchases

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LIKELY = 0.3
"""Chance of enough stages from which on their number is drawn until they are enough."""


def draw_purchases(
    parameters: tuple[Array, Array, Array, Array],
    k: int,
    frequency: Array,
    recency: Array,
    T: Array,
    horizon: float,
    rng: np.random.Generator,
) -> Purchases:
    """One future per customer, with at least one purchase.

    The stages behind are drawn first, given that enough lie ahead for a purchase, then the number
    of those ahead. They fall evenly into the horizon, every ``k``-th is a purchase, and dropout
    ends them after a geometric number.

    Parameters
    ----------
    parameters
        r, alpha, a, b of each customer, (n,); ``b`` as after the chances at the start.
    k
        Stages per purchase.
    frequency, recency, T, horizon
        The histories, times in the unit of alpha.
    rng
        Source of the draws.
    """
    r, alpha, a, b = parameters
    since, n = alpha + T, r + k * frequency
    behind, enough = _stages_behind(
        n, (T - recency) / since, horizon / since, k, rng.random(len(n))
    )
    due = k - behind
    stages = _stages_ahead(n + behind, horizon / since, due, enough, rng)
    dropout = np.maximum(rng.beta(a, b + frequency), LEAST_DROPOUT)
    kept = np.minimum((stages - due) // k, rng.geometric(dropout) - 1)
    # Sorted uniform moments are partial sums of exponential gaps divided by their total.
    first = rng.standard_gamma(due.astype(np.float64))
    owner = np.repeat(np.arange(len(kept)), kept)
    sums = np.concatenate([[0.0], np.cumsum(rng.standard_gamma(float(k), len(owner)))])
    ends = np.cumsum(kept)
    before = sums[ends - kept]
    left_over = rng.standard_gamma((stages - due - k * kept + 1).astype(np.float64))
    total = first + sums[ends] - before + left_over
    moments = first[owner] + sums[1:] - before[owner]
    return Purchases(horizon * first / total, kept, horizon * moments / total[owner])


@compiled
def _stages_behind(  # pragma: no cover - compiled
    n: Array, u: Array, ahead: Array, k: int, level: Array
) -> tuple[Integers, Array]:
    """Stages behind, given that enough lie ahead for a purchase, and the chance of enough."""
    behind, chance = np.zeros(n.size, np.int64), np.empty(n.size)
    pi, enough = np.empty(k), np.empty(k)
    for i in range(n.size):
        fill_stage_weights(n[i], u[i], pi)
        z, log_none, total = ahead[i] / (1.0 + ahead[i]), math.log1p(ahead[i]), 0.0
        for j in range(k):
            m, below = n[i] + j, 0.0
            exactly = math.exp(-m * log_none)
            for stage in range(k - j):
                below += exactly
                exactly *= z * (m + stage) / (stage + 1.0)
            enough[j] = 1.0 - below
            if enough[j] < RARE:
                # The complement has lost its digits, and what is left of the sum is short.
                enough[j], stage = 0.0, k - j
                while exactly > 1e-17 * enough[j]:
                    enough[j] += exactly
                    exactly *= z * (m + stage) / (stage + 1.0)
                    stage += 1
            total += pi[j] * enough[j]
        left = level[i] * total - pi[0] * enough[0]
        while left > 0.0 and behind[i] < k - 1:
            behind[i] += 1
            left -= pi[behind[i]] * enough[behind[i]]
        chance[i] = enough[behind[i]]
    return behind, chance


def _stages_ahead(
    shape: Array, u: Array, due: Integers, enough: Array, rng: np.random.Generator
) -> Integers:
    """Negative binomial numbers with means ``shape * u``, given that they are `due` at least.

    `enough` is the chance that they are: where it is good they are drawn until they are, and else
    counted upwards from `due`.
    """
    stages = due.copy()
    again = np.flatnonzero(enough >= LIKELY)
    while len(again):
        stages[again] = rng.poisson(rng.standard_gamma(shape[again]) * u[again])
        again = again[stages[again] < due[again]]
    rare = np.flatnonzero(enough < LIKELY)
    level = rng.random(len(rare)) * enough[rare]
    stages[rare] = _count_upwards(shape[rare], u[rare], due[rare], level)
    return stages


@compiled
def _count_upwards(  # pragma: no cover - compiled
    shape: Array, u: Array, due: Integers, level: Array
) -> Integers:
    """The first number up to which probabilities from `due` on sum to `level`."""
    out = due.copy()
    for i in range(due.size):
        m, stage, z = shape[i], due[i], u[i] / (1.0 + u[i])
        log_probability = -m * math.log1p(u[i]) + stage * math.log(z)
        for step in range(stage):
            log_probability += math.log((m + step) / (step + 1.0))
        probability = math.exp(log_probability)
        left = level[i] - probability
        while left > 0.0 and probability > 1e-18 * level[i]:
            probability *= z * (m + stage) / (stage + 1.0)
            stage += 1
            left -= probability
        out[i] = stage
    return out
