"""Compiled loops of the BG/NBD and MBG/NBD models; `bgnbd.likelihood` is their readable oracle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled_lanes
from clvlab.models.bgnbd.likelihood import BetaGeoParameters, prefactor
from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.elementary import exp_of_minus, log_of_one_plus
from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_UPPER = np.triu_indices(4)


def log_likelihood(
    parameters: BetaGeoParameters, histories: Histories, chances_at_start: int = 0
) -> Evaluation:
    """The same as `bgnbd.likelihood.log_likelihood`, compiled."""
    r, alpha, a, b = parameters
    times = histories.times / histories.window.unit.days
    slope = -times / (alpha * (alpha + times))
    j = np.arange(int(histories.frequency.max(initial=0)) + 1)
    later = np.maximum(b + (j + chances_at_start - 1), 1e-300)
    log_dropout, in_later = np.log(a) - np.log(later), 1 / later
    if chances_at_start == 0:
        # Without a purchase there was no chance to drop out.
        log_dropout[0], in_later[0] = -np.inf, 0.0
    sums = _sum_log_of_terms(
        histories.frequency,
        histories.recency,
        histories.T,
        histories.weights,
        r,
        1 / a,
        np.log1p(times / alpha),
        slope,
        slope * (1 / alpha + 1 / (alpha + times)),
        log_dropout,
        in_later,
    )
    value, gradient, hessian = prefactor(parameters, histories, chances_at_start)
    curvature = np.zeros((4, 4))
    curvature[_UPPER] = sums[5:]
    curvature += np.triu(curvature, 1).T
    return value + float(sums[0]), gradient + sums[1:5], hessian + curvature


@compiled_lanes
def _sum_log_of_terms(  # pragma: no cover - compiled
    frequency: Integers,
    recency: Integers,
    observed: Integers,
    weights: Array,
    r: float,
    in_a: float,
    log_since: Array,
    in_since: Array,
    bend: Array,
    log_dropout: Array,
    in_later: Array,
) -> Array:
    """Sums over customers of the log of the braces: value, gradient and upper Hessian.

    Only logarithms of distinct times and counts and their derivatives are needed: those are tables.
    """
    s0 = s1 = s2 = s3 = s4 = 0.0
    h00 = h01 = h02 = h03 = h11 = h12 = h13 = h22 = h23 = h33 = 0.0
    for i in range(frequency.size):
        x = frequency[i]
        w = weights[i]
        end, last = observed[i], recency[i]
        n = r + x
        log_T, log_x = log_since[end], log_since[last]
        in_T, in_x = in_since[end], in_since[last]
        d_r = log_T - log_x
        odds = log_dropout[x] + n * d_r
        smaller = exp_of_minus(abs(odds))
        larger_share = 1.0 / (1.0 + smaller)
        smaller_share = smaller * larger_share
        dead = larger_share if odds > 0 else smaller_share
        alive = smaller_share if odds > 0 else larger_share
        in_both = alive * in_T + dead * in_x
        w_dead = w * dead
        spread = w_dead * alive
        d_alpha = n * (in_T - in_x)
        d_b = -in_later[x]
        s0 += w * (max(odds, 0.0) - n * log_T + log_of_one_plus(smaller))
        s1 -= w * (alive * log_T + dead * log_x)
        s2 -= w * n * in_both
        s3 += w_dead
        s4 += w_dead * d_b
        h00 += spread * d_r * d_r
        h01 += spread * d_r * d_alpha - w * in_both
        h02 += spread * d_r
        h03 += spread * d_r * d_b
        h11 += spread * d_alpha * d_alpha + w * n * (alive * bend[end] + dead * bend[last])
        h12 += spread * d_alpha
        h13 += spread * d_alpha * d_b
        h22 += spread - w_dead
        h23 += spread * d_b
        h33 += (spread + w_dead) * d_b * d_b
    return np.array(
        [
            s0, s1, s2, s3 * in_a, s4,
            h00, h01, h02 * in_a, h03, h11, h12 * in_a, h13, h22 * in_a * in_a, h23 * in_a, h33,
        ]
    )  # fmt: skip
