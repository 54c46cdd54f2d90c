"""How far expectations and probabilities are from what happened: pure functions of arrays."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import scipy

Array = npt.NDArray[np.float64]
SMALLEST = 1e-300
"""What a probability of zero counts as in a log score."""


def bias(observed: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """Mean of expected minus observed; above 0 where too much was expected.

    Examples
    --------
    >>> bias([0, 2, 1], [1.0, 1.0, 1.0])
    0.0
    """
    return float(np.mean(_errors(observed, expected)))


def relative_error(observed: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """Expected total over observed total, minus one; missing where nothing was observed.

    Examples
    --------
    >>> relative_error([1, 3], [2.0, 1.0])
    -0.25
    """
    total = math.fsum(np.asarray(observed))
    return math.fsum(np.asarray(expected)) / total - 1 if total else math.nan


def mean_absolute_error(observed: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """Mean distance of expected and observed.

    Smallest for medians, so where most buy nothing it favours expecting too little.

    Examples
    --------
    >>> mean_absolute_error([0, 4], [1.0, 2.0])
    1.5
    """
    return float(np.abs(_errors(observed, expected)).mean())


def root_mean_squared_error(observed: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """Root of the mean squared distance of expected and observed; smallest for expectations.

    Examples
    --------
    >>> root_mean_squared_error([0, 7], [1.0, 0.0])
    5.0
    """
    return float(np.sqrt((_errors(observed, expected) ** 2).mean()))


def gini(observed: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    r"""How well expectations order customers: 1 for the best order, 0 for none, -1 for the worst.

    The Gini coefficient of what was observed, with customers in the order of what was expected,
    over the same in their own order,

    .. math:: \frac{\sum_i y_i (R_i - \bar R)}{\sum_i y_i (S_i - \bar S)}

    with the ranks ``R`` of the expectations and ``S`` of the observations, the mean one where
    several are equal, so that the order of rows does not matter. Missing where all bought alike.

    Examples
    --------
    >>> gini([0, 1, 5], [0.1, 0.2, 0.3]), gini([0, 1, 5], [2.0, 2.0, 2.0])
    (1.0, 0.0)
    """
    y = np.asarray(observed, dtype=np.float64)
    own = _concentration(y, y)
    return _concentration(y, np.asarray(expected, dtype=np.float64)) / own if own else math.nan


def rank_correlation(observed: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """Spearman's correlation; missing where either is the same for everybody."""
    y, f = np.asarray(observed), np.asarray(expected)
    if np.ptp(y) == 0 or np.ptp(f) == 0:
        return math.nan
    return float(scipy.stats.spearmanr(y, f).statistic)


def log_scores(probability: npt.ArrayLike) -> Array:
    """Logarithm of the probability that was given to what happened; higher is better.

    The mean is a proper score: its expectation is highest for the true probabilities (Gneiting
    and Raftery 2007, JASA 102, 359-378). What had no chance counts as 1e-300.

    Examples
    --------
    >>> log_scores([1.0, 0.5]).round(3)
    array([ 0.   , -0.693])
    """
    given = np.asarray(probability, dtype=np.float64)
    return np.asarray(np.log(np.clip(given, SMALLEST, 1.0)))


def inside_central(below: npt.ArrayLike, exactly: npt.ArrayLike, interval: float) -> float:
    r"""Share of outcomes inside central predictive intervals; `interval` if probabilities hold.

    A count has no interval of exactly 90 percent: its place in the predictive distribution is
    spread evenly between :math:`F(y - 1)` and :math:`F(y)`, and each customer counts by the part
    of this that lies inside. That is the expectation of the randomized treatment, without
    drawing anything (Czado, Gneiting and Held 2009, Biometrics 65, 1254-1261).

    Parameters
    ----------
    below
        Probability of less than what happened, (n,).
    exactly
        Probability of what happened, (n,).
    interval
        Coverage, between 0 and 1.

    Examples
    --------
    The lowest fifth and the middle of two distributions, half of each inside the middle 80 percent:

    >>> inside_central([0.0, 0.4], [0.2, 0.2], 0.8)
    0.75
    """
    start = np.asarray(below, dtype=np.float64)
    width = np.maximum(np.asarray(exactly, dtype=np.float64), SMALLEST)
    lower, upper = 0.5 - interval / 2, 0.5 + interval / 2
    overlap = np.minimum(start + width, upper) - np.maximum(start, lower)
    return float((np.clip(overlap, 0.0, None) / width).clip(max=1.0).mean())


def difference_with_error(one: npt.ArrayLike, other: npt.ArrayLike) -> tuple[float, float]:
    """Mean difference of two scores of the same customers, and its standard error (Vuong 1989).

    Examples
    --------
    >>> difference_with_error([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 1.0])
    (1.5, 0.645...)
    """
    each = np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64)
    if len(each) < 2:
        return float(each.mean()), math.nan
    return float(each.mean()), float(each.std(ddof=1) / math.sqrt(len(each)))


def gamma_deviances(observed: npt.ArrayLike, expected: npt.ArrayLike) -> Array:
    """How far amounts are from what was expected of them, relative to it; smaller is better.

    ``2 (y / f - log(y / f) - 1)``: smallest on average for the true expectations, as squared errors
    are, without being ruled by the largest amounts (Gneiting 2011, JASA 106, 746-762). Both must be
    positive.

    Examples
    --------
    >>> gamma_deviances([10.0, 20.0], [10.0, 10.0]).round(3)
    array([0.   , 0.614])
    """
    ratio = np.asarray(observed, dtype=np.float64) / np.asarray(expected, dtype=np.float64)
    return np.asarray(2 * (ratio - np.log(ratio) - 1))


def _errors(observed: npt.ArrayLike, expected: npt.ArrayLike) -> Array:
    return np.asarray(expected, dtype=np.float64) - np.asarray(observed, dtype=np.float64)


def _concentration(y: Array, order: Array) -> float:
    ranks = scipy.stats.rankdata(order)
    return float(y @ (ranks - ranks.mean()))
