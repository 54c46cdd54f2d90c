r"""The BG/NBD and MBG/NBD log-likelihoods with exact gradient and Hessian: the readable version.

For a customer with ``x`` repeat purchases, the last at :math:`t_x`, observed until ``T``,

.. math::

    L = \frac{\Gamma(r + x)\,\alpha^r}{\Gamma(r)} \, \frac{B(a, b + x)}{B(a, b)} \left\{
    (\alpha + T)^{-(r+x)} + 1_{x>0}\, \frac{a}{b + x - 1} (\alpha + t_x)^{-(r+x)} \right\}

(Fader, Hardie and Lee 2005, eq. 6, rearranged so that both terms are positive): still alive at
``T``, or dropped out right after the last purchase.

In the MBG/NBD model (Batislam, Denizel and Filiztekin 2007) one may also drop out right after the
first purchase: there is one chance more, at the start. With ``k`` chances to drop out so far,
``x`` or ``x + 1``, both models are

.. math::

    L = \frac{\Gamma(r + x)\,\alpha^r}{\Gamma(r)} \, \frac{B(a, b + k)}{B(a, b)} \left\{
    (\alpha + T)^{-(r+x)} + 1_{k>0}\, \frac{a}{b + k - 1} (\alpha + t_x)^{-(r+x)} \right\} .
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.mixture import Terms, log_of_sum
from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]


class BetaGeoParameters(NamedTuple):
    """Parameters of the BG/NBD and MBG/NBD models; all positive.

    Attributes
    ----------
    r, alpha
        Shape, and rate in units of time, of the gamma distribution of purchase rates.
    a, b
        Shapes of the beta distribution of the probability to drop out after a purchase.
    """

    r: float
    alpha: float
    a: float
    b: float


def log_likelihood(
    parameters: BetaGeoParameters, histories: Histories, chances_at_start: int = 0
) -> Evaluation:
    """Value, gradient (4,) and Hessian (4, 4) in r, alpha, a, b.

    Times are read in the unit of the histories' window, and so is ``alpha``. There are no chances
    to drop out at the start in the BG/NBD model, and there is one in the MBG/NBD model.
    """
    value, gradient, hessian = prefactor(parameters, histories, chances_at_start)
    more = log_of_sum(_terms(parameters, histories, chances_at_start), histories.weights)
    return value + more[0], gradient + more[1], hessian + more[2]


def _terms(parameters: BetaGeoParameters, histories: Histories, chances_at_start: int) -> Terms:
    """Alive at T, and dropped out after the last purchase; relative to alpha ** -(r + x)."""
    r, alpha, a, b = parameters
    times = histories.times / histories.window.unit.days
    x = histories.frequency.astype(np.float64)
    chances = x + chances_at_start
    n = len(x)
    logs, gradients, hessians = np.empty((2, n)), np.zeros((2, n, 4)), np.zeros((2, n, 4, 4))
    for term, moments in enumerate((histories.T, histories.recency)):
        since, t = alpha + times[moments], times[moments]
        slope = t / (alpha * since)
        logs[term] = -(r + x) * np.log1p(t / alpha)
        gradients[term, :, 0] = -np.log1p(t / alpha)
        gradients[term, :, 1] = (r + x) * slope
        hessians[term, :, 0, 1] = hessians[term, :, 1, 0] = slope
        hessians[term, :, 1, 1] = -(r + x) * slope * (1 / alpha + 1 / since)
    later = np.where(chances > 0, b + (chances - 1), 1.0)
    logs[1] = np.where(chances > 0, logs[1] + np.log(a) - np.log(later), -np.inf)
    gradients[1, :, 2] = 1 / a
    gradients[1, :, 3] = -1 / later
    hessians[1, :, 2, 2] = -1 / a**2
    hessians[1, :, 3, 3] = 1 / later**2
    return Terms(logs, gradients, hessians)


def prefactor(
    parameters: BetaGeoParameters, histories: Histories, chances_at_start: int = 0
) -> Evaluation:
    r"""The factor before the braces, summed over customers, with :math:`\alpha^{-(r+x)}` in it.

    Ratios of gamma functions at distance ``x`` are sums of ``x`` logarithms; with :math:`N_j`
    customers who bought more than ``j`` times again, and :math:`M_j` who had more than ``j``
    chances to drop out,

    .. math::

        \sum_j N_j \log \frac{r + j}{\alpha} + \sum_j M_j \log \frac{b + j}{a + b + j} .

    No difference of large log-gammas is taken, and none of :math:`r \log \alpha` and
    :math:`r \log (\alpha + T)`, so nothing cancels for a large ``b``, or ``r`` and ``alpha``.
    """
    r, alpha, a, b = parameters
    total, more_than = histories.total_weight, histories.bought_more_than
    purchases = more_than.sum()
    had_more_than = np.concatenate([np.full(chances_at_start, total), more_than])
    j = np.arange(len(had_more_than))
    in_r = 1 / (r + j[: len(more_than)])
    in_b, in_ab = 1 / (b + j), 1 / (a + b + j)
    value = more_than @ np.log((r + j[: len(more_than)]) / alpha)
    # log((b + j) / (a + b + j)) without rounding away a small a.
    value -= had_more_than @ np.log1p(a * in_b)
    gradient = np.array(
        [
            more_than @ in_r,
            -purchases / alpha,
            -(had_more_than @ in_ab),
            had_more_than @ (in_b * a * in_ab),
        ]
    )
    hessian = np.zeros((4, 4))
    hessian[0, 0] = -(more_than @ in_r**2)
    hessian[1, 1] = purchases / alpha**2
    hessian[2, 2] = hessian[2, 3] = hessian[3, 2] = had_more_than @ in_ab**2
    hessian[3, 3] = -(had_more_than @ (in_b * a * in_ab * (in_b + in_ab)))
    return float(value), gradient, hessian
