"""Compiled loops of the BG/BB model; `bgbb.likelihood` is their readable oracle.

Every gamma function here stands in a ratio at a whole distance, which is a sum of logarithms: the
sums are tabulated once per evaluation, and nothing cancels for large parameters. Histories that
differ in recency only share their terms, so the cost grows with the distinct pairs of frequency
and opportunities and not with the histories.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled
from clvlab.models.bgbb.histories import OpportunityHistories
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters
from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_UPPER = np.triu_indices(4)


def log_likelihood(
    parameters: BetaGeoBetaBinomParameters, histories: OpportunityHistories
) -> Evaluation:
    """The same as `bgbb.likelihood.log_likelihood`, compiled."""
    moments, _ = _moments(parameters, histories)
    sums = histories.weights @ moments
    hessian = np.zeros((4, 4))
    hessian[_UPPER] = sums[5:]
    hessian += np.triu(hessian, 1).T
    return float(sums[0]), sums[1:5], hessian


def log_likelihood_and_alive(
    parameters: BetaGeoBetaBinomParameters, histories: OpportunityHistories
) -> tuple[Array, Array]:
    """Logarithms, one per history, of its likelihood and of the share that is still alive."""
    moments, alive = _moments(parameters, histories)
    return moments[:, 0], alive - moments[:, 0]


def cumulative(values: Array) -> Array:
    """Sums of the first 0, 1, 2, ... values along the last axis."""
    out = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
    np.cumsum(values, axis=-1, out=out[..., 1:])
    return out


@compiled
def lost_in_sums(values: Array) -> Array:  # pragma: no cover - compiled
    """What rounding takes from the cumulative sums, (1, n + 1) (Knuth's exact addition)."""
    out = np.zeros((1, values.size + 1))
    total = 0.0
    for i in range(values.size):
        new = total + values[i]
        back = new - total
        out[0, i + 1] = out[0, i] + ((total - (new - back)) + (values[i] - back))
        total = new
    return out


def _moments(
    parameters: BetaGeoBetaBinomParameters, histories: OpportunityHistories
) -> tuple[Array, Array]:
    """Value, gradient and upper Hessian of each history, (n, 15), and the term of the living."""
    alpha, beta, gamma, delta = parameters
    i = np.arange(int(histories.n_periods.max(initial=0)))
    a, b, ab = alpha + i, beta + i, alpha + beta + i
    d, gd = delta + i, gamma + delta + i
    rows = (
        np.log(a), 1 / a, -(a**-2.0),
        -np.log1p(alpha / b), alpha / b / ab, -alpha / b * (2 * b + alpha) / b / ab**2,
        np.log(ab), 1 / ab, ab**-2.0,
        -np.log1p(gamma / d), 1 / gd, gamma / d / gd, gd**-2.0,
        -gamma / d * (2 * d + gamma) / d / gd**2,
    )  # fmt: skip
    moments = np.empty((len(histories), 15))
    alive = np.empty(len(histories))
    _loop(
        histories.frequency,
        histories.recency,
        histories.n_periods,
        np.concatenate([cumulative(np.array(rows)), lost_in_sums(rows[0]), lost_in_sums(rows[6])]),
        gamma,
        delta,
        moments,
        alive,
    )
    return moments, alive


@compiled
def _term(  # pragma: no cover - compiled
    x: int, j: int, sums: Array, out: Array
) -> None:
    """Value, gradient and Hessian of a term: alive for j opportunities, and x of them used."""
    m = j - x
    # The first and the seventh sum are large and all but cancel where nearly all were used.
    out[0] = sums[0, x] - (sums[6, j] - sums[6, m]) + sums[3, m] + sums[9, j]
    out[0] += sums[14, x] - (sums[15, j] - sums[15, m])
    out[1] = sums[1, x] - sums[7, j]
    out[2] = sums[4, m] - (sums[7, j] - sums[7, m])
    out[3] = -sums[10, j]
    out[4] = sums[11, j]
    out[5] = sums[2, x] + sums[8, j]
    out[6] = sums[8, j]
    out[7] = sums[5, m] + (sums[8, j] - sums[8, m])
    out[8] = sums[12, j]
    out[9] = sums[12, j]
    out[10] = sums[13, j]


@compiled
def _drop_out(j: int, gamma: float, delta: float, out: Array) -> None:  # pragma: no cover
    """Turn a term of the living into one of those who dropped out after j opportunities."""
    total = gamma + delta + j
    out[0] -= math.log1p((delta + j) / gamma)
    out[3] += (delta + j) / gamma / total
    out[4] -= 1.0 / total
    out[8] -= (delta + j) / gamma * (2.0 * gamma + delta + j) / gamma / total**2
    out[9] += 1.0 / total**2
    out[10] += 1.0 / total**2


@compiled
def _add_term(term: Array, peak: float, sums: Array) -> float:  # pragma: no cover - compiled
    """Add a term to the running sums, which are scaled by the largest term so far."""
    if term[0] > peak:
        sums *= math.exp(peak - term[0])
        peak = term[0]
    share = math.exp(term[0] - peak)
    sums[0] += share
    g0, g1, g2, g3 = term[1], term[2], term[3], term[4]
    sums[1] += share * g0
    sums[2] += share * g1
    sums[3] += share * g2
    sums[4] += share * g3
    sums[5] += share * (g0 * g0 + term[5])
    sums[6] += share * (g0 * g1 + term[6])
    sums[7] += share * g0 * g2
    sums[8] += share * g0 * g3
    sums[9] += share * (g1 * g1 + term[7])
    sums[10] += share * g1 * g2
    sums[11] += share * g1 * g3
    sums[12] += share * (g2 * g2 + term[8])
    sums[13] += share * (g2 * g3 + term[9])
    sums[14] += share * (g3 * g3 + term[10])
    return peak


@compiled
def _finish(peak: float, sums: Array, out: Array) -> None:  # pragma: no cover - compiled
    """The logarithm of a sum of terms, its gradient and upper Hessian."""
    out[0] = peak + math.log(sums[0])
    for k in range(1, 15):
        out[k] = sums[k] / sums[0]
    place = 5
    for k in range(1, 5):
        for m in range(k, 5):
            out[place] -= out[k] * out[m]
            place += 1


@compiled
def _loop(  # pragma: no cover - compiled
    frequency: Integers,
    recency: Integers,
    n_periods: Integers,
    tables: Array,
    gamma: float,
    delta: float,
    moments: Array,
    alive: Array,
) -> None:
    """All histories, in their order: with the same frequency and opportunities, the sum goes on."""
    term, sums = np.zeros(11), np.zeros(15)
    peak, living, reached = -np.inf, 0.0, 0
    for row in range(frequency.size):
        x, n = frequency[row], n_periods[row]
        if row == 0 or x != frequency[row - 1] or n != n_periods[row - 1]:
            sums[:] = 0.0
            _term(x, n, tables, term)
            living = term[0]
            peak = _add_term(term, living, sums)
            reached = n
        while reached > recency[row]:
            reached -= 1
            _term(x, reached, tables, term)
            _drop_out(reached, gamma, delta, term)
            peak = _add_term(term, peak, sums)
        alive[row] = living
        _finish(peak, sums, moments[row])
