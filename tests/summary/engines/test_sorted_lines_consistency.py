"""Lines sorted by DuckDB and gone through once give what its one statement gives."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.summary.engines import log_in_engine, sorted_lines, summarize_at_scale

WINDOW = {"calibration_end": "2024-04-30", "holdout_end": "2024-05-31", "burn_in": "3 weeks"}


@pytest.fixture(scope="module")
def bought(lines):
    """The lines that are purchases of somebody, in no order."""
    known = lines["customer_id"].fillna(" ").str.strip() != ""
    plain = lines[known & (lines["amount"] > 0)].drop(columns="order_id")
    return plain.sample(frac=1, random_state=5).reset_index(drop=True)


@pytest.fixture
def sorted_once(outcomes_of):
    """Whether the lines were sorted, told after each summary."""
    return outcomes_of("gather_sorted")


def by_statement(source, monkeypatch, window=WINDOW, **options):
    with monkeypatch.context() as patched:
        patched.setattr(log_in_engine, "gather_sorted", lambda *_: None)
        return summarize_at_scale(source, stream=False, **window, **options)


def assert_same(found, expected):
    pd.testing.assert_frame_equal(found.table, expected.table, check_exact=True)
    pd.testing.assert_frame_equal(found.quality, expected.quality, check_exact=True)


@pytest.mark.parametrize("kind", ["text", "whole", "negative", "category", "with gaps"])
@pytest.mark.parametrize("rows_per_batch", [7, 1 << 18])
def test_ids_of_any_type_are_sorted_with_the_same_result(
    bought, kind, rows_per_batch, tmp_path, monkeypatch, sorted_once
):
    ids = bought["customer_id"]
    changed = {
        "text": ids,
        "whole": ids.astype("int64"),
        "negative": ids.astype("int64") - 70,
        "category": ids.astype("category"),
        "with gaps": ids.astype("float64"),
    }[kind]
    path = tmp_path / "log.parquet"
    bought.assign(customer_id=changed).to_parquet(path, index=False)
    monkeypatch.setattr(sorted_lines, "_ROWS_PER_BATCH", rows_per_batch)
    found = summarize_at_scale(path, stream=False, **WINDOW)
    assert sorted_once == [True]
    assert_same(found, by_statement(path, monkeypatch))
    log = clvlab.load_transactions(path)
    pd.testing.assert_frame_equal(
        found.table, clvlab.summarize(log, **WINDOW).table, check_exact=True
    )
    pd.testing.assert_frame_equal(found.quality, log.quality, check_exact=True)


@pytest.mark.parametrize(
    ("window", "options"),
    [
        ({}, {}),
        ({"calibration_end": "2024-03-31"}, {"as_of": "2024-06-01"}),
        ({"observed_until": "2024-12-31", "unit": "day"}, {"duplicates": "keep"}),
    ],
    ids=str,
)
def test_any_window_gives_the_same_result(bought, window, options, tmp_path, monkeypatch):
    path = tmp_path / "log.csv"
    bought.to_csv(path, index=False)
    found = summarize_at_scale(path, **window, **options)
    assert_same(found, by_statement(path, monkeypatch, window, **options))


def test_a_relation_is_sorted_where_it_is(bought, monkeypatch, sorted_once):
    found = summarize_at_scale(duckdb.from_df(bought), **WINDOW)
    assert sorted_once == [True]
    assert_same(found, by_statement(duckdb.from_df(bought), monkeypatch))


def test_more_customers_than_there_is_room_for_are_left_to_the_statement(
    bought, tmp_path, monkeypatch, sorted_once
):
    path = tmp_path / "log.parquet"
    bought.to_parquet(path, index=False)
    expected = summarize_at_scale(path, **WINDOW)
    monkeypatch.setattr("clvlab.summary.engines.duckdb_engine.Resources.bytes", 1_000.0)
    assert_same(summarize_at_scale(path, **WINDOW), expected)
    assert sorted_once == [True, False]


def test_amounts_that_round_to_nothing_are_left_to_the_statement(
    bought, tmp_path, monkeypatch, sorted_once
):
    path = tmp_path / "log.parquet"
    tiny = np.where(np.arange(len(bought)) % 9 == 0, 1e-9, bought["amount"])
    bought.assign(amount=tiny).to_parquet(path, index=False)
    found = summarize_at_scale(path, **WINDOW)
    assert sorted_once == [False]
    assert_same(found, by_statement(path, monkeypatch))


def test_what_is_kept_in_memory_is_what_would_be_written(bought, lines, tmp_path):
    for number, frame in enumerate((bought, lines)):
        path = tmp_path / f"log{number}.parquet"
        frame.to_parquet(path, index=False)
        kept = summarize_at_scale(path, **WINDOW, missing_ids="drop")
        written = summarize_at_scale(path, tmp_path / "base.parquet", **WINDOW, missing_ids="drop")
        assert_same(kept, written.read())
        assert kept.window == written.window
        assert kept.name == written.record.name


def test_the_quality_table_goes_with_a_summary_to_disk_and_back(bought, tmp_path):
    bought.to_parquet(tmp_path / "log.parquet", index=False)
    kept = summarize_at_scale(tmp_path / "log.parquet", **WINDOW)
    kept.to_parquet(tmp_path / "base.parquet")
    assert_same(clvlab.CustomerSummary.read_parquet(tmp_path / "base.parquet"), kept)
