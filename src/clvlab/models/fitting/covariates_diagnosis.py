"""What to say about a fit with covariates that is flat or lies at the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from clvlab.models.bgnbd.evaluations import log_likelihoods
from clvlab.models.fitting.evaluations import in_logarithms_of
from clvlab.models.fitting.newton import Evaluation, maximize

if TYPE_CHECKING:
    from clvlab.models.customers.histories import Histories
    from clvlab.models.fitting.covariate_effects import CovariateEffects
    from clvlab.models.fitting.fitted_to_histories import FittedToHistories

Array = npt.NDArray[np.float64]

BUYING = 2
"""Number of parameters of buying, which come first."""
NEXT_TO_NONE = 1e-13
"""A chance to drop out that nobody sees."""


def diagnose_effects(
    model: FittedToHistories, effects: CovariateEffects, everyone: Histories
) -> list[str]:
    """Sentences about an irregular fit, with what they mean for the answer."""
    found = []
    ratio = 2 * (model.log_likelihood_ - log_likelihood_without_dropout(model, effects, everyone))
    # A rule of thumb: without dropout its parameters mean nothing.
    on_dropout = sum(effect.process == "dropout" for effect in effects.effects)
    threshold = float(chdtri(1 + on_dropout, 0.05))
    if ratio < threshold:
        found.append(
            "Dropout is hardly visible: a model without it, with the same covariates of buying, "
            f"fits almost as well (likelihood ratio {max(ratio, 0):.2f}, below {threshold:.2f}, a "
            "rule of thumb). Forecasts hold, but effects on dropout should not be read, and the "
            "probability of being alive should not be used to rank customers."
        )
    unknown = model.covariance_.index[np.isnan(np.diag(model.covariance_))]
    if len(unknown):
        found.append(
            f"The data do not identify {', '.join(unknown)}: several values describe these "
            "customers equally well, so there is no standard error. Read forecasts, not these "
            "estimates."
        )
    return found


def log_likelihood_without_dropout(
    model: FittedToHistories, effects: CovariateEffects, everyone: Histories
) -> float:
    """The maximum for customers who never drop out, with the same covariates of buying."""
    patterns, pattern = effects.values(everyone.table)
    histories, owner = everyone.compressed_by(pattern)
    positions = [e.position for e in effects.effects if e.process in ("purchase", "both")]
    design = ((patterns - effects.centre) / effects.scale)[:, positions]

    def evaluate(point: Array) -> Evaluation:
        parameters = np.empty((len(design), 4))
        parameters[:, 0] = np.exp(point[0])
        parameters[:, 1] = np.exp(np.clip(point[1] - design @ point[BUYING:], -80.0, 80.0))
        parameters[:, 2:] = NEXT_TO_NONE, 1.0
        each = in_logarithms_of(log_likelihoods(parameters, histories, owner), parameters)
        value, slopes, curves = each[0].sum(), each[1][:, :BUYING], each[2][:, :BUYING, :BUYING]
        # How the two logarithms move with the point.
        moves = np.zeros((len(design), BUYING, len(point)))
        moves[:, :BUYING, :BUYING] = np.eye(BUYING)
        moves[:, 1, BUYING:] = -design
        gradient = np.einsum("ml,mlp->p", slopes, moves)
        return float(value), gradient, np.einsum("mlp,mlk,mkq->pq", moves, curves, moves)

    means = effects.from_own_units @ np.log([*model.params_, *np.exp(model.coefficients_)])
    start = np.concatenate([means[:BUYING], np.zeros(len(positions))])
    return maximize(evaluate, start).value
