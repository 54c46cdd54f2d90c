"""What to say about a BG/NBD or MBG/NBD fit whose optimum is flat or lies at the edge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.fitted import known_in_logarithms
from clvlab.models.fitting.newton import Optimum
from clvlab.models.fitting.without_dropout import NO_EVIDENCE, log_likelihood_without_dropout

if TYPE_CHECKING:
    from clvlab.models.bgnbd.dropout_after_purchase import DropoutAfterPurchaseModel

Array = npt.NDArray[np.float64]

RARE_DROPOUT = 0.02
"""Mean dropout probability below which the search is repeated from other starts."""
LARGE_BASE = 20_000
"""Customers above which ordinary dropout is seen beyond doubt, so that it need not be tested."""
ALIKE = 200.0
"""Sum a + b, or r, above which customers hardly differ and the surface is nearly flat."""


def worth_other_starts(optimum: Optimum) -> list[Array]:
    """Further starting points for a surface on which one start may miss the best."""
    r, alpha, a, b = np.exp(optimum.point)
    ordinary = a / (a + b) > RARE_DROPOUT and a + b < ALIKE
    if optimum.converged and ordinary and known_in_logarithms(optimum, [2, 3]):
        return []
    return [
        np.log([r, alpha, 0.05, 5.0]),
        np.log([r, alpha, 1.0, 1000.0]),
        np.log([r, alpha, 0.001, 1.0]),
        # Some leave at once and the others never.
        np.log([2 * r, alpha, 0.01, 0.02]),
    ]


def diagnose(model: DropoutAfterPurchaseModel, histories: Histories) -> list[str]:
    """Sentences about an irregular fit, with what they mean for the answer."""
    r, _, a, b = model.params_
    each = model.leaving.replace(" a ", " each ")
    first = model.leaving.replace("after a ", "first ")
    found: list[str] = []
    flat = bool(model.covariance_.isna().to_numpy().any())
    ratio = np.inf
    if flat or a / (a + b) < 5 * RARE_DROPOUT or model.n_customers_ < LARGE_BASE:
        without = log_likelihood_without_dropout(model, histories)
        ratio = 2 * (model.log_likelihood_ - without)
    if ratio < NO_EVIDENCE:
        found.append(
            f"Dropout is hardly visible: {model.leaving} the average customer leaves with "
            f"a chance of {a / (a + b):.2%}, and a model without dropout fits almost as well "
            f"(likelihood ratio {max(ratio, 0):.2f}, below 3.84; dropout_test has its p-value). "
            "Forecasts hold, but a and b are not identified separately, and the probability of "
            "being alive should not be used to rank customers."
        )
    elif flat and a > ALIKE * b:
        found.append(
            f"As far as can be seen nobody buys again after the {first}: b is too "
            "small to be known. Forecasts hold as long as that stays so."
        )
    elif flat and a + b > ALIKE:
        found.append(
            f"Customers hardly differ in their chance to drop out (about {a / (a + b):.1%} "
            f"{each}): a and b are too large to tell apart and have no standard "
            "errors. Forecasts are not affected."
        )
    elif not flat and min(_relative_error(model, name) for name in "ab") > 1:
        found.append(
            f"How customers differ in their chance to drop out is hardly known: a and b have "
            f"standard errors as large as themselves. Their mean, {a / (a + b):.2%} {each}, "
            "and forecasts are known much better."
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


def _relative_error(model: DropoutAfterPurchaseModel, name: str) -> float:
    estimate = getattr(model.params_, name)
    variance = float(np.diag(model.covariance_)[model.parameter_names.index(name)])
    return math.sqrt(variance) / float(estimate)
