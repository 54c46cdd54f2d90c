r"""Differences of the logarithm of the gamma function and of its derivatives.

Where customers hardly differ ``q`` is huge, and :math:`\log\Gamma(q + d) - \log\Gamma(q)` taken
literally is a difference of numbers a million times as large. From Stirling's series

.. math:: \log\Gamma(q) = (q - \tfrac12) \log q - q + \tfrac12 \log 2\pi
    + \frac{1}{12 q} - \frac{1}{360 q^3} + \frac{1}{1260 q^5} - \dots

the difference is taken term by term.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln, polygamma

Array = npt.NDArray[np.float64]
LARGE = 100.0
"""From here on the series is right to the last digits."""


def gamma_differences(q: float, d: Array) -> tuple[Array, Array, Array]:
    r"""The differences between ``q + d`` and ``q`` of log-gamma and its first two derivatives.

    Parameters
    ----------
    q
        A positive number.
    d
        Positive numbers, (n,).

    Examples
    --------
    >>> value, first, second = gamma_differences(1e9, np.array([1.0]))
    >>> bool(abs(value[0] - np.log(1e9)) < 1e-14)
    True
    """
    y = q + d
    if q < LARGE:
        return (
            gammaln(y) - gammaln(q),
            digamma(y) - digamma(q),
            polygamma(1, y) - polygamma(1, q),
        )
    a, b, apart, ratio = 1 / q, 1 / y, d / q / y, np.log1p(d / q)

    def powers(k: int) -> Array:
        """The k-th power of 1 / q less that of 1 / y."""
        between = sum(a**i * b ** (k - 1 - i) for i in range(k))
        return np.asarray(apart * between)

    value = (q - 0.5) * ratio + d * (np.log(y) - 1)
    value += -apart / 12 + powers(3) / 360 - powers(5) / 1260
    first = ratio + apart / 2 + powers(2) / 12 - powers(4) / 120 + powers(6) / 252
    second = -(apart + powers(2) / 2 + powers(3) / 6 - powers(5) / 6 / 5 + powers(7) / 42)
    return value, first, second
