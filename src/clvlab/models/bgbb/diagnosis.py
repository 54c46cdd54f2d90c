"""What to say about a BG/BB fit whose optimum is flat or lies at the edge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clvlab.models.bgbb.histories import OpportunityHistories
from clvlab.models.bgbb.kernels import log_likelihood
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters
from clvlab.models.fitting.newton import Evaluation, Optimum, in_logarithms, maximize

if TYPE_CHECKING:
    from clvlab.models.bgbb.bgbb import BetaGeoBetaBinomModel

Array = npt.NDArray[np.float64]

RARE_DROPOUT = 0.02
"""Mean dropout probability below which the search is repeated from other starts."""
MANY_HISTORIES = 500
"""Distinct histories above which an ordinary maximum was never seen to have a rival, and more
searches would cost time."""
ALIKE = 200.0
"""Sum of two shapes above which customers hardly differ and the surface is nearly flat."""
NO_EVIDENCE = 3.841
"""Likelihood ratio below which dropout is not seen: the 5 percent point of chi-square with one
degree of freedom."""
NEVER = 1e-12
"""A ratio gamma / delta at which nobody drops out."""


def worth_other_starts(optimum: Optimum, histories: OpportunityHistories) -> list[Array]:
    """Further starting points for a surface on which one start may miss the best.

    Bases of few histories often have two maxima, one of them with polarized customers, who always
    or never buy, or always or never leave; these starts were chosen for finding both.
    """
    alpha, beta, gamma, delta = np.exp(optimum.point)
    ordinary = max(alpha + beta, gamma + delta) < ALIKE and min(alpha, beta, gamma, delta) > 1e-3
    visible = gamma / (gamma + delta) > RARE_DROPOUT
    if optimum.converged and ordinary and visible and len(histories) > MANY_HISTORIES:
        return []
    return [
        np.log([0.01, 0.04, 0.015, 0.035]),
        np.log([0.3, 1.2, 1.2, 0.3]),
        np.log([0.035, 0.015, 1.2, 0.3]),
        np.log([0.01, 0.04, 0.04, 0.01]),
        np.log([0.01, 0.04, 30.0, 70.0]),
        np.log([20.0, 80.0, 0.15, 1.35]),
    ]


def diagnose(model: BetaGeoBetaBinomModel, histories: OpportunityHistories) -> list[str]:
    """Sentences about an irregular fit, with what they mean for the answer."""
    found = model.where_it_ended()
    if found:
        return found
    alpha, beta, gamma, delta = model.params_
    flat = bool(model.covariance_.isna().to_numpy().any())
    if int(histories.n_periods.max()) < 3:
        found.append(
            "Customers were seen at fewer than three opportunities, which can't tell rare "
            "purchases from dropout: the four parameters are not identified. Read what happened, "
            "not the probability of being alive."
        )
        return found
    ratio = 2 * (model.log_likelihood_ - _log_likelihood_without_dropout(model, histories))
    if ratio < NO_EVIDENCE:
        found.append(
            "Dropout is hardly visible: a model without it fits almost as well (likelihood ratio "
            f"{max(ratio, 0):.2f}, below 3.84, a rule of thumb). Forecasts hold for a time like "
            "that observed, but gamma and delta are not identified separately, and the "
            "probability of being alive should not be used to rank customers."
        )
    elif gamma + delta > ALIKE:
        found.append(
            "Customers hardly differ in their chance to drop out (about "
            f"{gamma / (gamma + delta):.1%} before each opportunity): gamma and delta are too "
            "large to tell apart. Forecasts are not affected."
        )
    elif flat and alpha + beta <= ALIKE:
        found.append(
            "The likelihood is flat: several combinations of the parameters describe these "
            "customers equally well, so some have no standard error. Read forecasts, not "
            "parameters."
        )
    if alpha + beta > ALIKE:
        found.append(
            "Customers who are alive hardly differ in how often they buy (at about "
            f"{alpha / (alpha + beta):.1%} of their opportunities): alpha and beta are too large "
            "to tell apart. Forecasts are not affected."
        )
    return found


def _log_likelihood_without_dropout(
    model: BetaGeoBetaBinomModel, histories: OpportunityHistories
) -> float:
    """The maximum for customers who never drop out: beta-binomial purchases."""

    def evaluate(point: Array) -> Evaluation:
        alpha, beta = (math.exp(value) for value in point)
        parameters = BetaGeoBetaBinomParameters(alpha, beta, NEVER, 1.0)
        value, gradient, hessian = log_likelihood(parameters, histories)
        return in_logarithms((value, gradient[:2], hessian[:2, :2]), (alpha, beta))

    start = np.log(model.params_[:2])
    return max(maximize(evaluate, s).value for s in (start, np.log([0.5, 1.0])))
