"""What the BG/NBD model says of a customer: pure functions of parameters and arrays.

Times (``recency``, ``T``, ``horizon``) and ``alpha`` share one unit, whichever it is. Arrays
broadcast against each other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.models.bgnbd_expectation import sum_over_horizons
from clvlab.models.bgnbd_likelihood import BetaGeoParameters

Array = npt.NDArray[np.float64]
Parameters = BetaGeoParameters | tuple[float | Array, ...]
"""r, alpha, a, b: one fit, or arrays of draws that broadcast against the customers."""
ONE = np.ones(1)


def probability_alive(
    parameters: Parameters,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
) -> Array:
    r"""Probability that a customer has not dropped out by ``T``.

    .. math::

        P = \left\{ 1 + 1_{x>0} \frac{a}{b + x - 1}
        \left( \frac{\alpha + T}{\alpha + t_x} \right)^{r + x} \right\}^{-1}

    (Fader, Hardie and Lee 2008, "Computing P(alive) Using the BG/NBD Model", eq. 3). It is 1 for
    a customer without repeat purchases: in this model one can only drop out after a repeat
    purchase.

    Examples
    --------
    >>> cdnow = BetaGeoParameters(0.2426, 4.4135, 0.7929, 2.4258)
    >>> float(probability_alive(cdnow, 2, 30.43, 38.86).round(5))
    0.72661
    """
    r, alpha, a, b = parameters
    x, t_x, observed = (np.asarray(value, dtype=np.float64) for value in (frequency, recency, T))
    bought = x > 0
    log_odds = (
        np.log(a)
        - np.log(np.where(bought, b + x - 1, 1.0))
        + (r + x) * (np.log(alpha + observed) - np.log(alpha + t_x))
    )
    return np.where(bought, 1 / (1 + np.exp(np.minimum(log_odds, 700.0))), 1.0)


def expected_purchases(
    parameters: BetaGeoParameters,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
) -> Array:
    """Expected number of purchases in ``(T, T + horizon]`` given the history so far.

    Fader, Hardie and Lee (2005), eq. 10; see `clvlab.models.bgnbd_expectation` for how it is
    evaluated.

    Examples
    --------
    >>> cdnow = BetaGeoParameters(0.2425945, 4.4136020, 0.7929220, 2.4259068)
    >>> float(expected_purchases(cdnow, 26, 30.857, 31, 52).round(3))
    25.757
    """
    alive = probability_alive(parameters, frequency, recency, T)
    x, observed, ahead, alive = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (frequency, T, horizon, alive))
    )
    lengths, where = np.unique(ahead, return_inverse=True)
    where = where.reshape(ahead.shape)
    out = np.empty(ahead.shape)
    for position, length in enumerate(lengths):
        rows = where == position
        out[rows] = sum_over_horizons(
            *parameters, x[rows].ravel(), observed[rows].ravel(), np.array([length]), ONE
        )
    return np.asarray(out * alive)


def expected_purchases_new_customer(parameters: BetaGeoParameters, horizon: npt.ArrayLike) -> Array:
    """Expected repeat purchases of a new customer within `horizon` of the first purchase.

    Fader, Hardie and Lee (2005), eq. 9; the expectation for no history at all.

    Examples
    --------
    >>> cdnow = BetaGeoParameters(0.2425945, 4.4136020, 0.7929220, 2.4259068)
    >>> float(expected_purchases_new_customer(cdnow, 52).round(3))
    1.444
    """
    return expected_purchases(parameters, 0.0, 0.0, 0.0, horizon)


def probability_purchase(
    parameters: BetaGeoParameters,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
) -> Array:
    r"""Probability of at least one purchase in ``(T, T + horizon]``.

    .. math::

        P(\text{alive}) \left[ 1 - \left( \frac{\alpha + T}{\alpha + T + t} \right)^{r+x} \right]

    since the purchase rate of a customer alive at ``T`` is gamma distributed with shape ``r + x``
    and rate ``alpha + T``. Its complement is the churn probability that a business asks for;
    `probability_alive` is not, being 1 for everyone who bought once.

    Examples
    --------
    >>> cdnow = BetaGeoParameters(0.2426, 4.4135, 0.7929, 2.4258)
    >>> float(probability_purchase(cdnow, 2, 30.43, 38.86, 39).round(4))
    0.5546
    """
    buys = probability_purchase_if_alive(parameters, frequency, T, horizon)
    return np.asarray(buys * probability_alive(parameters, frequency, recency, T))


def probability_purchase_if_alive(
    parameters: Parameters, frequency: npt.ArrayLike, T: npt.ArrayLike, horizon: npt.ArrayLike
) -> Array:
    """Probability of at least one purchase in ``(T, T + horizon]`` of a customer alive at ``T``."""
    r, alpha, _, _ = parameters
    x, observed, ahead = (np.asarray(value, dtype=np.float64) for value in (frequency, T, horizon))
    return np.asarray(-np.expm1(-(r + x) * np.log1p(ahead / (alpha + observed))))
