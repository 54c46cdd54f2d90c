r"""Compiled loops of the Pareto/NBD model; `pareto_nbd.likelihood` is their readable oracle.

The likelihood of a history is rearranged into two positive terms that each need only a pair of
its numbers,

.. math::

    s \int_{t_x}^\infty (\alpha + y)^{-(r+x)} (\beta + y)^{-(s+1)} \, dy +
    (r + x) \int_T^\infty (\alpha + y)^{-(r+x+1)} (\beta + y)^{-s} \, dy :

dead before the next purchase, counted from the last one, or buying again after ``T``. (Integrate
by parts what the first integral has too much.) A million customers share some ten thousand pairs.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled_sum
from clvlab.models.customers.histories import Histories
from clvlab.models.customers.pairs import Pairs
from clvlab.models.fitting.evaluations import Evaluations, log_rising, symmetric
from clvlab.models.fitting.newton import Evaluation
from clvlab.models.pareto_nbd.integrals import (
    LARGE,
    LONGEST_PANEL,
    NODES,
    STARTS,
    WEIGHTS,
    reach,
    rule_of,
)
from clvlab.models.pareto_nbd.likelihood import ParetoNBDParameters, prefactor

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BUYING, DYING = 0, 1
"""Which of the two integrals."""
SECOND = 5
"""Position of the upper Hessian behind value and gradient."""


def log_likelihood(parameters: ParetoNBDParameters, histories: Histories) -> Evaluation:
    """The same as `pareto_nbd.likelihood.log_likelihood`, compiled."""
    times = histories.times / histories.window.unit.days
    r, alpha, s, beta = parameters
    terms = []
    for (x, time, _), kind in (
        (histories.pairs_with_recency, DYING),
        (histories.pairs_with_T, BUYING),
    ):
        scales = np.full(len(x), alpha), np.full(len(x), beta)
        terms.append(integral_terms(r, scales[0], s, scales[1], x, times[time], kind))
    dead, again = histories.pairs_with_recency.pair, histories.pairs_with_T.pair
    everybody = np.array([0, len(histories)])
    sums, dead_shares, again_shares = _sum_log_of_terms(
        dead, again, histories.weights, terms[0], terms[1], everybody
    )
    total = sums[0]
    total[1:] += dead_shares @ terms[0][:, 1:] + again_shares @ terms[1][:, 1:]
    value, gradient, hessian = prefactor(parameters, histories)
    return value + float(total[0]), gradient + total[1:SECOND], hessian + symmetric(total[SECOND:])


def log_likelihoods(parameters: Array, histories: Histories, pattern: Integers) -> Evaluations:
    """The log-likelihood of each pattern, whose histories have parameters of their own, (m, 4).

    ``r`` and ``s`` are the same for everybody. Histories come pattern by pattern.
    """
    m, times = len(parameters), histories.times / histories.window.unit.days
    r, s = parameters[0, 0], parameters[0, 2]
    widest = int(histories.frequency.max(initial=0)) + 1
    coded = pattern * widest + histories.frequency
    pairs, owners, terms = [], [], []
    for moments, kind in ((histories.recency, DYING), (histories.T, BUYING)):
        found = Pairs.of(coded, moments, len(times))
        owner, x = np.divmod(found.frequency, widest)
        scales = parameters[owner, 1], parameters[owner, 3]
        terms.append(integral_terms(r, scales[0], s, scales[1], x, times[found.time], kind))
        pairs.append(found.pair)
        owners.append(owner)
    starts = np.searchsorted(pattern, np.arange(m + 1))
    sums, *shares = _sum_log_of_terms(
        pairs[0], pairs[1], histories.weights, terms[0], terms[1], starts
    )
    for owner, share, term in zip(owners, shares, terms, strict=True):
        np.add.at(sums[:, 1:], owner, share[:, None] * term[:, 1:])
    gamma = log_rising(r, widest - 1)[:, histories.frequency] * histories.weights
    for column, row in zip((0, 1, SECOND), gamma, strict=True):
        sums[:, column] += np.bincount(pattern, row, m)
    return sums[:, 0], sums[:, 1:SECOND], symmetric(sums[:, SECOND:])


@compiled_sum
def integral_terms(  # pragma: no cover - compiled
    r: float, alphas: Array, s: float, betas: Array, frequency: Integers, times: Array, kind: int
) -> Array:
    """Logarithm, gradient and upper Hessian of one of the two integrals for every pair, (n, 15).

    Derivatives are averages over the moment of death or purchase ``y`` under the integrand: of
    logarithms ``a``, ``b`` and of shares ``u``, ``v`` of the way from the pair's time to forever,
    on the scales of alpha and of beta.
    """
    out = np.empty((frequency.size, 15))
    for i in range(frequency.size):
        x, t, alpha, beta = frequency[i], times[i], alphas[i], betas[i]
        swapped = beta < alpha
        p = r + x + (0.0 if kind == DYING else 1.0)
        q = s + (1.0 if kind == DYING else 0.0)
        since_alpha, since_beta = alpha + t, beta + t
        if swapped:
            A, slope, B, power = since_beta, q - 1.0, since_alpha, p
        else:
            A, slope, B, power = since_alpha, p - 1.0, since_beta, q
        ratio = A / B
        lowest, far, endless = reach(slope, power, ratio, math.inf)
        panels = math.ceil(far / LONGEST_PANEL)
        length = far / panels
        rule = rule_of(length)
        m = ma = mu = mb = mv = 0.0
        maa = mau = mab = mav = muu = mub = muv = mbb = mbv = mvv = 0.0
        for panel in range(panels):
            for k in range(STARTS[rule], STARTS[rule + 1]):
                a = length * (panel + 0.5 * (NODES[k] + 1.0))
                if p + q < LARGE:
                    grown = math.exp(a) - 1.0
                    inside = ratio * grown
                    b = math.log(1.0 + inside)
                else:
                    grown = math.expm1(a)
                    inside = ratio * grown
                    b = math.log1p(inside)
                u = grown / (1.0 + grown)
                v = inside / (1.0 + inside)
                w = WEIGHTS[k] * math.exp(lowest - slope * a - power * b)
                m += w
                wa, wu, wb, wv = w * a, w * u, w * b, w * v
                ma += wa
                mu += wu
                mb += wb
                mv += wv
                maa += wa * a
                mau += wa * u
                mab += wa * b
                mav += wa * v
                muu += wu * u
                mub += wu * b
                muv += wu * v
                mbb += wb * b
                mbv += wb * v
                mvv += wv * v
        half = 0.5 * length
        if endless:
            # The integrand is a plain exponential from here on, and both shares are one.
            rest = slope + power
            b = math.log1p(ratio * math.expm1(far))
            w = math.exp(lowest - slope * far - power * b) / (rest * half)
            later = 1.0 / rest
            a1, b1 = far + later, b + later
            spread = later * later
            m += w
            ma += w * a1
            mu += w
            mb += w * b1
            mv += w
            maa += w * (a1 * a1 + spread)
            mau += w * a1
            mab += w * (a1 * b1 + spread)
            mav += w * a1
            muu += w
            mub += w * b1
            muv += w
            mbb += w * (b1 * b1 + spread)
            mbv += w * b1
            mvv += w
        log_total = math.log(m * half * A) - lowest
        e = 1.0 / m
        ma, mu, mb, mv = ma * e, mu * e, mb * e, mv * e
        maa, mau, mab, mav = maa * e, mau * e, mab * e, mav * e
        muu, mub, muv = muu * e, mub * e, muv * e
        mbb, mbv, mvv = mbb * e, mbv * e, mvv * e
        if swapped:
            # The sums were of beta first.
            ma, mu, mb, mv = mb, mv, ma, mu
            maa, mau, muu, mbb, mbv, mvv = mbb, mbv, mvv, maa, mau, muu
            mav, mub = mub, mav
        at_alpha, at_beta = p / since_alpha, q / since_beta
        log_alpha, log_beta = math.log1p(t / alpha), math.log1p(t / beta)
        in_alpha, in_beta = 1.0 / since_alpha, 1.0 / since_beta
        row = out[i]
        row[0] = (
            log_total
            - r * log_alpha
            - (p - r) * math.log(since_alpha)
            - s * log_beta
            - (q - s) * math.log(since_beta)
        )
        row[1] = -log_alpha - ma
        row[2] = (r * t / alpha - (p - r)) * in_alpha + at_alpha * mu
        row[3] = -log_beta - mb
        row[4] = (s * t / beta - (q - s)) * in_beta + at_beta * mv
        row[5] = maa - ma * ma
        row[6] = (mu + t / alpha) * in_alpha - at_alpha * (mau - ma * mu)
        row[7] = mab - ma * mb
        row[8] = -at_beta * (mav - ma * mv)
        row[9] = (
            at_alpha * at_alpha * (muu - mu * mu)
            - r / (alpha * alpha)
            + p * in_alpha * in_alpha * (1.0 - 2.0 * mu + muu)
        )
        row[10] = -at_alpha * (mub - mu * mb)
        row[11] = at_alpha * at_beta * (muv - mu * mv)
        row[12] = mbb - mb * mb
        row[13] = (mv + t / beta) * in_beta - at_beta * (mbv - mb * mv)
        row[14] = (
            at_beta * at_beta * (mvv - mv * mv)
            - s / (beta * beta)
            + q * in_beta * in_beta * (1.0 - 2.0 * mv + mvv)
        )
        if kind == DYING:
            row[0] += math.log(s)
            row[3] += 1.0 / s
            row[12] -= 1.0 / (s * s)
        else:
            row[0] += math.log(p - 1.0)
            row[1] += 1.0 / (p - 1.0)
            row[5] -= 1.0 / ((p - 1.0) * (p - 1.0))
    return out


@compiled_sum
def _sum_log_of_terms(  # pragma: no cover - compiled
    dead: Integers,
    again: Integers,
    weights: Array,
    dead_terms: Array,
    again_terms: Array,
    starts: Integers,
) -> tuple[Array, Array, Array]:
    """Sums of logarithms with their Hessians' part between terms, and each pair's total share.

    One sum for the histories between each start and the next, (m, 15).
    """
    sums = np.zeros((starts.size - 1, 15))
    dead_shares = np.zeros(dead_terms.shape[0])
    again_shares = np.zeros(again_terms.shape[0])
    for g in range(starts.size - 1):
        s0 = h00 = h01 = h02 = h03 = h11 = h12 = h13 = h22 = h23 = h33 = 0.0
        for i in range(starts[g], starts[g + 1]):
            one, other = dead_terms[dead[i]], again_terms[again[i]]
            w = weights[i]
            odds = one[0] - other[0]
            smaller = math.exp(-abs(odds))
            larger_share = 1.0 / (1.0 + smaller)
            s0 += w * (max(one[0], other[0]) + math.log1p(smaller))
            share = larger_share if odds > 0 else smaller * larger_share
            rest = smaller * larger_share if odds > 0 else larger_share
            dead_shares[dead[i]] += w * share
            again_shares[again[i]] += w * rest
            spread = w * share * rest
            d0, d1, d2, d3 = (
                one[1] - other[1], one[2] - other[2], one[3] - other[3], one[4] - other[4],
            )  # fmt: skip
            h00 += spread * d0 * d0
            h01 += spread * d0 * d1
            h02 += spread * d0 * d2
            h03 += spread * d0 * d3
            h11 += spread * d1 * d1
            h12 += spread * d1 * d2
            h13 += spread * d1 * d3
            h22 += spread * d2 * d2
            h23 += spread * d2 * d3
            h33 += spread * d3 * d3
        sums[g, 0] = s0
        sums[g, SECOND:] = np.array([h00, h01, h02, h03, h11, h12, h13, h22, h23, h33])
    return sums, dead_shares, again_shares
