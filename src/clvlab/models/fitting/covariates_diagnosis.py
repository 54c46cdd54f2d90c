"""What to say about a fit with covariates that is flat or lies at the edge."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtri

from clvlab.models.fitting.newton import maximize

if TYPE_CHECKING:
    from clvlab.models.customers.histories import Histories
    from clvlab.models.fitting.covariate_effects import CovariateEffects
    from clvlab.models.fitting.fitted_to_histories import FittedToHistories


def diagnose_effects(
    model: FittedToHistories, effects: CovariateEffects, everyone: Histories
) -> list[str]:
    """Sentences about an irregular fit, with what they mean for the answer."""
    found = []
    without = log_likelihood_without_dropout(model, effects, everyone)
    ratio = 2 * (model.log_likelihood_ - without)
    # A rule of thumb: without dropout its parameters mean nothing.
    on_dropout = sum(effect.process == "dropout" for effect in effects.effects)
    threshold = float(chdtri(1 + on_dropout, 0.05))
    if model.process.without_dropout is not None and ratio < threshold:
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
    process = model.process.without_dropout
    if process is None:
        return model.log_likelihood_
    base = process.n_parameters
    of_buying = tuple(
        replace(effect, scales=process.purchase_scales)
        for effect in effects.effects
        if effect.process in ("purchase", "both")
    )
    patterns, pattern = effects.values(everyone.table)
    histories, owner = everyone.compressed_by(pattern)
    alone = replace(effects, effects=of_buying, base=base)
    objective = alone.objective(process, patterns, histories, owner)
    means = effects.from_own_units @ np.log([*model.params_, *np.exp(model.coefficients_)])
    start = np.concatenate([means[:base], np.zeros(len(of_buying))])
    return maximize(objective, start).value
