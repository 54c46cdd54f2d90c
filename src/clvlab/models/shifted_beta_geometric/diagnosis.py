"""What to say about a shifted-beta-geometric fit whose optimum is flat or lies at the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clvlab.models.shifted_beta_geometric.likelihood import RenewalCounts

if TYPE_CHECKING:
    from clvlab.models.shifted_beta_geometric.shifted_beta_geometric import (
        ShiftedBetaGeometricModel,
    )

ALIKE = 200.0
"""Sum alpha + beta above which customers hardly differ and the surface is nearly flat."""
POLAR = 0.01
"""Sum alpha + beta below which churn probabilities are as good as 0 or 1."""


def diagnose(model: ShiftedBetaGeometricModel, counts: RenewalCounts) -> list[str]:
    """Sentences about an irregular fit, with what they mean for the answer."""
    alpha, beta = model.params_
    found = model.where_it_ended()
    if found:
        return found
    mean = alpha / (alpha + beta)
    flat = bool(model.covariance_.isna().to_numpy().any())
    if np.count_nonzero(counts.renewed + counts.cancelled) < 2:
        found.append(
            "Customers were seen at one renewal only, so how they differ can't be known: alpha "
            f"and beta are not identified, only the mean chance to cancel of {mean:.1%}. Retention "
            "at later renewals, lifetimes and elasticities are guesses."
        )
    elif alpha + beta > ALIKE:
        found.append(
            f"Customers hardly differ in their chance to cancel (about {mean:.1%} at each "
            "renewal), or retention does not rise with tenure, which this model can't follow: "
            "alpha and beta are too large to tell apart. Retention is the same at every tenure."
        )
    elif flat and alpha + beta < POLAR:
        found.append(
            "Customers are of two kinds only: some cancel at the first renewal that comes up, the "
            f"others never seem to. The share of the first, {mean:.1%}, is known; when the others "
            "will cancel is not, and lifetimes are guesses."
        )
    elif flat:
        found.append(
            "The likelihood is flat: several combinations of alpha and beta describe these "
            "renewals equally well, so they have no standard error. Read retention within the "
            "renewals observed, not lifetimes beyond."
        )
    return found
