r"""Discounted expected purchases of a (M)BG/CNBD-k customer who is alive.

**Within a horizon** ``t`` the discount factor of a purchase at :math:`\tau` is a smooth function
of :math:`y = \tau / (\alpha + T + \tau)`, here a polynomial through Chebyshev points. The moment
of the ``i``-th stage has a beta distributed ``y``, so that with
:math:`(i)_c = \Gamma(i + c) / \Gamma(i)`

.. math:: E[y^c; \tau_i \le t] = \frac{(i)_c}{(m + i)_c} P(M \ge i + c)

is exact, and sums over stages as in `bgcnbd.expectation`. Where the polynomial does not settle
(long horizons), expectations over many horizons are integrated by parts, panel by panel, each so
short that neither regular buying nor dropout bends much in it.

**Without an end** a stage is discounted by :math:`\phi = \lambda / (\lambda + \delta)`, and

.. math:: E\left[ \sum_j \pi_j(\lambda) \frac{\phi^{k-j}}{1 - (1 - p) \phi^k} \right]

is averaged over ``p`` and over the gamma distributed :math:`\lambda`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled
from clvlab.models.bgcnbd.expectation import (
    MOST_STAGES,
    NEGLIGIBLE,
    expected_and_survival,
    fill_stage_weights,
    stages_needed,
)
from clvlab.models.bgcnbd.long_horizons import DROPOUT_STEP
from clvlab.models.bgnbd.dropout_nodes import TAIL, dropout_nodes

Array = npt.NDArray[np.float64]

DEGREE = 24
"""Degree of the polynomial that stands in for the discount factor."""
SETTLED, ROUNDING = 1e-13, 1e-12
"""Size of its last coefficients up to which it is taken, and down to which they count."""
PANEL_NODES, PANEL_WEIGHTS = np.polynomial.legendre.leggauss(16)
STEP = 0.1


def _monomials() -> Array:
    """Chebyshev polynomials on [0, 1] as polynomials, (DEGREE + 1, DEGREE + 1)."""
    out = np.zeros((DEGREE + 1, DEGREE + 1))
    for c in range(DEGREE + 1):
        one = np.polynomial.Chebyshev.basis(c, domain=[0, 1]).convert(kind=np.polynomial.Polynomial)
        out[c, : len(one.coef)] = one.coef
    return out


_ANGLES = (np.arange(DEGREE + 1) + 0.5) * np.pi / (DEGREE + 1)
_AT = 0.5 * (np.cos(_ANGLES) + 1)
_TO_CHEBYSHEV = 2 / (DEGREE + 1) * np.cos(np.outer(np.arange(DEGREE + 1), _ANGLES))
_TO_CHEBYSHEV[0] /= 2
_TO_MONOMIALS = _monomials()


@compiled
def discounted_within(  # pragma: no cover - compiled
    r: float,
    alpha: float,
    a: float,
    b: float,
    k: int,
    frequency: Array,
    recency: Array,
    T: Array,
    horizon: float,
    log_discount: float,
) -> Array:
    """Discounted purchases in (T, T + horizon] of customers alive at T, (n,); finite horizon.

    ``b`` is that after the chances at the start.
    """
    out = np.zeros(frequency.size)
    pi = np.empty(k)
    for i in range(frequency.size):
        x, n, since = frequency[i], r + k * frequency[i], alpha + T[i]
        u = horizon / since
        fill_stage_weights(n, (T[i] - recency[i]) / since, pi)
        gamma = _discount_polynomial(since, u, log_discount)
        if gamma.size == 0 or stages_needed(n + k - 1.0, u) > MOST_STAGES:
            one = slice(i, i + 1)
            out[i] = _by_parts(
                r, alpha, a, b, k, frequency[one], recency[one], T[one], horizon, log_discount
            )
            continue
        for j in range(k):
            if pi[j] > NEGLIGIBLE:
                out[i] += pi[j] * _sum_of_discounted(n + j, u, j, k, a, b + x, gamma)
    return out


@compiled
def _discount_polynomial(since: float, u: float, log_discount: float) -> Array:  # pragma: no cover
    """Coefficients of the discount factor in y / z, ``z`` the largest y; none if not settled."""
    z = u / (1.0 + u)
    values = np.empty(DEGREE + 1)
    for i in range(DEGREE + 1):
        y = z * _AT[i]
        values[i] = math.expm1(-log_discount * since * y / (1.0 - y))
    chebyshev = _TO_CHEBYSHEV @ values
    size = np.abs(values).max()
    if max(abs(chebyshev[DEGREE]), abs(chebyshev[DEGREE - 1])) > SETTLED * size:
        return np.empty(0)
    # Coefficients of rounding alone would be blown up by the change to powers.
    degree = DEGREE
    while degree > 0 and abs(chebyshev[degree]) < ROUNDING * size:
        degree -= 1
    gamma = np.zeros(degree + 1)
    for c in range(degree + 1):
        for i in range(c + 1):
            gamma[i] += chebyshev[c] * _TO_MONOMIALS[c, i]
    gamma[0] += 1.0
    return gamma


@compiled
def _sum_of_discounted(  # pragma: no cover - compiled
    m: float, u: float, j: int, k: int, a: float, b: float, gamma: Array
) -> float:
    """The sum over due purchases, with probabilities of so many stages as sums from the top."""
    if u <= 0.0:
        return 0.0
    z, mean = u / (1.0 + u), m * u
    # Upwards and downwards from the likeliest number of stages, which has the weight 1.
    peak = int(max(0.0, mean - u - 1.0))
    up = 1.0
    top = peak
    while up > 1e-22 or top < k + gamma.size:
        up *= z * (m + top) / (top + 1.0)
        top += 1
        if up == 0.0:
            break
    tails = np.zeros(top + 1)
    tails[peak] = 1.0
    for i in range(peak, top):
        tails[i + 1] = tails[i] * z * (m + i) / (i + 1.0)
    for i in range(peak, 0, -1):
        tails[i - 1] = tails[i] * i / (z * (m + i - 1.0))
    for i in range(top, 0, -1):
        tails[i - 1] += tails[i]
    total, kept, due, stage = 0.0, 1.0, 0, k - j
    while stage <= top:
        value, moment = 0.0, 1.0
        for c in range(min(gamma.size - 1, top - stage) + 1):
            value += gamma[c] * moment * tails[stage + c]
            moment *= (stage + c) / (z * (m + stage + c))
        total += kept * value
        if kept * tails[stage] < 1e-18 * total:
            break
        kept *= (b + due) / (a + b + due)
        due += 1
        stage += k
    return float(total / tails[0])


@compiled
def _by_parts(  # pragma: no cover - compiled
    r: float,
    alpha: float,
    a: float,
    b: float,
    k: int,
    frequency: Array,
    recency: Array,
    T: Array,
    horizon: float,
    log_discount: float,
) -> float:
    r"""Of one customer, :math:`e^{-\delta h} E(h) + \delta \int_0^h e^{-\delta t} E(t) \, dt`."""
    ahead = np.full(1, horizon)
    total = (
        math.exp(-log_discount * horizon)
        * (expected_and_survival(r, alpha, a, b, k, frequency, recency, T, ahead)[0, 0])
    )
    since = alpha + T[0]
    gap = k * since / (r + k * (frequency[0] + 1.0))
    start = 0.0
    while start < horizon and log_discount * start < TAIL:
        width = start + 0.2 * k * since
        if start < 2.0 * k * gap:
            width = min(2.0 * gap, width)
        width = min(width, horizon - start, 2.0 / max(log_discount, 1e-300))
        for i in range(PANEL_NODES.size):
            ahead[0] = start + 0.5 * width * (PANEL_NODES[i] + 1.0)
            bought = expected_and_survival(r, alpha, a, b, k, frequency, recency, T, ahead)[0, 0]
            share = 0.5 * width * PANEL_WEIGHTS[i] * math.exp(-log_discount * ahead[0])
            total += log_discount * share * bought
        start += width
    return float(total)


@compiled
def discounted_for_ever(  # pragma: no cover - compiled
    r: float,
    alpha: float,
    a: float,
    b: float,
    k: int,
    frequency: Array,
    recency: Array,
    T: Array,
    log_discount: float,
) -> Array:
    """Discounted purchases after T of customers alive at T, (n,); the discount is positive."""
    out = np.empty(frequency.size)
    nodes, of = np.empty((4, 0)), -1.0
    for i in range(frequency.size):
        later = b + frequency[i]
        if later != of:
            of = later
            nodes = dropout_nodes(a, later, DROPOUT_STEP)
        n, since, silent = r + k * frequency[i], alpha + T[i], T[i] - recency[i]
        centre = math.log((n + 0.5 * k) / since)
        width = min(1.0, 2.0 / math.sqrt(n + 1.0))
        left = math.asinh((TAIL / n + TAIL * width) / width)
        right = math.asinh(4.0 + math.log(1.0 + 2.0 * TAIL / n) / width)
        peak = -1e308
        for passing in range(2):
            total = norm = 0.0
            v = -left
            while v <= right:
                y = centre + width * math.sinh(v)
                v += STEP
                rate = math.exp(y)
                log_weight = n * y - since * rate + math.log(math.cosh(v - STEP))
                if log_weight < peak - 90.0:
                    continue
                factor = log_discount / rate if rate > 0.0 else math.inf
                phi = 1.0 / (1.0 + factor)
                term, alive = 1.0, 0.0
                earned = 0.0
                for j in range(k):
                    if j > 0:
                        term *= silent * rate / j
                    alive += term
                    earned += term * phi ** (k - j)
                if passing == 0:
                    peak = max(peak, log_weight + math.log(alive))
                    continue
                missing = -math.expm1(-k * math.log1p(factor))
                ever = 0.0
                for d in range(nodes.shape[1]):
                    # 1 - q phi^k = p phi^k + (1 - phi^k)
                    ever += nodes[2, d] / (nodes[3, d] * (1.0 - missing) + missing)
                weight = math.exp(log_weight - peak)
                total += weight * earned * ever
                norm += weight * alive
        out[i] = total / norm
    return out
