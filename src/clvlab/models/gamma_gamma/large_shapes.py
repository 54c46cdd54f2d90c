r"""The Gamma-Gamma log-likelihood where its shapes are so large that log-gammas cancel.

With :math:`a = p x`, :math:`b = q` and :math:`n = a + b` the share :math:`w = z / (z + v)` of a
customer is beta distributed, and :math:`m L` is its density with :math:`\mu = a / n` for a mean:

.. math::

    \log(m L) = g(n) - g(a) - g(b)
    + a \, \rho\!\left(\frac{w - \mu}{\mu}\right)
    + b \, \rho\!\left(- \frac{w - \mu}{1 - \mu}\right),

where :math:`g(z) = \log\Gamma(z) - z \log z + z` and :math:`\rho(s) = \log(1 + s) - s`, both of
which stay small: nothing of the size of the shapes is ever subtracted (Loader 2000, "Fast and
Accurate Computation of Binomial Probabilities").
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln, polygamma

from clvlab.models.fitting.newton import Evaluation

if TYPE_CHECKING:
    from clvlab.models.gamma_gamma.likelihood import GammaGammaParameters, Spending

Array = npt.NDArray[np.float64]

LARGE = 30.0
"""Shape from which Stirling's series is right to the last digit."""
NEAR = 0.5
"""Distance from 1 within which a logarithm is taken of the distance."""
SMALL = 0.1
TERMS = 17
"""Terms of the series of a logarithm that settle it below `SMALL`."""


def log_likelihood_of_large_shapes(
    parameters: GammaGammaParameters, spending: Spending
) -> Evaluation:
    """Value, gradient (3,) and Hessian (3, 3) in p, q, v."""
    p, b, v = parameters
    x, z, w = spending.frequency, spending.total, spending.weights
    a = p * x
    n, y = a + b, z + v
    away = (z * b - a * v) / (y * n)
    up, down = away * n / a, -away * n / b
    log_up = np.where(np.abs(up) < NEAR, np.log1p(np.maximum(up, -NEAR)), np.log(z * n / (y * a)))
    log_down = np.where(
        np.abs(down) < NEAR, np.log1p(np.maximum(down, -NEAR)), np.log(v * n / (y * b))
    )
    value = (w * (
        _log_gamma_rest(n) - _log_gamma_rest(a) - _log_gamma_rest(np.array(b))
        + a * _log_less_linear(log_up, up) + b * _log_less_linear(log_down, down)
    )).sum() - spending.fixed[0]  # fmt: skip
    in_a = _digamma_rest(n) - _digamma_rest(a) + log_up
    in_b = _digamma_rest(n) - _digamma_rest(np.array(b)) + log_down
    second = 1 / n + _trigamma_rest(n)
    in_aa = -b / (a * n) + _trigamma_rest(n) - _trigamma_rest(a)
    in_bb = -a / (b * n) + _trigamma_rest(n) - _trigamma_rest(np.array(b))
    gradient = np.array([(w * x) @ in_a, (w * in_b).sum(), (w * n * away).sum() / v])
    h_pq, h_pv, h_qv = (w * x) @ second, -((w * x) @ (1 / y)), (w * z / y).sum() / v
    h_vv = (w * (a * v**2 - b * z * (z + 2 * v)) / y**2).sum() / v**2
    hessian = np.array(
        [
            [(w * x * x) @ in_aa, h_pq, h_pv],
            [h_pq, (w * in_bb).sum(), h_qv],
            [h_pv, h_qv, h_vv],
        ]
    )
    return float(value), gradient, hessian


def _log_less_linear(log: Array, s: Array) -> Array:
    """log(1 + s) - s, by its series near 0; `log` is the logarithm."""
    near = np.abs(s) < SMALL
    small = np.where(near, s, 0.0)
    series = np.zeros_like(small)
    for power in range(TERMS, 1, -1):
        series = series * small + (-1) ** (power + 1) / power
    return np.asarray(np.where(near, series * small**2, log - s))


def _log_gamma_rest(z: Array) -> Array:
    """The logarithm of the gamma function less z log z - z."""
    large, small = np.maximum(z, LARGE), np.minimum(z, LARGE)
    series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * large**2)) / large**2) / large**2) / large
    stirling = 0.5 * np.log(2 * math.pi / large) + series
    return np.asarray(np.where(z > LARGE, stirling, gammaln(small) - small * np.log(small) + small))


def _digamma_rest(z: Array) -> Array:
    """The digamma function less log z."""
    large, small = np.maximum(z, LARGE), np.minimum(z, LARGE)
    series = (1 / 12 - (1 / 120 - (1 / 252 - 1 / (240 * large**2)) / large**2) / large**2) / large
    return np.asarray(np.where(z > LARGE, -(0.5 + series) / large, digamma(small) - np.log(small)))


def _trigamma_rest(z: Array) -> Array:
    """The trigamma function less 1 / z."""
    large, small = np.maximum(z, LARGE), np.minimum(z, LARGE)
    series = (1 / 6 - (0.2 / 6 - (1 / 42 - 0.2 / (6 * large**2)) / large**2) / large**2) / large
    return np.asarray(
        np.where(z > LARGE, (0.5 + series) / large**2, polygamma(1, small) - 1 / small)
    )
