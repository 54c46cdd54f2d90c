"""Do intervals cover as often as they say? Over many simulated bases with known truth.

An exact 90 percent interval covers in 82.5 to 96 percent of 200 bases, but for one time in a
thousand.
"""

from __future__ import annotations

import numpy as np
import pytest

import clvlab

TRUTH = np.array([0.55, 8.5, 0.8, 2.5])
SPEND = np.array([6.0, 4.0, 15.0])
BASES = 200


@pytest.fixture(scope="module")
def covered():
    """Per base: which of the seven parameters and the holdout total lie inside their limits."""
    rows = []
    for seed in range(BASES):
        base = clvlab.simulate_base(
            10_000, transaction=TRUTH, spend=SPEND, unit="week", seed=seed, observed_days=730
        )
        summary = clvlab.summarize(
            base.log, calibration_end="2023-12-31", holdout_end="2024-12-29", unit="week"
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
            summary, model, spend, horizon="364 days", annual_discount_rate=0.0, margin_rate=1.0,
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
