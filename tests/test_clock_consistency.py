"""The clock against itself: one span said in different ways is one length."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlab.clock import StudyWindow, TimeUnit, log_discount_per_day, period_ends

units = st.sampled_from(list(TimeUnit))
days = st.dates(date(1950, 1, 1), date(2100, 1, 1))


@given(unit=units, end=days, length=st.integers(0, 5000))
def test_a_horizon_is_one_length_as_number_span_and_date(unit, end, length):
    window = StudyWindow(unit, calibration_end=end)
    last_day = end + timedelta(days=length)
    assert window.horizon_days(f"{length} days") == length
    assert window.horizon_days(last_day) == length
    assert window.horizon_days(last_day.isoformat()) == length
    assert window.horizon_days(length / unit.days) == pytest.approx(length, rel=1e-14)


@given(unit=units, number=st.integers(0, 1000))
def test_a_number_means_the_windows_own_unit(unit, number):
    window = StudyWindow(unit)
    assert window.horizon_days(number) == window.horizon_days(f"{number} {unit.value}s")


@given(one=units, other=units, number=st.floats(0, 1e4))
def test_a_length_survives_a_round_trip_through_another_unit(one, other, number):
    days = StudyWindow(one).horizon_days(number)
    in_other = days / other.days
    assert StudyWindow(other).horizon_days(in_other) == pytest.approx(days, rel=1e-14, abs=1e-300)
    assert StudyWindow(one).horizon_days(f"{number:.6f} {one.value}") == pytest.approx(
        days, abs=1e-3
    )


@given(unit=units, first=st.none() | days, end=st.none() | days, holdout=st.none() | days)
def test_a_window_survives_json(unit, first, end, holdout):
    window = StudyWindow(unit, first, end, holdout)
    assert StudyWindow.from_json(window.to_json()) == window


@given(rate=st.floats(0.0, 1.0))
def test_a_year_of_daily_discounting_is_the_annual_rate(rate):
    assert log_discount_per_day(rate) == math.log1p(rate) / 365.25


@given(one=st.floats(0, 0.99), more=st.floats(0.001, 0.01))
def test_a_higher_rate_discounts_more(one, more):
    assert log_discount_per_day(one + more) > log_discount_per_day(one)


@given(first=days, length=st.integers(0, 900), unit=units)
def test_periods_are_consecutive_and_stay_inside(first, length, unit):
    last = first + timedelta(days=length)
    ends = period_ends(first, last, unit)
    assert ends == sorted(set(ends))
    assert all(first <= end <= last for end in ends)


@given(first=days, length=st.integers(0, 900))
def test_weeks_are_seven_days_each_and_none_is_missing(first, length):
    ends = period_ends(first, first + timedelta(days=length), TimeUnit.WEEK)
    assert [(end - first).days + 1 for end in ends] == [
        7 * (week + 1) for week in range((length + 1) // 7)
    ]
