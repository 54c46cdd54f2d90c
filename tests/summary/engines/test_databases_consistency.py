"""A log in a database has the summary of the same log in files, and it is never in memory."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clvlab
from clvlab.data import rows_put_aside
from clvlab.data.database_values import RowsInParts
from clvlab.data.rows_put_aside import RowsPutAside

WINDOW = {"calibration_end": "2024-04-30", "holdout_end": "2024-05-31", "burn_in": "3 weeks"}
COLUMNS = {"customer_id": "client", "date": "day", "amount": "2 * paid"}
READ = {"zero_amounts": "keep", "time_zone": "Asia/Shanghai"}
QUERY = "SELECT client AS customer_id, day AS date, 2 * paid AS amount FROM orders;"


@pytest.fixture(scope="module")
def orders(lines):
    frame = lines.drop(columns="order_id").set_axis(["client", "day", "paid"], axis=1)
    return frame.assign(day=frame["day"].dt.floor("s"))


@pytest.fixture(scope="module")
def shop(orders, tmp_path_factory):
    """The lines in files and in two databases."""
    folder = tmp_path_factory.mktemp("shop")
    orders.to_csv(folder / "orders.csv", index=False)
    orders.to_parquet(folder / "orders.parquet", index=False)
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE orders AS SELECT * FROM orders")
        connection.execute("CREATE VIEW seen AS FROM orders")
    with closing(sqlite3.connect(folder / "shop.sqlite")) as connection:
        orders.assign(day=orders["day"].astype(str)).to_sql("orders", connection, index=False)
        connection.execute("CREATE VIEW seen AS SELECT * FROM orders")
        connection.commit()
    return folder


@pytest.fixture(scope="module")
def expected(shop):
    log = clvlab.load_transactions(shop / "orders.parquet", COLUMNS, **READ)
    return clvlab.summarize(log, **WINDOW).table, log.quality


def assert_same(source, expected, tmp_path, columns=COLUMNS, **options):
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    found = clvlab.summarize_at_scale(
        source, out / "base.parquet", columns, temp_directory=out, **WINDOW, **READ, **options
    )
    pd.testing.assert_frame_equal(found.read().table, expected[0], check_exact=True)
    pd.testing.assert_frame_equal(found.quality, expected[1], check_exact=True)
    assert [one.name for one in out.iterdir()] == ["base.parquet"]
    return found


@pytest.mark.parametrize("name", ["orders.csv", "orders.parquet"])
def test_files(shop, expected, tmp_path, name):
    assert_same(shop / name, expected, tmp_path)


@pytest.mark.parametrize("name", ["shop.sqlite", "shop.duckdb"])
def test_databases_in_files(shop, expected, tmp_path, name):
    before = (shop / name).read_bytes()
    found = assert_same(shop / name, expected, tmp_path, table="orders")
    assert found.record.name == f"table orders of {name}"
    assert_same(shop / name, expected, tmp_path, table="seen")
    assert_same(shop / name, expected, tmp_path, None, table=QUERY)
    assert (shop / name).read_bytes() == before


def test_a_server(postgres, orders, expected, tmp_path, monkeypatch):
    monkeypatch.setenv("CRM_SHOP", postgres.address())
    postgres.write("orders", orders, {"day": "timestamp", "paid": "numeric(12, 2)"})
    found = assert_same("env:CRM_SHOP", expected, tmp_path, table="orders")
    assert postgres.url().password.encode() not in found.path.read_bytes()
    assert_same("env:CRM_SHOP", expected, tmp_path, None, table=QUERY)


def test_moments_of_a_server_become_days_of_the_place_that_was_chosen(
    postgres, orders, tmp_path, monkeypatch
):
    monkeypatch.setenv("CRM_SHOP", postgres.address())
    postgres.write("moments", orders, {"day": "timestamptz", "paid": "float8"})
    log = clvlab.load_transactions("env:CRM_SHOP", COLUMNS, table="moments", **READ)
    known = clvlab.summarize(log, **WINDOW).table, log.quality
    assert_same("env:CRM_SHOP", known, tmp_path, table="moments")


def test_a_server_with_whole_numbers_is_gone_through_once(postgres, tmp_path, monkeypatch):
    monkeypatch.setenv("CRM_SHOP", postgres.address())
    log = clvlab.load_cdnow(sample=True).table
    postgres.write("cdnow", log, {"customer_id": "int", "date": "date", "amount": "numeric(9, 2)"})
    bases = [
        clvlab.summarize_at_scale(
            "env:CRM_SHOP", tmp_path / f"{stream}.parquet", table="cdnow", stream=stream, name="X"
        )
        for stream in (True, False)
    ]
    known = clvlab.summarize(clvlab.load_transactions("env:CRM_SHOP", table="cdnow"))
    for base in bases:
        pd.testing.assert_frame_equal(base.read().table, known.table, check_exact=True)


FIRST, LAST = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")
common = st.one_of(
    st.none(),
    st.integers(-9, 9),
    st.floats(-9, 9).map(lambda value: round(value, 2)),
    st.sampled_from(["a", "0012", "1,5"]),
    st.booleans(),
    st.dates(FIRST.date(), LAST.date()),
    st.datetimes(FIRST, LAST),
    st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
)
large = st.integers(2**63, 2**64)


def parts(values):
    """Parts of a table with two columns, each with a few rows."""
    return st.lists(st.lists(st.tuples(values, values), min_size=1, max_size=4), max_size=6)


@settings(max_examples=40)
@given(parts(common | large))
def test_rows_put_aside_are_those_in_memory(tmp_path_factory, some):
    aside = RowsPutAside(["a", "b"], tmp_path_factory.mktemp("rows"), decimal=",")
    inside = RowsInParts(["a", "b"], decimal=",")
    for part in some:
        aside.add(part)
        inside.add(part)
    files = [pq.read_table(path) for path in aside.files()]
    found = [row for file in files for row in file.to_pylist()]
    assert {file.schema for file in files} == {inside.table().schema}
    assert found == inside.table().to_pylist()


@given(parts(common))
def test_parts_have_the_types_of_all_values_at_once(some):
    whole, parted = RowsInParts(["a", "b"]), RowsInParts(["a", "b"])
    whole.add([row for part in some for row in part] or [(None, None)])
    for part in some or [[(None, None)]]:
        parted.add(part)
    assert parted.table().schema == whole.table().schema


def test_few_parts_are_in_memory_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_put_aside, "_PARTS_AT_ONCE", 3)
    aside = RowsPutAside(["n"], tmp_path)
    for first in range(0, 100, 10):
        aside.add([(first + k,) for k in range(10)])
        assert len(aside._waiting) < 3
    (file,) = aside.files()
    np.testing.assert_array_equal(pq.read_table(file)["n"], np.arange(100))
    assert pq.read_metadata(file).num_row_groups == 4
