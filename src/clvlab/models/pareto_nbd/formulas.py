"""What the Pareto/NBD model says of a customer: pure functions of parameters and arrays.

Times (``recency``, ``T``, ``horizon``), ``alpha`` and ``beta`` share one unit, whichever it is.
Arrays broadcast against each other. A customer alive at ``T`` is like a new one with ``r + x``,
``alpha + T`` and ``beta + T`` for ``r``, ``alpha`` and ``beta``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import exprel, gammaln

from clvlab.models.fitting.gamma_ratios import log_gamma_ratio
from clvlab.models.pareto_nbd import prediction as loops
from clvlab.models.pareto_nbd.likelihood import ParetoNBDParameters

Array = npt.NDArray[np.float64]
Parameters = ParetoNBDParameters | tuple[float, ...]


def probability_alive(
    parameters: Parameters, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike
) -> Array:
    r"""Probability that a customer has not dropped out by ``T``.

    .. math::

        P = \left\{ 1 + s \int_{t_x}^T \left( \frac{\alpha + T}{\alpha + y} \right)^{r+x}
        \left( \frac{\beta + T}{\beta + y} \right)^s \frac{dy}{\beta + y} \right\}^{-1}

    (Schmittlein, Morrison and Colombo 1987, eq. 11, before the integral is solved by
    hypergeometric functions).

    Examples
    --------
    >>> cdnow = ParetoNBDParameters(0.5532770, 10.5776835, 0.6062400, 11.6687353)
    >>> probability_alive(cdnow, [0, 26], [0, 30.857], [39, 31]).round(4)
    array([0.2943, 0.9979])
    """
    r, alpha, s, beta = parameters
    (x, t_x, observed), shape = _columns(frequency, recency, T)
    return loops.probability_alive(r, alpha, s, beta, x, t_x, observed).reshape(shape)


def survival_if_alive(parameters: Parameters, T: npt.ArrayLike, horizon: npt.ArrayLike) -> Array:
    r"""Probability to be still alive at ``T + horizon``: :math:`((\beta+T)/(\beta+T+t))^s`."""
    _, _, s, beta = parameters
    (observed, ahead), shape = _columns(T, horizon)
    return np.asarray(np.exp(-s * np.log1p(ahead / (beta + observed)))).reshape(shape)


def expected_purchases_if_alive(
    parameters: Parameters, frequency: npt.ArrayLike, T: npt.ArrayLike, horizon: npt.ArrayLike
) -> Array:
    r"""Expected number of purchases in ``(T, T + horizon]`` of a customer alive at ``T``.

    The mean purchase rate times the mean time alive,

    .. math::

        \frac{r + x}{\alpha + T} \int_0^t \left( \frac{\beta + T}{\beta + T + u} \right)^s du

    (Schmittlein, Morrison and Colombo 1987, eq. 22, written so that it is regular at ``s = 1``).

    Examples
    --------
    >>> cdnow = ParetoNBDParameters(0.5532770, 10.5776835, 0.6062400, 11.6687353)
    >>> float(expected_purchases_if_alive(cdnow, 0, 0, 52).round(4))
    1.4734
    """
    r, alpha, s, beta = parameters
    (x, observed, ahead), shape = _columns(frequency, T, horizon)
    length = np.log1p(ahead / (beta + observed))
    alive = (beta + observed) * length * exprel(-(s - 1) * length)
    return np.asarray((r + x) / (alpha + observed) * alive).reshape(shape)


def probability_purchase_if_alive(
    parameters: Parameters, frequency: npt.ArrayLike, T: npt.ArrayLike, horizon: npt.ArrayLike
) -> Array:
    r"""Probability of at least one purchase in ``(T, T + horizon]`` of a customer alive at ``T``.

    The first one comes at some moment ``y`` to a customer who is alive by then,

    .. math::

        \frac{r + x}{\alpha + T} \int_0^t \left( \frac{\alpha + T}{\alpha + T + y} \right)^{r+x+1}
        \left( \frac{\beta + T}{\beta + T + y} \right)^s dy .

    The horizon may be infinite.
    """
    r, alpha, s, beta = parameters
    (x, observed, ahead), shape = _columns(frequency, T, horizon)
    return loops.probability_purchase(r, alpha, s, beta, x, observed, ahead).reshape(shape)


def probability_of_count_if_alive(
    parameters: Parameters,
    frequency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
    count: npt.ArrayLike,
) -> Array:
    r"""Probability of exactly `count` purchases in ``(T, T + horizon]`` if alive at ``T``.

    With :math:`P_y(n)` negative binomial over a time ``y``,

    .. math::

        P_t(n) \left( \frac{\beta + T}{\beta + T + t} \right)^s + \int_0^t P_y(n)
        \frac{s}{\beta + T + y} \left( \frac{\beta + T}{\beta + T + y} \right)^s dy :

    alive all the time, or dead from some moment on (Fader and Hardie 2006, "Deriving an Expression
    for P(X(t)=x) Under the Pareto/NBD Model", before the integral is solved).
    """
    r, alpha, s, beta = parameters
    (x, observed, ahead, n), shape = _columns(frequency, T, horizon, count)
    factor = log_gamma_ratio(r + x, n) + n * np.log(r + x) - gammaln(n + 1)
    return np.asarray(
        loops.probability_of_count(r, alpha, s, beta, x, observed, ahead, n, factor)
    ).reshape(shape)


def _columns(*values: npt.ArrayLike) -> tuple[list[Array], tuple[int, ...]]:
    """Broadcast and flattened, with the shape to return to."""
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    return [array.ravel() for array in arrays], arrays[0].shape
