r"""What the (M)BG/CNBD-k models say of a customer: pure functions of parameters and arrays.

Times (``recency``, ``T``, ``horizon``) and ``alpha`` share one unit. Arrays broadcast against each
other. ``chances_at_start`` is 0 in the BG model and 1 in the MBG model.

Of a customer alive at ``T`` with :math:`n = r + kx`, the number ``j`` of stages behind since the
last purchase has the weights (`stage_weights`)

.. math:: \pi_j \propto \frac{(n)_j}{j!} \left( \frac{T - t_x}{\alpha + T} \right)^j, \quad j < k,

and given ``j`` the rate of stages is gamma distributed with shape ``n + j`` and rate
``alpha + T``. The number ``M`` of stages in a horizon ``t`` is then negative binomial, and
purchases are due at the stages ``k - j``, ``2k - j``, and so on. That is Bayes' rule for the model
of Platzer and Reutterer (2016), without the approximation that they make.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, gammaln

Array = npt.NDArray[np.float64]
Parameters = tuple[float | Array, ...]
"""r, alpha, a, b: one fit, or arrays of draws that broadcast against the customers."""


def silence(n: Array, u: Array, k: int) -> Array:
    r"""How much likelier no purchase is than no stage: :math:`\sum_{j<k} (n)_j u^j / j!`."""
    term = np.ones(np.broadcast_shapes(n.shape, u.shape))
    total = term.copy()
    for j in range(1, k):
        term = term * (u * (n + (j - 1)) / j)
        total += term
    return total


def stage_weights(
    parameters: Parameters,
    k: int,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
) -> Array:
    """Probabilities of 0, 1, ..., k - 1 stages behind at ``T`` if alive, (k, ...)."""
    r, alpha, _, _ = parameters
    x, t_x, observed = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (frequency, recency, T))
    )
    n, u = r + k * x, (observed - t_x) / (alpha + observed)
    terms = np.ones((k, *np.broadcast_shapes(np.shape(n), np.shape(u))))
    for j in range(1, k):
        terms[j] = terms[j - 1] * (u * (n + (j - 1)) / j)
    return np.asarray(terms / terms.sum(axis=0))


def probability_alive(
    parameters: Parameters,
    k: int,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    chances_at_start: int = 0,
) -> Array:
    r"""Probability that a customer has not dropped out by ``T``.

    .. math::

        P = \left\{ 1 + 1_{c>0} \frac{a}{b + c - 1}
        \left( \frac{\alpha + T}{\alpha + t_x} \right)^n
        \Big/ \sum_{j<k} \frac{(n)_j}{j!} \left( \frac{T - t_x}{\alpha + T} \right)^j
        \right\}^{-1}

    Examples
    --------
    A regular buyer is missed sooner:

    >>> parameters = (2.0, 10.0, 1.0, 4.0)
    >>> [float(probability_alive(parameters, k, 10, 40, 52).round(3)) for k in (1, 3)]
    [0.658, 0.032]
    """
    r, alpha, a, b = parameters
    x, t_x, observed = (np.asarray(value, dtype=np.float64) for value in (frequency, recency, T))
    had, n = x + chances_at_start, r + k * x
    log_odds = (
        np.log(a)
        - np.log(np.where(had > 0, b + (had - 1), 1.0))
        + n * np.log1p((observed - t_x) / (alpha + t_x))
        - np.log(silence(np.asarray(n), np.asarray((observed - t_x) / (alpha + observed)), k))
    )
    return np.where(had > 0, 1 / (1 + np.exp(np.minimum(log_odds, 700.0))), 1.0)


def probability_purchase_if_alive(
    parameters: Parameters,
    k: int,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
) -> Array:
    r"""Probability of at least one purchase in ``(T, T + horizon]`` of a customer alive at ``T``.

    .. math:: \sum_j \pi_j P(M_j \ge k - j) = \sum_j \pi_j I_z(k - j, n + j),
       \qquad z = \frac{t}{\alpha + T + t}
    """
    r, alpha, _, _ = parameters
    x, t_x, observed, ahead = (
        np.asarray(value, dtype=np.float64) for value in (frequency, recency, T, horizon)
    )
    weights = stage_weights(parameters, k, x, t_x, observed)
    z = ahead / (alpha + observed + ahead)
    each = (weights[j] * betainc(k - j, r + k * x + j, z) for j in range(k))
    return np.asarray(sum(each))


def probability_of_count_if_alive(
    parameters: Parameters,
    k: int,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
    count: npt.ArrayLike,
    chances_at_start: int = 0,
) -> Array:
    r"""Probability of exactly `count` purchases in ``(T, T + horizon]`` if alive at ``T``.

    All :math:`i` chances survived and not one purchase more, or gone after the last one:

    .. math::

        \sum_j \pi_j \left\{ A_i P(ik \le M_j + j < (i + 1)k)
        + 1_{i>0} (A_{i-1} - A_i) P(M_j + j \ge ik) \right\}, \qquad
        A_i = \frac{B(a, b + c + i)}{B(a, b + c)} .
    """
    r, alpha, a, b = parameters
    x, t_x, observed, ahead, i = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (frequency, recency, T, horizon, count))
    )
    weights = stage_weights(parameters, k, x, t_x, observed)
    later, since = b + chances_at_start + x, alpha + observed
    z = ahead / (since + ahead)
    steps = np.arange(int(i.max(initial=0)))
    odds = np.log1p(a / (later[..., None] + steps))
    survived = np.exp(-np.where(steps < i[..., None], odds, 0.0).sum(axis=-1))
    gone = survived * a / np.where(i > 0, later + i - 1, 1.0)
    out = np.zeros(x.shape)
    for j in range(k):
        shape = r + k * x + j
        exactly = sum(_exactly(shape, since, ahead, i * k + more - j) for more in range(k))
        at_least = betainc(np.maximum(i * k - j, 1.0), shape, z)
        out += weights[j] * (survived * exactly + np.where(i > 0, gone * at_least, 0.0))
    return out


def _exactly(shape: Array, since: Array, ahead: Array, stages: Array) -> Array:
    """Probability of so many stages ahead; none of a negative number of them."""
    m = np.maximum(stages, 0.0)
    share = np.log(np.maximum(ahead, 1e-300)) - np.log(since + ahead)
    log = (
        gammaln(shape + m) - gammaln(shape) - gammaln(m + 1)
        - shape * np.log1p(ahead / since) + m * share
    )  # fmt: skip
    return np.where(stages >= 0, np.exp(log), 0.0)


def endless_purchases(a: float, later: Array) -> Array:
    """Expected purchases of a living customer over all time: one over the chance to drop out."""
    return (a + later - 1) / (a - 1) if a > 1 else np.full(np.shape(later), math.inf)
