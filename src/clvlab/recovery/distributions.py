"""Declared distributions of what is not known for certain, for Monte Carlo."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Distribution(Protocol):
    """What Monte Carlo and the tornado need of an input."""

    @property
    def mean(self) -> float:
        """Its mean."""

    def draw(self, rng: np.random.Generator, n_draws: int) -> Array:
        """Independent draws."""


@dataclass(frozen=True)
class Fixed:
    """A number that is taken as known."""

    mean: float

    def draw(self, rng: np.random.Generator, n_draws: int) -> Array:  # noqa: ARG002
        """The number, as often as asked for."""
        return np.full(n_draws, self.mean)


@dataclass(frozen=True)
class Share:
    """A share that was counted: Beta after a Jeffreys prior.

    Attributes
    ----------
    successes, trials
        How many of how many.
    """

    successes: float
    trials: float

    @property
    def mean(self) -> float:
        """The share that was counted."""
        return self.successes / self.trials

    def draw(self, rng: np.random.Generator, n_draws: int) -> Array:
        """Draws from ``Beta(successes + 1/2, trials - successes + 1/2)``."""
        return rng.beta(self.successes + 0.5, self.trials - self.successes + 0.5, n_draws)


@dataclass(frozen=True)
class Mean:
    """A mean that was estimated: normal around it with its standard error."""

    mean: float
    standard_error: float

    def draw(self, rng: np.random.Generator, n_draws: int) -> Array:
        """Normal draws."""
        return rng.normal(self.mean, self.standard_error, n_draws)


@dataclass(frozen=True)
class Range:
    """An opinion: triangular between two ends around what is most likely."""

    low: float
    likely: float
    high: float

    @property
    def mean(self) -> float:
        """The mean of the triangle."""
        return (self.low + self.likely + self.high) / 3

    def draw(self, rng: np.random.Generator, n_draws: int) -> Array:
        """Triangular draws."""
        if self.low == self.high:
            return np.full(n_draws, self.low)
        return rng.triangular(self.low, self.likely, self.high, n_draws)


@dataclass(frozen=True)
class Sampled:
    """Draws that come from elsewhere, such as a posterior; drawn again with replacement."""

    draws: Array = field(repr=False)

    @property
    def mean(self) -> float:
        """Their mean."""
        return float(np.mean(self.draws))

    def draw(self, rng: np.random.Generator, n_draws: int) -> Array:
        """Draws of the draws."""
        return rng.choice(self.draws, n_draws)
