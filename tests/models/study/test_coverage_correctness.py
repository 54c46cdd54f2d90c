"""Do intervals cover as often as they say? Over many simulated bases with known truth.

An exact 90 percent interval covers in 82.5 to 96 percent of 200 bases, but for one time in a
thousand. Purchases are slow against a day, so that hardly two of them fall on one: merging a day's
purchases is a (small) departure from the model, and its effect is not what is looked at here.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

import clvlab

TRUTH = np.array([0.55, 85.0, 0.8, 2.5])
SPEND = np.array([6.0, 4.0, 15.0])
BASES = 200
FIRST_DAY, TEN_YEARS = date(2000, 1, 1), timedelta(days=3650)


@pytest.fixture(scope="module")
def covered():
    """Per base: which of the seven parameters and the holdout total lie inside their limits."""
    rows = []
    for seed in range(BASES):
        base = clvlab.simulate_base(
            10_000, transaction=TRUTH, spend=SPEND, unit="week", seed=seed, first_day=FIRST_DAY,
            acquisition_days=3650, observed_days=7300,
        )  # fmt: skip
        summary = clvlab.summarize(
            base.log,
            calibration_end=FIRST_DAY + TEN_YEARS - timedelta(days=1),
            holdout_end=FIRST_DAY + 2 * TEN_YEARS - timedelta(days=1),
            observed_until=FIRST_DAY + 2 * TEN_YEARS - timedelta(days=1),
            unit="week",
        )
        model, spend = clvlab.BetaGeoModel().fit(summary), clvlab.GammaGammaModel().fit(summary)
        inside = [
            (table["lower"] < truth) & (truth < table["upper"])
            for table, truth in (
                (model.parameter_table(0.9), TRUTH),
                (spend.parameter_table(0.9), SPEND),
            )
        ]
        scores = clvlab.score_customers(
            summary, model, spend, horizon="3650 days", annual_discount_rate=0.0, margin_rate=1.0,
            interval=0.9, n_draws=300, seed=seed,
        )  # fmt: skip
        totals = []
        for outcome, actual in (
            ("expected_purchases", "holdout_frequency"),
            ("clv", "holdout_amount"),
        ):
            low, high = (scores.total[f"{outcome}_predictive_{s}"] for s in ("lower", "upper"))
            totals.append(low <= summary.table[actual].sum() <= high)
        rows.append([*inside[0], *inside[1], *totals])
    return np.array(rows, dtype=float).mean(axis=0)


@pytest.mark.trust
@pytest.mark.parametrize(
    "position", range(9), ids=["r", "alpha", "a", "b", "p", "q", "v", "purchases", "value"]
)
def test_ninety_percent_intervals_cover(covered, position):
    assert 0.825 <= covered[position] <= 0.96
