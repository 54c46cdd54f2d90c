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
from scipy.special import betainc, betaincc, gammaln

Array = npt.NDArray[np.float64]
Parameters = tuple[float | Array, ...]
"""r, alpha, a, b: one fit, or arrays of draws that broadcast against the customers."""
RARE = 1e-3
"""Probability of a purchase below which its complement would lose digits."""


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

    >>> for k in (1, 3):
    ...     parameters = (6.0, 18.0 / k, 1.0, 4.0)
    ...     print(float(probability_alive(parameters, k, 10, 40, 52).round(3)))
    0.391
    0.102
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

    One minus the probability to be silent for so much longer,

    .. math:: \left( \frac{\alpha + T}{\alpha + T + t} \right)^n
       \frac{\sum_{j<k} (n)_j v^j / j!}{\sum_{j<k} (n)_j u^j / j!}, \qquad
       u = \frac{T - t_x}{\alpha + T}, \quad v = \frac{T + t - t_x}{\alpha + T + t},

    and where that is next to one, :math:`\sum_j \pi_j P(M_j \ge k - j)`, which keeps its digits.
    """
    r, alpha, _, _ = parameters
    x, t_x, observed, ahead = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (frequency, recency, T, horizon))
    )
    n, since, silent = r + k * x, alpha + observed, observed - t_x
    log_silent = -n * np.log1p(ahead / since)
    log_silent += np.log(silence(n, (silent + ahead) / (since + ahead), k))
    log_silent -= np.log(silence(n, silent / since, k))
    buys = np.asarray(-np.expm1(np.minimum(log_silent, 0.0)))
    rare = buys < RARE
    if rare.any():
        shape, since, ahead = (np.broadcast_to(v, buys.shape)[rare] for v in (n, since, ahead))
        weights = stage_weights(parameters, k, x, t_x, observed)
        weights = np.broadcast_to(weights, (k, *buys.shape))[:, rare]
        buys[rare] = sum(
            weights[j] * at_least(np.full(shape.shape, k - j), shape + j, since, ahead)
            for j in range(k)
        )
    return buys


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
    steps = np.arange(int(i.max(initial=0)))
    odds = np.log1p(a / (later[..., None] + steps))
    survived = np.exp(-np.where(steps < i[..., None], odds, 0.0).sum(axis=-1))
    gone = survived * a / np.where(i > 0, later + i - 1, 1.0)
    out = np.zeros(x.shape)
    for j in range(k):
        shape = r + k * x + j
        exactly = sum(_exactly(shape, since, ahead, i * k + more - j) for more in range(k))
        or_more = at_least(np.maximum(i * k - j, 1.0), shape, since, ahead)
        out += weights[j] * (survived * exactly + np.where(i > 0, gone * or_more, 0.0))
    return out


def at_least(stages: Array, shape: Array, since: Array, ahead: Array) -> Array:
    """Probability of so many stages ahead or more, a positive number of them.

    Both sides of the incomplete beta function keep their digits where the other loses them.
    """
    m, n, z, rest = np.broadcast_arrays(
        stages, shape, ahead / (since + ahead), since / (since + ahead)
    )
    short = z < 0.5
    out = np.empty(z.shape)
    out[short] = betainc(m[short], n[short], z[short])
    out[~short] = betaincc(n[~short], m[~short], rest[~short])
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
