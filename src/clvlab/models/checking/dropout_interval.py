r"""How often customers drop out on average, with the limits that the likelihood sets.

The mean chance to drop out, :math:`a / (a + b)`, or the mean rate, :math:`s / \beta`, is known
where neither of its two parts is. Its limits are those of the profile likelihood: the means whose
best fit is within half a chi-square point of the maximum (Wilks 1938). The lower one is zero where
a model without dropout is within it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.fitted import EDGE, Objective
from clvlab.models.fitting.fitted_to_histories import objective_of
from clvlab.models.fitting.newton import Evaluation, maximize
from clvlab.models.fitting.transaction_model import TransactionModel

Array = npt.NDArray[np.float64]

CHANCE, RATE = "mean_dropout", "mean_dropout_rate"
CLOSE = 1e-3
"""Error of a limit, in the logarithm of the odds or of the rate."""
AT_ONCE = 1e6
"""Rate of dropping out, per time observed, beyond which none can be told from another."""
ALONG = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]])
"""How the logarithms of the parameters follow those of r, alpha and the size of the last two."""


class MeanDropout(NamedTuple):
    """The mean chance, or rate, of dropping out.

    Attributes
    ----------
    name
        ``"mean_dropout"``, a chance, or ``"mean_dropout_rate"``, per unit of time.
    estimate, lower, upper
        The estimate and its limits; infinite where the data set none.
    """

    name: str
    estimate: float
    lower: float
    upper: float


def mean_dropout(model: TransactionModel, histories: Histories, interval: float) -> MeanDropout:
    """The mean of a fitted model, with limits of this coverage."""
    described = model.describe()
    name = CHANCE if CHANCE in described else RATE
    objective = objective_of(model.process, histories)
    level = model.log_likelihood_ - 0.5 * float(chdtri(1, 1 - interval))
    best, at = described[name], np.log(list(model.params_))
    top = _score_of(name, best)
    # To leave within a millionth of the time observed is as good as any sooner.
    soonest = EDGE if name == CHANCE else math.log(AT_ONCE / histories.mean_T)
    lower, upper = (
        _limit(objective, name, at, top, level, way, farthest)
        for way, farthest in ((-1, EDGE), (1, soonest))
    )
    return MeanDropout(name, best, _mean_of(name, lower), _mean_of(name, upper))


def _limit(
    objective: Objective, name: str, at: Array, top: float, level: float, way: int, farthest: float
) -> float:
    """Where the profile falls to a level, below or above its top; infinite where it does not."""
    here = at[[0, 1, 3]]

    def above(score: float) -> bool:
        nonlocal here
        value, here = _profile(objective, name, score, here)
        return value > level

    inside, step = top, 0.5
    while above(inside + way * step):
        inside += way * step
        step *= 2
        if way * inside > farthest:
            break
    outside = inside + way * step
    while abs(outside - inside) > CLOSE and way * inside <= farthest:
        middle = 0.5 * (inside + outside)
        if above(middle):
            inside = middle
        else:
            outside = middle
    return inside if way * inside <= farthest else way * math.inf


def _profile(objective: Objective, name: str, score: float, start: Array) -> tuple[float, Array]:
    """The best fit with a given mean, and where it is."""
    fixed = np.zeros(4)
    fixed[2] = -math.log1p(math.exp(-score)) if name == CHANCE else score
    fixed[3] = -math.log1p(math.exp(score)) if name == CHANCE else 0.0

    def evaluate(point: Array) -> Evaluation:
        value, gradient, hessian = objective(fixed + ALONG @ point)
        return value, ALONG.T @ gradient, ALONG.T @ hessian @ ALONG

    optimum = maximize(evaluate, start, tolerance=1e-4)
    return optimum.value, optimum.point


def _score_of(name: str, mean: float) -> float:
    """The logarithm of the odds of a chance, or of a rate."""
    return math.log(mean) - (math.log1p(-min(mean, 1 - 1e-16)) if name == CHANCE else 0.0)


def _mean_of(name: str, score: float) -> float:
    if math.isinf(score):
        return 0.0 if score < 0 else (1.0 if name == CHANCE else math.inf)
    return 1 / (1 + math.exp(-score)) if name == CHANCE else math.exp(score)
