"""Scores of bases so small that some tenths are empty."""

from __future__ import annotations

import pandas as pd
import pytest

import clvlab


@pytest.fixture(scope="module")
def scores():
    log = pd.DataFrame(
        {
            "customer_id": list("aaabbccdeef"),
            "date": pd.to_datetime("2024-01-01")
            + pd.to_timedelta([0, 9, 20, 3, 40, 5, 60, 7, 11, 30, 50], unit="D"),
            "amount": [10.0, 12, 9, 30, 28, 7, 8, 15, 100, 90, 5],
        }
    )
    summary = clvlab.summarize(log, observed_until="2024-04-01", unit="week")
    return clvlab.score_customers(
        summary,
        clvlab.BetaGeoModel().fit(summary),
        clvlab.GammaGammaModel().fit(summary),
        horizon=26,
        annual_discount_rate=0.1,
        margin_rate=0.5,
        n_draws=400,
    )


def test_each_customer_has_a_tenth_and_the_empty_ones_are_left_out(scores):
    assert list(scores.deciles.index) == [1, 2, 4, 6, 7, 9]
    assert (scores.deciles["customers"] == 1).all()


def test_a_tenth_of_one_customer_has_that_customers_limits(scores):
    table = scores.table.set_index("decile")
    for limit in ("lower", "upper"):
        column = f"clv_credible_{limit}"
        for decile, value in scores.deciles[column].items():
            assert value == pytest.approx(table.loc[decile, column], rel=0.05, abs=0.02)
