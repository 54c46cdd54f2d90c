"""Draws from a posterior by a polynomial that stands for it, refined until it fits.

The polynomial is determined by a few dozen exact evaluations and checked at fresh draws from the
posterior that it implies. Where it is not good enough, the checks join the fit, the coordinates
follow the posterior's mean and covariance, and the degree grows. In many dimensions polynomials
end at a low degree; draws from such a one are weighed by exact evaluations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri
from threadpoolctl import threadpool_limits

from clvlab.models.fitting.newton import Evaluation
from clvlab.models.posterior.importance_sampling import (
    Mixture,
    Objective,
    Sample,
    Student,
    root_of_curvature,
)
from clvlab.models.posterior.mixture_sampling import grow
from clvlab.models.posterior.pareto_smoothing import SmoothedWeights, resample, smooth_weights
from clvlab.models.posterior.surrogate import Surrogate, evaluations_needed, fit_surrogate

Array = npt.NDArray[np.float64]

LARGEST_ERROR = 0.03
"""Standard deviation of a polynomial's error above which it is refined: no mean is then off by
more than this part of its posterior standard deviation, the noise of a thousand draws."""
DEGREES = (3, 4, 5, 6, 7, 8, 8)
"""Of the polynomials that are tried in turn, each with more evaluations than the one before."""
MOST_MONOMIALS = 1300
"""More take longer to fit than it takes to evaluate the log-posterior at the draws."""
NUMBERS_PER_MONOMIAL = 2.5

CHECKS = 12
HEAVIEST = 4
"""Points of the largest weights that are checked too: a polynomial may have a spurious peak."""
MOST_EXCESS = 0.5
"""By how much the polynomial may lie above the log-posterior at these."""

OUTSIDE = 1e-4
"""Share of a normal distribution that lies beyond the reach of the polynomial."""
NEAR_THE_EDGE = 0.9
MOST_AT_THE_EDGE = 2e-3
"""Share of the weight that may lie in the last tenth of the reach."""
FARTHER = 1.2
"""Factor by which the reach grows when more lies at its edge."""
WORTH_FOLLOWING = 0.5
"""Error below which a polynomial's mean and covariance are better coordinates than the mode's, and
its draws are worth being weighed."""
WEIGHED_PER_POINT = 0.15
"""Exact evaluations for each point, where a polynomial's draws are weighed."""
LEAST_WORTH = 0.05
"""Effective draws per point below which a polynomial tells nothing of where to look next."""

TRIAL_POINTS = 4000
FREEDOM = 8.0
WIDER = 1.1
"""Factor by which the first proposal is wider than the posterior seems."""
GOOD_K_HAT = 0.5
ADDED = 500
MOST_COMPONENTS = 12
LEAST_CURVATURE = 0.25
"""Curvature in standardized coordinates below which none is believed."""


@threadpool_limits.wrap(limits=1, user_api="blas")  # type: ignore[untyped-decorator,unused-ignore]
def sample_by_surrogate(
    log_posterior: Objective, centre: Array, root: Array, n_points: int, rng: np.random.Generator
) -> Sample | None:
    """Weighted points by a polynomial, or nothing where no polynomial is good enough.

    Its matrices are small: threads of the numerical libraries would only wait for each other.

    Parameters
    ----------
    log_posterior
        Value, gradient and Hessian in logarithms of the parameters; the value up to a constant,
        which should be near 0 at the mode.
    centre, root
        Mode, and root of the inverse of the negative Hessian there.
    n_points
        How many points to weigh.
    rng
        Source of randomness.
    """
    k = len(centre)
    reach = math.sqrt(float(chdtri(k, OUTSIDE)))
    known, nearly = _Known(log_posterior), None
    known.evaluate(centre[None])
    affordable = [d for d in DEGREES if math.comb(k + d, d) <= MOST_MONOMIALS]
    for wanted in DEGREES if affordable else ():
        degree = min(wanted, affordable[-1])
        if wanted > degree and nearly is not None:
            return _weighed_exactly(*nearly, n_points, known, rng)
        needed = evaluations_needed(k, degree, NUMBERS_PER_MONOMIAL)
        missing = max(needed - len(known.points), needed // 2)
        known.evaluate(centre + _ball(missing, k, reach, rng) @ root.T)
        surrogate = fit_surrogate(np.array(known.points), known.evaluations, centre, root, degree)
        target = _Within(surrogate, reach)
        proposal = Mixture((Student(centre, WIDER * root, FREEDOM),), (TRIAL_POINTS,))
        trial = _weigh(target, proposal, TRIAL_POINTS, rng)
        error = _error(surrogate, trial, known, rng)
        if error < LARGEST_ERROR:
            proposal, trial = _cover(target, proposal, rng)
            final = _weigh(target, proposal, n_points, rng) if trial.contained else trial
            if final.contained:
                return Sample(final.points, final.smoothed, len(known.points), error)
        if trial.smoothed.effective_draws > LEAST_WORTH * TRIAL_POINTS:
            reach *= 1.0 if trial.at_the_edge < MOST_AT_THE_EDGE else FARTHER
            if error < WORTH_FOLLOWING:
                nearly = target, proposal
                centre, root = _moments(trial.points, trial.smoothed.weights)
    return None


@dataclass
class _Known:
    """The exact evaluations so far."""

    log_posterior: Objective
    points: list[Array] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)

    def evaluate(self, points: Array) -> list[Evaluation]:
        """Evaluate at points (n, k); those without finite numbers are neither kept nor given."""
        finite = []
        for point in points:
            evaluation = self.log_posterior(point)
            if all(np.all(np.isfinite(part)) for part in evaluation):
                self.points.append(point)
                finite.append(evaluation)
        self.evaluations += finite
        return finite


@dataclass(frozen=True)
class _Within:
    """A polynomial where it can be trusted; see `mixture_sampling.Target`."""

    surrogate: Surrogate
    reach: float

    def values(self, points: Array) -> Array:
        inside = self._distances(points) < self.reach
        values = np.full(len(points), -np.inf)
        values[inside] = self.surrogate.values(points[inside])
        return values

    def root_at(self, point: Array) -> Array:
        unit = np.eye(len(point))
        local = root_of_curvature(self.surrogate.curvature(point), unit, LEAST_CURVATURE)
        return np.asarray(self.surrogate.root @ local)

    def at_the_edge(self, points: Array, weights: Array) -> float:
        """Share of the weight in the last tenth of the reach."""
        return float(weights[self._distances(points) > NEAR_THE_EDGE * self.reach].sum())

    def _distances(self, points: Array) -> Array:
        return np.asarray(np.linalg.norm(self.surrogate.standardized(points), axis=1))


@dataclass(frozen=True)
class _Weighed:
    """Points, their weights by a polynomial, and the share of the weight at its edge."""

    points: Array
    smoothed: SmoothedWeights
    at_the_edge: float

    @property
    def contained(self) -> bool:
        return self.smoothed.trustworthy and self.at_the_edge < MOST_AT_THE_EDGE


def _ball(n: int, k: int, radius: float, rng: np.random.Generator) -> Array:
    """Points in a ball, one in each of `n` shells of equal width from a third of the radius."""
    normal = rng.standard_normal((n, k))
    distances = radius * (1 + 2 * (np.arange(n) + 0.5) / n) / 3
    return np.asarray(normal * (distances / np.linalg.norm(normal, axis=1))[:, None])


def _weigh(target: _Within, proposal: Mixture, n_points: int, rng: np.random.Generator) -> _Weighed:
    """Fresh points from a proposal."""
    points = proposal.draw(n_points, rng)
    smoothed = smooth_weights(target.values(points) - proposal.log_density(points))
    return _Weighed(points, smoothed, target.at_the_edge(points, smoothed.weights))


def _cover(
    target: _Within, proposal: Mixture, rng: np.random.Generator
) -> tuple[Mixture, _Weighed]:
    """A proposal with the long tails that the polynomial has, and points by it."""

    def enough(smoothed: SmoothedWeights) -> bool:
        return smoothed.k_hat < GOOD_K_HAT

    found, points, smoothed = grow(target, proposal, ADDED, MOST_COMPONENTS, enough, rng)
    return found, _Weighed(points, smoothed, target.at_the_edge(points, smoothed.weights))


def _weighed_exactly(
    target: _Within, proposal: Mixture, n_points: int, known: _Known, rng: np.random.Generator
) -> Sample | None:
    """Draws from a polynomial's posterior, weighed by how far it is from the exact one."""
    proposal, _ = _cover(target, proposal, rng)
    final = _weigh(target, proposal, n_points, rng)
    if not final.contained:
        return None
    chosen = resample(final.smoothed.weights, round(WEIGHED_PER_POINT * n_points), rng)
    distinct, which = np.unique(chosen, return_inverse=True)
    points = final.points[distinct]
    exact = np.array([known.log_posterior(point)[0] for point in points])
    away = np.where(np.isfinite(exact), exact, -np.inf) - target.values(points)
    smoothed = smooth_weights(away[which])
    evaluations = len(known.points) + len(points)
    return Sample(final.points[chosen], smoothed, evaluations) if smoothed.trustworthy else None


def _error(surrogate: Surrogate, trial: _Weighed, known: _Known, rng: np.random.Generator) -> float:
    """The error at fresh draws; infinite where the heaviest points are much too heavy."""
    weights = trial.smoothed.weights
    heaviest = trial.points[np.argsort(weights, kind="stable")[-HEAVIEST:]]
    exact = known.evaluate(heaviest)
    if len(exact) < HEAVIEST:
        return math.inf
    excess = surrogate.values(heaviest) - np.array([value for value, _, _ in exact])
    checks = trial.points[resample(weights, CHECKS, rng)]
    exact = known.evaluate(checks)
    if len(exact) < CHECKS or excess.max() > MOST_EXCESS:
        return math.inf
    return surrogate.error(checks, exact)


def _moments(points: Array, weights: Array) -> tuple[Array, Array]:
    """Mean, and root of the covariance, of weighted points."""
    mean = np.asarray(weights @ points)
    away = points - mean
    return mean, np.asarray(np.linalg.cholesky((weights[:, None] * away).T @ away))
