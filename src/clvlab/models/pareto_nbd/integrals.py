r"""Integrals over the moment of death: the one hard number of the Pareto/NBD model.

Everything that the model says is made of

.. math:: I = \int_0^h \left( \frac{A}{A + y} \right)^p \left( \frac{B}{B + y} \right)^q dy,

with ``h`` finite or infinite. The literature writes it as a difference of two hypergeometric
functions, which overflow, cancel, and need a case for ``A = B``. Here the smaller of ``A`` and
``B``, say ``m``, sets the scale: in :math:`\xi = \log((m + y) / m)` the integrand is log-concave,
analytic in a strip of width :math:`\pi` on either side, and ends as a plain exponential. It is cut
where it has fallen by a factor of :math:`e^{37}`, and Gauss-Legendre nodes settle what is left to
the last digits; how many are needed follows from the length of the interval alone. What lies so
far out that the integrand is a plain exponential to the last digit is added in closed form.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled

Array = npt.NDArray[np.float64]

FALL = 37.0
"""The integrand is followed until it has fallen by this logarithm."""
PLAIN = 38.0
"""Logarithm beyond which one is lost beside the other: the integrand is a plain exponential."""
LARGE = 300.0
"""Exponents below which a plain logarithm, twice as fast, loses nothing to speak of."""
LONGEST_PANEL = 40.0
COUNTS = (20, 24, 32, 40, 48, 64, 96)
LENGTHS = np.array([3.5, 5.0, 7.5, 11.0, 14.0, 21.0, LONGEST_PANEL])
"""Interval lengths up to which so many nodes are right to some 1e-13."""
COUNTS_OF_RULES = len(COUNTS)
STARTS = np.cumsum([0, *COUNTS])
NODES, WEIGHTS = (
    np.concatenate(columns)
    for columns in zip(*(np.polynomial.legendre.leggauss(n) for n in COUNTS), strict=True)
)


@compiled
def reach(
    q: float, p: float, ratio: float, longest: float
) -> tuple[float, float, bool]:  # pragma: no cover - compiled
    r"""Smallest exponent, length of the interval to follow, and whether a plain tail is left.

    The exponent is :math:`q \xi + p \log(1 + ratio (e^\xi - 1))`, convex, with ``q > -1``.
    """
    lowest = 0.0
    if q + p * ratio < 0.0:
        # It first rises: its peak is where the slope vanishes.
        share = -q / p
        peak = min(math.log(share * (1.0 - ratio) / (ratio * (1.0 - share))), longest)
        lowest = q * peak + p * math.log1p(ratio * math.expm1(peak))
    plain = PLAIN
    if ratio < 0.5:
        plain += math.log((1.0 - ratio) / ratio)
    far = min(plain, longest)
    level = lowest + FALL
    # Newton's method from the right comes down to the root of a convex function.
    for _ in range(100):
        inside = ratio * math.expm1(far)
        above = q * far + p * math.log1p(inside) - level
        if above < 0.5:
            break
        slope = q + p * (inside + ratio) / (1.0 + inside)
        far -= (above - 0.25) / slope
    return lowest, far, far >= plain and longest > plain


@compiled
def rule_of(length: float) -> int:  # pragma: no cover - compiled
    """Which set of nodes an interval of this length needs."""
    rule = 0
    while rule < LENGTHS.size - 1 and length > LENGTHS[rule]:
        rule += 1
    return rule


@compiled
def log_integral(
    A: float, p: float, B: float, q: float, h: float
) -> float:  # pragma: no cover - compiled
    """Logarithm of the integral; ``A``, ``B`` > 0, ``p``, ``q`` >= 0, ``p + q > 1`` if endless."""
    if h <= 0.0:
        return -math.inf
    if B < A:
        A, p, B, q = B, q, A, p
    ratio = A / B
    longest = math.log1p(h / A)
    slope = p - 1.0
    lowest, far, endless = reach(slope, q, ratio, longest)
    total = 0.0
    panels = math.ceil(far / LONGEST_PANEL)
    length = far / panels
    rule = rule_of(length)
    for panel in range(panels):
        for k in range(STARTS[rule], STARTS[rule + 1]):
            xi = length * (panel + 0.5 * (NODES[k] + 1.0))
            if p + q < LARGE:
                log_larger = math.log(1.0 + ratio * (math.exp(xi) - 1.0))
            else:
                log_larger = math.log1p(ratio * math.expm1(xi))
            fall = slope * xi + q * log_larger - lowest
            total += WEIGHTS[k] * math.exp(-fall)
    total *= 0.5 * length
    if endless:
        rest = slope + q
        fall = slope * far + q * math.log1p(ratio * math.expm1(far)) - lowest
        total += math.exp(-fall) * -math.expm1(-rest * (longest - far)) / rest
    return math.log(A * total) - lowest


@compiled
def discounted_lifetime(
    s: float, beta: float, h: float, log_discount: float
) -> float:  # pragma: no cover - compiled
    r"""Expected discounted time alive within ``h``, which may be infinite.

    That is :math:`\int_0^h e^{-\delta t} (\beta / (\beta + t))^s dt`, in
    :math:`\xi = \log((\beta + t) / \beta)` another log-concave integrand. Infinite where
    nothing bounds it.
    """
    if h <= 0.0:
        return 0.0
    longest = math.log1p(h / beta)
    slope = s - 1.0
    c = log_discount * beta
    if c == 0.0:
        if math.isinf(h):
            return beta / slope if slope > 0.0 else math.inf
        z = slope * longest
        return beta * longest * (-math.expm1(-z) / z if abs(z) > 1e-8 else 1.0 - z / 2.0)
    lowest = 0.0
    if slope + c < 0.0:
        peak = min(math.log(-slope / c), longest)
        lowest = slope * peak + c * math.expm1(peak)
    far = min(longest, math.log1p((2 * FALL + math.log1p(1e3 / c)) / c))
    for _ in range(300):
        above = slope * far + c * math.expm1(far) - lowest - FALL
        if above < 0.5:
            break
        far -= (above - 0.25) / (slope + c * math.exp(far))
    # Twice as many nodes: the integrand is bounded in half as wide a strip.
    panels = math.ceil(2.0 * far / LONGEST_PANEL)
    length = far / panels
    rule = rule_of(2.0 * length)
    total = 0.0
    for panel in range(panels):
        for k in range(STARTS[rule], STARTS[rule + 1]):
            xi = length * (panel + 0.5 * (NODES[k] + 1.0))
            total += WEIGHTS[k] * math.exp(lowest - slope * xi - c * math.expm1(xi))
    return 0.5 * length * beta * total * math.exp(-lowest)


@compiled
def log_integral_of_count(
    A: float, n: float, B: float, q: float, h: float, count: float
) -> float:  # pragma: no cover - compiled
    r"""Logarithm of the integral with the further factor ``(y / (A + y)) ** count``.

    In :math:`\zeta = \log(y / A)` the integrand is log-concave; it is cut on both sides.
    """
    if h <= 0.0:
        return -math.inf
    shift = math.log(A / B)
    top = math.log(h / A)
    low, high = min(top, -shift, 0.0) - 60.0, top
    for _ in range(80):
        middle = 0.5 * (low + high)
        if _slope_of_count(middle, count, n, q, shift) > 0.0:
            low = middle
        else:
            high = middle
    peak = 0.5 * (low + high)
    highest = _log_of_count(peak, count, n, q, shift)
    left, right = 1.0, 1.0
    while _log_of_count(peak - left, count, n, q, shift) > highest - FALL:
        left *= 1.25
    while peak + right < top and _log_of_count(peak + right, count, n, q, shift) > highest - FALL:
        right *= 1.25
    right = min(right, top - peak)
    # A cut that is too far out wastes nodes: pull both in until the integrand is near the level.
    while left > 1e-9 and _log_of_count(peak - 0.8 * left, count, n, q, shift) < highest - FALL:
        left *= 0.8
    while right > 1e-9 and _log_of_count(peak + 0.8 * right, count, n, q, shift) < highest - FALL:
        right *= 0.8
    whole = left + right
    panels = math.ceil(whole / 14.0)
    length = whole / panels
    last = COUNTS_OF_RULES - 1
    total = 0.0
    for panel in range(panels):
        for k in range(STARTS[last], STARTS[last + 1]):
            zeta = peak - left + length * (panel + 0.5 * (NODES[k] + 1.0))
            total += WEIGHTS[k] * math.exp(_log_of_count(zeta, count, n, q, shift) - highest)
    return math.log(0.5 * length * A * total) + highest


@compiled
def _log_of_count(
    zeta: float, count: float, n: float, q: float, shift: float
) -> float:  # pragma: no cover - compiled
    return (count + 1.0) * zeta - (n + count) * _log1p_exp(zeta) - q * _log1p_exp(zeta + shift)


@compiled
def _slope_of_count(
    zeta: float, count: float, n: float, q: float, shift: float
) -> float:  # pragma: no cover - compiled
    one, other = 1.0 / (1.0 + math.exp(-zeta)), 1.0 / (1.0 + math.exp(-zeta - shift))
    return count + 1.0 - (n + count) * one - q * other


@compiled
def _log1p_exp(value: float) -> float:  # pragma: no cover - compiled
    return value + math.log1p(math.exp(-value)) if value > 0.0 else math.log1p(math.exp(value))
