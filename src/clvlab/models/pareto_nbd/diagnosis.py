"""What to say about a Pareto/NBD fit whose optimum is flat or lies at the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.fitted import known_in_logarithms
from clvlab.models.fitting.newton import Optimum
from clvlab.models.fitting.without_dropout import NO_EVIDENCE, log_likelihood_without_dropout

if TYPE_CHECKING:
    from clvlab.models.pareto_nbd.pareto_nbd import ParetoNBDModel

Array = npt.NDArray[np.float64]

RARE_DROPOUT = 0.1
"""Chance to drop out in the time observed below which the search is repeated."""
LARGE_BASE = 20_000
"""Customers above which ordinary dropout is seen beyond doubt, so that it need not be tested."""
ALIKE = 200.0
"""Value of r or s above which customers hardly differ and the surface is nearly flat."""


def chance_to_drop_out(s: float, beta: float, time: float) -> float:
    """Chance that a new customer drops out within a time."""
    return float(-np.expm1(-s * np.log1p(time / beta)))


def worth_other_starts(optimum: Optimum, histories: Histories) -> list[Array]:
    """Further starting points for a surface on which one start may miss the best."""
    r, alpha, s, beta = np.exp(optimum.point)
    time = histories.mean_T
    ordinary = s < ALIKE and chance_to_drop_out(s, beta, time) > RARE_DROPOUT
    if optimum.converged and ordinary and known_in_logarithms(optimum, [2, 3]):
        return []
    return [
        np.log([r, alpha, 0.05, 0.1 * time]),
        np.log([r, alpha, 1.0, 1000.0 * time]),
        np.log([r, alpha, 20.0, 20.0 * time]),
        # Some leave at once and the others never.
        np.log([2 * r, alpha, 0.02, 1e-9 * time]),
    ]


def diagnose(model: ParetoNBDModel, histories: Histories) -> list[str]:
    """Sentences about an irregular fit, with what they mean for the answer."""
    r, _, s, beta = model.params_
    found: list[str] = []
    flat = bool(model.covariance_.isna().to_numpy().any())
    gone = chance_to_drop_out(s, beta, histories.mean_T)
    ratio = np.inf
    if flat or gone < 5 * RARE_DROPOUT or model.n_customers_ < LARGE_BASE:
        without = log_likelihood_without_dropout(model, histories)
        ratio = 2 * (model.log_likelihood_ - without)
    if ratio < NO_EVIDENCE:
        found.append(
            "Dropout is hardly visible: the average customer leaves with a chance of "
            f"{gone:.2%} within the mean time observed, and a model without dropout fits almost "
            f"as well (likelihood ratio {max(ratio, 0):.2f}, below 3.84; dropout_test has its "
            "p-value). Forecasts hold, but s and beta are not identified separately, and the "
            "probability of being alive should not be used to rank customers."
        )
    elif s > ALIKE:
        found.append(
            "Customers hardly differ in how soon they drop out: s and beta are too large to tell "
            f"apart. Their ratio, the mean rate of dropping out ({s / beta:.3g} per unit of time), "
            "and forecasts are not affected."
        )
    elif flat and r <= ALIKE:
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
