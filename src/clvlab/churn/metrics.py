"""How far probabilities are from what happened: pure functions of arrays, with weights of rows.

The event is churn throughout: ``churned`` is 1 for a customer who did not buy, and ``probability``
is that of churn. A weight of two counts a row twice, which is how intervals draw customers.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from clvlab.churn.churn_model import log_odds
from clvlab.churn.logistic_fit import LogisticFit, fit_logistic

Array = npt.NDArray[np.float64]
BINS: Final = 10


def log_loss(
    churned: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Mean of minus the logarithm of the probability of what happened; smaller is better.

    Examples
    --------
    >>> round(log_loss([1, 0], [0.5, 0.5]), 4)
    0.6931
    """
    y, p, w = _arrays(churned, probability, weights)
    odds = log_odds(p)
    return _mean(np.logaddexp(0.0, odds) - y * odds, w)


def brier(
    churned: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Mean squared distance of probability and outcome (Brier 1950); smaller is better.

    Examples
    --------
    >>> brier([1, 0], [0.5, 0.0])
    0.125
    """
    y, p, w = _arrays(churned, probability, weights)
    return _mean((p - y) ** 2, w)


def brier_parts(
    churned: npt.ArrayLike, probability: npt.ArrayLike, bins: int = BINS
) -> dict[str, float]:
    r"""Murphy's decomposition over equal-width bins, with what varies inside them; exact.

    .. math:: BS = \underbrace{\tfrac1n \sum_b n_b (\bar p_b - \bar y_b)^2}_{reliability}
        - \underbrace{\tfrac1n \sum_b n_b (\bar y_b - \bar y)^2}_{resolution}
        + \underbrace{\bar y (1 - \bar y)}_{uncertainty} + \text{within}

    (Murphy 1973; the within-bin terms of Stephenson, Coelho and Jolliffe 2008.) A small reliability
    term is good, and so is a large resolution.

    Examples
    --------
    >>> parts = brier_parts([1, 0, 1, 1], [0.8, 0.8, 0.9, 0.9])
    >>> parts["resolution"] *= -1
    >>> round(sum(parts.values()), 4)
    0.175
    """
    y, p, _ = _arrays(churned, probability, None)
    which = bin_of(p, bins)
    n, mean_y, mean_p = _by_bin(which, bins, y, p)
    share, rate = n / len(y), float(y.mean())
    parts = {
        "reliability": float(share @ (mean_p - mean_y) ** 2),
        "resolution": float(share @ (mean_y - rate) ** 2),
        "uncertainty": rate * (1 - rate),
    }
    deviation = p - mean_p[which]
    parts["within"] = float((deviation**2 - 2 * deviation * (y - mean_y[which])).mean())
    return parts


def expected_calibration_error(
    churned: npt.ArrayLike,
    probability: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    bins: int = BINS,
) -> float:
    r"""ECE over equal-width bins, :math:`\sum_b \frac{n_b}{n} |\bar y_b - \bar p_b|`.

    Examples
    --------
    >>> round(expected_calibration_error([1, 0, 1, 1], [0.75, 0.75, 0.95, 0.95]), 3)
    0.15
    """
    y, p, w = _arrays(churned, probability, weights)
    excess = np.bincount(bin_of(p, bins), weights=w * (y - p), minlength=bins)
    return float(np.abs(excess).sum() / w.sum())


def calibration_error_by_chance(probability: npt.ArrayLike, bins: int = BINS) -> float:
    r"""What the ECE would be on average were every probability true.

    In a bin the sum of ``y - p`` is then nearly normal with variance :math:`\sum p (1 - p)`, and
    the mean size of a normal number is :math:`\sqrt{2 / \pi}` of its standard deviation.

    Examples
    --------
    >>> round(calibration_error_by_chance([0.5] * 100), 4)
    0.0399
    """
    p = np.asarray(probability, dtype=np.float64)
    variance = np.bincount(bin_of(p, bins), weights=p * (1 - p), minlength=bins)
    return float(np.sqrt(2 / np.pi * variance).sum() / len(p))


def calibration_line(churned: npt.ArrayLike, probability: npt.ArrayLike) -> LogisticFit:
    """Intercept and slope of the outcome on the log odds of the probability (Cox 1958).

    A slope below 1 says that probabilities are too extreme. The intercept is that with the slope;
    `calibration_in_the_large` has the one without.
    """
    y, p, _ = _arrays(churned, probability, None)
    return fit_logistic(np.column_stack([np.ones(len(y)), log_odds(p)]), y)


def calibration_in_the_large(churned: npt.ArrayLike, probability: npt.ArrayLike) -> LogisticFit:
    """How much must be added to all log odds for their mean to be right; 0 is best."""
    y, p, _ = _arrays(churned, probability, None)
    return fit_logistic(np.ones((len(y), 1)), y, offset=log_odds(p))


def bin_of(probability: Array, bins: int = BINS) -> npt.NDArray[np.int64]:
    """The equal-width bin of each probability, from 0; 1 lies in the last."""
    return np.minimum((probability * bins).astype(np.int64), bins - 1)


def _by_bin(
    which: npt.NDArray[np.int64], bins: int, y: Array, p: Array
) -> tuple[Array, Array, Array]:
    n = np.bincount(which, minlength=bins).astype(np.float64)
    some = np.maximum(n, 1.0)
    mean_y = np.bincount(which, weights=y, minlength=bins) / some
    return n, mean_y, np.bincount(which, weights=p, minlength=bins) / some


def _arrays(
    churned: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[Array, Array, Array]:
    y = np.asarray(churned, dtype=np.float64)
    p = np.asarray(probability, dtype=np.float64)
    return y, p, np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)


def _mean(values: Array, weights: Array) -> float:
    return float(weights @ values / weights.sum())
