"""The customer summary against itself: order, ids, files, splits and exact money."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import clvlab

cents = st.integers(1, 99_999_999)
purchases = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 200), cents), min_size=1)


def frame_of(rows):
    return pd.DataFrame(
        {
            "customer_id": [customer for customer, _, _ in rows],
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta([d for _, d, _ in rows], unit="D"),
            "amount": [amount / 100 for _, _, amount in rows],
        }
    )


@settings(max_examples=40, deadline=None)
@given(rows=purchases, seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing_and_money_stays_exact(rows, seed):
    frame = frame_of(rows)
    shuffled = frame.sample(frac=1, random_state=seed)
    one, other = clvlab.summarize(frame), clvlab.summarize(shuffled)
    assert_frame_equal(one.table, other.table, check_exact=True)


@settings(max_examples=40, deadline=None)
@given(rows=purchases)
def test_totals_are_exact_to_the_cent(rows):
    table = clvlab.summarize(frame_of(rows)).table
    exact = sum(Decimal(amount) for _, _, amount in rows)
    assert sum(Decimal(str(total)) for total in table["total_amount"]) * 100 == exact


@settings(max_examples=40, deadline=None)
@given(rows=purchases)
def test_frequency_counts_the_purchase_days_but_the_first(rows):
    table = clvlab.summarize(frame_of(rows)).table
    days = {(customer, day) for customer, day, _ in rows}
    assert table["frequency"].sum() == len(days) - len(table)


@settings(max_examples=40, deadline=None)
@given(rows=purchases)
def test_histories_are_possible(rows):
    table = clvlab.summarize(frame_of(rows)).table
    assert (table["recency_days"] <= table["T_days"]).all()
    assert ((table["recency_days"] > 0) == (table["frequency"] > 0)).all()
    assert (table["monetary_value"].isna() == (table["frequency"] == 0)).all()


@settings(max_examples=30, deadline=None)
@given(rows=purchases, share=st.floats(0, 1))
def test_calibration_and_holdout_add_up_to_the_whole(rows, share):
    frame = frame_of(rows)
    first, last = frame["date"].min(), frame["date"].max()
    end = first + pd.Timedelta(days=int(share * (last - first).days))
    if end == last:
        return
    split = clvlab.summarize(frame, calibration_end=end, holdout_end=last).table
    whole = clvlab.summarize(frame).table.loc[split.index]
    assert (split["frequency"] + split["holdout_frequency"] == whole["frequency"]).all()
    amounts = (split["total_amount"] + split["holdout_amount"]).round(2)
    assert (amounts == whole["total_amount"]).all()


@pytest.mark.parametrize(
    ("ids", "kind"),
    [
        ([30, 4, 100], "int64"),
        (["0007", "007", "7"], None),
        (["zoë", "Ann", "客户"], None),
        ([5, "5", "a"], "object"),
    ],
)
def test_ids_keep_their_type_and_the_order_of_first_purchases(ids, kind):
    frame = pd.DataFrame(
        {
            "customer_id": pd.Series([ids[2], ids[0], ids[1], ids[0]], dtype=kind),
            "date": ["2024-01-03", "2024-01-01", "2024-01-02", "2024-01-09"],
            "amount": [1.0, 2.0, 3.0, 4.0],
        }
    )
    summary = clvlab.summarize(frame)
    assert list(summary.table.index) == ids
    assert [type(one) for one in summary.table.index.tolist()] == [type(one) for one in ids]


@pytest.mark.parametrize("unit", ["day", "week", "month", "year"])
def test_a_summary_survives_a_parquet_file_with_its_window(sample_log, tmp_path, unit):
    summary = clvlab.summarize(
        sample_log, calibration_end="1997-09-30", holdout_end="1998-06-30", unit=unit
    )
    summary.to_parquet(tmp_path / "summary.parquet")
    back = clvlab.CustomerSummary.read_parquet(tmp_path / "summary.parquet")
    assert back.window == summary.window
    assert (back.name, back.currency, back.simulated) == (summary.name, "USD", False)
    assert_frame_equal(back.table, summary.table)


def test_integer_ids_survive_a_parquet_file(tmp_path):
    summary = clvlab.summarize(frame_of([(3, 0, 100), (1, 2, 100)]))
    summary.to_parquet(tmp_path / "summary.parquet")
    back = clvlab.CustomerSummary.read_parquet(tmp_path / "summary.parquet")
    assert back.table.index.tolist() == [3, 1]


def test_a_simulated_log_makes_a_simulated_summary(tmp_path):
    base = clvlab.simulate_base(20, transaction=(1, 5, 1, 3), spend=(6, 4, 15), unit="week", seed=1)
    summary = clvlab.summarize(base.log)
    summary.to_parquet(tmp_path / "summary.parquet")
    assert summary.simulated
    assert clvlab.CustomerSummary.read_parquet(tmp_path / "summary.parquet").simulated


def test_the_input_frame_stays_as_it_was():
    frame = frame_of([(1, 5, 100), (1, 2, 100), (0, 9, 250)])
    before = frame.copy()
    clvlab.summarize(frame, calibration_end="2024-01-08")
    assert_frame_equal(frame, before)


def test_the_log_stays_as_it_was(sample_log):
    before = sample_log.table.copy()
    clvlab.summarize(sample_log, calibration_end="1997-09-30", holdout_end="1998-06-30")
    assert_frame_equal(sample_log.table, before)


def test_a_log_and_its_table_give_the_same_summary(sample_log):
    options = {"calibration_end": "1997-09-30", "unit": "week"}
    columns = sample_log.table[["customer_id", "date", "amount"]]
    bought = columns[columns["amount"] > 0]
    one = clvlab.summarize(bought, **options).table
    other = clvlab.summarize(sample_log, **options).table
    spent = other[other["total_amount"] > 0].index
    assert set(one.index) == set(spent)
    assert one["total_amount"].sum() == pytest.approx(other["total_amount"].sum(), rel=1e-12)
