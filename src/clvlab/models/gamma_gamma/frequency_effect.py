r"""How spend per purchase moves with the number of purchases: an estimate and a test.

The Gamma-Gamma model says that the expectation of a customer's mean spend ``m`` does not depend
on the number ``x`` of repeat purchases; its spread does, and so do its median and its ranks: a
rank correlation of ``x`` and ``m`` is not zero under the model. What is tested is therefore the
expectation,

.. math:: E(m \mid x) = \mu \, e^{g \, l}, \qquad l = \log_2(1 + x),

by the quasi-score of ``g`` with weights that follow from how the spread falls with ``x`` and the
empirical variance (White 1982). Nothing else is assumed of the amounts: a likelihood ratio of the
Gamma-Gamma likelihood would take amounts that are not gamma distributed for dependence.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy
from scipy.special import ndtr, ndtri

Array = npt.NDArray[np.float64]
FEWEST = 10
"""Repeat buyers below which nothing is estimated."""
STEPS = 100
NO_STEP = 1e-12
ROUNDING = 1e-9
LONGEST_STEP = 1.0
FARTHEST = 5.0
"""Exponent beyond which a limit is called unbounded: a factor of 150 when purchases double."""


class FrequencyEffect(NamedTuple):
    """The effect of frequency on spend per purchase.

    Attributes
    ----------
    exponent
        ``g``: what twice as many purchases add to the logarithm of the mean spend.
    standard_error
        Of ``g``, robust to how amounts are distributed.
    lower, upper
        Limits of ``g``: the values that the test does not reject. They hold their coverage with
        heavy tails, where limits from the standard error are too narrow.
    p_value
        Chance of such an effect or a larger one if spend did not depend on frequency.
    buyers
        Repeat buyers behind it.
    """

    exponent: float
    standard_error: float
    lower: float
    upper: float
    p_value: float
    buyers: int

    @property
    def per_doubling(self) -> tuple[float, float, float]:
        """Factor on the mean spend when purchases double, with its lower and upper limit."""
        values = np.exp([self.exponent, self.lower, self.upper])
        return float(values[0]), float(values[1]), float(values[2])


UNKNOWN = FrequencyEffect(np.nan, np.nan, np.nan, np.nan, np.nan, 0)


def doublings(frequency: npt.ArrayLike) -> Array:
    """``log2(1 + x)``: how often purchases doubled since the first one."""
    return np.asarray(np.log2(1.0 + np.asarray(frequency, dtype=np.float64)))


def steadiness(frequency: Array, p: float, q: float) -> Array:
    """Weight of a mean of `frequency` amounts, the inverse of its relative variance but a factor.

    Between customers the relative variance is ``1 / (q - 2)``, within them
    ``(q - 1) / (q - 2) / p`` over the number of amounts (Fader and Hardie 2013, section 2).
    """
    return np.asarray(frequency / (frequency + max(q - 1.0, 0.0) / p))


def estimate_frequency_effect(
    frequency: npt.ArrayLike,
    mean_amount: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    interval: float = 0.95,
) -> FrequencyEffect:
    r"""Estimate ``g`` and test whether it is zero.

    The estimate solves :math:`\sum w (1, l) (m / \mu_x - 1) = 0`; its variance is the sandwich.
    The p-value is that of the score at ``g = 0``, divided by its own empirical spread; the limits
    are the values of ``g`` that this test does not reject.

    Parameters
    ----------
    frequency
        Repeat purchases of repeat buyers, all at least 1, (n,).
    mean_amount
        Their mean amounts, all positive, (n,).
    weights
        Of each buyer, a function of frequency alone; equal by default.
    interval
        Coverage of the limits, between 0 and 1.

    Returns
    -------
    FrequencyEffect
        All missing for fewer than ten buyers, or when all have the same frequency.

    References
    ----------
    H. White (1982), Maximum Likelihood Estimation of Misspecified Models, Econometrica 50, 1-25.

    Examples
    --------
    Spend that is a quarter higher whenever purchases double:

    >>> x = np.arange(1, 101) % 7 + 1
    >>> effect = estimate_frequency_effect(x, 20 * 1.25 ** np.log2(1 + x))
    >>> round(effect.per_doubling[0], 6)
    1.25
    """
    steps, relative, w = _prepared(frequency, mean_amount, weights)
    if len(steps) < FEWEST or np.ptp(steps) == 0:
        return UNKNOWN
    point, standard_error = _solve(steps, relative, w)
    p_value = p_value_of_independence(frequency, mean_amount, weights)
    reach = float(ndtri(0.5 + interval / 2))

    def short_of(exponent: float, wanted: float) -> float:
        return _score(exponent, steps, relative, w) - wanted

    lower, upper = (
        _limit(partial(short_of, wanted=side * reach), point, -side * standard_error)
        for side in (1, -1)
    )
    return FrequencyEffect(point, standard_error, lower, upper, p_value, len(steps))


def p_value_of_independence(
    frequency: npt.ArrayLike, mean_amount: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """The p-value of `estimate_frequency_effect` alone, from the same parameters.

    Missing for fewer than ten buyers, or when all have the same frequency.
    """
    steps, relative, w = _prepared(frequency, mean_amount, weights)
    if len(steps) < FEWEST or np.ptp(steps) == 0:
        return math.nan
    return 2 * float(ndtr(-abs(_score(0.0, steps, relative, w))))


def _prepared(
    frequency: npt.ArrayLike, mean_amount: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[Array, Array, Array]:
    """Doublings, amounts relative to their weighted mean, and weights."""
    steps, m = doublings(frequency), np.asarray(mean_amount, dtype=np.float64)
    w = np.ones(len(steps)) if weights is None else np.asarray(weights, dtype=np.float64)
    return steps, m / ((w @ m) / w.sum()) if len(m) else m, w


def _score(exponent: float, steps: Array, relative: Array, weights: Array) -> float:
    """The quasi-score at an exponent over its empirical spread; positive below the estimate."""
    amounts = relative * np.exp(-exponent * (steps - steps.min()))
    centred = steps - (weights @ steps) / weights.sum()
    each = weights * centred * (amounts / ((weights @ amounts) / weights.sum()) - 1.0)
    spread = float(np.sqrt((each**2).sum()))
    return float(each.sum()) / spread if spread > ROUNDING else 0.0


def _limit(short_of: Callable[[float], float], point: float, step: float) -> float:
    """Where the score first is as large as wanted, going from the estimate; unbounded if nowhere.

    Far out one buyer outweighs all others and the score is small again, so it is followed from
    the estimate on.
    """
    before = point
    if abs(step) < ROUNDING:
        return point
    while abs(before - point) < FARTHEST:
        after = before + step
        if short_of(before) * short_of(after) < 0:
            return float(
                scipy.optimize.brentq(short_of, min(before, after), max(before, after), xtol=1e-10)
            )
        before = after
    return math.copysign(math.inf, step)


def _solve(steps: Array, relative: Array, weights: Array) -> tuple[float, float]:
    """``g`` and its standard error, by Newton's method on a convex function."""
    design = np.stack([np.ones(len(steps)), steps])
    point = np.zeros(2)
    for _ in range(STEPS):
        ratio = relative * np.exp(-(point @ design))
        bread = (design * (weights * ratio)) @ design.T
        step = np.linalg.solve(bread, design @ (weights * (ratio - 1.0)))
        point = point + step * min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), NO_STEP))
        if float(np.abs(step).max()) < NO_STEP:
            break
    ratio = relative * np.exp(-(point @ design))
    bread = (design * (weights * ratio)) @ design.T
    pieces = design * (weights * (ratio - 1.0))
    half = np.linalg.solve(bread, pieces)
    return float(point[1]), float(np.sqrt((half[1] ** 2).sum()))
