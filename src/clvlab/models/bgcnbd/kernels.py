"""Compiled loops of the (M)BG/CNBD-k models; `bgcnbd.likelihood` is their readable oracle."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled_sum
from clvlab.models.bgcnbd.likelihood import prefactor
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_UPPER = np.triu_indices(4)


def log_likelihood(
    parameters: BetaGeoParameters, histories: Histories, k: int, chances_at_start: int = 0
) -> Evaluation:
    """The same as `bgcnbd.likelihood.log_likelihood`, compiled."""
    r, alpha, a, b = (float(value) for value in parameters)
    times = histories.times / histories.window.unit.days
    later = np.arange(int(histories.frequency.max(initial=0)) + 1) + (chances_at_start - 1.0)
    sums = _sum_log_of_terms(
        histories.frequency,
        histories.recency,
        histories.T,
        histories.weights,
        times,
        np.log1p(times / alpha),
        r,
        alpha,
        1 / a,
        np.log(a) - np.log(np.maximum(b + later, 1e-300)),
        1 / np.maximum(b + later, 1e-300),
        k,
        chances_at_start,
    )
    value, gradient, hessian = prefactor(parameters, histories, k, chances_at_start)
    curvature = np.zeros((4, 4))
    curvature[_UPPER] = sums[5:]
    curvature += np.triu(curvature, 1).T
    return value + float(sums[0]), gradient + sums[1:5], hessian + curvature


@compiled_sum
def _sum_log_of_terms(  # pragma: no cover - compiled
    frequency: Integers,
    recency: Integers,
    observed: Integers,
    weights: Array,
    times: Array,
    log_since: Array,
    r: float,
    alpha: float,
    in_a: float,
    log_dropout: Array,
    in_later: Array,
    k: int,
    chances_at_start: int,
) -> Array:
    """Sums over customers of the log of the braces: value, gradient and upper Hessian.

    ``S`` is the sum over stages behind, relative to none; with its derivatives in n and alpha.
    """
    out = np.zeros(15)
    for i in range(frequency.size):
        x, w = frequency[i], weights[i]
        n = r + k * x
        t_x, T = times[recency[i]], times[observed[i]]
        log_T, log_x = log_since[observed[i]], log_since[recency[i]]
        in_T, in_x = -T / (alpha * (alpha + T)), -t_x / (alpha * (alpha + t_x))
        since = 1.0 / (alpha + T)
        u = (T - t_x) * since
        term = S = 1.0
        once = twice = S_n = S_nn = first = second = cross = 0.0
        for j in range(1, k):
            step = 1.0 / (n + (j - 1))
            twice += 2.0 * once * step
            once += step
            term *= u * (n + (j - 1)) / j
            S += term
            S_n += term * once
            S_nn += term * twice
            first += j * term
            second += j * (j + 1.0) * term
            cross += j * term * once
        d_n, d_alpha = S_n / S, -since * first / S
        A_r, A_alpha = d_n - log_T, d_alpha - n * in_T
        A_rr = S_nn / S - d_n * d_n
        A_ra = -in_T - since * cross / S - d_n * d_alpha
        A_aa = n * in_T * (1.0 / alpha + since) + since * since * second / S - d_alpha * d_alpha
        log_alive = math.log(S) - n * log_T
        if x + chances_at_start == 0:
            out[0] += w * log_alive
            out[1] += w * A_r
            out[2] += w * A_alpha
            out[5] += w * A_rr
            out[6] += w * A_ra
            out[9] += w * A_aa
            continue
        odds = log_dropout[x] - n * log_x - log_alive
        smaller = math.exp(-abs(odds))
        larger_share = 1.0 / (1.0 + smaller)
        dead = larger_share if odds > 0 else smaller * larger_share
        alive = smaller * larger_share if odds > 0 else larger_share
        w_dead, spread = w * dead, w * dead * alive
        d_r, d_al, d_b = -log_x - A_r, -n * in_x - A_alpha, -in_later[x]
        out[0] += w * (log_alive + max(odds, 0.0) + math.log1p(smaller))
        out[1] += w * A_r + w_dead * d_r
        out[2] += w * A_alpha + w_dead * d_al
        out[3] += w_dead * in_a
        out[4] += w_dead * d_b
        out[5] += w * alive * A_rr + spread * d_r * d_r
        out[6] += w * alive * A_ra - w_dead * in_x + spread * d_r * d_al
        out[7] += spread * d_r * in_a
        out[8] += spread * d_r * d_b
        bend_x = n * in_x * (1.0 / alpha + 1.0 / (alpha + t_x))
        out[9] += w * alive * A_aa + w_dead * bend_x + spread * d_al * d_al
        out[10] += spread * d_al * in_a
        out[11] += spread * d_al * d_b
        out[12] += (spread - w_dead) * in_a * in_a
        out[13] += spread * in_a * d_b
        out[14] += (spread + w_dead) * d_b * d_b
    return out
