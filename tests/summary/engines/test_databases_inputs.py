"""What goes wrong with a database at scale is told as for a load, without secrets or leftovers."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from urllib.parse import quote

import duckdb
import pandas as pd
import pytest

import clvlab

LINES = pd.DataFrame({"customer_id": ["0012", "0013"], "date": "2024-01-05", "amount": [1.5, 2.0]})
WRONG = 's3cr:t/"w\\rd" %41@#?&=\'+~'
"""A password with every sign that addresses and messages treat in a way of their own."""


@pytest.fixture(scope="module")
def server(postgres):
    postgres.write("orders", LINES, {"amount": "numeric(10, 2)"})
    return postgres


@pytest.fixture
def refused(tmp_path):
    """A function that summarizes a table and gives what is said."""

    def summarize(source, **options):
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        with pytest.raises(clvlab.InputError) as raised:
            clvlab.summarize_at_scale(source, out / "base.parquet", temp_directory=out, **options)
        assert raised.value.__cause__ is None
        assert list(out.iterdir()) == []
        return str(raised.value)

    return summarize


@pytest.fixture
def refused_by_server(refused, monkeypatch):
    """The same for an address, of which nothing may be repeated."""

    def summarize(address, table="orders"):
        monkeypatch.setenv("CRM_SHOP", address)
        message = refused("env:CRM_SHOP", table=table)
        assert "database env:CRM_SHOP" in message
        for text in (address, WRONG, quote(WRONG), quote(WRONG, safe="")):
            assert text not in message
        return message

    return summarize


def test_connection_refused(server, refused_by_server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    message = refused_by_server(server.address(port=port, password=WRONG))
    assert "nothing answers there. Is the server running" in message


def test_wrong_password(server, refused_by_server):
    message = refused_by_server(server.address(password=WRONG))
    assert "user or password are refused. Correct them in the environment variable" in message


def test_tables_that_are_not_there(server, refused_by_server):
    assert "must hold the table 'order'; it holds " in refused_by_server(server.address(), "order")
    message = refused_by_server(server.address(), "nowhere.orders")
    assert "table nowhere.orders of database env:CRM_SHOP" in message


def test_a_connection_that_drops_in_the_middle(server, refused_by_server):
    query = (
        "SELECT n AS customer_id, date '2024-01-05' AS date, 1.5 AS amount, "
        "CASE WHEN n = 50000 THEN pg_terminate_backend(pg_backend_pid()) END AS region "
        "FROM generate_series(1, 90000) AS n"
    )
    message = refused_by_server(server.address(), query)
    assert "a query of database env:CRM_SHOP" in message
    assert "the connection broke off while rows were read. Run it again" in message


@pytest.fixture
def files(tmp_path):
    """The same two orders as a SQLite and a DuckDB file."""
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE orders AS SELECT * FROM LINES")
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as connection:
        LINES.to_sql("orders", connection, index=False)
        connection.commit()
    return tmp_path


@pytest.mark.parametrize("name", ["shop.sqlite", "shop.duckdb"])
def test_files_of_databases(files, refused, name):
    path = files / name
    assert f"database {name} can't be read as one table; it is a database, which h" in refused(path)
    assert "must hold the table 'order'; it holds orders" in refused(path, table="order")
    assert "takes one query at a time" in refused(path, table="SELECT 1; DROP TABLE orders")
    message = refused(path, table="SELECT nothing FROM orders")
    assert f"a query of database {name}" in message
    message = refused(path, table="SELECT 'a' AS customer_id, 'b' AS date, 'c' AS amount")
    assert f"column 'date' of a query of {name}" in message


@pytest.mark.parametrize("name", ["shop.sqlite", "shop.duckdb"])
def test_files_of_databases_that_are_damaged(files, refused, name):
    path = files / name
    path.write_bytes(path.read_bytes()[:20] + b"\xff" * 5_000)
    message = refused(path, table="orders")
    assert f"database {name} must be a " in message


def test_spark_reads_databases_by_itself(files, refused):
    message = refused(files / "shop.sqlite", table="orders", engine="spark")
    assert "parameter 'source' can't be opened with engine=\"spark\"; it is a database" in message
