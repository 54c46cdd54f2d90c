"""What must not change the log, and what must add up, whatever the data."""

from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clvlab.data import load_transactions
from clvlab.data.exact_money import to_amounts, to_minor_units
from clvlab.errors import InputError

QUICK = settings(max_examples=60, deadline=None)

CENTS = st.integers(-5_000, 5_000)
ROW = st.tuples(
    st.sampled_from(["a", "b", "c", None]),
    st.integers(1, 9),
    CENTS,
    st.sampled_from(["red", "blue", None]),
)
LINES = st.lists(ROW, min_size=1, max_size=40)
RETURNED = ("net", "drop")
RETURNS = st.sampled_from(RETURNED)
ZEROS = st.sampled_from(["drop", "keep"])
DUPLICATES = st.sampled_from([None, "drop", "keep"])


def frame_of(rows):
    ids, days, cents, colours = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "customer_id": pd.Series(ids, dtype=object),
            "date": [f"2024-01-0{day}" for day in days],
            "amount": np.array(cents) / 100,
            "margin": np.array(cents) / 300,
            "product": pd.Series(colours, dtype=object),
        }
    )


def log_or_none(lines, **options):
    try:
        return load_transactions(lines, **options)
    except InputError:
        return None


@QUICK
@given(LINES, RETURNS, ZEROS, DUPLICATES)
def test_rows_and_money_add_up(rows, returns, zeros, duplicates):
    lines = frame_of(rows)
    log = log_or_none(lines, returns=returns, zero_amounts=zeros, duplicates=duplicates)
    if log is None:
        return
    quality = log.quality
    by_effect = quality.groupby("effect")
    counts = by_effect["rows"].sum()
    cents = (quality["amount"] * 100).round().astype(int).groupby(quality["effect"]).sum()
    assert counts["read"] == len(rows)
    assert counts["read"] - counts["removed"] == counts["left"] == len(log.table)
    assert cents["read"] - cents["removed"] - cents.get("reduced", 0) == cents["left"]
    assert round(log.table["amount"].sum() * 100) == cents["left"]
    assert (quality["rows"] >= 0).all()
    assert quality["step"].iloc[[0, -1]].tolist() == ["rows_read", "purchases"]


@QUICK
@given(LINES, ZEROS)
def test_what_was_given_back_stays_known_whatever_is_done_with_it(rows, zeros):
    lines = frame_of(rows)
    # A day far from the others, so that there is always a purchase left.
    lines.loc[len(lines)] = ["a", "2024-03-01", 1.0, 0.0, None]
    net, drop = (load_transactions(lines, returns=how, zero_amounts=zeros) for how in RETURNED)
    pd.testing.assert_frame_equal(net.returns, drop.returns, check_exact=True)
    back = lines[(lines["amount"] < 0) & lines["customer_id"].notna()]
    by_day = back.groupby(["date", "customer_id"])["amount"].agg(["size", "sum"])
    found = net.returns.set_index([net.returns["date"].dt.strftime("%Y-%m-%d"), "customer_id"])
    assert found.index.tolist() == by_day.index.tolist()
    assert found["lines"].tolist() == by_day["size"].tolist()
    assert found["amount"].tolist() == (-by_day["sum"]).round(2).tolist()
    early = net.until(date(2024, 1, 4)).returns
    assert len(early) == (net.returns["date"] <= "2024-01-04").sum()


@QUICK
@given(LINES, RETURNS, ZEROS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, returns, zeros, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    options = {"returns": returns, "zero_amounts": zeros}
    one, other = (log_or_none(frame_of(part), **options) for part in (rows, shuffled))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)
        pd.testing.assert_frame_equal(one.quality, other.quality, check_exact=True)


@QUICK
@given(LINES)
def test_splitting_lines_changes_no_purchase(rows):
    whole = frame_of(rows)[["customer_id", "date", "amount"]]
    part = (whole["amount"] / 3).round(2)
    pieces = [whole.assign(amount=part), whole.assign(amount=(whole["amount"] - part).round(2))]
    one, other = log_or_none(whole), log_or_none(pd.concat(pieces))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)


@QUICK
@given(LINES)
def test_days_are_unique_positive_and_sorted(rows):
    log = log_or_none(frame_of(rows))
    if log is None:
        return
    keys = list(zip(log.table["date"], log.table["customer_id"], strict=True))
    assert keys == sorted(set(keys))
    assert (log.table["amount"] > 0).all()


@QUICK
@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=50))
def test_minor_units_give_amounts_back_to_a_millionth(amounts):
    values = np.array(amounts)
    money = to_minor_units(values)
    back = to_amounts(money.units, money.decimals)
    assert np.all(np.abs(back - values) <= 5.1e-7 + 1e-14 * np.abs(values))


@QUICK
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=50), st.integers(0, 6))
def test_decimal_amounts_are_exact(numbers, decimals):
    values = np.array(numbers) / 10**decimals
    money = to_minor_units(values)
    assert money.rounded == 0
    assert to_amounts(money.units, money.decimals).tolist() == values.tolist()


def test_the_input_is_never_changed():
    lines = frame_of([("a", 1, 500, "red"), (None, 2, -100, None), ("a", 2, 300, "blue")])
    before = lines.copy(deep=True)
    load_transactions(lines)
    pd.testing.assert_frame_equal(lines, before)


def test_a_log_loads_as_itself():
    lines = frame_of([("a", 1, 500, "red"), ("a", 3, -200, "red"), ("b", 2, 0, "x")])
    once = load_transactions(lines, zero_amounts="keep").table
    again = load_transactions(once, zero_amounts="keep")
    pd.testing.assert_frame_equal(once, again.table)
    assert again.quality.query("effect in ['removed', 'reduced']")["rows"].sum() == 0


def test_an_index_plays_no_part():
    lines = frame_of([("a", 1, 500, "red"), ("b", 2, 100, None), (None, 2, 300, "blue")])
    odd = lines.set_axis([5, 5, -1])
    pd.testing.assert_frame_equal(load_transactions(lines).table, load_transactions(odd).table)


@pytest.mark.parametrize("as_table", [pl.from_pandas, pa.Table.from_pandas])
def test_tables_of_all_libraries_give_one_log(as_table):
    lines = frame_of([("a", 1, 500, "red"), ("b", 2, 100, None), (None, 2, 300, "blue")])
    ours = load_transactions(lines).table.fillna({"product": "none"})
    theirs = load_transactions(as_table(lines)).table.fillna({"product": "none"})
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


def test_a_file_gives_the_log_of_its_table(tmp_path):
    lines = frame_of([("a", 1, 523, "red"), ("b", 2, 110, "x"), ("a", 2, -23, "blue")])
    lines.to_csv(tmp_path / "lines.csv", index=False)
    log = load_transactions(tmp_path / "lines.csv")
    pd.testing.assert_frame_equal(log.table, load_transactions(lines).table, check_dtype=False)


def test_text_and_mapping_name_columns_alike():
    lines = frame_of([("a", 1, 500, "red"), ("b", 2, 100, None)]).rename(
        columns={"customer_id": "Customer No.", "amount": "Net"}
    )
    mapping = {"customer_id": "Customer No.", "amount": "Net * 2 / (1 + 1)", "product": None}
    text = "customer_id=`Customer No.`, amount=Net * 2 / (1 + 1), product="
    one, other = (load_transactions(lines, columns).table for columns in (mapping, text))
    pd.testing.assert_frame_equal(one, other)
    assert "product" not in one.columns


def test_seeing_less_is_loading_less():
    lines = frame_of([("a", 1, 500, "red"), ("a", 3, -200, "red"), ("b", 2, 100, None)])
    seen = load_transactions(lines, as_of="2024-01-02").table
    pd.testing.assert_frame_equal(
        seen, load_transactions(lines[lines["date"] < "2024-01-03"]).table
    )
