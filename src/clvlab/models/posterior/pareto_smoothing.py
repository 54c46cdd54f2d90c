r"""Pareto-smoothed importance sampling: weights that can be trusted, or that say they can't.

The largest importance weights decide how good an importance sample is. Beyond a threshold they
follow a generalized Pareto distribution,

.. math:: P(w - u > y) = \left( 1 + k y / \sigma \right)^{-1/k} ,

whose shape ``k`` tells how many moments the weights have: estimates are sound up to about .7 and
can't be rescued above it. Replacing the largest weights with quantiles of the fitted distribution
takes most of the noise out of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

Array = npt.NDArray[np.float64]

LARGEST_K_HAT = 0.7
FEWEST_IN_TAIL = 5
NEXT_TO_NOTHING = 1e-200
ALIKE = -1.0
"""The shape of a uniform tail, given to weights whose largest are all the same."""

_GRID_POINTS = 30
"""Fewest points at which the profile is looked at, as the authors propose."""


@dataclass(frozen=True)
class SmoothedWeights:
    """Importance weights that sum to one, and how far to trust them.

    Attributes
    ----------
    weights
        Normalized weights, (n,).
    k_hat
        Estimated shape of their tail; -1 where the largest weights are all the same, infinite
        where too few are positive to tell.
    effective_draws
        How many independent draws they are worth, one over the sum of their squares; 0 where none
        is positive, and then all weights are the same.
    """

    weights: Array
    k_hat: float
    effective_draws: float

    @property
    def trustworthy(self) -> bool:
        """Whether ``k_hat`` is below what a sample of this size can bear."""
        return self.k_hat < largest_k_hat(len(self.weights))


def largest_k_hat(n_draws: int) -> float:
    """The shape up to which so many draws suffice: the smaller of 1 - 1 / log10(n) and 0.7.

    Vehtari et al. (2024), section 3.2.4.

    Examples
    --------
    >>> largest_k_hat(100), largest_k_hat(10_000)
    (0.5, 0.7)
    """
    return min(1 - 1 / math.log10(n_draws), LARGEST_K_HAT)


def smooth_weights(log_weights: Array) -> SmoothedWeights:
    """Smooth the largest of a sample's importance weights.

    Parameters
    ----------
    log_weights
        Logarithms of target over proposal density, both up to a constant, (n,); minus infinity
        where the target is zero.

    References
    ----------
    A. Vehtari, D. Simpson, A. Gelman, Y. Yao and J. Gabry (2024), Pareto Smoothed Importance
    Sampling, Journal of Machine Learning Research 25(72), 1-58.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> smoothed = smooth_weights(0.2 * rng.standard_exponential(4000))
    >>> round(smoothed.k_hat, 1), smoothed.trustworthy
    (0.2, True)
    """
    logs = np.asarray(log_weights, dtype=np.float64)
    n_draws = len(logs)
    if not np.any(logs > -math.inf):
        return SmoothedWeights(np.full(n_draws, 1 / n_draws), math.inf, 0.0)
    logs = logs - logs.max()
    n_tail = math.ceil(min(n_draws / 5, 3 * math.sqrt(n_draws)))
    order = np.argsort(logs, kind="stable")
    tail = order[-n_tail:]
    threshold = float(logs[order[-n_tail - 1]])
    k_hat = math.inf
    if n_tail >= FEWEST_IN_TAIL and threshold > -math.inf:
        excesses = np.exp(logs[tail]) - math.exp(threshold)
        k_hat, scale = fit_generalized_pareto(excesses)
        if scale > 0:
            levels = (np.arange(n_tail) + 0.5) / n_tail
            quantiles = generalized_pareto_quantiles(levels, k_hat, scale)
            # No weight is raised above the largest that was drawn.
            logs[tail] = np.minimum(np.log(quantiles + math.exp(threshold)), 0.0)
    weights = np.exp(logs - logsumexp(logs))
    return SmoothedWeights(weights, k_hat, float(1 / (weights @ weights)))


def fit_generalized_pareto(excesses: Array) -> tuple[float, float]:
    """Shape and scale of the generalized Pareto distribution of values above a threshold.

    The posterior mean over a grid of one parameter (Zhang and Stephens 2009), with the shape
    drawn towards 1/2 as by ten more observations (Vehtari et al. 2024, appendix C).

    Parameters
    ----------
    excesses
        Values minus the threshold, ascending, (n,); none negative.

    Returns
    -------
    shape, scale
        -1 and 0 where all values are the same; infinite and 0 where all but a few are next to
        nothing.

    References
    ----------
    J. Zhang and M. A. Stephens (2009), A New and Efficient Estimation Method for the Generalized
    Pareto Distribution, Technometrics 51(3), 316-325.
    """
    n = len(excesses)
    quartile, largest = float(excesses[int(n / 4 + 0.5) - 1]), float(excesses[-1])
    if largest - float(excesses[0]) <= 1e-12 * largest:
        return ALIKE, 0.0
    if quartile < NEXT_TO_NOTHING * largest:
        return math.inf, 0.0
    n_grid = _GRID_POINTS + int(math.sqrt(n))
    grid = 1 - np.sqrt(n_grid / (np.arange(n_grid) + 0.5))
    grid = 1 / largest + grid / (3 * quartile)
    shapes = np.log1p(-np.outer(grid, excesses)).mean(axis=1)
    profile = n * (np.log(-grid / shapes) - shapes - 1)
    theta = float(grid @ np.exp(profile - logsumexp(profile)))
    shape = float(np.log1p(-theta * excesses).mean())
    scale = -shape / theta
    return (n * shape + 10 * 0.5) / (n + 10), scale


def generalized_pareto_quantiles(levels: Array, shape: float, scale: float) -> Array:
    """Quantiles of the generalized Pareto distribution at levels in (0, 1).

    Those of a very large shape are infinite as far as numbers go.
    """
    if shape == 0:
        return np.asarray(-scale * np.log1p(-levels))
    with np.errstate(over="ignore"):
        return np.asarray(scale * np.expm1(-shape * np.log1p(-levels)) / shape)


def resample(weights: Array, n_draws: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Positions of equally weighted draws, one from each of `n_draws` strata, in random order.

    Parameters
    ----------
    weights
        Normalized weights, (n,).
    n_draws
        Number of positions.
    rng
        Source of randomness.
    """
    levels = (np.arange(n_draws) + rng.random(n_draws)) / n_draws
    cumulative = np.cumsum(weights)
    positions = np.searchsorted(cumulative / cumulative[-1], levels, side="right")
    return np.asarray(rng.permutation(np.minimum(positions, len(weights) - 1)), dtype=np.int64)
