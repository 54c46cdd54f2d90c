"""Whether a model is right for tenths of the customers, and its chances for what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.models.checking.counts_in_holdout import simulate_counts
from clvlab.models.checking.holdout import require_holdout
from clvlab.models.checking.model_names import draws_of
from clvlab.models.fitting.fitted import check_interval
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.futures.limits import limits_of
from clvlab.models.study.score_table import deciles_of
from clvlab.summary.customer_summary import HOLDOUT_FREQUENCY, CustomerSummary


def calibration_table(
    summary: CustomerSummary,
    model: TransactionModel,
    *,
    interval: float = 0.90,
    n_draws: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Purchases in the holdout by tenth of the customers, in the order of what was expected.

    Parameters
    ----------
    summary
        With a holdout.
    model
        A fitted model.
    interval
        Coverage of the limits.
    n_draws
        Draws of the parameters, each with one simulated future.
    seed
        Seed of both.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``decile``, 1 the highest expectations: ``customers``; ``expected`` and
        ``observed`` purchases per customer, with ``predictive_lower`` and ``predictive_upper``;
        ``inside``, whether the observed lies within them.

    Raises
    ------
    InputError
        When the summary has no holdout.
    """
    horizon = _horizon(summary, interval)
    expected = model.expected_purchases(summary, horizon=horizon)
    observed = summary.table[HOLDOUT_FREQUENCY].astype(float)
    simulate = (summary, model, interval, n_draws, seed)
    return _by_tenth(expected, observed, "purchases", *simulate)


def reliability_table(
    summary: CustomerSummary,
    model: TransactionModel,
    *,
    interval: float = 0.90,
    n_draws: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Share of customers who bought in the holdout, by tenth of the chance that they would.

    Parameters and columns are those of `calibration_table`; ``expected`` is the mean chance of at
    least one purchase and ``observed`` the share with one.
    """
    horizon = _horizon(summary, interval)
    expected = model.probability_purchase(summary, horizon=horizon)
    observed = (summary.table[HOLDOUT_FREQUENCY] > 0).astype(float)
    return _by_tenth(expected, observed, "buyers", summary, model, interval, n_draws, seed)


def _horizon(summary: CustomerSummary, interval: float) -> str:
    check_interval(interval)
    require_holdout(summary)
    return f"{summary.window.holdout_days} days"


def _by_tenth(
    expected: pd.Series,
    observed: pd.Series,
    simulated: str,
    summary: CustomerSummary,
    model: TransactionModel,
    interval: float,
    n_draws: int,
    seed: int,
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    draws = draws_of(model, summary, n_draws, rng)
    decile = deciles_of(expected.to_numpy())
    sums = getattr(simulate_counts(summary, model, draws, decile - 1, rng), simulated)
    grouped = pd.DataFrame({"expected": expected, "observed": observed}).groupby(decile)
    table = grouped.mean()
    table.insert(0, "customers", grouped.size())
    lower, upper = limits_of(sums, interval)
    rows = table.index.to_numpy() - 1
    table["predictive_lower"] = lower[rows] / table["customers"]
    table["predictive_upper"] = upper[rows] / table["customers"]
    table["inside"] = table["observed"].between(
        table["predictive_lower"], table["predictive_upper"]
    )
    return table.rename_axis("decile")
