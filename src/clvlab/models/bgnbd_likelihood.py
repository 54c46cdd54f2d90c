r"""The BG/NBD log-likelihood with exact gradient and Hessian: the readable version.

For a customer with ``x`` repeat purchases, the last at :math:`t_x`, observed until ``T``,

.. math::

    L = \frac{\Gamma(r + x)\,\alpha^r}{\Gamma(r)} \, \frac{B(a, b + x)}{B(a, b)} \left\{
    (\alpha + T)^{-(r+x)} + 1_{x>0}\, \frac{a}{b + x - 1} (\alpha + t_x)^{-(r+x)} \right\}

(Fader, Hardie and Lee 2005, eq. 6, rearranged so that both terms are positive): still alive at
``T``, or dropped out right after the last purchase.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from clvlab.models.histories import Histories
from clvlab.models.mixture import Terms, log_of_sum
from clvlab.models.newton import Evaluation

Array = npt.NDArray[np.float64]


class BetaGeoParameters(NamedTuple):
    """Parameters of the BG/NBD model; all positive.

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


def log_likelihood(parameters: BetaGeoParameters, histories: Histories) -> Evaluation:
    """Value, gradient (4,) and Hessian (4, 4) in r, alpha, a, b.

    Times are read in the unit of the histories' window, and so is ``alpha``.
    """
    value, gradient, hessian = prefactor(parameters, histories)
    more = log_of_sum(_terms(parameters, histories), histories.weights)
    return value + more[0], gradient + more[1], hessian + more[2]


def _terms(parameters: BetaGeoParameters, histories: Histories) -> Terms:
    """Alive at T, and dropped out after the last purchase."""
    r, alpha, a, b = parameters
    times = histories.times / histories.window.unit.days
    x = histories.frequency.astype(np.float64)
    bought = x > 0
    n = len(x)
    logs, gradients, hessians = np.empty((2, n)), np.zeros((2, n, 4)), np.zeros((2, n, 4, 4))
    for term, moments in enumerate((histories.T, histories.recency)):
        since = alpha + times[moments]
        logs[term] = -(r + x) * np.log(since)
        gradients[term, :, 0] = -np.log(since)
        gradients[term, :, 1] = -(r + x) / since
        hessians[term, :, 0, 1] = hessians[term, :, 1, 0] = -1 / since
        hessians[term, :, 1, 1] = (r + x) / since**2
    later = np.where(bought, b + x - 1, 1.0)
    logs[1] = np.where(bought, logs[1] + np.log(a) - np.log(later), -np.inf)
    gradients[1, :, 2] = 1 / a
    gradients[1, :, 3] = -1 / later
    hessians[1, :, 2, 2] = -1 / a**2
    hessians[1, :, 3, 3] = 1 / later**2
    return Terms(logs, gradients, hessians)


def prefactor(parameters: BetaGeoParameters, histories: Histories) -> Evaluation:
    r"""The factor before the braces, summed over customers.

    Ratios of gamma functions at distance ``x`` are sums of ``x`` logarithms; with :math:`N_j`
    customers who bought more than ``j`` times again,

    .. math:: \sum_j N_j \log \frac{(r + j)(b + j)}{a + b + j} + N r \log \alpha .

    No difference of large log-gammas is taken, so nothing cancels for a large ``b``.
    """
    r, alpha, a, b = parameters
    total, more_than = histories.total_weight, histories.bought_more_than
    j = np.arange(len(more_than))
    in_r, in_b, in_ab = 1 / (r + j), 1 / (b + j), 1 / (a + b + j)
    # log((b + j) / (a + b + j)) without rounding away a small a.
    value = total * r * np.log(alpha) + more_than @ (np.log(r + j) - np.log1p(a * in_b))
    gradient = np.array(
        [
            total * np.log(alpha) + more_than @ in_r,
            total * r / alpha,
            -(more_than @ in_ab),
            more_than @ (in_b * a * in_ab),
        ]
    )
    hessian = np.zeros((4, 4))
    hessian[0, 0] = -(more_than @ in_r**2)
    hessian[0, 1] = hessian[1, 0] = total / alpha
    hessian[1, 1] = -total * r / alpha**2
    hessian[2, 2] = hessian[2, 3] = hessian[3, 2] = more_than @ in_ab**2
    hessian[3, 3] = -(more_than @ (in_b * a * in_ab * (in_b + in_ab)))
    return float(value), gradient, hessian
