"""Draws that every table needs: labels by their shares, days within months, sums of money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.str_]
Days = npt.NDArray[np.datetime64]


def labels(rng: np.random.Generator, shares: Mapping[str, float], size: int) -> Labels:
    """Labels with these probabilities, (size,)."""
    return np.array(list(shares))[rng.choice(len(shares), size, p=list(shares.values()))]


def looked_up(names: npt.NDArray[np.str_], numbers: Mapping[str, float]) -> Array:
    """The number of each name; 0 for a name without one.

    Examples
    --------
    >>> looked_up(np.array(["b", "a", "c"]), {"a": 1, "b": 2}).tolist()
    [2.0, 1.0, 0.0]
    """
    distinct, where = np.unique(names, return_inverse=True)
    return np.array([float(numbers.get(str(name), 0.0)) for name in distinct])[where]


def picked(rng: np.random.Generator, texts: Sequence[str], size: int) -> Labels:
    """One of some texts for each of `size` rows, all equally likely."""
    return np.array(texts)[rng.integers(0, len(texts), size)]


def logistic(x: Array) -> Array:
    """Probability of log-odds."""
    out: Array = 1.0 / (1.0 + np.exp(-x))
    return out


def log_odds(p: Array | float) -> Array:
    """Log-odds of a probability."""
    out: Array = np.log(np.asarray(p) / (1.0 - np.asarray(p)))
    return out


def money(rng: np.random.Generator, mean: Array, shape: float = 3.0) -> Array:
    """Gamma amounts with these means, in whole cents and at least one."""
    drawn: Array = np.round(rng.gamma(shape, 1.0 / shape, mean.shape) * mean, 2)
    return np.maximum(drawn, 0.01)
