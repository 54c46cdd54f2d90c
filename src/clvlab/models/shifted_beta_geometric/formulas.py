r"""What the shifted-beta-geometric model says of a customer: pure functions.

``tenure`` is the number of renewals a customer has made; a new customer has 0. Everything is given
that the customer is still there. Arrays broadcast against each other; parameters may be arrays of
draws with a last axis of length 1, which then precede the axes of the customers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.models.shifted_beta_geometric.averages import average_over_churn
from clvlab.models.shifted_beta_geometric.likelihood import ShiftedBetaGeometricParameters

Array = npt.NDArray[np.float64]
Parameters = ShiftedBetaGeometricParameters | tuple[float | Array, ...]
"""alpha, beta: one fit, or arrays of draws."""


def log_survival(
    parameters: Parameters, periods: npt.ArrayLike, tenure: npt.ArrayLike = 0
) -> Array:
    r"""Logarithm of the probability to renew at each of the next `periods` renewals.

    .. math:: \log \frac{B(\alpha, \beta + n + t)}{B(\alpha, \beta + n)}
        = -\sum_{i=0}^{t-1} \log\left(1 + \frac{\alpha}{\beta + n + i}\right)

    (Fader and Hardie 2007, eq. 6), with whole numbers t, the periods, and n, the tenure.
    """
    alpha, beta = (np.asarray(value, dtype=np.float64) for value in parameters)
    ahead, made = np.broadcast_arrays(np.asarray(periods, np.int64), np.asarray(tenure, np.int64))
    first = int(made.min(initial=0)) if made.size else 0
    steps = np.arange(first, int((made + ahead).max(initial=first)))
    one_by_one = -np.log1p(alpha / (beta + steps))
    table = np.zeros((*one_by_one.shape[:-1], len(steps) + 1))
    np.cumsum(one_by_one, axis=-1, out=table[..., 1:])
    return np.asarray(table[..., made + ahead - first] - table[..., made - first])


def survival(parameters: Parameters, periods: npt.ArrayLike, tenure: npt.ArrayLike = 0) -> Array:
    """Probability to renew at each of the next `periods` renewals; see `log_survival`.

    Examples
    --------
    >>> regular = ShiftedBetaGeometricParameters(0.704, 1.182)
    >>> survival(regular, [1, 7, 12]).round(3)
    array([0.627, 0.239, 0.17 ])
    """
    return np.asarray(np.exp(log_survival(parameters, periods, tenure)))


def retention_rate(parameters: Parameters, tenure: npt.ArrayLike) -> Array:
    r"""Probability to renew once more.

    .. math:: r_{n+1} = \frac{\beta + n}{\alpha + \beta + n}

    (Fader and Hardie 2007, eq. 8). It rises with tenure although no customer changes: those who
    cancel easily are gone first.

    Examples
    --------
    >>> regular = ShiftedBetaGeometricParameters(0.704, 1.182)
    >>> retention_rate(regular, [0, 7]).round(3)
    array([0.627, 0.921])
    """
    alpha, beta = parameters
    made = np.asarray(tenure, dtype=np.float64)
    return np.asarray((beta + made) / (alpha + beta + made))


def discounted_expected_residual_lifetime(
    parameters: Parameters, tenure: npt.ArrayLike, discount_rate: float
) -> Array:
    r"""Expected number of renewals to come, discounted per period from the next one.

    .. math:: \sum_{k \ge 1} \frac{S(n + k)}{S(n)} \frac{1}{(1 + d)^{k-1}}
        = \frac{\beta + n}{\alpha + \beta + n}
        {}_2F_1\left(1, \beta + n + 1; \alpha + \beta + n + 1; \frac{1}{1 + d}\right)

    (Fader and Hardie 2010, eq. 7): the moment is just before the next renewal, which therefore
    counts in full. Without discounting it is :math:`(\beta + n) / (\alpha - 1)`, and infinite for
    :math:`\alpha \le 1`.

    Examples
    --------
    Case 1 of Fader and Hardie (2010), Table 3.

    >>> one = ShiftedBetaGeometricParameters(3.80, 15.20)
    >>> discounted_expected_residual_lifetime(one, [0, 1, 2, 3, 4], 0.1).round(2)
    array([3.31, 3.45, 3.59, 3.72, 3.84])
    """
    alpha, beta, made = _shapes(parameters, tenure)
    if discount_rate == 0:
        return _ratio_of_moments(beta + made, alpha - 1)
    return (1 + discount_rate) * _geometric_series(alpha, beta + made, discount_rate)


def discounted_expected_lifetime(parameters: Parameters, discount_rate: float) -> Array:
    r"""Expected number of periods paid by a new customer, discounted from the first one.

    .. math:: \sum_{t \ge 0} \frac{S(t)}{(1 + d)^t}
        = {}_2F_1\left(1, \beta; \alpha + \beta; \frac{1}{1 + d}\right)

    Infinite without discounting when :math:`\alpha \le 1`.
    """
    return mean_retention_elasticity(parameters, 0, discount_rate)


def retention_elasticity(
    parameters: Parameters, tenure: npt.ArrayLike, discount_rate: float
) -> Array:
    r"""Percent by which the residual lifetime grows if every customer's retention grows by 1 %.

    With :math:`r = 1 - \theta` the retention of one customer, whose residual lifetime is
    :math:`r / (1 - r / (1 + d))`, it is the elasticity of their sum,

    .. math:: \frac{E[r / (1 - r / (1 + d))^2]}{E[r / (1 - r / (1 + d))]},
        \qquad \theta \sim Beta(\alpha, \beta + n).

    It is above `mean_retention_elasticity`, the plain mean of the customers' own elasticities,
    since those with the longest lifetimes also respond most. Without discounting it is
    :math:`(\alpha + \beta + n - 1) / (\alpha - 2)`, and infinite for :math:`\alpha \le 2`.
    """
    alpha, beta, made = _shapes(parameters, tenure)
    later, d = beta + made, discount_rate
    if d == 0:
        return _ratio_of_moments(alpha + later - 1, alpha - 2)
    squares = average_over_churn(alpha, later, lambda p, q: q / (p + d) ** 2)
    return np.asarray((1 + d) * squares / _geometric_series(alpha, later, d))


def mean_retention_elasticity(
    parameters: Parameters, tenure: npt.ArrayLike, discount_rate: float
) -> Array:
    r"""Mean of the customers' own elasticities of residual lifetime to retention.

    .. math:: E\left[\frac{1}{1 - r / (1 + d)}\right]
        = {}_2F_1\left(1, \beta + n; \alpha + \beta + n; \frac{1}{1 + d}\right)

    (Fader and Hardie 2010, eq. 8).
    """
    alpha, beta, made = _shapes(parameters, tenure)
    later, d = beta + made, discount_rate
    if d == 0:
        return _ratio_of_moments(alpha + later - 1, alpha - 1)
    return (1 + d) * average_over_churn(alpha, later, lambda p, _: 1 / (p + d))


def _geometric_series(alpha: Array, later: Array, discount_rate: float) -> Array:
    return average_over_churn(alpha, later, lambda p, q: q / (p + discount_rate))


def _shapes(parameters: Parameters, tenure: npt.ArrayLike) -> tuple[Array, Array, Array]:
    alpha, beta = (np.asarray(value, dtype=np.float64) for value in parameters)
    return alpha, beta, np.asarray(tenure, dtype=np.float64)


def _ratio_of_moments(numerator: Array, excess: Array) -> Array:
    """A mean of powers of 1 / churn, which exists for a positive excess of alpha only."""
    numerator, excess = np.broadcast_arrays(numerator, excess)
    out = np.full(numerator.shape, np.inf)
    np.divide(numerator, excess, out=out, where=excess > 0)
    return out
