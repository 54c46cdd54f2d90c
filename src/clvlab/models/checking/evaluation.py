"""How wrong the models are: against a holdout, and against their own assumptions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from clvlab.clock import Horizon
from clvlab.errors import InputError, Problem
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.schema import FREQUENCY, MONETARY_VALUE
from clvlab.summary.customer_summary import HOLDOUT_FREQUENCY, CustomerSummary

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HoldoutCheck:
    """Observed and expected purchases in the holdout.

    Attributes
    ----------
    observed, expected
        Totals over all customers.
    mean_absolute_error, root_mean_squared_error
        Of single customers' expectations.
    correlation
        Pearson correlation of observed and expected over customers; missing where either is the
        same for everybody.
    by_frequency
        Indexed by ``frequency`` (the last row holds that many and more): ``customers``,
        ``observed`` and ``expected`` purchases per customer.
    """

    observed: int
    expected: float
    mean_absolute_error: float
    root_mean_squared_error: float
    correlation: float
    by_frequency: pd.DataFrame

    @property
    def relative_error(self) -> float:
        """Expected over observed, minus one."""
        return self.expected / self.observed - 1 if self.observed else math.nan

    def describe(self) -> dict[str, float]:
        """The check in numbers."""
        return {
            "observed": self.observed,
            "expected": self.expected,
            "relative_error": self.relative_error,
            "mean_absolute_error": self.mean_absolute_error,
            "correlation": self.correlation,
        }


def check_holdout(
    summary: CustomerSummary, model: TransactionModel, *, most_frequency: int = 7
) -> HoldoutCheck:
    """Compare expected purchases with those of the holdout.

    Raises
    ------
    InputError
        When the summary has no holdout.
    """
    if not summary.has_holdout:
        raise InputError(
            Problem(
                "the summary",
                "must have a holdout to be compared with",
                "it has none",
                "Pass holdout_end to summarize().",
            )
        )
    days = f"{summary.window.holdout_days} days"
    expected = model.expected_purchases(summary, horizon=days)
    observed = summary.table[HOLDOUT_FREQUENCY]
    error = (expected - observed).to_numpy()
    grouped = pd.DataFrame({"observed": observed, "expected": expected}).groupby(
        summary.table[FREQUENCY].clip(upper=most_frequency)
    )
    by_frequency = grouped.mean()
    by_frequency.insert(0, "customers", grouped.size())
    return HoldoutCheck(
        observed=int(observed.sum()),
        expected=math.fsum(expected),
        mean_absolute_error=float(np.abs(error).mean()),
        root_mean_squared_error=float(np.sqrt((error**2).mean())),
        correlation=_correlation(observed, expected),
        by_frequency=by_frequency,
    )


def _correlation(one: pd.Series, other: pd.Series) -> float:
    if one.min() == one.max() or other.min() == other.max():
        return math.nan
    return float(scipy.stats.pearsonr(one, other).statistic)


@dataclass(frozen=True)
class SpendIndependence:
    """Whether customers who buy more often also spend more per purchase.

    Attributes
    ----------
    pearson, spearman
        Correlations of frequency and mean repeat purchase over repeat buyers.
    p_value
        Of the rank correlation, two-sided.
    by_frequency
        Indexed by ``frequency`` group: ``customers``, and ``mean``, ``lower_quartile``,
        ``median``, ``upper_quartile`` of the mean repeat purchase.
    """

    pearson: float
    spearman: float
    p_value: float
    by_frequency: pd.DataFrame

    def __str__(self) -> str:
        if not math.isfinite(self.spearman):
            return "There are too few different repeat buyers to tell."
        if self.acceptable:
            return "That is little: multiplying the two is no great error."
        more, less = ("more", "less") if self.spearman > 0 else ("less", "more")
        return (
            f"That is not little: frequent buyers are worth {more} than stated here and rare ones "
            f"{less}."
        )

    @property
    def acceptable(self) -> bool:
        """Whether the rank correlation is small enough (below 0.2) for the model to be usable."""
        return abs(self.spearman) < 0.2


def check_spend_independence(summary: CustomerSummary) -> SpendIndependence:
    """Look at the assumption that spend per purchase does not depend on frequency."""
    repeat = summary.table[summary.table[FREQUENCY] > 0]
    amount, frequency = repeat[MONETARY_VALUE], repeat[FREQUENCY]
    if len(repeat) < 3 or frequency.min() == frequency.max() or amount.min() == amount.max():
        pearson = spearman = p_value = math.nan
    else:
        pearson = float(scipy.stats.pearsonr(frequency, amount).statistic)
        ranks = scipy.stats.spearmanr(frequency, amount)
        spearman, p_value = float(ranks.statistic), float(ranks.pvalue)
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
    return SpendIndependence(pearson, spearman, p_value, table)


def frequency_recency_grid(
    summary: CustomerSummary,
    model: TransactionModel,
    *,
    horizon: Horizon,
    most_frequency: int = 20,
    steps: int = 40,
) -> pd.DataFrame:
    """What the model says of customers observed the longest, by frequency and recency.

    Parameters
    ----------
    summary
        Gives the longest time observed, and the unit of `horizon`.
    model
        A fitted model.
    horizon
        Over which purchases are expected.
    most_frequency, steps
        Size of the grid.

    Returns
    -------
    pandas.DataFrame
        ``frequency`` (1 to `most_frequency`), ``recency`` (in the summary's unit),
        ``probability_alive``, ``expected_purchases``.
    """
    model.require_no_covariates("a grid of frequency and recency")
    unit = summary.window.unit.days
    longest = float(summary.table["T_days"].max())
    frequency, recency = np.meshgrid(
        np.arange(1, most_frequency + 1, dtype=np.float64),
        np.linspace(0, longest, steps + 1)[1:],
        indexing="ij",
    )
    scale = model.unit_.days
    ahead = summary.window.horizon_days(horizon) / scale
    history = (model.params_, frequency, recency / scale, longest / scale)
    return pd.DataFrame(
        {
            "frequency": frequency.ravel(),
            "recency": recency.ravel() / unit,
            "probability_alive": model.process.probability_alive(*history).ravel(),
            "expected_purchases": model.process.expected_purchases(*history, ahead).ravel(),
        }
    )
