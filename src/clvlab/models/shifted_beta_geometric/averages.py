r"""Averages over customers' churn probabilities, for sums over an endless future.

A discounted lifetime is the average over customers of a geometric series,

.. math:: \sum_{k \ge 1} \frac{S(n + k)}{S(n)} \frac{1}{(1 + d)^k}
    = E\left[\frac{1 - \theta}{\theta + d}\right], \qquad \theta \sim Beta(\alpha, \beta + n),

a positive, smooth function of the logit of :math:`\theta`. Fader and Hardie (2010) write it as a
Gaussian hypergeometric function, whose series needs ever more terms as the discount rate falls;
double-exponential quadrature does not mind.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

NODES = 1601
TAIL = 80.0
"""Logarithm by which a weight at the ends of the grid is smaller than at its centre."""
TOGETHER = 256


def average_over_churn(
    alpha: npt.ArrayLike, beta: npt.ArrayLike, function: Callable[[Array, Array], Array]
) -> Array:
    """The mean of a function of the churn probability, which is Beta(alpha, beta).

    Parameters
    ----------
    alpha, beta
        Positive shapes; they broadcast against each other.
    function
        Of the churn probability and of its complement, both (m, k); the complement is passed so
        that nothing is lost where the probability is near 1.

    Returns
    -------
    numpy.ndarray
        In the shape that `alpha` and `beta` broadcast to.
    """
    a, b = np.broadcast_arrays(np.asarray(alpha, np.float64), np.asarray(beta, np.float64))
    out = np.empty(a.size)
    for start in range(0, a.size, TOGETHER):
        rows = slice(start, start + TOGETHER)
        churn, rest, weights = _nodes(a.ravel()[rows, None], b.ravel()[rows, None])
        out[rows] = (weights * function(churn, rest)).sum(axis=1)
    return out.reshape(a.shape)


def _nodes(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Churn probabilities, their complements and weights that sum to one.

    The nodes are evenly spaced in v, where the logit of the churn probability is its most likely
    value plus ``width * sinh(v)``.
    """
    width = np.minimum(1.0, 2.0 * np.sqrt(1 / a + 1 / b))
    left = np.arcsinh((TAIL / a + TAIL * width) / width)
    right = np.arcsinh((TAIL / b + TAIL * width) / width)
    v = -left + (left + right) * np.linspace(0.0, 1.0, NODES)
    u = width * np.sinh(v)
    log_p, log_q = -np.log1p(b / a), -np.log1p(a / b)
    near = np.log1p(np.exp(log_p) * np.expm1(np.clip(u, -1.0, 1.0)))
    log_sum = np.where(np.abs(u) < 1, near, np.logaddexp(log_q, log_p + u))
    log_weight = a * u - (a + b) * log_sum
    weights = np.exp(log_weight - log_weight.max(axis=1, keepdims=True)) * np.cosh(v)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.exp(log_p + u - log_sum), np.exp(log_q - log_sum), weights
