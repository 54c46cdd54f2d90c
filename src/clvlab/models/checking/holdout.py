"""What a model expected of a holdout, and what happened in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from clvlab.errors import InputError, Problem
from clvlab.models.checking import accuracy
from clvlab.models.checking.counts_in_holdout import probabilities_of_holdout
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.schema import FREQUENCY
from clvlab.summary.customer_summary import HOLDOUT_FREQUENCY, CustomerSummary

Array = npt.NDArray[np.float64]
COVERAGES = (0.5, 0.8, 0.9)
"""Central predictive intervals of single customers that a holdout is compared with."""


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
    customers
        Indexed by ``customer_id``: ``observed``, ``expected``, and the probabilities that the
        model gave to ``exactly`` what was observed and to anything ``below`` it.
    """

    observed: int
    expected: float
    mean_absolute_error: float
    root_mean_squared_error: float
    correlation: float
    by_frequency: pd.DataFrame
    customers: pd.DataFrame

    @property
    def relative_error(self) -> float:
        """Expected over observed, minus one."""
        return self.expected / self.observed - 1 if self.observed else math.nan

    @property
    def bias(self) -> float:
        """Expected minus observed, per customer."""
        return accuracy.bias(self.customers["observed"], self.customers["expected"])

    @property
    def gini(self) -> float:
        """How well the expectations order the customers, 1 for the best order."""
        return accuracy.gini(self.customers["observed"], self.customers["expected"])

    @property
    def rank_correlation(self) -> float:
        """Spearman's correlation of observed and expected over customers."""
        return accuracy.rank_correlation(self.customers["observed"], self.customers["expected"])

    @property
    def log_scores(self) -> pd.Series:
        """Logarithm of each customer's ``exactly``."""
        values = accuracy.log_scores(self.customers["exactly"])
        return pd.Series(values, index=self.customers.index, name="log_score")

    @property
    def log_score(self) -> float:
        """Mean of the log scores, a proper score; higher is better."""
        return float(self.log_scores.mean())

    def inside(self, interval: float) -> float:
        """Share of customers inside their central predictive interval; see `inside_central`."""
        return accuracy.inside_central(self.customers["below"], self.customers["exactly"], interval)

    def describe(self) -> dict[str, float]:
        """The check in numbers."""
        return {
            "observed": self.observed,
            "expected": self.expected,
            "relative_error": self.relative_error,
            "mean_absolute_error": self.mean_absolute_error,
            "correlation": self.correlation,
        }

    def accuracy(self) -> dict[str, float]:
        """All measures, those of `describe` among them.

        Further keys: ``bias``, ``root_mean_squared_error``, ``gini``, ``rank_correlation``,
        ``log_score``, ``inside_50``, ``inside_80``, ``inside_90``.
        """
        inside = {f"inside_{coverage * 100:.0f}": self.inside(coverage) for coverage in COVERAGES}
        return {
            **self.describe(),
            "bias": self.bias,
            "root_mean_squared_error": self.root_mean_squared_error,
            "gini": self.gini,
            "rank_correlation": self.rank_correlation,
            "log_score": self.log_score,
            **inside,
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
    require_holdout(summary)
    expected = model.expected_purchases(summary, horizon=f"{summary.window.holdout_days} days")
    observed = summary.table[HOLDOUT_FREQUENCY]
    below, exactly = probabilities_of_holdout(summary, model)
    customers = pd.DataFrame(
        {"observed": observed, "expected": expected, "below": below, "exactly": exactly}
    )
    grouped = customers[["observed", "expected"]].groupby(
        summary.table[FREQUENCY].clip(upper=most_frequency)
    )
    by_frequency = grouped.mean()
    by_frequency.insert(0, "customers", grouped.size())
    return HoldoutCheck(
        observed=int(observed.sum()),
        expected=math.fsum(expected),
        mean_absolute_error=accuracy.mean_absolute_error(observed, expected),
        root_mean_squared_error=accuracy.root_mean_squared_error(observed, expected),
        correlation=_correlation(observed, expected),
        by_frequency=by_frequency,
        customers=customers,
    )


def require_holdout(summary: CustomerSummary) -> None:
    """Refuse a summary without a holdout."""
    if not summary.has_holdout:
        raise InputError(
            Problem(
                "the summary",
                "must have a holdout to be compared with",
                "it has none",
                "Pass holdout_end to summarize().",
            )
        )


def _correlation(one: pd.Series, other: pd.Series) -> float:
    if one.min() == one.max() or other.min() == other.max():
        return math.nan
    return float(scipy.stats.pearsonr(one, other).statistic)
