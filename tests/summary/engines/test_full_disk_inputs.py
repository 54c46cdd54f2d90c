"""A disk that runs full is told in words, and nothing half-written or set aside is left."""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing

import duckdb
import pytest

import clvlab

MANY = (
    "SELECT md5(CAST(i AS VARCHAR)) AS customer_id, DATE '2024-01-01' + (i % 90)::INT AS date, "
    "1.5 AS amount FROM range(300000) t(i)"
)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "log.parquet"
    duckdb.sql(MANY).write_parquet(str(path))
    return path


def refused(source, out, **options):
    with pytest.raises(clvlab.InputError) as raised:
        clvlab.summarize_at_scale(source, out / "base.parquet", **options)
    assert raised.value.__cause__ is None
    assert list(out.iterdir()) == []
    return str(raised.value)


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_while_sums_are_spilled(log, out, small_disk):
    limits = {"memory_limit": "30MB", "threads": 1, "temp_directory": small_disk}
    message = refused(log, out, **limits)
    assert "the spill folder must have room; " in message
    assert "name another place as temp_directory" in message
    assert list(small_disk.iterdir()) == []


def test_while_customers_are_written(log, small_disk):
    message = refused(log, small_disk)
    assert f"file {small_disk}/base.parquet must be a file that can be written; " in message
    assert "No space left on device. Nothing was left behind." in message


def test_while_rows_of_a_database_are_put_aside(out, small_disk, tmp_path):
    path = tmp_path / "shop.sqlite"
    rows = duckdb.sql(MANY.replace("300000", "100000")).project("* REPLACE (date::VARCHAR AS date)")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (customer_id TEXT, date TEXT, amount REAL)")
        data = rows.project("customer_id, date, amount::DOUBLE").fetchall()
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", data)
        connection.commit()
    message = refused(path, out, table="orders", temp_directory=small_disk)
    assert "table orders of database shop.sqlite" in message
    assert "there is no room for what it puts aside while it works. Make room" in message
    assert list(small_disk.iterdir()) == []


def test_a_limit_to_the_size_of_files(log, out):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        message = refused(log, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "must be a file that can be written; writing stopped: " in message
    assert "File too large" in message


def test_too_little_memory(log, out):
    message = refused(log, out, memory_limit="1MB", threads=1)
    assert "parameter 'memory_limit' must be enough; " in message
