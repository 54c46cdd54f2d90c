r"""The BG/CNBD-k and MBG/CNBD-k log-likelihoods with exact derivatives: the readable version.

While alive a customer passes through stages at a personal, gamma distributed rate; every ``k``-th
stage is a purchase, so that gaps between purchases are Erlang-k distributed (Platzer and Reutterer
2016; Reutterer, Platzer and Schröder 2021). For a customer with ``x`` repeat purchases, the last
at :math:`t_x`, observed until ``T``, and ``c`` chances to drop out so far (``x``, or ``x + 1`` in
the MBG model), with :math:`n = r + kx`,

.. math::

    L = \frac{\prod_g g^{k-1}}{(k-1)!^x} \, \frac{\Gamma(n)\,\alpha^r}{\Gamma(r)} \,
    \frac{B(a, b + c)}{B(a, b)} \left\{
    \sum_{j<k} \frac{(n)_j}{j!} \frac{(T - t_x)^j}{(\alpha + T)^{n+j}}
    + 1_{c>0}\, \frac{a}{b + c - 1} (\alpha + t_x)^{-n} \right\}

over the gaps :math:`g` between purchases: alive at ``T`` with ``j`` stages behind since the last
purchase, or dropped out right after it. With ``k = 1`` this is the BG/NBD and MBG/NBD model. The
factor with the gaps does not depend on the parameters; it is `log_of_gaps`, and the rest is here.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.mixture import Terms, log_of_sum
from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]


def log_likelihood(
    parameters: BetaGeoParameters, histories: Histories, k: int, chances_at_start: int = 0
) -> Evaluation:
    """Value, gradient (4,) and Hessian (4, 4) in r, alpha, a, b, without `log_of_gaps`.

    Times are read in the unit of the histories' window, and so is ``alpha``.
    """
    value, gradient, hessian = prefactor(parameters, histories, k, chances_at_start)
    more = log_of_sum(_terms(parameters, histories, k, chances_at_start), histories.weights)
    return value + more[0], gradient + more[1], hessian + more[2]


def log_of_gaps(k: int, log_gaps: float, purchases: float, unit_days: float) -> float:
    r"""The logarithm of the factor with the gaps, :math:`\prod g^{k-1} / (k-1)!`.

    It makes likelihoods with different ``k`` comparable, in whichever unit.

    Parameters
    ----------
    log_gaps
        Sum over all gaps of all customers of the logarithm of their days.
    purchases
        Number of gaps, which is that of repeat purchases.
    unit_days
        Days in the unit of the likelihood.

    Examples
    --------
    >>> log_of_gaps(1, 25.0, 9, 7.0)
    0.0
    """
    if k == 1:
        return 0.0
    return (k - 1) * (log_gaps - purchases * math.log(unit_days)) - purchases * math.lgamma(k)


def _terms(parameters: BetaGeoParameters, histories: Histories, k: int, chances: int) -> Terms:
    """Alive with each number of stages behind, then dropped out; relative to alpha ** -n."""
    r, alpha, a, b = parameters
    times = histories.times / histories.window.unit.days
    x = histories.frequency.astype(np.float64)
    t_x, observed = times[histories.recency], times[histories.T]
    n, size = r + k * x, len(x)
    logs = np.empty((k + 1, size))
    gradients, hessians = np.zeros((k + 1, size, 4)), np.zeros((k + 1, size, 4, 4))
    for j in range(k):
        steps = n[:, None] + np.arange(j)
        with np.errstate(divide="ignore"):
            ahead = j * np.log((observed - t_x) / (alpha + observed)) if j else np.zeros(size)
        _power(logs[j], gradients[j], hessians[j], alpha, n, observed)
        logs[j] += ahead + np.log(steps).sum(axis=1) - math.lgamma(j + 1)
        gradients[j, :, 0] += (1 / steps).sum(axis=1)
        gradients[j, :, 1] -= j / (alpha + observed)
        hessians[j, :, 0, 0] -= (1 / steps**2).sum(axis=1)
        hessians[j, :, 1, 1] += j / (alpha + observed) ** 2
    had = x + chances
    later = np.where(had > 0, b + (had - 1), 1.0)
    _power(logs[k], gradients[k], hessians[k], alpha, n, t_x)
    logs[k] = np.where(had > 0, logs[k] + np.log(a) - np.log(later), -np.inf)
    gradients[k, :, 2] = 1 / a
    gradients[k, :, 3] = -1 / later
    hessians[k, :, 2, 2] = -1 / a**2
    hessians[k, :, 3, 3] = 1 / later**2
    return Terms(logs, gradients, hessians)


def _power(log: Array, gradient: Array, hessian: Array, alpha: float, n: Array, t: Array) -> None:
    r"""Write :math:`-n \log(1 + t / \alpha)` and its derivatives in r and alpha."""
    slope = t / (alpha * (alpha + t))
    log[:] = -n * np.log1p(t / alpha)
    gradient[:, 0] = -np.log1p(t / alpha)
    gradient[:, 1] = n * slope
    hessian[:, 0, 1] = hessian[:, 1, 0] = slope
    hessian[:, 1, 1] = -n * slope * (1 / alpha + 1 / (alpha + t))


def prefactor(
    parameters: BetaGeoParameters, histories: Histories, k: int, chances_at_start: int = 0
) -> Evaluation:
    r"""The factor before the braces without the gaps, with :math:`\alpha^{-n}` in it.

    Ratios of gamma functions are sums over stages and over chances to drop out, as in
    `bgnbd.likelihood.prefactor`: nothing cancels.
    """
    r, alpha, a, b = parameters
    total, more_than = histories.total_weight, histories.bought_more_than
    stages = np.repeat(more_than, k)
    rate = r + np.arange(len(stages))
    had_more_than = np.concatenate([np.full(chances_at_start, total), more_than])
    j = np.arange(len(had_more_than))
    in_b, in_ab = 1 / (b + j), 1 / (a + b + j)
    value = stages @ np.log(rate / alpha) - had_more_than @ np.log1p(a * in_b)
    gradient = np.array(
        [
            stages @ (1 / rate),
            -stages.sum() / alpha,
            -(had_more_than @ in_ab),
            had_more_than @ (in_b * a * in_ab),
        ]
    )
    hessian = np.zeros((4, 4))
    hessian[0, 0] = -(stages @ (1 / rate) ** 2)
    hessian[1, 1] = stages.sum() / alpha**2
    hessian[2, 2] = hessian[2, 3] = hessian[3, 2] = had_more_than @ in_ab**2
    hessian[3, 3] = -(had_more_than @ (in_b * a * in_ab * (in_b + in_ab)))
    return float(value), gradient, hessian
