r"""The NBD log-likelihood of purchase histories with exact gradient and Hessian.

For a customer with ``x`` repeat purchases within ``T``, who buys at a constant rate and never
drops out,

.. math:: L = \frac{\Gamma(r + x)}{\Gamma(r)} \frac{\alpha^r}{(\alpha + T)^{r + x}} .

This is the density of the moments of the purchases, as in BG/NBD and Pareto/NBD: it is what their
likelihoods become without dropout, so differences between them are log-likelihood ratios. The
probability of the number of purchases alone has a further factor :math:`T^x / x!`; other software
may include it, which changes the value and neither estimates nor ratios.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.evaluations import Evaluations, log_rising
from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class NBDParameters(NamedTuple):
    """Parameters of the NBD model; both positive.

    Attributes
    ----------
    r, alpha
        Shape, and rate in units of time, of the gamma distribution of purchase rates.
    """

    r: float
    alpha: float


class PurchaseTotals(NamedTuple):
    """All that the likelihood needs to know of a base: its size does not matter.

    Attributes
    ----------
    bought_more_than
        Number of customers with more than j repeat purchases, for j = 0, 1, ..., max - 1.
    times, customers, purchases
        Distinct times observed in the unit of the histories' window; how many customers were
        observed so long, and their repeat purchases together.
    """

    bought_more_than: Array
    times: Array
    customers: Array
    purchases: Array

    @classmethod
    def of(cls, histories: Histories) -> PurchaseTotals:
        """Add up histories."""
        length, weights = len(histories.times), histories.weights
        customers = np.bincount(histories.T, weights, length).astype(np.float64)
        purchases = np.bincount(histories.T, weights * histories.frequency, length)
        seen = customers > 0
        return cls(
            histories.bought_more_than,
            histories.times[seen] / histories.window.unit.days,
            customers[seen],
            purchases[seen].astype(np.float64),
        )


def log_likelihood(parameters: NBDParameters, totals: PurchaseTotals) -> Evaluation:
    """Value, gradient (2,) and Hessian (2, 2) in r and alpha, in the unit of the totals' times.

    A ratio of gamma functions at distance x is a sum of x logarithms, so nothing cancels for a
    large ``r``.
    """
    r, alpha = parameters
    more_than, times, customers, purchases = totals
    growing = r + np.arange(len(more_than))
    since = alpha + times
    log_since = np.log1p(times / alpha)
    value = (
        more_than @ np.log(growing / alpha) - r * (customers @ log_since) - purchases @ log_since
    )
    gradient = np.array(
        [
            more_than @ (1 / growing) - customers @ log_since,
            customers @ (r * (times / alpha) / since) - purchases @ (1 / since),
        ]
    )
    cross = customers @ (times / alpha / since)
    bend = purchases @ since**-2.0 - customers @ (
        r * (times / alpha) * ((2 * alpha + times) / alpha) / since**2
    )
    hessian = np.array([[-(more_than @ growing**-2.0), cross], [cross, bend]])
    return float(value), gradient, hessian


def log_likelihoods(parameters: Array, histories: Histories, pattern: Integers) -> Evaluations:
    """The log-likelihood of each pattern, whose histories have parameters of their own, (m, 2).

    ``r`` is the same for everybody. Histories come pattern by pattern, as compression leaves them.
    """
    m, r = len(parameters), float(parameters[0, 0])
    x, weights, alpha = histories.frequency, histories.weights, parameters[pattern, 1]
    t = histories.times[histories.T] / histories.window.unit.days
    rising = log_rising(r, int(x.max(initial=0)))[:, x]
    log_since, slope, n = np.log1p(t / alpha), t / (alpha * (alpha + t)), r + x

    def total(each: Array) -> Array:
        return np.bincount(pattern, weights * each, m).astype(np.float64)

    values = total(rising[0] - x * np.log(alpha) - n * log_since)
    gradients, hessians = np.empty((m, 2)), np.empty((m, 2, 2))
    gradients[:, 0] = total(rising[1] - log_since)
    gradients[:, 1] = total(n * slope - x / alpha)
    hessians[:, 0, 0] = total(rising[2])
    hessians[:, 0, 1] = hessians[:, 1, 0] = total(slope)
    hessians[:, 1, 1] = total(x / alpha**2 - n * slope * (1 / alpha + 1 / (alpha + t)))
    return values, gradients, hessians
