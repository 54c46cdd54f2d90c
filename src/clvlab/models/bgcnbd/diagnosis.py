"""What to say about a (M)BG/CNBD-k fit whose optimum is flat or lies at the edge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clvlab.models.bgcnbd.kernels import log_likelihood
from clvlab.models.bgnbd.diagnosis import ALIKE, LARGE_BASE, RARE_DROPOUT
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.newton import Evaluation, in_logarithms, maximize

if TYPE_CHECKING:
    from clvlab.models.bgcnbd.regular_purchases import RegularPurchasesModel

Array = npt.NDArray[np.float64]

NO_EVIDENCE = 3.841
"""Likelihood ratio below which dropout is not seen: the 5 percent point of chi-square with one
degree of freedom."""
NEXT_TO_NO_DROPOUT = 1e-30


def diagnose(model: RegularPurchasesModel, histories: Histories) -> list[str]:
    """Sentences about an irregular fit, with what they mean for the answer."""
    found = [*_about_k(model), *_about_dropout(model, histories)]
    if model.params_.r > ALIKE:
        found.append(
            "Customers hardly differ in how often they buy: r and alpha are too large to tell "
            "apart. Their ratio, the mean purchase rate, and forecasts are not affected."
        )
    return found


def _about_k(model: RegularPurchasesModel) -> list[str]:
    found: list[str] = []
    tried = model.likelihood_by_k_
    if model.k is None and tried["chosen"].iloc[-1]:
        found.append(
            f"Customers buy at least as regularly as k = {model.k_}, the largest that is looked "
            "at, can say. Purchases that are as good as due (subscriptions, standing orders) are "
            "better served by a model of contracts."
        )
    if not model.gaps_known_ and model.k_ > 1:
        found.append(
            "The log-likelihood leaves out the gaps between purchases, which these customers came "
            "without: it can't be compared with that of another k or another model."
        )
    return found


def _about_dropout(model: RegularPurchasesModel, histories: Histories) -> list[str]:
    _, _, a, b = model.params_
    each = model.leaving.replace(" a ", " each ")
    mean = a / (a + b)
    flat = bool(model.covariance_.isna().to_numpy().any())
    found: list[str] = []
    ratio = math.inf
    if flat or mean < 5 * RARE_DROPOUT or model.n_customers_ < LARGE_BASE:
        ratio = _ratio_without_dropout(model, histories)
    errors = np.sqrt(np.diag(model.covariance_))
    if ratio < NO_EVIDENCE:
        found.append(
            f"Dropout is hardly visible: {model.leaving} the average customer leaves with a "
            f"chance of {mean:.2%}, and a model without dropout fits almost as well "
            f"(likelihood ratio {max(ratio, 0):.2f}, below 3.84, a rule of thumb). Forecasts "
            "hold, but a and b are not identified separately, and the probability of being "
            "alive should not be used to rank customers."
        )
    elif flat and a > ALIKE * b:
        found.append(
            "As far as can be seen nobody buys again after dropping out became possible: b is too "
            "small to be known. Forecasts hold as long as that stays so."
        )
    elif flat and a + b > ALIKE:
        found.append(
            f"Customers hardly differ in their chance to drop out (about {mean:.1%} {each}): a "
            "and b are too large to tell apart and have no standard errors. Forecasts are not "
            "affected."
        )
    elif flat:
        found.append(
            "The likelihood is flat: several combinations of the parameters describe these "
            "customers equally well, so some have no standard error. Read forecasts, not "
            "parameters."
        )
    elif min(errors[2] / a, errors[3] / b) > 1:
        found.append(
            "How customers differ in their chance to drop out is hardly known: a and b have "
            f"standard errors as large as themselves. Their mean, {mean:.2%} {each}, and "
            "forecasts are known much better."
        )
    return found


def _ratio_without_dropout(model: RegularPurchasesModel, histories: Histories) -> float:
    """Twice what dropout gains in log-likelihood over customers who never drop out."""
    k, chances = model.k_, model.chances_at_start

    def evaluate(point: Array) -> Evaluation:
        r, alpha = (float(value) for value in np.exp(point))
        parameters = BetaGeoParameters(r, alpha, NEXT_TO_NO_DROPOUT, 1.0)
        value, gradient, hessian = log_likelihood(parameters, histories, k, chances)
        return in_logarithms((value, gradient[:2], hessian[:2, :2]), (r, alpha))

    start = np.array([math.log(model.params_.r), math.log(model.params_.alpha)])
    without = maximize(evaluate, start).value
    return 2 * (log_likelihood(model.params_, histories, k, chances)[0] - without)
