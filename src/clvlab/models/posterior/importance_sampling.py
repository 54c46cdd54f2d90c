"""Proposals to draw from, and what a weighted sample is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp

from clvlab.models.fitting.newton import Evaluation
from clvlab.models.posterior.pareto_smoothing import SmoothedWeights

Array = npt.NDArray[np.float64]
Objective = Callable[[Array], Evaluation]


class Proposal(Protocol):
    """A distribution with a known density that can be drawn from."""

    def draw(self, n_draws: int, rng: np.random.Generator) -> Array:
        """Points, (n_draws, k)."""

    def log_density(self, points: Array) -> Array:
        """Logarithm of the density at points (n, k), (n,)."""


@dataclass(frozen=True)
class Student:
    """The multivariate t distribution.

    Attributes
    ----------
    centre
        Its mode, (k,).
    root
        A matrix whose product with its transpose is the scale matrix, (k, k).
    freedom
        Degrees of freedom; fewer give heavier tails.
    """

    centre: Array
    root: Array
    freedom: float

    def draw(self, n_draws: int, rng: np.random.Generator) -> Array:
        """Points, (n_draws, k)."""
        normal = rng.standard_normal((n_draws, len(self.centre)))
        stretch = np.sqrt(self.freedom / rng.chisquare(self.freedom, n_draws))
        return np.asarray(self.centre + (normal * stretch[:, None]) @ self.root.T)

    def log_density(self, points: Array) -> Array:
        """Logarithm of the density at points (n, k), (n,)."""
        z = (points - self.centre) @ np.linalg.inv(self.root).T
        k, half = len(self.centre), 0.5 * (self.freedom + len(self.centre))
        constant = (
            gammaln(half)
            - gammaln(0.5 * self.freedom)
            - 0.5 * k * math.log(math.pi * self.freedom)
            - np.linalg.slogdet(self.root)[1]
        )
        return np.asarray(constant - half * np.log1p((z**2).sum(axis=1) / self.freedom))


@dataclass(frozen=True)
class Mixture:
    """A mixture of proposals.

    Attributes
    ----------
    components
        The proposals.
    counts
        How many points of each; their shares of the mixture are in proportion.
    """

    components: tuple[Proposal, ...]
    counts: tuple[int, ...]

    def draw_counts(self, rng: np.random.Generator) -> Array:
        """As many points of each component as the counts say, (n, k)."""
        pairs = zip(self.components, self.counts, strict=True)
        return np.vstack([component.draw(count, rng) for component, count in pairs])

    def draw(self, n_draws: int, rng: np.random.Generator) -> Array:
        """Points, (n_draws, k), those of a component together."""
        share = n_draws * np.cumsum(self.counts) / sum(self.counts)
        counts = np.diff(np.round(share).astype(int), prepend=0)
        return Mixture(self.components, tuple(counts.tolist())).draw_counts(rng)

    def log_density(self, points: Array) -> Array:
        """Logarithm of the density at points (n, k), (n,)."""
        return self.log_density_from(self.densities(points))

    def densities(self, points: Array) -> Array:
        """Logarithm of each component's density at points (n, k), (components, n)."""
        return np.stack([component.log_density(points) for component in self.components])

    def log_density_from(self, densities: Array) -> Array:
        """Logarithm of the mixture's density from those of its components, (n,)."""
        shares = np.array(self.counts) / sum(self.counts)
        return np.asarray(logsumexp(densities, axis=0, b=shares[:, None]))

    def and_also(self, component: Proposal, count: int) -> Mixture:
        """The mixture with one component more."""
        return Mixture((*self.components, component), (*self.counts, count))


@dataclass(frozen=True)
class Sample:
    """Weighted points that stand for a posterior.

    Attributes
    ----------
    points
        Logarithms of the parameters, (n, k).
    smoothed
        Their weights.
    evaluations
        How often the exact log-posterior was evaluated.
    error
        Standard deviation of what the log-posterior was approximated with; 0 when exact.
    """

    points: Array
    smoothed: SmoothedWeights
    evaluations: int
    error: float = 0.0


def root_of_curvature(hessian: Array, prior_root: Array, least: float) -> Array:
    """A root of the inverse of the negative Hessian of a log-posterior.

    Parameters
    ----------
    hessian
        Of the log-posterior, (k, k).
    prior_root
        Root of the prior's covariance, (k, k).
    least
        Curvature, counted in that of the prior, below which none is believed: where the
        likelihood bends the other way there would be no such root.
    """
    eigenvalues, axes = np.linalg.eigh(-prior_root.T @ hessian @ prior_root)
    return np.asarray(prior_root @ (axes / np.sqrt(np.maximum(eigenvalues, least))))
