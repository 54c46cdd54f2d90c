"""Backtests know nothing that came later."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import clvlab

ORIGIN, END = pd.Timestamp("1997-06-30"), pd.Timestamp("1997-09-29")
FORECAST = ["expected", "predictive_lower", "predictive_upper", "customers"]


def backtest(log, **options):
    return clvlab.backtest(
        log, "bg-nbd, mbg-nbd", origins=[ORIGIN.date()], horizon="13 weeks",
        as_of="1998-06-30", n_draws=40, **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def before(sample_log):
    return backtest(sample_log)


def altered(log, keep):
    """The log without the other purchases, and ten more of one customer on its last day."""
    return replace(log, table=log.table[keep].reset_index(drop=True))


def test_purchases_after_the_horizon_change_nothing(sample_log, before):
    table = sample_log.table
    last = table["date"] == table["date"].max()
    later = (table["date"] > END) & ~last
    changed = backtest(altered(sample_log, ~later))
    assert later.sum() > 1000
    pd.testing.assert_frame_equal(changed, before, check_exact=True)


def test_purchases_after_the_origin_change_no_forecast(sample_log, before):
    table = sample_log.table
    within = (table["date"] > ORIGIN) & (table["date"] <= END) & (table.index % 2 == 0)
    changed = backtest(altered(sample_log, ~within))
    pd.testing.assert_frame_equal(changed[FORECAST], before[FORECAST], check_exact=True)
    assert (changed["observed"] < before["observed"]).all()


def test_purchases_before_the_origin_do_change_it(sample_log, before):
    early = (sample_log.table["date"] <= ORIGIN) & (sample_log.table.index % 10 == 0)
    changed = backtest(altered(sample_log, ~early))
    assert (changed["expected"] != before["expected"]).all()


def test_a_row_is_the_comparison_of_that_day(sample_log, before):
    summary = clvlab.summarize(sample_log, calibration_end="1997-06-30", holdout_end="1997-09-29")
    alone = clvlab.compare_models(summary, "mbg-nbd", n_draws=40).table.loc["mbg-nbd"]
    row = before.set_index("model").loc["mbg-nbd"]
    for name in ("expected", "observed", "gini", "log_score", "predictive_upper"):
        assert row[name] == alone[name]
    assert row["horizon_end"] == END


def test_origins_are_spread_up_to_the_last_whole_horizon(sample_log):
    found = clvlab.backtest(sample_log, "bg-nbd", origins=3, horizon="13 weeks", n_draws=20)
    days = [f"{day:%Y-%m-%d}" for day in found["origin"]]
    assert days == ["1997-04-25", "1997-10-12", "1998-03-31"]
    assert str(found["horizon_end"].max().date()) == "1998-06-30"
    assert (found["problem"] == "").all()


def test_a_day_on_which_no_model_can_be_fitted_says_why(sample_log):
    found = clvlab.backtest(
        sample_log, "bg-nbd", origins=["1997-01-01", "1997-06-30"], horizon="4 weeks", n_draws=20
    )
    assert "nobody of" in found.loc[0, "problem"]
    assert found.loc[0, ["expected", "log_score"]].isna().all()
    assert found.loc[1, "problem"] == ""
    assert clvlab.typical_error(found, "bg-nbd")["origins"] == 1


def test_a_sixth_of_the_time_is_the_horizon_by_default(sample_log):
    found = clvlab.backtest(sample_log, "bg-nbd", origins=1, n_draws=20)
    assert (found["horizon_end"] - found["origin"]).dt.days.tolist() == [91]
