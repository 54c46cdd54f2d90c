"""How the as-of day sets the windows."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clvlab
from clvlab.summary import customers_to_fit, describe_windows, split_days


@pytest.fixture(scope="module")
def small():
    days = pd.date_range("2023-01-01", periods=120, freq="D")
    table = {"customer_id": [f"c{i % 40}" for i in range(120)], "date": days, "amount": 10.0}
    return clvlab.load_transactions(pd.DataFrame(table))


def test_half_of_the_time_is_the_literatures_split(sample_log):
    assert split_days(sample_log) == (date(1997, 9, 30), date(1998, 6, 30))
    assert split_days(sample_log, holdout="half") == split_days(sample_log)


@given(st.integers(60, 119), st.integers(1, 58))
def test_a_span_rolls_with_the_as_of_day(small, seen, length):
    as_of = date(2023, 1, 1) + timedelta(days=seen)
    end, last = split_days(small, as_of=as_of, holdout=f"{length} days")
    assert last == as_of
    assert end == as_of - timedelta(days=length)


@pytest.mark.parametrize(
    ("span", "unit", "days"),
    [("4 weeks", "day", 28), ("4", "week", 28), ("28", "day", 28), ("2 months", "week", 61)],
)
def test_a_span_has_its_own_unit_or_that_of_the_study(small, span, unit, days):
    end, last = split_days(small, holdout=span, unit=unit)
    assert (last - end).days == days


def test_a_fixed_day_does_not_roll(sample_log):
    for as_of in ("1998-03-31", "1998-06-30"):
        end, _ = split_days(
            sample_log, calibration_end="1997-12-31", as_of=as_of, holdout="9 weeks"
        )
        assert end == date(1997, 12, 31)


def test_everything_is_the_summary_itself(sample):
    assert customers_to_fit(sample) is sample


@pytest.mark.parametrize("weeks", [28, 30, 39])
def test_recent_customers_are_those_who_came_in_the_span(sample, weeks):
    chosen = customers_to_fit(sample, f"{weeks} weeks")
    first = date(1997, 9, 30) - timedelta(weeks=weeks) + timedelta(days=1)
    came = sample.table["first_purchase"]
    expected = sample.table[came >= pd.Timestamp(first)]
    pd.testing.assert_frame_equal(chosen.table, expected)
    assert chosen.window == sample.window
    assert 0 < len(chosen) <= len(sample)


def test_a_number_counts_in_the_units_of_the_window(sample):
    assert len(customers_to_fit(sample, "30")) == len(customers_to_fit(sample, "30 weeks"))


def test_a_long_span_fits_as_everything_does(sample, sample_model):
    fitted = clvlab.BetaGeoModel().fit(customers_to_fit(sample, "10 years"))
    assert fitted.log_likelihood_ == sample_model.log_likelihood_


def test_all_customers_are_scored_by_a_model_of_some(sample):
    fitted = clvlab.BetaGeoModel().fit(customers_to_fit(sample, "30 weeks"))
    expected = fitted.expected_purchases(sample, horizon=39)
    assert len(expected) == len(sample)
    assert np.isfinite(expected).all()


def test_windows_are_told_in_words():
    assert describe_windows() == (
        "The holdout is the second half of the days up to the as-of day and grows with it. "
        "The models are fitted to all customers of their window."
    )
    assert describe_windows(calibration_end="1997-09-30", holdout="26 weeks").startswith(
        "The holdout begins after a fixed day, 1997-09-30,"
    )
