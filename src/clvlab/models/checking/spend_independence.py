"""Whether spend per purchase depends on how often customers buy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from clvlab.models.gamma_gamma.frequency_effect import FrequencyEffect
from clvlab.models.gamma_gamma.frequency_gamma_gamma import frequency_effect_of
from clvlab.schema import FREQUENCY, MONETARY_VALUE
from clvlab.summary.customer_summary import CustomerSummary

SIGNIFICANT = 0.05
SMALLEST_SHOWN = 0.0005


@dataclass(frozen=True)
class SpendIndependence:
    """Whether customers who buy more often also spend more per purchase.

    Attributes
    ----------
    pearson, spearman
        Correlations of frequency and mean repeat purchase over repeat buyers. Ranks correlate
        even if spend does not depend on frequency, since a mean of few amounts is the more
        skewed: they describe, and test nothing.
    p_value
        Of the test that the expected mean purchase is the same at every frequency; see
        `estimate_frequency_effect`. Missing for fewer than ten repeat buyers.
    per_doubling, lower, upper
        Factor on the expected purchase when the number of purchases doubles, with 95 % limits.
    by_frequency
        Indexed by ``frequency`` group: ``customers``, and ``mean``, ``lower_quartile``,
        ``median``, ``upper_quartile`` of the mean repeat purchase.
    """

    pearson: float
    spearman: float
    p_value: float
    per_doubling: float
    lower: float
    upper: float
    by_frequency: pd.DataFrame

    def __str__(self) -> str:
        if not math.isfinite(self.p_value):
            return "There are too few different repeat buyers to tell."
        change = (
            f"Customers with twice as many purchases spend {_change(self.per_doubling)} a purchase "
            f"(95 % limits: {_change(self.lower)} to {_change(self.upper)})"
        )
        if self.acceptable:
            return f"{change}, which can't be told from no difference (p {_p(self.p_value)})."
        return (
            f"{change}, which is no coincidence (p {_p(self.p_value)}). Whether a model of spend "
            "that knows this foretells better is for a holdout to say."
        )

    @property
    def acceptable(self) -> bool:
        """Whether the data do not contradict independence at the 5 % level."""
        return self.p_value >= SIGNIFICANT

    @property
    def found(self) -> bool:
        """Whether the data show a dependence at the 5 % level; false where they can't tell."""
        return self.p_value < SIGNIFICANT

    def describe(self) -> dict[str, float]:
        """The test in numbers."""
        names = ("p_value", "per_doubling", "lower", "upper", "spearman", "pearson")
        return {name: getattr(self, name) for name in names}


def check_spend_independence(summary: CustomerSummary) -> SpendIndependence:
    """Test the assumption that expected spend per purchase does not depend on frequency.

    Where it does, `FrequencyGammaGammaModel` lets spend move with frequency, and
    `compare_spend_models` says whether that foretells a holdout better.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> print(check_spend_independence(summary))
    Customers with twice as many purchases spend 12 % more a purchase (95 % limits: ...
    """
    repeat = summary.table[summary.table[FREQUENCY] > 0]
    amount, frequency = repeat[MONETARY_VALUE], repeat[FREQUENCY]
    pearson = spearman = math.nan
    if len(repeat) > 2 and frequency.min() < frequency.max() and amount.min() < amount.max():
        pearson = float(scipy.stats.pearsonr(frequency, amount).statistic)
        spearman = float(scipy.stats.spearmanr(frequency, amount).statistic)
    effect: FrequencyEffect = frequency_effect_of(summary)
    labels = ["1", "2", "3", "4-5", "6-10", "11+"]
    group = pd.cut(frequency, [0, 1, 2, 3, 5, 10, np.inf], labels=labels)
    grouped = amount.groupby(group, observed=True)
    table = pd.DataFrame(
        {
            "customers": grouped.size(),
            "mean": grouped.mean(),
            "lower_quartile": grouped.quantile(0.25),
            "median": grouped.median(),
            "upper_quartile": grouped.quantile(0.75),
        }
    )
    table.index.name = FREQUENCY
    return SpendIndependence(pearson, spearman, effect.p_value, *effect.per_doubling, table)


def _change(factor: float) -> str:
    if not math.isfinite(factor):
        return "without bound more"
    return f"{abs(factor - 1):.0%}".replace("%", " %") + (" more" if factor >= 1 else " less")


def _p(value: float) -> str:
    return f"= {value:.3f}" if value >= SMALLEST_SHOWN else "below 0.001"
