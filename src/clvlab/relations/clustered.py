"""Means and shares of rows that come in clusters: several answers or invoices of one customer.

Rows of one customer are alike, so there are fewer independent cases than rows. Variances here are
those of sums over customers (Liang and Zeger 1986), with the factor G / (G - 1) for G customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from clvlab.errors import InputError, Problem
from clvlab.lifecycle.share_limits import wilson_limits


@dataclass(frozen=True, slots=True)
class Clustered:
    """An estimate from rows in clusters.

    Attributes
    ----------
    estimate, lower, upper
        The mean or share with its limits; missing where there is no row, the limits also where
        there is one cluster only.
    standard_error
        Of the estimate.
    rows, clusters
        How many there are.
    """

    estimate: float
    lower: float
    upper: float
    standard_error: float
    rows: int
    clusters: int


def clustered_mean(
    values: npt.ArrayLike, clusters: npt.ArrayLike, interval: float = 0.90
) -> Clustered:
    r"""A mean with limits by Student's law with G - 1 degrees of freedom.

    .. math:: s^2 = \frac{G}{G - 1} \frac{1}{n^2} \sum_g \Bigl(\sum_{i \in g} (x_i - \bar x)\Bigr)^2

    Parameters
    ----------
    values
        Finite numbers, (n,).
    clusters
        Whose row it is, (n,).
    interval
        Coverage, above 0 and below 1.

    Examples
    --------
    >>> one = clustered_mean([1.0, 2.0, 3.0], ["a", "b", "c"], 0.95)
    >>> round(one.estimate, 3), round(one.standard_error, 4), round(one.upper, 3)
    (2.0, 0.5774, 4.484)
    """
    if not 0 < interval < 1:
        rule = "must be between 0 and 1"
        raise InputError(Problem("parameter 'interval'", rule, f"got {interval!r}"))
    x = np.asarray(values, dtype=np.float64)
    code = pd.factorize(np.asarray(clusters))[0]
    n, count = len(x), int(code.max(initial=-1)) + 1
    if n == 0:
        return Clustered(np.nan, np.nan, np.nan, np.nan, 0, 0)
    mean = float(x.mean())
    if count < 2:
        return Clustered(mean, np.nan, np.nan, np.nan, n, count)
    sums = np.bincount(code, weights=x - mean, minlength=count)
    error = float(np.sqrt(count / (count - 1) * (sums @ sums)) / n)
    reach = float(stdtrit(count - 1, 0.5 + interval / 2)) * error
    return Clustered(mean, mean - reach, mean + reach, error, n, count)


def clustered_share(
    happened: npt.ArrayLike, clusters: npt.ArrayLike, interval: float = 0.90
) -> Clustered:
    """A share with Wilson's limits for the number of independent cases.

    That number is the rows over the design effect (Kish 1965): the variance by clusters over that
    of independent rows, at least 1.

    Examples
    --------
    >>> alone = clustered_share([1, 0, 1, 0], ["a", "b", "c", "d"])
    >>> alike = clustered_share([1, 1, 0, 0], ["a", "a", "b", "b"])
    >>> alike.upper > alone.upper
    True
    """
    y = np.asarray(happened, dtype=np.float64)
    found = clustered_mean(y, clusters, interval)
    p, n = found.estimate, found.rows
    simple = p * (1 - p) / n if n else 0.0
    effect = found.standard_error**2 / simple if simple > 0 else 1.0
    effective = n / max(effect, 1.0) if np.isfinite(effect) else float(found.clusters)
    lower, upper = wilson_limits(p * effective, effective, interval)
    error = found.standard_error
    return Clustered(p, float(lower), float(upper), error, n, found.clusters)
