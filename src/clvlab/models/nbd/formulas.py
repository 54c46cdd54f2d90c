"""What the NBD model says of a customer: pure functions of parameters and arrays.

Times (``T``, ``horizon``) and ``alpha`` share one unit, whichever it is. Arrays broadcast against
each other. The purchase rate of a customer with x repeat purchases within T is gamma distributed
with shape ``r + x`` and rate ``alpha + T``; a new customer has x = T = 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from clvlab.models.fitting.gamma_ratios import log_gamma_ratio
from clvlab.models.nbd.likelihood import NBDParameters

Array = npt.NDArray[np.float64]
Parameters = NBDParameters | tuple[float | Array, ...]
"""r, alpha: one fit, or arrays of draws that broadcast against the customers."""


def expected_purchases(
    parameters: Parameters, frequency: npt.ArrayLike, T: npt.ArrayLike, horizon: npt.ArrayLike
) -> Array:
    r"""Expected number of purchases in ``(T, T + horizon]`` given the history so far.

    .. math:: \frac{r + x}{\alpha + T} \, h

    Examples
    --------
    >>> expected_purchases(NBDParameters(0.385, 12.07), [0, 2], 38.86, 39).round(3)
    array([0.295, 1.826])
    """
    shape, rate, ahead = _posterior(parameters, frequency, T, horizon)
    return np.asarray(shape / rate * ahead)


def probability_purchase(
    parameters: Parameters, frequency: npt.ArrayLike, T: npt.ArrayLike, horizon: npt.ArrayLike
) -> Array:
    r"""Probability of at least one purchase in ``(T, T + horizon]``.

    .. math:: 1 - \left( \frac{\alpha + T}{\alpha + T + h} \right)^{r + x}
    """
    shape, rate, ahead = _posterior(parameters, frequency, T, horizon)
    return np.asarray(-np.expm1(-shape * np.log1p(ahead / rate)))


def probability_of_count(
    parameters: Parameters,
    frequency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
    count: npt.ArrayLike,
) -> Array:
    r"""Probability of exactly `count` purchases in ``(T, T + horizon]``, k for short.

    .. math:: \frac{\Gamma(r + x + k)}{\Gamma(r + x) \, k!}
        \left( \frac{\alpha + T}{\alpha + T + h} \right)^{r + x}
        \left( \frac{h}{\alpha + T + h} \right)^k

    the negative binomial distribution of Ehrenberg (1959) that gave the model its name.
    """
    shape, rate, ahead = _posterior(parameters, frequency, T, horizon)
    k = np.asarray(count, dtype=np.float64)
    nothing = shape * np.log1p(ahead / rate)
    # One purchase at ratio n / m, so that neither a large shape nor a large rate cancels.
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(k > 0, k * (np.log(shape * ahead) - np.log(rate + ahead)), 0.0)
    return np.asarray(np.exp(log_gamma_ratio(shape, k) + each - gammaln(k + 1) - nothing))


def discounted_purchases(
    parameters: Parameters,
    frequency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
    log_discount: float,
) -> Array:
    r"""Expected purchases in ``(T, T + horizon]``, each discounted continuously.

    .. math:: \int_0^h \frac{r + x}{\alpha + T} e^{-\delta t} \, dt
        = \frac{r + x}{\alpha + T} \frac{1 - e^{-\delta h}}{\delta}

    The horizon may be infinite (DERT). Without discounting the sum then is, too, as nobody ever
    drops out.
    """
    shape, rate, ahead = _posterior(parameters, frequency, T, horizon)
    length = -np.expm1(-log_discount * ahead) / log_discount if log_discount > 0 else ahead
    return np.asarray(shape / rate * length)


def _posterior(
    parameters: Parameters, frequency: npt.ArrayLike, T: npt.ArrayLike, horizon: npt.ArrayLike
) -> tuple[Array, Array, Array]:
    """Shape and rate of the customers' purchase rates, and the time ahead."""
    r, alpha = parameters
    x, observed, ahead = (np.asarray(value, dtype=np.float64) for value in (frequency, T, horizon))
    return np.asarray(r + x), np.asarray(alpha + observed), ahead
