r"""The Gamma-Gamma log-likelihood with exact gradient and Hessian.

For a customer whose ``x`` repeat purchases have the mean ``m``, with :math:`z = x m`,

.. math::

    \log L = \log\Gamma(p x + q) - \log\Gamma(p x) - \log\Gamma(q) + q \log v
    + (p x - 1) \log m + p x \log x - (p x + q) \log(z + v)

(Fader and Hardie 2013, "The Gamma-Gamma Model of Monetary Value", eq. 1a). Apart from sums that
do not depend on the parameters, customers enter only through :math:`\log(1 + z / v)` and its two
derivatives, and through the number of customers with each ``x``. Where customers hardly differ
the shapes are huge, and `large_shapes` has a form in which nothing of their size is subtracted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln, polygamma

from clvlab.compiled import compiled, compiled_sum
from clvlab.models.fitting.newton import Evaluation
from clvlab.models.gamma_gamma.large_shapes import log_likelihood_of_large_shapes

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
LARGE = 1_000.0
"""Shape of an average customer beyond which differences of log-gammas lose too many digits."""
TOGETHER = 8
LARGEST_TOGETHER = 1e35
"""Numbers below which the product of eight stays finite."""


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
    def weights(self) -> Array | float:
        """Number of buyers that each total stands for."""
        return 1.0

    @cached_property
    def largest(self) -> float:
        """The largest total."""
        return float(self.total.max(initial=0.0))

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
        """From the repeat purchases and mean amounts of customers; both 0 or positive.

        Those who did not buy again, or only for nothing, are left out.
        """
        distinct, customers, total = _by_frequency(frequency, mean)
        x, buyers = distinct.astype(np.float64), customers.astype(np.float64)
        least, most = total.min(initial=1.0), total.max(initial=1.0)
        at_once = TOGETHER if 1 / LARGEST_TOGETHER < least <= most < LARGEST_TOGETHER else 1
        log_mean = _sum_logs(total, customers, at_once) - buyers * np.log(x)
        return cls(
            total=total,
            distinct=x,
            customers=buyers,
            fixed=(float(log_mean.sum()), float(x @ log_mean), float(buyers @ (x * np.log(x)))),
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
        return replace(self, total=self.total / amount, fixed=fixed)

    def every(self, step: int) -> Spending:
        """Every `step`-th buyer, for a first approximation."""
        some = self.total[::step]
        group = np.searchsorted(np.cumsum(self.customers), np.arange(len(some)) * step, "right")
        x = self.distinct[group]
        return Spending.of(x.astype(np.int64), some / x)


def _by_frequency(frequency: Integers, mean: Array) -> tuple[Integers, Integers, Array]:
    """The distinct frequencies of buyers, how many have each, and their totals in that order."""
    counts = np.zeros(int(frequency.max(initial=0)) + 1, dtype=np.int64)
    _count_by_frequency(frequency, mean, counts)
    totals = np.empty(len(frequency))
    _put_in_order(frequency, mean, np.cumsum(counts) - counts, totals)
    others, counts[0] = int(counts[0]), 0
    distinct = np.flatnonzero(counts)
    return distinct, counts[distinct], totals[others:]


@compiled
def _count_by_frequency(  # pragma: no cover - compiled
    frequency: Integers, mean: Array, counts: Integers
) -> None:
    """Who buys for nothing counts as one who does not."""
    for i in range(frequency.size):
        # A product in place of a branch, which a processor would guess wrong half of the time.
        counts[frequency[i] * (mean[i] > 0)] += 1


@compiled
def _put_in_order(  # pragma: no cover - compiled
    frequency: Integers, mean: Array, place: Integers, totals: Array
) -> None:
    """Totals by frequency; `place`, where those of each begin, is used up."""
    for i in range(frequency.size):
        x = frequency[i] * (mean[i] > 0)
        totals[place[x]] = mean[i] * x
        place[x] += 1


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
    logs, x_logs, shares, x_shares, spread, x_spread = sums
    n, x = spending.customers, spending.distinct
    purchases = float(n @ x)
    sum_log_m, sum_x_log_m, sum_x_log_x = spending.fixed
    px = p * x
    y = px + q
    first, second = digamma(y) - digamma(q), polygamma(1, y) - polygamma(1, q)
    value = (
        n @ (gammaln(y) - gammaln(q) - gammaln(px))
        + p * (sum_x_log_m + sum_x_log_x - purchases * math.log(v) - x_logs)
        - sum_log_m
        - q * logs
    )
    slope_in_p = first + (digamma(q) - digamma(px))
    gradient = np.array(
        [
            (n * x) @ slope_in_p + sum_x_log_m + sum_x_log_x - purchases * math.log(v) - x_logs,
            n @ first - logs,
            (q * shares - p * (purchases - x_shares)) / v,
        ]
    )
    h_pq = (n * x) @ (second + polygamma(1, q))
    h_pv, h_qv = -(purchases - x_shares) / v, shares / v
    h_pp = (n * x * x) @ (second + (polygamma(1, q) - polygamma(1, px)))
    h_vv = (p * (purchases - x_shares - x_spread) - q * (shares + spread)) / v**2
    hessian = np.array([[h_pp, h_pq, h_pv], [h_pq, n @ second, h_qv], [h_pv, h_qv, h_vv]])
    return float(value), gradient, hessian


def readable_sums(spending: Spending, v: float) -> tuple[float, ...]:
    """Sums of log(1 + u), u / (1 + u) and u / (1 + u)^2, u = z / v; plain and weighted with x."""
    u = spending.total / v
    columns = (spending.weights * column for column in (np.log1p(u), u / (1 + u), u / (1 + u) ** 2))
    return tuple(
        float(s) for column in columns for s in (column.sum(), spending.frequency @ column)
    )


def fast_sums(spending: Spending, v: float) -> tuple[float, ...]:
    """The same, summed by number of purchases, with one logarithm for several customers."""
    if np.ndim(spending.weights):
        return readable_sums(spending, v)
    at_once = TOGETHER if spending.largest < LARGEST_TOGETHER * v else 1
    by_x = _sums_by_frequency(spending.total, spending.customers.astype(np.int64), 1 / v, at_once)
    return tuple(float(s) for column in by_x for s in (column.sum(), spending.distinct @ column))


@compiled_sum
def _sums_by_frequency(  # pragma: no cover - compiled
    total: Array, customers: Integers, in_v: float, at_once: int
) -> Array:
    """Sums over the customers of each frequency, (3, groups)."""
    out = np.zeros((3, customers.size))
    first = 0
    for group in range(customers.size):
        logs = shares = spread = 0.0
        last = first + customers[group]
        while at_once == TOGETHER and first + TOGETHER <= last:
            # Products less 1, so that nothing is lost where u is small; two at once.
            one = other = 0.0
            for i in range(first, first + TOGETHER // 2):
                u, w = total[i] * in_v, total[i + TOGETHER // 2] * in_v
                of_u, of_w = 1.0 / (1.0 + u), 1.0 / (1.0 + w)
                shares += u * of_u + w * of_w
                spread += u * of_u * of_u + w * of_w * of_w
                one += u * (1.0 + one)
                other += w * (1.0 + other)
            logs += math.log1p(one + other * (1.0 + one))
            first += TOGETHER
        for i in range(first, last):
            u = total[i] * in_v
            of_u = 1.0 / (1.0 + u)
            shares += u * of_u
            spread += u * of_u * of_u
            logs += math.log1p(u)
        first = last
        out[0, group] = logs
        out[1, group] = shares
        out[2, group] = spread
    return out


@compiled_sum
def _sum_logs(  # pragma: no cover - compiled
    total: Array, customers: Integers, at_once: int
) -> Array:
    """Sums of logarithms of the totals of each frequency."""
    out = np.zeros(customers.size)
    first = 0
    for group in range(customers.size):
        last = first + customers[group]
        while at_once == TOGETHER and first + TOGETHER <= last:
            product = 1.0
            for i in range(first, first + TOGETHER):
                product *= total[i]
            out[group] += math.log(product)
            first += TOGETHER
        for i in range(first, last):
            out[group] += math.log(total[i])
        first = last
    return out
