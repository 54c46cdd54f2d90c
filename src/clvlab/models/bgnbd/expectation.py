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

Array = npt.NDArray[np.float64]

MOST_TERMS = 4_000
MOST_CANCELLATION = 1e4
ALIKE = 30.0
ALIKE_NODES = 14
SPACING = 0.7
MOMENTS = 20
RARE = 0.1
STEP = 0.05
TAIL = 45.0


@compiled
def expected_if_alive(  # pragma: no cover - compiled
    r: float, alpha: float, a: float, b: float, x: float, T: float, t: float
) -> float:
    """Expected purchases in (T, T + t] of a customer alive at T; times in the unit of alpha."""
    if t <= 0.0:
        return 0.0
    u = t / (alpha + T)
    if u * (r + x + MOMENTS) * (a + MOMENTS) / (a + b + x) < RARE:
        return _moments_of_dropout(r + x, a, a + b + x, u)
    if min(a, b + x) > ALIKE:
        p, weights = _nodes_of_alike(a, b + x)
        return _average_over_nodes(p, weights, r + x, u)
    z = t / (alpha + T + t)
    if a < 50.0 and z < 0.995:
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
    return _average_over_dropout(r, alpha, a, b, x, T, t)


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
        total -= weights[k] * math.expm1(-n * math.log1p(p[k] * u)) / p[k]
    return total


@compiled
def _average_over_dropout(  # pragma: no cover - compiled
    r: float, alpha: float, a: float, b: float, x: float, T: float, t: float
) -> float:
    """The beta average, over s = logit p, with nodes s = centre + width * sinh(v).

    The weights are normalized by their own sum, so no beta function of a huge b is needed.
    """
    later = b + x
    n = r + x
    u = t / (alpha + T)
    centre = math.log(max(a, 1.0) / later)
    width = min(1.0, 2.0 * math.sqrt(1.0 / a + 1.0 / later))
    left = math.asinh((TAIL / a + TAIL * width) / width)
    right = math.asinh((TAIL / later + TAIL * width + max(0.0, math.log(TAIL))) / width)
    # A horizon far beyond alpha + T bends the integrand far from the centre of the grid.
    spacing = STEP if u < 1e4 else STEP / 2
    peak = -1e308
    for passing in range(2):
        total = 0.0
        norm = 0.0
        v = -left
        while v <= right:
            s = centre + width * math.sinh(v)
            log_q = -math.log1p(math.exp(s)) if s < 0 else -s - math.log1p(math.exp(-s))
            log_p = s + log_q
            log_weight = a * log_p + later * log_q + math.log(math.cosh(v))
            if passing == 0:
                peak = max(peak, log_weight)
            else:
                weight = math.exp(log_weight - peak)
                p = math.exp(log_p)
                rate = n * u if p * u < 1e-300 else -math.expm1(-n * math.log1p(p * u)) / p
                total += weight * rate
                norm += weight
            v += spacing
    return total / norm


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
    """Weighted sums over horizons of `expected_if_alive`, one per pair of frequency and T."""
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        total = 0.0
        if min(a, b + frequency[i]) > ALIKE:
            p, shares = _nodes_of_alike(a, b + frequency[i])
            for k in range(horizons.size):
                u = horizons[k] / (alpha + T[i])
                total += weights[k] * _average_over_nodes(p, shares, r + frequency[i], u)
        else:
            for k in range(horizons.size):
                once = expected_if_alive(r, alpha, a, b, frequency[i], T[i], horizons[k])
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
