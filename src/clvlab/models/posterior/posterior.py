"""The posterior of a model's parameters: as many independent draws as are wanted.

A polynomial stands for the log-posterior where one is good enough, which it nearly always is;
elsewhere a mixture of proposals adapts to the exact one. Either way the weights of the points are
Pareto-smoothed, and a posterior whose weights can't be trusted is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import ClvlabError, InputError, Problem
from clvlab.models.fitting.newton import Evaluation, maximize
from clvlab.models.posterior.importance_sampling import Objective, Sample, root_of_curvature
from clvlab.models.posterior.mixture_sampling import sample_by_mixture
from clvlab.models.posterior.pareto_smoothing import largest_k_hat, resample
from clvlab.models.posterior.priors import Prior
from clvlab.models.posterior.surrogate_sampling import sample_by_surrogate

Array = npt.NDArray[np.float64]

FEWEST_DRAWS = 20
POINTS_PER_DRAW = 8
FEWEST_POINTS = 4000
FARTHEST_START = 3.0
"""Prior standard deviations from its median at which a search starts at most."""
HARDLY_BENT = 0.25
HARDLY_KNOWN = 0.8
"""Ratio of posterior to prior standard deviation above which the data said little."""
BY_POLYNOMIAL = "importance sampling, a polynomial in place of the log-likelihood"
BY_MIXTURE = "importance sampling of the exact log-likelihood by an adaptive mixture"


class PosteriorError(ClvlabError):
    """A posterior that no sampler could represent; the message says what to do."""


@dataclass(frozen=True)
class Posterior:
    """Draws of a model's parameters, equally weighted and in random order.

    Attributes
    ----------
    parameter_names
        The parameters, in the model's order.
    draws
        The draws, (n, k); in the units of the parameters, coefficients of covariates as they are.
    prior
        The prior that they follow from.
    k_hat
        Shape of the tail of the importance weights; trusted below .7.
    effective_draws
        How many independent draws from the posterior the draws are worth.
    error
        Standard deviation of the error of the log-posterior that was drawn from: no mean is off
        by more than this part of its posterior standard deviation. 0 when it was exact.
    method
        How the draws were made, in words.
    evaluations
        How often the exact likelihood was evaluated, the search for the mode included.
    seed
        Seed of the draws, where one was given.
    diagnosis
        Sentences that a reader of the draws has to know; empty for a regular posterior.
    """

    parameter_names: tuple[str, ...]
    draws: Array
    prior: Prior
    k_hat: float
    effective_draws: float
    error: float
    method: str
    evaluations: int
    seed: int | None
    diagnosis: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.draws)

    def table(self) -> pd.DataFrame:
        """The draws, one column per parameter, indexed by ``draw`` from 0."""
        index = pd.RangeIndex(len(self), name="draw")
        return pd.DataFrame(self.draws, columns=list(self.parameter_names), index=index)

    def summary(self, interval: float = 0.95) -> pd.DataFrame:
        """The posterior of each parameter in numbers.

        Parameters
        ----------
        interval
            Coverage of the limits, between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``parameter``: ``mean``, ``median``, ``standard_deviation``, ``lower`` and
            ``upper`` (quantiles, with equal shares outside).
        """
        if not 0 < interval < 1:
            raise InputError(
                Problem(
                    "parameter 'interval'",
                    "must be a coverage between 0 and 1",
                    f"got {interval!r}",
                    "An interval that holds the truth nine times in ten is 0.90.",
                )
            )
        lower, median, upper = np.quantile(
            self.draws, [0.5 - interval / 2, 0.5, 0.5 + interval / 2], axis=0
        )
        return pd.DataFrame(
            {
                "mean": self.draws.mean(axis=0),
                "median": median,
                "standard_deviation": self.draws.std(axis=0, ddof=1),
                "lower": lower,
                "upper": upper,
            },
            index=pd.Index(self.parameter_names, name="parameter"),
        )

    def to_json(self) -> dict[str, Any]:
        """Everything as plain values; draws as lists, one per parameter."""
        return {
            "draws": {
                name: column.tolist()
                for name, column in zip(self.parameter_names, self.draws.T, strict=True)
            },
            "prior": self.prior.to_json(),
            "k_hat": self.k_hat,
            "effective_draws": self.effective_draws,
            "error": self.error,
            "method": self.method,
            "evaluations": self.evaluations,
            "seed": self.seed,
            "diagnosis": list(self.diagnosis),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The posterior that `to_json` described."""
        draws: Mapping[str, list[float]] = record["draws"]
        simple = ("k_hat", "effective_draws", "error", "method", "evaluations", "seed")
        return cls(
            parameter_names=tuple(draws),
            draws=np.column_stack(list(draws.values())),
            prior=Prior.from_json(record["prior"]),
            diagnosis=tuple(record["diagnosis"]),
            **{name: record[name] for name in simple},
        )


def draw_posterior(
    log_likelihood: Objective,
    prior: Prior,
    start: Array,
    *,
    n_draws: int = 1000,
    seed: int | np.random.Generator = 0,
    to_draws: Callable[[Array], Array] = np.exp,
) -> Posterior:
    """Draw parameters from their posterior.

    Parameters
    ----------
    log_likelihood
        Value, gradient and Hessian in the logarithms of the parameters.
    prior
        A proper prior, such as those in `clvlab.models.posterior.default_priors`.
    start
        Where the search for the mode begins, (k,): logarithms of the maximum-likelihood
        estimates, or of anything rough.
    n_draws
        Number of draws, at least 20.
    seed
        Seed; the same seed gives the same draws.
    to_draws
        From points, (n, k), to what is wanted of them, (n, k); from logarithms to parameters by
        default.

    Raises
    ------
    InputError
        For too few draws.
    PosteriorError
        When the weights can't be trusted after everything was tried.

    Examples
    --------
    Three events in two days of watching, with a rate about which little is known:

    >>> from clvlab.models.posterior.priors import Quantity
    >>> prior = Prior(("rate",), (Quantity({"rate": 1}, median=1.0, log_sd=2.0),))
    >>> def log_likelihood(point):
    ...     rate = np.exp(point[0])
    ...     return 3 * point[0] - 2 * rate, 3 - 2 * np.exp(point), np.diag(-2 * np.exp(point))
    >>> posterior = draw_posterior(log_likelihood, prior, np.zeros(1), seed=1)
    >>> round(float(posterior.summary().loc["rate", "median"]), 1)
    1.3
    """
    if n_draws < FEWEST_DRAWS:
        raise InputError(
            Problem(
                "parameter 'n_draws'",
                f"must be at least {FEWEST_DRAWS}",
                f"got {n_draws}",
                "Limits of an interval can't be read from fewer draws.",
            )
        )
    rng = np.random.default_rng(seed)
    log_posterior = prior.added_to(log_likelihood)
    mode = maximize(log_posterior, _within_reach(start, prior), tolerance=1e-6)

    def relative(point: Array) -> Evaluation:
        value, gradient, hessian = log_posterior(point)
        return value - mode.value, gradient, hessian

    root = root_of_curvature(mode.hessian, prior.root, HARDLY_BENT)
    n_points = max(POINTS_PER_DRAW * n_draws, FEWEST_POINTS)
    sample = sample_by_surrogate(relative, mode.point, root, n_points, rng)
    method = BY_POLYNOMIAL
    if sample is None:
        sample = sample_by_mixture(relative, prior, mode.point, root, n_draws, rng)
        method = BY_MIXTURE
    _refuse_untrusted(sample)
    points = sample.points[resample(sample.smoothed.weights, n_draws, rng)]
    found = Posterior(
        parameter_names=prior.parameter_names,
        draws=to_draws(points),
        prior=prior,
        k_hat=sample.smoothed.k_hat,
        # A draw of a draw: both steps add their noise.
        effective_draws=1 / (1 / sample.smoothed.effective_draws + 1 / n_draws),
        error=sample.error,
        method=method,
        evaluations=mode.iterations + sample.evaluations,
        seed=None if isinstance(seed, np.random.Generator) else int(seed),
    )
    return replace(found, diagnosis=tuple(_diagnose(found, points)))


def _within_reach(start: Array, prior: Prior) -> Array:
    """The start, moved towards the prior's median where it lies far out, as an edge would."""
    away = prior.standardized(np.asarray(start, dtype=np.float64)[None])[0]
    if not np.all(np.isfinite(away)):
        return prior.centre
    return np.asarray(prior.centre + prior.root @ np.clip(away, -FARTHEST_START, FARTHEST_START))


def _refuse_untrusted(sample: Sample) -> None:
    if sample.smoothed.trustworthy:
        return
    worst = largest_k_hat(len(sample.points))
    raise PosteriorError(
        "the posterior of these parameters could not be drawn: a few of "
        f"{len(sample.points):,} points carry nearly all the weight (Pareto k-hat "
        f"{sample.smoothed.k_hat:.2f}, {worst:.2f} at most). State a narrower prior, or use a "
        "model with fewer parameters."
    )


def _diagnose(posterior: Posterior, points: Array) -> list[str]:
    """What a reader of the draws has to know."""
    found = []
    if posterior.method == BY_MIXTURE:
        found.append(
            "The posterior is far from normal, so it was drawn from the exact likelihood, which "
            "takes longer: read intervals, not standard deviations."
        )
    spread = posterior.prior.standardized(points).std(axis=0)
    unknown = [
        quantity.name
        for quantity, ratio in zip(posterior.prior.quantities, spread, strict=True)
        if ratio > HARDLY_KNOWN
    ]
    if unknown:
        found.append(
            f"These customers say little about {' and '.join(unknown)}: what is known of it comes "
            "from the prior."
        )
    if posterior.effective_draws < len(posterior) / 4:
        found.append(
            f"The {len(posterior):,} draws are worth about {posterior.effective_draws:.0f} "
            "independent ones: limits are rough."
        )
    return found
