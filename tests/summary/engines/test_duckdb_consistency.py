"""DuckDB gives the summary that pandas gives, to the last digit, from any log and source."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import clvlab
from clvlab.data.netting import carry_back
from clvlab.summary.engines import summarize_at_scale
from clvlab.summary.engines.statements import Purchases

WINDOW = {"calibration_end": "2024-04-30", "holdout_end": "2024-05-31", "burn_in": "3 weeks"}
POLICIES = [
    {},
    {"returns": "drop"},
    {"zero_amounts": "keep"},
    {"duplicates": "keep"},
    {"duplicates": "drop", "returns": "drop"},
    {"as_of": "2024-06-01", "zero_amounts": "keep"},
]


@pytest.fixture(scope="module")
def parquet(lines, tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "lines.parquet"
    lines.to_parquet(path, index=False)
    return path


def assert_same(source, tmp_path, columns=None, window=WINDOW, known=None, **options):
    """The engine's summary, window and quality table equal those of the log in memory."""
    log = clvlab.load_transactions(source if known is None else known, columns, **options)
    expected = clvlab.summarize(log, **window)
    found = summarize_at_scale(source, tmp_path / "base.parquet", columns, **window, **options)
    pd.testing.assert_frame_equal(found.read().table, expected.table, check_exact=True)
    pd.testing.assert_frame_equal(found.quality, log.quality, check_exact=True)
    assert found.window == expected.window
    return found


@pytest.mark.parametrize("options", POLICIES, ids=str)
def test_every_policy_gives_the_same_summary_and_the_same_quality_table(parquet, tmp_path, options):
    assert_same(parquet, tmp_path, **options)


def test_text_keeps_leading_zeros_and_finds_missing_words(lines, tmp_path):
    few = lines.head(200)
    few.assign(customer_id=few["customer_id"].fillna("NA")).to_csv(
        tmp_path / "lines.csv", index=False, sep=";", decimal=","
    )
    found = assert_same(tmp_path / "lines.csv", tmp_path, decimal=",", delimiter=";")
    assert found.read().table.index[0].startswith("0")


def test_text_of_whole_numbers_becomes_integers(tmp_path):
    rows = "12,2024-01-05,3.50\n7,20240109,2\n12,2024-02-01 10:15,1e1\n"
    (tmp_path / "lines.csv").write_text("customer_id,date,amount\n" + rows)
    found = assert_same(tmp_path / "lines.csv", tmp_path, window={})
    assert found.read().table.index.tolist() == [12, 7]


def test_a_folder_of_partitions_is_one_log(lines, tmp_path):
    folder = tmp_path / "log"
    for region, part in lines.groupby(np.arange(len(lines)) % 3):
        (folder / f"region={region}").mkdir(parents=True)
        part.to_parquet(folder / f"region={region}" / "part.parquet", index=False)
    assert_same(folder, tmp_path)
    assert_same(str(folder / "*" / "*.parquet"), tmp_path)


def test_a_relation_is_read_where_it_is(lines, tmp_path):
    relation = duckdb.sql("SELECT * FROM lines")
    assert_same(relation, tmp_path, known=lines)


def test_amounts_are_computed_from_columns(lines, tmp_path):
    lines.assign(pieces=3, net=lines["amount"]).drop(columns="amount").to_parquet(
        tmp_path / "lines.parquet", index=False
    )
    columns = {"amount": "pieces * net / 2 - 0.25"}
    assert_same(tmp_path / "lines.parquet", tmp_path, columns)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_moments_become_days_of_the_place_that_was_chosen(lines, tmp_path, zone):
    aware = lines.assign(date=lines["date"].dt.tz_localize("UTC"))
    aware.to_parquet(tmp_path / "lines.parquet", index=False)
    assert_same(tmp_path / "lines.parquet", tmp_path, time_zone=zone)


@pytest.mark.parametrize("kind", ["float64", "float32", "Int64", "int32"])
def test_ids_and_amounts_of_any_type(lines, tmp_path, kind):
    ids = pd.to_numeric(lines["customer_id"].str.strip(), errors="coerce")
    kept = lines if kind != "int32" else lines[ids.notna()]
    frame = kept.assign(customer_id=ids[kept.index].astype(kind))
    if kind == "float32":
        frame["amount"] = frame["amount"].astype(kind)
    frame.to_parquet(tmp_path / "lines.parquet", index=False)
    assert_same(tmp_path / "lines.parquet", tmp_path)


def test_the_file_is_the_same_to_the_byte_between_runs(parquet, tmp_path):
    for name, threads in (("a", 1), ("b", 2)):
        summarize_at_scale(parquet, tmp_path / name, **WINDOW, name="log", threads=threads)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_file_is_what_to_parquet_writes(parquet, tmp_path):
    found = summarize_at_scale(parquet, tmp_path / "base.parquet", **WINDOW)
    found.read().to_parquet(tmp_path / "again.parquet")
    again = clvlab.CustomerSummary.read_parquet(tmp_path / "again.parquet")
    pd.testing.assert_frame_equal(again.table, found.read().table)
    assert len(found) == len(again)
    assert found.has_holdout
    path = found.files[0]
    counted = duckdb.sql(f"SELECT count(customer_id) FROM read_parquet('{path}')").fetchall()
    assert counted == [(len(again),)]


days = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 12), st.integers(-40, 40)), min_size=1, max_size=30
)


@settings(max_examples=40)
@given(days)
def test_two_running_minima_set_returns_off_as_the_loop_does(rows):
    frame = pd.DataFrame(rows, columns=["customer", "day", "gross"])
    frame = frame.groupby(["customer", "day"], as_index=False)["gross"].sum()
    frame = frame.sort_values(["day", "customer"]).assign(lines=1, zero_lines=0)
    expected = carry_back(frame["customer"].to_numpy(), frame["gross"].to_numpy()).totals
    # The statement from customer days on, with the days given instead of gathered.
    purchases = Purchases(None, 0, 100, plain=False)  # type: ignore[arg-type]
    netted = purchases.netting()
    sql = f"WITH gross_days AS (SELECT * FROM frame), {', '.join(netted)} "
    found = duckdb.sql(sql + "SELECT units FROM netted ORDER BY day, customer").fetchnumpy()[
        "units"
    ]
    assert_array_equal(found.astype(np.int64), expected)
