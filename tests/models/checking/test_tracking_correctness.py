"""Tracking: observed against the log, expected against the model, limits against known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError


@pytest.fixture(scope="module")
def tracking(sample_log, sample, sample_model):
    return clvlab.track_repeat_purchases(sample_log, sample, sample_model, n_draws=40)


def test_there_is_a_row_for_every_whole_week(tracking):
    assert len(tracking) == 78
    assert tracking.index[0] == pd.Timestamp("1997-01-07")
    assert tracking.index[-1] == pd.Timestamp("1998-06-30")


def test_the_holdout_starts_with_the_first_week_after_the_calibration(tracking):
    assert tracking.index[~tracking["holdout"]].max() == pd.Timestamp("1997-09-30")


def test_observed_in_the_calibration_are_all_repeat_purchases(tracking):
    assert tracking.loc["1997-09-30", "cumulative_observed"] == 2457


def test_observed_to_the_end_adds_those_of_the_holdout(tracking):
    assert tracking["cumulative_observed"].iloc[-1] == 2457 + 1882


@pytest.mark.parametrize(
    ("week", "observed"), [(20, 1359), (21, 1414), (22, 1484), (23, 1517), (24, 1573), (25, 1672)]
)
def test_observed_weeks_are_the_published_ones(tracking, week, observed):
    assert tracking["cumulative_observed"].iloc[week - 1] == observed


def test_expected_is_the_sum_over_customers_since_their_first_purchase(
    tracking, sample, sample_model
):
    new = [
        sample_model.expected_purchases_new_customer(f"{days} days") * customers
        for days, customers in sample.table["T_days"].value_counts().items()
    ]
    assert tracking.loc["1997-09-30", "cumulative_expected"] == pytest.approx(sum(new), rel=1e-12)


def test_periods_add_up_to_the_total(tracking):
    for name in ("observed", "expected"):
        total = tracking[name].cumsum()
        np.testing.assert_allclose(total, tracking[f"cumulative_{name}"], rtol=1e-12)


def test_without_a_holdout_the_day_after_the_calibration_is_not_seen(
    sample_log, sample, sample_model
):
    table = sample.table.drop(columns=["holdout_frequency", "holdout_amount"])
    only = replace(sample, table=table, window=replace(sample.window, holdout_end=None))
    tracking = clvlab.track_repeat_purchases(sample_log, only, sample_model, n_draws=20)
    assert len(tracking) == 39
    assert not tracking["holdout"].any()
    assert tracking["cumulative_observed"].iloc[-1] == 2457


def test_customers_who_came_after_the_calibration_do_not_count(sample_log, sample_model):
    early = clvlab.summarize(
        sample_log, calibration_end="1997-01-28", holdout_end="1997-06-30", unit="week"
    )
    tracking = clvlab.track_repeat_purchases(sample_log, early, sample_model, n_draws=20)
    seen = early.repeat_purchases + early.table["holdout_frequency"].sum()
    # The holdout ends six days after the last whole week.
    assert 0.97 * seen < tracking["cumulative_observed"].iloc[-1] <= seen
    assert tracking.loc["1997-01-28", "cumulative_observed"] == early.repeat_purchases


@pytest.fixture(scope="module")
def known_truth():
    base = clvlab.simulate_base(
        2000, transaction=(0.6, 6, 0.8, 2.5), spend=(6, 4, 15), unit="week", seed=23,
        acquisition_days=90, observed_days=546,
    )  # fmt: skip
    summary = clvlab.summarize(
        base.log, calibration_end="2023-12-31", holdout_end="2024-06-29", unit="week"
    )
    model = clvlab.BetaGeoModel().fit(summary)
    return clvlab.track_repeat_purchases(base.log, summary, model, n_draws=200, seed=1)


def test_about_nine_in_ten_weeks_of_a_simulated_base_lie_within_the_limits(known_truth):
    inside = known_truth["observed"].between(
        known_truth["predictive_lower"], known_truth["predictive_upper"]
    )
    assert 0.78 < inside.mean() <= 1


def test_the_total_of_a_simulated_base_lies_within_the_limits(known_truth):
    last = known_truth.iloc[-1]
    assert (
        last["cumulative_predictive_lower"]
        < last["cumulative_observed"]
        < last["cumulative_predictive_upper"]
    )


def test_the_limits_lie_around_the_expectation(known_truth):
    late = known_truth.iloc[4:]
    assert (late["cumulative_predictive_lower"] < late["cumulative_expected"]).all()
    assert (late["cumulative_expected"] < late["cumulative_predictive_upper"]).all()


def test_the_same_seed_gives_the_same_digits(sample_log, sample, sample_model, tracking):
    again = clvlab.track_repeat_purchases(sample_log, sample, sample_model, n_draws=40)
    pd.testing.assert_frame_equal(again, tracking, check_exact=True)


def test_a_summary_without_dates_cannot_be_tracked(sample_log, sample, sample_model):
    undated = replace(sample, window=clvlab.StudyWindow(clvlab.TimeUnit.WEEK))
    with pytest.raises(InputError, match=r"their window has none\. Make the summary from a tra"):
        clvlab.track_repeat_purchases(sample_log, undated, sample_model)


def test_another_log_than_the_summarys_is_refused(sample, sample_model):
    with pytest.raises(InputError, match="must be the one that the summary was made from"):
        clvlab.track_repeat_purchases(clvlab.load_cdnow(), sample, sample_model)


def test_a_unit_longer_than_the_log_is_refused(sample_log):
    year = clvlab.summarize(sample_log, calibration_end="1997-09-30", unit="year")
    with pytest.raises(InputError, match="must fit into the days observed at least once"):
        clvlab.track_repeat_purchases(sample_log, year, clvlab.BetaGeoModel().fit(year))
