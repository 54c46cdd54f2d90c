"""Times that make no sense are refused in words that name the parameter and the remedy."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from clvlab.clock import StudyWindow, TimeUnit, log_discount_per_day, parse_date
from clvlab.errors import InputError

WINDOW = StudyWindow(TimeUnit.WEEK, calibration_end=date(1997, 9, 30))
REMEDY = 'Pass a number in the summary\'s unit, "52 weeks", or a date such as "1998-06-30".'


def horizon_message(horizon, window=WINDOW, name="horizon"):
    with pytest.raises(InputError) as caught:
        window.horizon_days(horizon, name)
    return str(caught.value)


def test_an_unknown_unit_names_the_near_one():
    with pytest.raises(InputError) as caught:
        TimeUnit.parse("wek")
    assert str(caught.value) == (
        "parameter 'unit' must be a unit of time; got 'wek'. Did you mean 'week'?"
    )


def test_a_far_off_unit_lists_the_known_ones():
    with pytest.raises(InputError, match=r"got 'fortnight'\. Known are: day, month, week, year\."):
        TimeUnit.parse("fortnight")


@pytest.mark.parametrize("horizon", [-1, -0.5, float("nan"), float("inf"), np.float64("nan")])
def test_a_negative_or_endless_horizon_is_refused(horizon):
    assert horizon_message(horizon) == (
        "parameter 'horizon' must be a finite length of time of at least zero; "
        f"got {horizon!r}. {REMEDY}"
    )


def test_a_truth_value_is_no_horizon():
    assert horizon_message(horizon=True) == (
        f"parameter 'horizon' must be a length of time; got True. {REMEDY}"
    )


@pytest.mark.parametrize("horizon", ["soon", "-3 weeks", "", "52 weeks 3 days", None, [52]])
def test_what_is_neither_number_nor_span_nor_date_is_refused(horizon):
    text = horizon_message(horizon)
    assert "must be a number, a span with its unit, or a date" in text
    assert f"got {horizon!r}" in text
    assert REMEDY in text


def test_a_span_in_an_unknown_unit_says_which_units_there_are():
    assert "got 'fortnights'" in horizon_message("2 fortnights")


def test_a_date_needs_a_calibration_end_to_count_from():
    assert horizon_message("1998-06-30", StudyWindow(TimeUnit.WEEK)) == (
        "parameter 'horizon' can't be a date when the calibration end is unknown; "
        f"got '1998-06-30'. {REMEDY}"
    )


def test_a_date_before_the_calibration_end_is_refused_as_negative():
    assert "at least zero; got '1997-09-29'" in horizon_message("1997-09-29")


def test_a_horizon_on_a_day_that_does_not_exist_is_refused():
    assert "must be a date in ISO form" in horizon_message("1998-02-30")


def test_the_message_names_the_parameter_that_was_passed():
    assert horizon_message(-1, name="burn_in").startswith("parameter 'burn_in' ")


@pytest.mark.parametrize("day", ["30.09.1997", "09/30/1997", "1997-9-30", "1997-02-29", "", None])
def test_a_day_that_is_not_in_iso_form_is_refused(day):
    with pytest.raises(InputError) as caught:
        parse_date(day, "calibration_end")
    assert str(caught.value) == (
        "parameter 'calibration_end' must be a date in ISO form, year-month-day; "
        f"got {day!r}. Write it as in 1997-09-30."
    )


@pytest.mark.parametrize("day", [pd.NaT, np.datetime64("NaT")])
def test_a_missing_day_is_refused(day):
    with pytest.raises(InputError, match="must be a date in ISO form"):
        parse_date(day, "as_of")


@pytest.mark.parametrize("rate", [10, 1.01, -1, float("nan"), float("inf"), None, "10%"])
def test_a_percentage_or_impossible_rate_is_refused(rate):
    with pytest.raises(InputError) as caught:
        log_discount_per_day(rate)
    assert str(caught.value) == (
        "parameter 'annual_discount_rate' must be an effective annual rate between 0 and 1; "
        f"got {rate!r}. Ten percent a year is 0.10."
    )


def test_a_window_without_dates_says_where_to_get_them():
    with pytest.raises(InputError, match=r"their window has none\. Make the summary from a trans"):
        StudyWindow(TimeUnit.WEEK).calendar()
