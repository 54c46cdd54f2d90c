"""What to say about a BG/NBD fit whose optimum is flat or lies at the edge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clvlab.models.bgnbd_likelihood import BetaGeoParameters, prefactor
from clvlab.models.histories import Histories
from clvlab.models.newton import Evaluation, Optimum, in_logarithms, maximize

if TYPE_CHECKING:
    from clvlab.models.bgnbd import BetaGeoModel

Array = npt.NDArray[np.float64]

RARE_DROPOUT = 0.02
"""Mean dropout probability below which the search is repeated from other starts."""
LARGE_BASE = 20_000
"""Customers above which ordinary dropout is seen beyond doubt, so that it need not be tested."""
ALIKE = 200.0
"""Sum a + b, or r, above which customers hardly differ and the surface is nearly flat."""
NO_EVIDENCE = 3.841
"""Likelihood ratio below which dropout is not seen: the 5 percent point of chi-square with one
degree of freedom."""


def worth_other_starts(optimum: Optimum) -> list[Array]:
    """Further starting points for a surface on which one start may miss the best."""
    r, alpha, a, b = np.exp(optimum.point)
    if optimum.converged and a / (a + b) > RARE_DROPOUT and a + b < ALIKE:
        return []
    return [
        np.log([r, alpha, 0.05, 5.0]),
        np.log([r, alpha, 1.0, 1000.0]),
        np.log([r, alpha, 0.001, 1.0]),
    ]


def diagnose(model: BetaGeoModel, histories: Histories) -> list[str]:
    """Sentences about an irregular fit, with what they mean for the answer."""
    r, _, a, b = model.params_
    found = model.where_it_ended()
    if found:
        return found
    flat = bool(model.covariance_.isna().to_numpy().any())
    ratio = np.inf
    if flat or a / (a + b) < 5 * RARE_DROPOUT or model.n_customers_ < LARGE_BASE:
        ratio = 2 * (model.log_likelihood_ - _log_likelihood_without_dropout(model, histories))
    if ratio < NO_EVIDENCE:
        found.append(
            "Dropout is hardly visible: after a repeat purchase the average customer leaves with "
            f"a chance of {a / (a + b):.2%}, and a model without dropout fits almost as well "
            f"(likelihood ratio {max(ratio, 0):.2f}, below 3.84, a rule of thumb). Forecasts hold, "
            "but a and b are not identified separately, and the probability of being alive should "
            "not be used to rank customers."
        )
    elif flat and a > ALIKE * b:
        found.append(
            "As far as can be seen nobody buys again after the first repeat purchase: b is too "
            "small to be known. Forecasts hold as long as that stays so."
        )
    elif flat and a + b > ALIKE:
        found.append(
            f"Customers hardly differ in their chance to drop out (about {a / (a + b):.1%} after "
            "each repeat purchase): a and b are too large to tell apart and have no standard "
            "errors. Forecasts are not affected."
        )
    elif not flat and min(_relative_error(model, name) for name in "ab") > 1:
        found.append(
            f"How customers differ in their chance to drop out is hardly known: a and b have "
            f"standard errors as large as themselves. Their mean, {a / (a + b):.2%} after each "
            "repeat purchase, and forecasts are known much better."
        )
    elif flat:
        found.append(
            "The likelihood is flat: several combinations of the parameters describe these "
            "customers equally well, so some have no standard error. Read forecasts, not "
            "parameters."
        )
    if r > ALIKE:
        found.append(
            "Customers hardly differ in how often they buy: r and alpha are too large to tell "
            "apart. Their ratio, the mean purchase rate, and forecasts are not affected."
        )
    return found


def _relative_error(model: BetaGeoModel, name: str) -> float:
    estimate = getattr(model.params_, name)
    variance = float(np.diag(model.covariance_)[model.parameter_names.index(name)])
    return math.sqrt(variance) / float(estimate)


def _log_likelihood_without_dropout(model: BetaGeoModel, histories: Histories) -> float:
    """The maximum for customers who never drop out: NBD purchases until T."""

    def evaluate(point: Array) -> Evaluation:
        parameters = (float(np.exp(point[0])), float(np.exp(point[1])))
        return in_logarithms(_nbd_log_likelihood(*parameters, histories), parameters)

    return maximize(evaluate, np.log(model.params_[:2])).value


def _nbd_log_likelihood(r: float, alpha: float, histories: Histories) -> Evaluation:
    # With a = 0 the beta factor of the shared prefactor is one.
    value, gradient, hessian = prefactor(BetaGeoParameters(r, alpha, 0.0, 1.0), histories)
    since = alpha + histories.times[histories.T] / histories.window.unit.days
    w, n = histories.weights, r + histories.frequency
    value -= float(w @ (n * np.log(since)))
    slope = gradient[:2] - np.array([w @ np.log(since), w @ (n / since)])
    cross = -(w @ (1 / since))
    curvature = hessian[:2, :2] + np.array([[0.0, cross], [cross, w @ (n / since**2)]])
    return value, slope, curvature
