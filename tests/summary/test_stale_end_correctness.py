"""Data that stop before the as-of day: detected when the silence is longer than any before."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clvlab
from clvlab.errors import InputError

FIRST = np.datetime64("2026-01-01")


def days_at(numbers):
    return pd.Series(FIRST + np.array(numbers, dtype=np.int64), dtype="datetime64[ns]")


def test_a_month_of_silence_after_a_busy_time_is_told_in_a_sentence():
    days = days_at([0, 1, 4, *range(5, 303)])
    found = clvlab.detect_stale_end(days, "2026-11-30")
    assert found.detected
    assert (found.days, found.longest_before) == (31, 2)
    assert (found.last_purchase, found.as_of) == (date(2026, 10, 30), date(2026, 11, 30))
    assert str(found) == (
        "No purchase was seen in the last 31 days up to 2026-11-30; the longest time without one "
        "before was 2 days. The data may have stopped on 2026-10-30: then customers look lost who "
        "are not, and newer data or an earlier as-of day is needed."
    )


def test_the_last_day_of_the_log_is_never_stale(sample_log):
    found = clvlab.detect_stale_end(sample_log, "1998-06-30")
    assert not found.detected
    assert (found.days, str(found)) == (0, "Purchases were seen up to 1998-06-30.")


def test_real_data_a_month_after_their_end_are_stale(sample_log):
    found = clvlab.detect_stale_end(sample_log, "1998-07-31")
    assert found.detected
    assert found.days == 31
    assert found.longest_before < 4


def test_a_long_weekend_says_nothing_and_one_day_more_does():
    busy = days_at(range(100))
    assert not clvlab.detect_stale_end(busy, days_at([103])[0]).detected
    assert clvlab.detect_stale_end(busy, days_at([104])[0]).detected


def test_silence_as_long_as_one_before_is_custom():
    seasonal = days_at([0, 1, 32, 33])
    same = clvlab.detect_stale_end(seasonal, days_at([63])[0])
    assert (same.days, same.longest_before, same.detected) == (30, 30, False)
    assert str(same) == (
        "No purchase was seen in the last 30 days up to 2026-03-05; the longest time without one "
        "before was 30 days."
    )
    assert clvlab.detect_stale_end(seasonal, days_at([64])[0]).detected


def test_a_single_day_is_written_as_one():
    assert "in the last 1 day up to" in str(clvlab.detect_stale_end(days_at([0, 2]), "2026-01-04"))
    assert str(clvlab.detect_stale_end(days_at([0, 2]), "2026-01-04")).endswith("was 1 day.")


def test_purchases_after_the_as_of_day_are_not_looked_at():
    found = clvlab.detect_stale_end(days_at([0, 1, 60]), days_at([20])[0])
    assert (found.days, found.longest_before, found.detected) == (19, 0, True)


@pytest.mark.parametrize("days", [days_at([5]), days_at([])])
def test_no_purchase_up_to_the_as_of_day_is_refused(days):
    with pytest.raises(InputError, match="parameter 'as_of' can't lie before the first purchase"):
        clvlab.detect_stale_end(days, "2026-01-01")


@given(st.lists(st.integers(0, 200), min_size=1), st.integers(0, 100))
def test_a_plain_count_of_the_days_agrees(numbers, later):
    as_of = max(numbers) + later
    seen = "".join("x" if day in numbers else "." for day in range(min(numbers), as_of + 1))
    *before, end = seen.split("x")
    found = clvlab.detect_stale_end(days_at(numbers), days_at([as_of])[0])
    assert found.days == len(end)
    assert found.longest_before == max(map(len, before))
    assert found.detected == (len(end) > max(4, *map(len, before)))
