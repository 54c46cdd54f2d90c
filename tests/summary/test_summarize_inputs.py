"""Splits that make no sense are refused in words, all at once."""

from __future__ import annotations

import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError

LOG = pd.DataFrame(
    {
        "customer_id": ["0007", "0007", "0012"],
        "date": ["2024-01-01", "2024-03-31", "2024-02-01"],
        "amount": [1.0, 2.0, 3.0],
    }
)


def message(log=LOG, **options):
    with pytest.raises(InputError) as caught:
        clvlab.summarize(log, **options)
    return str(caught.value)


def test_a_calibration_end_before_the_first_purchase():
    assert message(calibration_end="2023-12-31") == (
        "parameter 'calibration_end' must not lie before the first purchase; got 2023-12-31, "
        "the log spans 2024-01-01 to 2024-03-31. Choose a later day."
    )


def test_a_calibration_end_after_the_last_purchase():
    assert message(calibration_end="2024-04-01") == (
        "parameter 'calibration_end' must not lie after the last day of the log; got 2024-04-01, "
        "the log spans 2024-01-01 to 2024-03-31. Choose an earlier day, or pass observed_until "
        "if the log covers more days."
    )


def test_a_holdout_that_ends_with_the_calibration():
    assert message(calibration_end="2024-02-29", holdout_end="2024-02-29") == (
        "parameter 'holdout_end' must lie after the calibration end; got 2024-02-29, the "
        "calibration ends on 2024-02-29. Choose a later day, or leave it out for a study without "
        "a holdout."
    )


def test_a_holdout_after_the_last_day():
    text = message(calibration_end="2024-02-29", holdout_end="2024-04-30")
    assert text.startswith("parameter 'holdout_end' must not lie after the last day of the log;")
    assert "got 2024-04-30, the log spans 2024-01-01 to 2024-03-31." in text


def test_a_log_seen_until_before_its_last_purchase():
    assert message(observed_until="2024-03-01") == (
        "parameter 'observed_until' can't lie before the last purchase; got 2024-03-01, the log "
        "spans 2024-01-01 to 2024-03-31. Leave it out, or cut the log with as_of when loading it."
    )


def test_all_problems_of_a_split_are_said_together():
    text = message(calibration_end="2023-12-31", holdout_end="2025-01-01")
    assert [line.split(" must")[0] for line in text.splitlines()] == [
        "parameter 'calibration_end'",
        "parameter 'holdout_end'",
    ]


def test_a_day_in_another_order():
    assert "parameter 'calibration_end' must be a date in ISO form" in message(
        calibration_end="29.02.2024"
    )


def test_an_unknown_unit():
    assert message(unit="quarter").startswith("parameter 'unit' must be a unit of time;")


def test_an_empty_log():
    assert message(LOG.iloc[:0]) == (
        "the table must hold at least one row; it has a header and no rows."
    )


def test_a_missing_column_is_named():
    assert "amount" in message(LOG.drop(columns="amount"))


def test_a_burn_in_that_is_no_length_of_time():
    assert message(burn_in="a while").startswith("parameter 'burn_in' must be a number, a span")


def test_first_days_of_nobody_in_the_log():
    assert message(customer_since=pd.Series({7: "2020-01-01"})) == (
        "parameter 'customer_since' must be indexed by customer id; none of its 1 ids is in the "
        "log. Ids in the log look like '0007'."
    )


def test_two_first_days_of_one_customer():
    since = pd.Series(["2020-01-01", "2021-01-01"], index=["0007", "0007"])
    assert message(customer_since=since) == (
        "parameter 'customer_since' must hold one day per customer; 1 ids come more than once: "
        "0007. Keep each customer's earliest day."
    )


def test_first_days_that_are_no_dates():
    since = pd.Series({"0007": "2020-01-01", "0012": "before 2020"})
    assert message(customer_since=since) == (
        "parameter 'customer_since' must hold dates in ISO form, year-month-day; 1 of 2 rows do "
        "not: row 1. Write them as in 1997-09-30."
    )


def test_one_customer_is_a_summary_of_one_row():
    summary = clvlab.summarize(LOG[LOG["customer_id"] == "0007"], unit="day")
    assert summary.to_frame().loc["0007"].tolist() == [1.0, 90.0, 90.0, 2.0]


def test_a_parquet_file_of_something_else(tmp_path):
    LOG.to_parquet(tmp_path / "orders.parquet")
    with pytest.raises(InputError) as caught:
        clvlab.CustomerSummary.read_parquet(tmp_path / "orders.parquet")
    assert str(caught.value) == (
        "the file orders.parquet must be a customer summary with its window; its metadata have "
        "none. Write it with CustomerSummary.to_parquet."
    )


def test_a_summary_with_a_customer_twice_is_refused(sample):
    twice = pd.concat([sample.table, sample.table.head(1)])
    with pytest.raises(InputError, match="must have one row per customer; 1 ids"):
        clvlab.CustomerSummary(twice, sample.window)


def test_a_log_of_one_day_cant_be_split():
    log = clvlab.load_transactions(
        pd.DataFrame({"customer_id": ["a"], "date": ["2024-01-01"], "amount": [1.0]})
    )
    with pytest.raises(InputError, match="must span at least two days"):
        clvlab.split_days(log)
