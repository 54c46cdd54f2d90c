"""One metric over all groups: means and medians with limits, every pair with its tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clvlab.segments.effect_sizes import cliffs_delta_of_all, delta_limits, share_explained
from clvlab.segments.multiple_tests import compare_all_pairs
from clvlab.segments.outcomes import RATE
from clvlab.segments.resampling import bca_limits, bootstrap_means, bootstrap_medians, gather

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """One group's values, and its mean in bootstrap samples.

    Attributes
    ----------
    values
        Sorted.
    kind
        Kind of the metric; see `Outcomes`.
    mean
        Of the values.
    means
        In each sample, (resamples,). Of a rate they are draws from its Jeffreys posterior: a
        bootstrap of customers who all did the same would claim to know it exactly.
    skew
        Sum of the cubed influences of single customers on the mean.
    error
        Sum of their squares.
    """

    values: Array
    kind: str
    mean: float
    means: Array
    skew: float
    error: float

    @classmethod
    def of(cls, values: Array, kind: str, resamples: int, rng: np.random.Generator) -> Group:
        """A group of sorted values, with as many bootstrap samples."""
        n, mean = len(values), float(values.mean())
        if kind == RATE:
            happened = float(np.rint(values.sum()))
            means = rng.beta(happened + 0.5, n - happened + 0.5, resamples)
        else:
            means = bootstrap_means(gather(values), resamples, rng)
        off = (values - mean) / n
        return cls(values, kind, mean, means, float((off**3).sum()), float((off**2).sum()))

    def mean_limits(self, interval: float) -> tuple[float, float]:
        """Limits of the mean."""
        return self._limits(self.means, self.mean, self.skew, self.error, interval)

    def median_limits(
        self, interval: float, rng: np.random.Generator
    ) -> tuple[float, float, float]:
        """The median and its limits; missing for a rate, of which it says nothing."""
        if self.kind == RATE:
            return np.nan, np.nan, np.nan
        draws = bootstrap_medians(self.values, len(self.means), rng)
        lower, upper = np.quantile(draws, [0.5 - interval / 2, 0.5 + interval / 2])
        return float(np.median(self.values)), float(lower), float(upper)

    def less(self, other: Group, interval: float) -> dict[str, float]:
        """Difference and ratio to another group, with limits."""
        difference, draws = self.mean - other.mean, self.means - other.means
        lower, upper = self._limits(
            draws, difference, self.skew - other.skew, self.error + other.error, interval
        )
        out = {"difference": difference, "lower": lower, "upper": upper}
        names = ("ratio", "ratio_lower", "ratio_upper")
        if not (self.mean > 0 and other.mean > 0 and min(self.means.min(), other.means.min()) > 0):
            return out | dict.fromkeys(names, np.nan)
        one, two = self.mean, other.mean
        low, high = self._limits(
            np.log(self.means / other.means),
            float(np.log(one / two)),
            self.skew / one**3 - other.skew / two**3,
            self.error / one**2 + other.error / two**2,
            interval,
        )
        return out | dict(zip(names, (one / two, np.exp(low), np.exp(high)), strict=True))

    def _limits(
        self, draws: Array, estimate: float, skew: float, error: float, interval: float
    ) -> tuple[float, float]:
        if self.kind == RATE:
            lower, upper = np.quantile(draws, [0.5 - interval / 2, 0.5 + interval / 2])
            return float(lower), float(upper)
        acceleration = skew / (6 * error**1.5) if error > 0 else 0.0
        return bca_limits(draws, estimate, acceleration, interval)


@dataclass(frozen=True)
class MetricResult:
    """What one metric says of all groups.

    Attributes
    ----------
    by_group
        One row per group: ``mean``, ``median``, each with limits, and ``customers``.
    pairs
        One row per pair: positions ``one`` and ``other``, difference, ratio, Cliff's delta, each
        with limits, and p-values.
    explained
        Share of the differences between customers that the groups account for.
    constant
        Whether all customers have the same value.
    """

    by_group: list[dict[str, Any]]
    pairs: list[dict[str, Any]]
    explained: float
    constant: bool


def compare_metric(
    values: Array,
    groups: Integers,
    n_groups: int,
    kind: str,
    *,
    interval: float,
    resamples: int,
    rng: np.random.Generator,
) -> MetricResult:
    """Compare all groups by one metric.

    Parameters
    ----------
    values
        Of all customers, finite.
    groups
        Group of each, counted from 0; each has two customers or more.
    """
    order = np.argsort(values, kind="stable")
    values, groups = values[order], groups[order]
    sizes = np.bincount(groups, minlength=n_groups)
    members = [Group.of(values[groups == g], kind, resamples, rng) for g in range(n_groups)]
    by_group = []
    for group in members:
        lower, upper = group.mean_limits(interval)
        median = group.median_limits(interval, rng)
        names = ("median", "median_lower", "median_upper")
        row = {"customers": len(group.values), "mean": group.mean, "lower": lower, "upper": upper}
        by_group.append(row | dict(zip(names, median, strict=True)))
    tests = compare_all_pairs(values, groups, sizes, resamples, rng)
    deltas, variances = cliffs_delta_of_all(values, groups, n_groups)
    low, high = delta_limits(deltas, variances, interval)
    pairs = []
    for place, (one, other) in enumerate(zip(*np.triu_indices(n_groups, 1), strict=True)):
        row = {"one": int(one), "other": int(other)} | members[one].less(members[other], interval)
        row |= {"delta": deltas[one, other], "delta_lower": low[one, other]}
        row |= {"delta_upper": high[one, other], "p_value": tests.p_values[place]}
        pairs.append(row | {"p_of_metric": tests.adjusted[place]})
    sums = np.bincount(groups, values, n_groups).astype(np.float64)
    squares = np.bincount(groups, values * values, n_groups).astype(np.float64)
    constant = bool(values[0] == values[-1])
    return MetricResult(
        by_group, pairs, share_explained(sums, squares, sizes.astype(np.float64)), constant
    )
