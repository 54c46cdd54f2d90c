"""What the BG/NBD and MBG/NBD models say of a customer: pure functions of parameters and arrays.

Times (``recency``, ``T``, ``horizon``) and ``alpha`` share one unit, whichever it is. Arrays
broadcast against each other. ``chances_at_start`` is how often one may drop out before the first
repeat purchase: never in the BG/NBD model (0), once in the MBG/NBD model (1). A customer alive at
``T`` is the same in both but for the chances survived, ``x`` or ``x + 1``, which is to say for
``b`` or ``b + 1``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from clvlab.models.bgnbd.expectation import sum_over_horizons
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.fitting.gamma_ratios import log_gamma_ratio
from clvlab.models.nbd.formulas import probability_of_count

Array = npt.NDArray[np.float64]
Parameters = BetaGeoParameters | tuple[float | Array, ...]
"""r, alpha, a, b: one fit, or arrays of draws that broadcast against the customers."""
ONE = np.ones(1)
FEW = 500
"""Chances to drop out whose logarithms are added one by one."""
TERMS_AT_ONCE = 2**16


def probability_alive(
    parameters: Parameters,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    chances_at_start: int = 0,
) -> Array:
    r"""Probability that a customer has not dropped out by ``T``.

    .. math::

        P = \left\{ 1 + 1_{k>0} \frac{a}{b + k - 1}
        \left( \frac{\alpha + T}{\alpha + t_x} \right)^{r + x} \right\}^{-1}

    with ``k`` chances to drop out so far (Fader, Hardie and Lee 2008, "Computing P(alive) Using
    the BG/NBD Model", eq. 3). In the BG/NBD model it is 1 for a customer without repeat
    purchases: there one can only drop out after a repeat purchase.

    Examples
    --------
    >>> cdnow = BetaGeoParameters(0.2426, 4.4135, 0.7929, 2.4258)
    >>> float(probability_alive(cdnow, 2, 30.43, 38.86).round(5))
    0.72661
    """
    r, alpha, a, b = parameters
    x, t_x, observed = (np.asarray(value, dtype=np.float64) for value in (frequency, recency, T))
    chances = x + chances_at_start
    log_odds = (
        np.log(a)
        - np.log(np.where(chances > 0, b + (chances - 1), 1.0))
        + (r + x) * (np.log(alpha + observed) - np.log(alpha + t_x))
    )
    return np.where(chances > 0, 1 / (1 + np.exp(np.minimum(log_odds, 700.0))), 1.0)


def expected_purchases(
    parameters: BetaGeoParameters,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
    chances_at_start: int = 0,
) -> Array:
    """Expected number of purchases in ``(T, T + horizon]`` given the history so far.

    Fader, Hardie and Lee (2005), eq. 10; see `clvlab.models.bgnbd.expectation` for how it is
    evaluated.

    Examples
    --------
    >>> cdnow = BetaGeoParameters(0.2425945, 4.4136020, 0.7929220, 2.4259068)
    >>> float(expected_purchases(cdnow, 26, 30.857, 31, 52).round(3))
    25.757
    """
    alive = probability_alive(parameters, frequency, recency, T, chances_at_start)
    return np.asarray(
        alive * expected_purchases_if_alive(parameters, frequency, T, horizon, chances_at_start)
    )


def expected_purchases_if_alive(
    parameters: BetaGeoParameters,
    frequency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
    chances_at_start: int = 0,
) -> Array:
    """Expected number of purchases in ``(T, T + horizon]`` of a customer alive at ``T``."""
    r, alpha, a, b = parameters
    x, observed, ahead = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (frequency, T, horizon))
    )
    lengths, where = np.unique(ahead, return_inverse=True)
    where = where.reshape(ahead.shape)
    out = np.empty(ahead.shape)
    for position, length in enumerate(lengths):
        rows = where == position
        out[rows] = sum_over_horizons(
            r, alpha, a, b + chances_at_start,
            x[rows].ravel(), observed[rows].ravel(), np.array([length]), ONE,
        )  # fmt: skip
    return out


def expected_purchases_new_customer(
    parameters: BetaGeoParameters, horizon: npt.ArrayLike, chances_at_start: int = 0
) -> Array:
    """Expected repeat purchases of a new customer within `horizon` of the first purchase.

    Fader, Hardie and Lee (2005), eq. 9; the expectation for no history at all.

    Examples
    --------
    >>> cdnow = BetaGeoParameters(0.2425945, 4.4136020, 0.7929220, 2.4259068)
    >>> float(expected_purchases_new_customer(cdnow, 52).round(3))
    1.444
    """
    return expected_purchases(parameters, 0.0, 0.0, 0.0, horizon, chances_at_start)


def probability_purchase(
    parameters: BetaGeoParameters,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
    chances_at_start: int = 0,
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
    alive = probability_alive(parameters, frequency, recency, T, chances_at_start)
    return np.asarray(buys * alive)


def probability_purchase_if_alive(
    parameters: Parameters, frequency: npt.ArrayLike, T: npt.ArrayLike, horizon: npt.ArrayLike
) -> Array:
    """Probability of at least one purchase in ``(T, T + horizon]`` of a customer alive at ``T``."""
    r, alpha, _, _ = parameters
    x, observed, ahead = (np.asarray(value, dtype=np.float64) for value in (frequency, T, horizon))
    return np.asarray(-np.expm1(-(r + x) * np.log1p(ahead / (alpha + observed))))


def probability_of_count_if_alive(
    parameters: BetaGeoParameters,
    frequency: npt.ArrayLike,
    T: npt.ArrayLike,
    horizon: npt.ArrayLike,
    count: npt.ArrayLike,
    chances_at_start: int = 0,
) -> Array:
    r"""Probability of exactly `count` purchases in ``(T, T + horizon]`` if alive at ``T``.

    A customer alive at ``T`` is like a new one with ``r + x``, ``alpha + T`` and ``b + k`` for
    ``r``, ``alpha`` and ``b`` (Fader, Hardie and Lee 2005, eq. 8): all ``n`` chances to drop out
    survived and not one purchase more, or gone after the last of at least ``n`` purchases,

    .. math::

        \frac{B(a, b + n)}{B(a, b)} P(N_t = n) +
        1_{n>0} \frac{B(a + 1, b + n - 1)}{B(a, b)} P(N_t \ge n),

    where :math:`N_t` is negative binomial.

    Examples
    --------
    >>> cdnow = BetaGeoParameters(0.243, 4.414, 0.793, 2.426)
    >>> float(probability_of_count_if_alive(cdnow, 0, 0, 30, 11).round(10))
    0.0019995214
    """
    r, alpha, a, b = parameters
    x, observed, ahead, n = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (frequency, T, horizon, count))
    )
    shape, later, since = r + x, b + chances_at_start + x, alpha + observed
    exactly = probability_of_count((r, alpha), x, observed, ahead, n)
    at_least = betainc(np.maximum(n, 1), shape, ahead / (since + ahead))
    survived = np.exp(-_log_odds_to_stay(a, later, n))
    gone = survived * a / np.where(n > 0, later + n - 1, 1.0)
    return np.asarray(np.where(n > 0, survived * exactly + gone * at_least, exactly))


def _log_odds_to_stay(a: float | Array, later: Array, count: Array) -> Array:
    r"""Minus the logarithm of the chance to stay `count` times: sums of :math:`\log(1 + a/(b+j))`.

    Few terms are added one by one; where there are many, the rest is a ratio of gamma functions.
    """
    out = np.zeros(count.shape)
    few = int(min(count.max(initial=0.0), FEW))
    at_once = max(TERMS_AT_ONCE // max(count.size, 1), 1)
    each, a_each = later[..., None], np.asarray(a)[..., None]
    for start in range(0, few, at_once):
        steps = np.arange(start, min(start + at_once, few))
        terms = np.log1p(a_each / (each + steps))
        out += np.where(steps < count[..., None], terms, 0.0).sum(axis=-1)
    many = count > FEW
    if many.any():
        first, last = later + FEW, later + np.maximum(count, FEW)
        rest = log_gamma_ratio(last, np.asarray(a)) - log_gamma_ratio(first, np.asarray(a))
        out += np.where(many, rest + a * np.log(last / first), 0.0)
    return out
