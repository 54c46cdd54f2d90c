"""The clock against hand-worked spans, dates and discount rates."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from clvlab.clock import (
    StudyWindow,
    TimeUnit,
    days_since,
    log_discount_per_day,
    parse_date,
    period_ends,
)


@pytest.mark.parametrize(
    ("unit", "days"), [("day", 1), ("week", 7), ("month", 30.4375), ("year", 365.25)]
)
def test_a_unit_has_its_length_in_days(unit, days):
    assert TimeUnit.parse(unit).days == days


@pytest.mark.parametrize("name", ["week", "weeks", "Week", " WEEKS ", TimeUnit.WEEK])
def test_a_unit_is_understood_singular_plural_and_in_any_case(name):
    assert TimeUnit.parse(name) is TimeUnit.WEEK


def test_the_holdout_starts_the_day_after_the_calibration_end():
    window = StudyWindow(
        TimeUnit.WEEK, calibration_end=date(1997, 9, 30), holdout_end=date(1997, 10, 1)
    )
    assert window.holdout_days == 1


def test_a_window_without_a_holdout_has_none():
    assert StudyWindow(TimeUnit.WEEK, calibration_end=date(1997, 9, 30)).holdout_days == 0


def test_a_horizon_that_ends_with_the_calibration_is_empty():
    window = StudyWindow(TimeUnit.DAY, calibration_end=date(2024, 2, 29))
    assert window.horizon_days("2024-02-29") == 0
    assert window.horizon_days("2024-03-01") == 1


@pytest.mark.parametrize(
    ("horizon", "days"),
    [
        ("52 weeks", 364),
        ("1 year", 365.25),
        ("1.5 weeks", 10.5),
        (".5weeks", 3.5),
        ("1e2 days", 100),
    ],
)
def test_a_span_carries_its_own_unit(horizon, days):
    assert StudyWindow(TimeUnit.MONTH).horizon_days(horizon) == days


@pytest.mark.parametrize(
    "day",
    [
        "2024-02-29",
        " 2024-02-29 ",
        date(2024, 2, 29),
        datetime(2024, 2, 29, 23, 59),  # noqa: DTZ001 - a moment as users type it
        pd.Timestamp("2024-02-29 08:00"),
        np.datetime64("2024-02-29"),
    ],
)
def test_a_day_is_read_from_every_common_kind(day):
    assert parse_date(day, "as_of") == date(2024, 2, 29)


def test_ten_percent_a_year_are_ten_percent_after_365_and_a_quarter_days():
    rate = log_discount_per_day(0.10)
    assert math.exp(-rate * 365.25) == pytest.approx(1 / 1.10, rel=1e-14)


def test_nothing_is_discounted_at_a_rate_of_zero():
    assert log_discount_per_day(0) == 0


def test_months_end_before_the_same_day_of_the_next_month():
    ends = period_ends(date(2024, 1, 15), date(2024, 4, 14), TimeUnit.MONTH)
    assert ends == [date(2024, 2, 14), date(2024, 3, 14), date(2024, 4, 14)]


def test_months_from_a_31st_end_with_the_shorter_month():
    ends = period_ends(date(2023, 1, 31), date(2023, 3, 30), TimeUnit.MONTH)
    assert ends == [date(2023, 2, 27), date(2023, 3, 30)]


def test_a_year_from_a_leap_day_ends_before_the_28th():
    ends = period_ends(date(2024, 2, 29), date(2025, 3, 1), TimeUnit.YEAR)
    assert ends == [date(2025, 2, 27)]


def test_an_incomplete_last_period_is_left_out():
    assert period_ends(date(2024, 1, 1), date(2024, 1, 13), TimeUnit.WEEK) == [date(2024, 1, 7)]
    assert len(period_ends(date(2024, 1, 1), date(2024, 1, 14), TimeUnit.WEEK)) == 2


def test_days_since_counts_whole_days():
    days = pd.Series(pd.to_datetime(["2024-02-28", "2024-03-01"]))
    assert list(days_since(days, date(2024, 2, 28))) == [0, 2]


def test_a_number_that_comes_as_text_is_in_the_windows_unit():
    assert StudyWindow(TimeUnit.WEEK).horizon_days("52") == 364.0
