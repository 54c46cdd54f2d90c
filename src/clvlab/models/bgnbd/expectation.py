r"""Expected purchases of a BG/NBD customer who is alive: the one hard number of the model.

With :math:`n = r + x`, :math:`z = t / (\alpha + T + t)` and :math:`C = a + b + x - 1`,

.. math::

    E = \frac{C}{a - 1} \left[ 1 - (1 - z)^n \,{}_2F_1(n, b + x; C; z) \right]

(Fader, Hardie and Lee 2005, eq. 10). Read literally it fails at ``a = 1`` and ``C = 0``, loses all
digits for a large ``b``, and its series needs ever more terms as ``x`` grows. Euler's
transformation makes the numerators independent of ``x``,

.. math:: (1-z)^n {}_2F_1(n, b+x; C; z) = (1-z)^{a-1} {}_2F_1(a+b-1-r, a-1; C; z),

and with the factors ``a - 1`` and ``C`` divided out term by term nothing is singular. Where that
series converges slowly or cancels, the same number is an average of a positive function over the
beta distribution of the dropout probability: by the moments of that distribution where dropout is
rare, by a few nodes where customers are much alike, and by double-exponential quadrature else:

.. math:: E = \int_0^1 \frac{1 - (1 + p t / (\alpha + T))^{-n}}{p} \, dBeta(p; a, b + x) .
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import log_expit

from clvlab.compiled import compiled
from clvlab.models.bgnbd.dropout_nodes import STEP, dropout_nodes

Array = npt.NDArray[np.float64]

MOST_TERMS = 4_000
MOST_CANCELLATION = 1e4
ALIKE = 30.0
ALIKE_NODES = 14
SPACING = 0.7
MOMENTS = 20
RARE = 0.1
FAR = 1e4
"""Horizons beyond so many times alpha + T bend the integrand far from the middle of the nodes."""


@compiled
def expected_if_alive(  # pragma: no cover - compiled
    r: float, alpha: float, a: float, b: float, x: float, T: float, t: float
) -> float:
    """Expected purchases in (T, T + t] of a customer alive at T; times in the unit of alpha."""
    found = _by_series(r, alpha, a, b, x, T, t)
    if found >= 0.0:
        return found
    u = t / (alpha + T)
    if min(a, b + x) > ALIKE:
        p, weights = _nodes_of_alike(a, b + x)
        return _average_over_nodes(p, weights, r + x, u)
    nodes = dropout_nodes(a, b + x, STEP if u < FAR else STEP / 2)
    return _average_over_nodes(nodes[3], nodes[2], r + x, u)


@compiled
def _by_series(  # pragma: no cover - compiled
    r: float, alpha: float, a: float, b: float, x: float, T: float, t: float
) -> float:
    """The number where one of the series gives it; -1 where an average over dropout has to."""
    if t <= 0.0:
        return 0.0
    u = t / (alpha + T)
    if u * (r + x + MOMENTS) * (a + MOMENTS) / (a + b + x) < RARE:
        return _moments_of_dropout(r + x, a, a + b + x, u)
    z = t / (alpha + T + t)
    if min(a, b + x) <= ALIKE and a < 50.0 and z < 0.995:
        log_rest = math.log1p(-t / (alpha + T + t))
        exponent = (a - 1.0) * log_rest
        leading = -log_rest if abs(exponent) < 1e-12 else -math.expm1(exponent) / (a - 1.0)
        c = a + b + x - 1.0
        numerator = a + b - 1.0 - r
        term = numerator * z
        total = term
        largest = abs(term)
        n = 1
        while n < MOST_TERMS and abs(term) > 1e-17 * abs(total):
            term *= (numerator + n) * (a + n - 1.0) * z / ((c + n) * (n + 1.0))
            total += term
            largest = max(largest, abs(term))
            n += 1
        scale = math.exp(exponent)
        result = c * leading - scale * total
        lost = max(abs(c * leading), scale * largest)
        if n < MOST_TERMS and lost < MOST_CANCELLATION * result:
            return result
    return -1.0


@compiled
def _moments_of_dropout(n: float, a: float, ab: float, u: float) -> float:  # pragma: no cover
    """The beta average for rare dropout, by the moments of the dropout probability.

    The integrand is a power series in p, and each further moment is smaller by a factor of RARE
    at most.
    """
    term = n * u
    total = term
    for k in range(MOMENTS):
        term *= -(n + k + 1.0) / (k + 2.0) * u * (a + k) / (ab + k)
        total += term
        if abs(term) < 1e-17 * total:
            break
    return total


@compiled
def _nodes_of_alike(a: float, later: float) -> tuple[Array, Array]:  # pragma: no cover
    """Nodes and weights for customers much alike in their chance to drop out.

    The logit of the chance is then nearly normal, and evenly spaced nodes with a normal's weights
    are right to the last digits.
    """
    centre = math.log(a / later)
    width = SPACING * math.sqrt(1.0 / a + 1.0 / later)
    count = 2 * ALIKE_NODES + 1
    p = np.empty(count)
    weights = np.empty(count)
    peak = a * -math.log1p(math.exp(-centre)) - later * math.log1p(math.exp(centre))
    for k in range(count):
        s = centre + width * (k - ALIKE_NODES)
        log_p = -math.log1p(math.exp(-s)) if s > 0 else s - math.log1p(math.exp(s))
        p[k] = math.exp(log_p)
        weights[k] = math.exp(a * log_p + later * (log_p - s) - peak)
    return p, weights / weights.sum()


@compiled
def _average_over_nodes(p: Array, weights: Array, n: float, u: float) -> float:  # pragma: no cover
    """The beta average over given nodes."""
    total = 0.0
    for k in range(p.size):
        if p[k] * u < 1e-300:
            total += weights[k] * n * u
        else:
            total -= weights[k] * math.expm1(-n * math.log1p(p[k] * u)) / p[k]
    return total


@compiled
def sum_over_horizons(  # pragma: no cover - compiled
    r: float,
    alpha: float,
    a: float,
    b: float,
    frequency: Array,
    T: Array,
    horizons: Array,
    weights: Array,
) -> Array:
    """Weighted sums over horizons of `expected_if_alive`, one per pair of frequency and T.

    Nodes depend on the frequency alone: pairs in its order share them.
    """
    out = np.empty(frequency.size)
    alike_of = near_of = far_of = -1.0
    near, far = np.empty((4, 0)), np.empty((4, 0))
    p, shares = np.empty(0), np.empty(0)
    for i in range(frequency.size):
        n, later = r + frequency[i], b + frequency[i]
        alike = min(a, later) > ALIKE
        if alike and alike_of != later:
            alike_of = later
            p, shares = _nodes_of_alike(a, later)
        total = 0.0
        for k in range(horizons.size):
            u = horizons[k] / (alpha + T[i])
            if alike:
                total += weights[k] * _average_over_nodes(p, shares, n, u)
                continue
            once = _by_series(r, alpha, a, b, frequency[i], T[i], horizons[k])
            if once < 0.0 and u < FAR:
                if near_of != later:
                    near_of, near = later, dropout_nodes(a, later, STEP)
                once = _average_over_nodes(near[3], near[2], n, u)
            elif once < 0.0:
                if far_of != later:
                    far_of, far = later, dropout_nodes(a, later, STEP / 2)
                once = _average_over_nodes(far[3], far[2], n, u)
            total += weights[k] * once
        out[i] = total
    return out


def readable_expected_if_alive(
    parameters: tuple[float, float, float, float],
    frequency: Array,
    T: Array,
    horizon: Array,
) -> Array:
    """The beta average in plain NumPy, on a fine grid of 160,001 points: the kernels' oracle.

    Meant for moderate ``a`` (0.05 to 1,000), where the tails fit onto the grid.
    """
    r, alpha, a, b = parameters
    x, T, horizon = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (frequency, T, horizon))
    )
    s = np.linspace(-700.0, 100.0, 160_001)[:, None]
    log_weight = a * log_expit(s) + (b + x.ravel()) * log_expit(-s)
    weight = np.exp(log_weight - log_weight.max(axis=0))
    p = np.exp(log_expit(s))
    rate = -np.expm1(-(r + x.ravel()) * np.log1p(p * (horizon / (alpha + T)).ravel())) / p
    return np.asarray((weight * rate).sum(axis=0) / weight.sum(axis=0)).reshape(x.shape)
