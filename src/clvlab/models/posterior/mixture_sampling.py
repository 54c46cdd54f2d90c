"""A mixture of proposals that grows where it is missing, and draws from a posterior by it.

Each further component is placed on the point with the largest weight, with the curvature of the
log-posterior there, until the weights are even (incremental mixture importance sampling).

References
----------
A. E. Raftery and L. Bao (2010), Estimating and Projecting Trends in HIV/AIDS Generalized Epidemics
Using Incremental Mixture Importance Sampling, Biometrics 66(4), 1162-1173.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from clvlab.models.posterior.importance_sampling import (
    Mixture,
    Objective,
    Sample,
    Student,
    root_of_curvature,
)
from clvlab.models.posterior.pareto_smoothing import SmoothedWeights, smooth_weights
from clvlab.models.posterior.priors import Prior

Array = npt.NDArray[np.float64]

FREEDOM = 5.0
FIRST = 400
ADDED = 100
MOST_COMPONENTS = 60
WORTH_OF_A_DRAW = 1.5
"""Effective draws that are worth searching for, per draw that is asked for."""
AS_FLAT_AS_THE_PRIOR = 1.0
FARTHEST = 9.0
"""Prior standard deviations beyond which a quantity is not looked at."""


class Target(Protocol):
    """A log-density up to a constant."""

    def values(self, points: Array) -> Array:
        """At points (n, k), (n,); minus infinity where it can't be told."""

    def root_at(self, point: Array) -> Array:
        """Root of the inverse of its curvature at a point, (k, k)."""


def grow(
    target: Target,
    mixture: Mixture,
    added: int,
    most_components: int,
    enough: Callable[[SmoothedWeights], bool],
    rng: np.random.Generator,
) -> tuple[Mixture, Array, SmoothedWeights]:
    """Add components until the weights are good enough, or there are too many.

    Parameters
    ----------
    target
        What to draw from.
    mixture
        What to begin with, with as many points of each component as are to be drawn first.
    added
        Points of every further component.
    most_components
        Where to stop.
    enough
        Whether weights are good enough.
    rng
        Source of randomness.

    Returns
    -------
    mixture, points, weights
        All points that were drawn, weighed by the whole mixture.
    """
    points = mixture.draw_counts(rng)
    values = target.values(points)
    densities = mixture.densities(points)
    while True:
        log_weights = values - mixture.log_density_from(densities)
        smoothed = smooth_weights(log_weights)
        if enough(smoothed) or len(mixture.components) >= most_components:
            return mixture, points, smoothed
        heaviest = points[int(np.argmax(log_weights))]
        component = Student(heaviest, target.root_at(heaviest), FREEDOM)
        densities = np.vstack([densities, component.log_density(points)])
        mixture = mixture.and_also(component, added)
        more = component.draw(added, rng)
        points = np.vstack([points, more])
        values = np.concatenate([values, target.values(more)])
        densities = np.hstack([densities, mixture.densities(more)])


@dataclass(frozen=True)
class _Exact:
    """The log-posterior itself."""

    log_posterior: Objective
    prior: Prior

    def values(self, points: Array) -> Array:
        values = np.full(len(points), -np.inf)
        # Out there the prior has no weight, and a likelihood may overflow to a positive number.
        near = np.abs(self.prior.standardized(points)).max(axis=1) < FARTHEST
        values[near] = [self.log_posterior(point)[0] for point in points[near]]
        return np.where(np.isfinite(values), values, -np.inf)

    def root_at(self, point: Array) -> Array:
        hessian = self.log_posterior(point)[2]
        return root_of_curvature(hessian, self.prior.root, AS_FLAT_AS_THE_PRIOR)


def sample_by_mixture(
    log_posterior: Objective,
    prior: Prior,
    centre: Array,
    root: Array,
    n_draws: int,
    rng: np.random.Generator,
) -> Sample:
    """Weighted points from exact evaluations of the log-posterior, one for each point.

    The mixture begins with a t distribution around the mode and the prior, which keeps every
    weight bounded.

    Parameters
    ----------
    log_posterior
        Value, gradient and Hessian in logarithms of the parameters; the value up to a constant.
    prior
        Its prior.
    centre, root
        Mode, and root of the inverse of the negative Hessian there.
    n_draws
        How many draws are wanted in the end. The search goes on until the points are worth half
        as many again, or for `MOST_COMPONENTS` components.
    rng
        Source of randomness.

    Returns
    -------
    Sample
        Its ``smoothed.trustworthy`` says whether the search succeeded.
    """

    def enough(smoothed: SmoothedWeights) -> bool:
        return smoothed.trustworthy and smoothed.effective_draws > WORTH_OF_A_DRAW * n_draws

    first = Mixture((Student(centre, root, FREEDOM), prior), (FIRST, FIRST // 2))
    target = _Exact(log_posterior, prior)
    _, points, smoothed = grow(target, first, ADDED, MOST_COMPONENTS, enough, rng)
    return Sample(points, smoothed, len(points))
