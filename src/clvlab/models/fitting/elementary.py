"""Exponentials and logarithms without branches, so that a compiler takes several at once.

Those of the mathematical library come one at a time, and take most of the time of a loop that is
otherwise a few multiplications. Both are right to within two units of the last digit.
"""

from __future__ import annotations

import math

import numpy as np

from clvlab.compiled import compiled_inside

IN_LOG_2 = 1.4426950408889634
LOG_2 = 0.6931471805599453
LOG_2_LEADING, LOG_2_REST = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""The logarithm of 2 in two parts, of which whole multiples of the first are exact."""
MANTISSA = 52
EXPONENT_AS_BITS = 1023.0 + float(1 << MANTISSA)
SMALLEST = 700.0
"""From which on the exponential of the negative, below 1e-304, is called 0."""
HALFWAY = 0.414


@compiled_inside
def exp_of_minus(d: float) -> float:  # pragma: no cover - compiled
    r"""The number :math:`e^{-d}` for ``d`` of at least 0, as a power of 2 times a short series."""
    x = -min(d, SMALLEST)
    power = math.floor(x * IN_LOG_2 + 0.5)
    s = (x - power * LOG_2_LEADING) - power * LOG_2_REST
    p = 1.0 / 6227020800.0
    p = p * s + 1.0 / 479001600.0
    p = p * s + 1.0 / 39916800.0
    p = p * s + 1.0 / 3628800.0
    p = p * s + 1.0 / 362880.0
    p = p * s + 1.0 / 40320.0
    p = p * s + 1.0 / 5040.0
    p = p * s + 1.0 / 720.0
    p = p * s + 1.0 / 120.0
    p = p * s + 1.0 / 24.0
    p = p * s + 1.0 / 6.0
    p = p * s + 0.5
    p = p * s + 1.0
    p = p * s + 1.0
    # The last bits of this sum are the exponent of the power of 2.
    bits = np.float64(np.float64(power) + EXPONENT_AS_BITS).view(np.int64)
    found = p * np.int64(bits << MANTISSA).view(np.float64)
    return float(found) if d < SMALLEST else 0.0


@compiled_inside
def log_of_one_plus(s: float) -> float:  # pragma: no cover - compiled
    r"""The logarithm of ``1 + s`` for ``s`` in [0, 1], as twice an inverse hyperbolic tangent.

    .. math:: \log y = 2 \operatorname{artanh} \frac{y - 1}{y + 1}, \qquad y = 1 + s
        \text{ or } \frac{1 + s}{2}
    """
    large = s > HALFWAY
    z = (s - 1.0) / (s + 3.0) if large else s / (s + 2.0)
    q = z * z
    p = 1.0 / 25.0
    p = p * q + 1.0 / 23.0
    p = p * q + 1.0 / 21.0
    p = p * q + 1.0 / 19.0
    p = p * q + 1.0 / 17.0
    p = p * q + 1.0 / 15.0
    p = p * q + 1.0 / 13.0
    p = p * q + 1.0 / 11.0
    p = p * q + 1.0 / 9.0
    p = p * q + 3.0 / 21.0
    p = p * q + 1.0 / 5.0
    p = p * q + 1.0 / 3.0
    return 2.0 * z * (1.0 + q * p) + (LOG_2 if large else 0.0)
