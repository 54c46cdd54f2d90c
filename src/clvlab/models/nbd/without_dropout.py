"""How well a model without dropout would fit: NBD purchases until the end of observation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.models.bgnbd.likelihood import BetaGeoParameters, prefactor
from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.newton import Evaluation, in_logarithms, maximize

Array = npt.NDArray[np.float64]

NO_EVIDENCE = 3.841
"""Likelihood ratio below which dropout is not seen: the 5 percent point of chi-square with one
degree of freedom."""


def log_likelihood_without_dropout(r: float, alpha: float, histories: Histories) -> float:
    """The maximum for customers who never drop out, searched from `r` and `alpha`."""

    def evaluate(point: Array) -> Evaluation:
        parameters = (float(np.exp(point[0])), float(np.exp(point[1])))
        return in_logarithms(_log_likelihood(*parameters, histories), parameters)

    return maximize(evaluate, np.log([r, alpha])).value


def _log_likelihood(r: float, alpha: float, histories: Histories) -> Evaluation:
    # With a = 0 the beta factor of the shared prefactor is one.
    value, gradient, hessian = prefactor(BetaGeoParameters(r, alpha, 0.0, 1.0), histories)
    times = histories.times[histories.T] / histories.window.unit.days
    log_since, slope = np.log1p(times / alpha), times / (alpha * (alpha + times))
    w, n = histories.weights, r + histories.frequency
    value -= float(w @ (n * log_since))
    gradient = gradient[:2] + np.array([-(w @ log_since), w @ (n * slope)])
    cross = w @ slope
    bend = -(w @ (n * slope * (1 / alpha + 1 / (alpha + times))))
    return value, gradient, hessian[:2, :2] + np.array([[0.0, cross], [cross, bend]])
