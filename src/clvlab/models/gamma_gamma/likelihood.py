r"""The Gamma-Gamma log-likelihood with exact gradient and Hessian.

For a customer whose ``x`` repeat purchases have the mean ``m``, with :math:`z = x m`,

.. math::

    \log L = \log\Gamma(p x + q) - \log\Gamma(p x) - \log\Gamma(q) + q \log v
    + (p x - 1) \log m + p x \log x - (p x + q) \log(z + v)

(Fader and Hardie 2013, "The Gamma-Gamma Model of Monetary Value", eq. 1a). Apart from sums that
do not depend on the parameters, customers enter only through :math:`\log(z + v)` and its two
derivatives, and through the number of customers with each ``x``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln, polygamma

from clvlab.compiled import compiled_sum
from clvlab.models.fitting.newton import Evaluation
from clvlab.models.gamma_gamma.large_shapes import log_likelihood_of_large_shapes

Array = npt.NDArray[np.float64]
LARGE = 1_000.0
"""Shape of an average customer beyond which differences of log-gammas lose too many digits."""
TOGETHER = 8
LARGEST_TOGETHER = 1e35
"""Amounts below which the product of eight, whatever v is, stays a finite number."""


class GammaGammaParameters(NamedTuple):
    """Parameters of the Gamma-Gamma model; all positive.

    Attributes
    ----------
    p
        Shape of the gamma distribution of a customer's purchase amounts.
    q, v
        Shape and scale, in money, of the gamma distribution of the customers' rates.
    """

    p: float
    q: float
    v: float


@dataclass(frozen=True)
class Spending:
    """What the likelihood needs to know of the repeat buyers.

    Attributes
    ----------
    total
        Total amount of each one's repeat purchases, in order of their number.
    distinct, customers
        The distinct numbers of repeat purchases, and how many buyers have each.
    fixed
        Sums of log m, of x log m and of x log x.
    """

    total: Array
    distinct: Array
    customers: Array
    fixed: tuple[float, float, float]

    def __len__(self) -> int:
        return len(self.total)

    @property
    def mean_frequency(self) -> float:
        """Mean number of repeat purchases of a buyer."""
        return float(self.customers @ self.distinct) / len(self)

    @property
    def frequency(self) -> Array:
        """Number of repeat purchases of each buyer."""
        return np.repeat(self.distinct, self.customers.astype(np.int64))

    @classmethod
    def of(cls, frequency: npt.NDArray[np.int64], mean: Array) -> Spending:
        """From the repeat purchases and mean amounts of repeat buyers; both positive."""
        counts = np.bincount(frequency)
        narrow = np.uint16 if len(counts) <= np.iinfo(np.uint16).max else np.int64
        order = np.argsort(frequency.astype(narrow), kind="stable")
        distinct = np.flatnonzero(counts)
        customers, x = counts[distinct], distinct.astype(np.float64)
        in_order = mean[order]
        log_mean = np.add.reduceat(np.log(in_order), np.cumsum(customers) - customers)
        return cls(
            total=in_order * np.repeat(x, customers),
            distinct=x,
            customers=customers.astype(np.float64),
            fixed=(
                float(log_mean.sum()),
                float(x @ log_mean),
                float(customers @ (x * np.log(x))),
            ),
        )

    def in_units_of(self, amount: float) -> Spending:
        """The same buyers with amounts counted in another unit of money."""
        sum_log_m, sum_x_log_m, sum_x_log_x = self.fixed
        log_amount = math.log(amount)
        purchases = float(self.customers @ self.distinct)
        fixed = (
            sum_log_m - len(self) * log_amount,
            sum_x_log_m - purchases * log_amount,
            sum_x_log_x,
        )
        return Spending(self.total / amount, self.distinct, self.customers, fixed)

    def every(self, step: int) -> Spending:
        """Every `step`-th buyer, for a first approximation."""
        x = self.frequency[::step]
        return Spending.of(x.astype(np.int64), self.total[::step] / x)


def log_likelihood(
    parameters: GammaGammaParameters, spending: Spending, *, compiled: bool = True
) -> Evaluation:
    """Value, gradient (3,) and Hessian (3, 3) in p, q, v.

    Parameters
    ----------
    parameters
        Where to evaluate.
    spending
        The repeat buyers.
    compiled
        Use the compiled sums; the readable ones give the same and serve as their oracle.
    """
    p, q, v = parameters
    if p * spending.mean_frequency + q > LARGE:
        return log_likelihood_of_large_shapes(parameters, spending)
    sums = (fast_sums if compiled else readable_sums)(spending, v)
    log_v, x_log_v, in_v, x_in_v, in_v2, x_in_v2 = sums
    n, x = spending.customers, spending.distinct
    buyers = float(n.sum())
    sum_log_m, sum_x_log_m, sum_x_log_x = spending.fixed
    px = p * x
    value = (
        n @ (gammaln(px + q) - gammaln(px))
        + buyers * (q * math.log(v) - gammaln(q))
        + p * (sum_x_log_m + sum_x_log_x)
        - sum_log_m
        - (p * x_log_v + q * log_v)
    )
    first = digamma(px + q)
    gradient = np.array(
        [
            (n * x) @ (first - digamma(px)) + sum_x_log_m + sum_x_log_x - x_log_v,
            n @ first + buyers * (math.log(v) - digamma(q)) - log_v,
            buyers * q / v - (p * x_in_v + q * in_v),
        ]
    )
    second = polygamma(1, px + q)
    h_pq = (n * x) @ second
    h_qv = buyers / v - in_v
    hessian = np.array(
        [
            [(n * x * x) @ (second - polygamma(1, px)), h_pq, -x_in_v],
            [h_pq, n @ second - buyers * polygamma(1, q), h_qv],
            [-x_in_v, h_qv, p * x_in_v2 + q * in_v2 - buyers * q / v**2],
        ]
    )
    return float(value), gradient, hessian


def readable_sums(spending: Spending, v: float) -> tuple[float, ...]:
    """Sums of log(z + v), 1 / (z + v) and its square, plain and weighted with x."""
    y = spending.total + v
    columns = (np.log(y), 1 / y, 1 / y**2)
    return tuple(
        float(s) for column in columns for s in (column.sum(), spending.frequency @ column)
    )


def fast_sums(spending: Spending, v: float) -> tuple[float, ...]:
    """The same, summed by number of purchases, with one logarithm for several customers."""
    largest = float(spending.total.max()) + v
    at_once = TOGETHER if largest < LARGEST_TOGETHER else 1
    by_x = _sums_by_frequency(spending.total, spending.customers.astype(np.int64), v, at_once)
    return tuple(float(s) for column in by_x for s in (column.sum(), spending.distinct @ column))


@compiled_sum
def _sums_by_frequency(  # pragma: no cover - compiled
    total: Array, customers: npt.NDArray[np.int64], v: float, at_once: int
) -> Array:
    """Sums over the customers of each frequency of log y, 1 / y and its square, (3, groups)."""
    out = np.zeros((3, customers.size))
    i = 0
    for group in range(customers.size):
        logs = inverses = squares = 0.0
        product = 1.0
        pending = 0
        for _ in range(customers[group]):
            y = total[i] + v
            inverse = 1.0 / y
            inverses += inverse
            squares += inverse * inverse
            product *= y
            pending += 1
            if pending == at_once:
                logs += math.log(product)
                product = 1.0
                pending = 0
            i += 1
        out[0, group] = logs + math.log(product)
        out[1, group] = inverses
        out[2, group] = squares
    return out
