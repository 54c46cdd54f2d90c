"""Compiled log-likelihoods of the BG/NBD and MBG/NBD models with parameters of several groups."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled_sum
from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.evaluations import Evaluations, log_rising, symmetric

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def log_likelihoods(
    parameters: Array, histories: Histories, pattern: Integers, chances_at_start: int = 0
) -> Evaluations:
    """The log-likelihood of each pattern, whose histories have parameters of their own, (m, 4).

    ``r`` is the same for everybody. Histories come pattern by pattern, as compression leaves them.
    The formulas are those of `bgnbd.likelihood`.
    """
    r, alpha, a, b = np.ascontiguousarray(parameters.T)
    sums = _sum_log_likelihoods(
        histories.frequency,
        histories.recency,
        histories.T,
        histories.weights,
        np.searchsorted(pattern, np.arange(len(parameters) + 1)),
        histories.times / histories.window.unit.days,
        log_rising(float(r[0]), int(histories.frequency.max(initial=0))),
        float(r[0]),
        alpha,
        a,
        b,
        chances_at_start,
    )
    return sums[:, 0], sums[:, 1:5], symmetric(sums[:, 5:])


@compiled_sum
def _sum_log_likelihoods(  # pragma: no cover - compiled
    frequency: Integers,
    recency: Integers,
    observed: Integers,
    weights: Array,
    starts: Integers,
    times: Array,
    rising: Array,
    r: float,
    alphas: Array,
    as_: Array,
    bs: Array,
    chances_at_start: int,
) -> Array:
    """Value, gradient and upper Hessian of each pattern, (m, 15)."""
    sums = np.zeros((alphas.size, 15))
    for g in range(alphas.size):
        alpha, a, b = alphas[g], as_[g], bs[g]
        out = sums[g]
        # Frequencies ascend within a pattern: the product over chances grows along with them.
        chances = 0
        log_kept = in_a = in_b = in_aa = in_bb = 0.0
        for i in range(starts[g], starts[g + 1]):
            x, w = frequency[i], weights[i]
            if x + chances_at_start < chances:
                chances = 0
                log_kept = in_a = in_b = in_aa = in_bb = 0.0
            while chances < x + chances_at_start:
                one, other = 1.0 / (b + chances), 1.0 / (a + b + chances)
                log_kept -= math.log1p(a * one)
                in_a -= other
                in_b += one * a * other
                in_aa += other * other
                in_bb -= one * a * other * (one + other)
                chances += 1
            n = r + x
            t = times[observed[i]]
            log_T, in_T = math.log1p(t / alpha), t / (alpha * (alpha + t))
            bend_T = -in_T * (1.0 / alpha + 1.0 / (alpha + t))
            out[0] += w * (rising[0, x] - x * math.log(alpha) + log_kept - n * log_T)
            out[1] += w * (rising[1, x] - log_T)
            out[2] += w * (n * in_T - x / alpha)
            out[3] += w * in_a
            out[4] += w * in_b
            out[5] += w * rising[2, x]
            out[6] += w * in_T
            out[9] += w * (x / (alpha * alpha) + n * bend_T)
            out[12] += w * in_aa
            out[13] += w * in_aa
            out[14] += w * in_bb
            if chances == 0:
                continue
            t = times[recency[i]]
            log_x, in_x = math.log1p(t / alpha), t / (alpha * (alpha + t))
            bend_x = -in_x * (1.0 / alpha + 1.0 / (alpha + t))
            in_later = 1.0 / (b + (chances - 1))
            odds = math.log(a * in_later) + n * (log_T - log_x)
            smaller = math.exp(-abs(odds))
            larger_share = 1.0 / (1.0 + smaller)
            dead = larger_share if odds > 0 else smaller * larger_share
            alive = smaller * larger_share if odds > 0 else larger_share
            w_dead, spread = w * dead, w * dead * alive
            d_r, d_alpha, d_a, d_b = log_T - log_x, n * (in_x - in_T), 1.0 / a, -in_later
            out[0] += w * (max(odds, 0.0) + math.log1p(smaller))
            out[1] += w_dead * d_r
            out[2] += w_dead * d_alpha
            out[3] += w_dead * d_a
            out[4] += w_dead * d_b
            out[5] += spread * d_r * d_r
            out[6] += spread * d_r * d_alpha + w_dead * (in_x - in_T)
            out[7] += spread * d_r * d_a
            out[8] += spread * d_r * d_b
            out[9] += spread * d_alpha * d_alpha + w_dead * n * (bend_x - bend_T)
            out[10] += spread * d_alpha * d_a
            out[11] += spread * d_alpha * d_b
            out[12] += (spread - w_dead) * d_a * d_a
            out[13] += spread * d_a * d_b
            out[14] += (spread + w_dead) * d_b * d_b
    return sums
