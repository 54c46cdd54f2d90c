"""The customer summary against hand-worked logs and the published counts of CDNOW."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

import clvlab

ROWS = [
    ("b", "2024-01-01", 10.00),
    ("a", "2024-01-03", 20.00),
    ("a", "2024-01-10", 30.00),
    ("a", "2024-01-31", 40.10),  # the calibration end itself
    ("a", "2024-02-01", 7.00),  # the first day of the holdout
    ("b", "2024-02-10", 8.00),  # the last day of the holdout
    ("b", "2024-02-11", 9.00),  # after the holdout
    ("c", "2024-01-31", 5.00),  # first bought on the calibration end
    ("d", "2024-02-01", 6.00),  # not a customer yet
]


@pytest.fixture
def hand_made():
    return pd.DataFrame(ROWS, columns=["customer_id", "date", "amount"])


@pytest.fixture
def summary(hand_made):
    return clvlab.summarize(
        hand_made, calibration_end="2024-01-31", holdout_end="2024-02-10", unit="day"
    )


def test_customers_stand_in_the_order_of_their_first_purchase(summary):
    assert list(summary.table.index) == ["b", "a", "c"]


def test_the_calibration_end_is_the_last_day_seen(summary):
    assert summary.table["frequency"].to_dict() == {"b": 0, "a": 2, "c": 0}


def test_recency_and_time_observed_count_from_the_first_purchase(summary):
    assert summary.table["recency_days"].to_dict() == {"b": 0, "a": 28, "c": 0}
    assert summary.table["T_days"].to_dict() == {"b": 30, "a": 28, "c": 0}


def test_the_monetary_value_is_the_mean_of_the_repeat_purchases(summary):
    assert summary.table.loc["a", "monetary_value"] == 35.05
    assert summary.table["monetary_value"].isna().to_dict() == {"b": True, "a": False, "c": True}


def test_the_total_amount_includes_the_first_purchase(summary):
    assert summary.table["total_amount"].to_dict() == {"b": 10.0, "a": 90.1, "c": 5.0}


def test_the_holdout_starts_the_day_after_and_ends_with_its_last_day(summary):
    assert summary.table["holdout_frequency"].to_dict() == {"b": 1, "a": 1, "c": 0}
    assert summary.table["holdout_amount"].to_dict() == {"b": 8.0, "a": 7.0, "c": 0.0}


def test_the_window_holds_the_days_and_the_unit(summary):
    window = summary.window
    assert window.unit is clvlab.TimeUnit.DAY
    assert window.calendar() == (date(2024, 1, 1), date(2024, 1, 31))
    assert window.holdout_days == 10


def test_the_frame_of_the_literature_has_zero_where_nothing_was_repeated(summary):
    frame = summary.to_frame("week")
    assert list(frame.columns) == ["frequency", "recency", "T", "monetary_value"]
    assert frame.loc["a"].to_dict() == {
        "frequency": 2.0,
        "recency": 4.0,
        "T": 4.0,
        "monetary_value": 35.05,
    }
    assert frame.loc["b", "monetary_value"] == 0


def test_counts_of_repeaters_and_repeat_purchases(summary):
    assert (len(summary), summary.repeaters, summary.repeat_purchases) == (3, 1, 2)


def test_without_an_end_the_last_purchase_ends_the_calibration(hand_made):
    assert clvlab.summarize(hand_made).window.calibration_end == date(2024, 2, 11)


def test_a_log_that_covers_more_days_than_it_has_purchases(hand_made):
    summary = clvlab.summarize(hand_made, observed_until="2024-02-29", unit="day")
    assert summary.window.calibration_end == date(2024, 2, 29)
    assert summary.table.loc["b", "T_days"] == 59


def test_purchases_on_one_day_are_one(hand_made):
    twice = pd.concat([hand_made, hand_made.assign(amount=1.0)])
    summary = clvlab.summarize(twice, calibration_end="2024-01-31", unit="day")
    assert summary.table["frequency"].to_dict() == {"b": 0, "a": 2, "c": 0}
    assert summary.table.loc["a", "total_amount"] == 93.1


@pytest.mark.parametrize("unit", ["day", "month", "year"])
def test_the_published_counts_do_not_depend_on_the_unit(sample_log, unit):
    summary = clvlab.summarize(
        sample_log, calibration_end="1997-09-30", holdout_end="1998-06-30", unit=unit
    )
    assert (len(summary), summary.repeat_purchases, summary.repeaters) == (2357, 2457, 946)
    assert summary.table["holdout_frequency"].sum() == 1882


def test_a_customer_of_the_paper_has_the_published_history(sample):
    customer = sample.to_frame().loc["0001"]
    assert customer["frequency"] == 2
    assert customer["recency"] == pytest.approx(30.43, abs=5e-3)
    assert customer["T"] == pytest.approx(38.86, abs=5e-3)
    assert customer["monetary_value"] == pytest.approx(22.345, abs=1e-9)


def test_the_split_nobody_names_is_that_of_the_literature(sample_log):
    assert clvlab.split_days(sample_log) == (date(1997, 9, 30), date(1998, 6, 30))


def test_half_of_the_days_seen_are_for_calibration(sample_log):
    assert clvlab.split_days(sample_log, as_of="1997-01-10") == (
        date(1997, 1, 5),
        date(1997, 1, 10),
    )


def test_a_named_calibration_end_is_kept(sample_log):
    assert clvlab.split_days(sample_log, calibration_end="1997-06-30")[0] == date(1997, 6, 30)
