"""A table or query of a database on the command line, from the look at it to the report."""

import json
import sqlite3
from contextlib import closing

import duckdb
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from clvlab.cli import app
from clvlab.reports.running.provenance import data_fingerprint

PARAMETERS = """\
data: str = "cdnow-sample"  # where purchases are [data set or place]
columns: str | None = None  # which column is what [column map]
table: str | None = None  # of a database [table or query]"""
REST = """\
import clvlab
from clvlab.reports import Page
log = clvlab.open_log(data, columns=columns, table=table)
page = Page.open("How much was sold?", kind="Sales")
page.record(amount=float(log.table["amount"].sum()))
page.meta(as_of="2024-02-01", data="purchases")
page.answer("{amount:plain} was sold.")"""
COLUMNS = "customer_id=client, date=day, amount=pieces * price"
LONG = "'north'," * 60
QUERY = f"SELECT client, day, pieces, price FROM orders WHERE region IN ({LONG}'south')"  # noqa: S608


@pytest.fixture
def shop(tmp_path, monkeypatch):
    path = tmp_path / "secret-place.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE orders (client TEXT, day TEXT, pieces INT, price REAL, region TEXT);"
            "INSERT INTO orders VALUES ('0012', '2024-01-05', 2, 5.5, 'north'),"
            "('0013', '2024-01-07', 1, 4.5, 'south');"
            "CREATE TABLE purchases (customer_id TEXT, date TEXT, amount REAL);"
        )
    monkeypatch.setenv("SHOP", f"sqlite:///{path}")
    return path


@pytest.fixture
def sales(tmp_path):
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), new_code_cell(REST)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "sales.ipynb")
    return tmp_path / "sales.ipynb"


def invoke(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.mark.parametrize("table", ["orders", QUERY])
def test_a_look_at_a_table(shop, table):
    done = invoke("check", "env:SHOP", "--table", table)
    assert done.exit_code == 2
    assert "2 rows" in done.stdout
    assert "Proposed columns; check them, nothing has been loaded" in done.stdout
    done = invoke("check", "env:SHOP", "--table", table, "--columns", COLUMNS)
    assert done.exit_code == 0
    assert "It loads: 2 purchases of 2 customers" in done.stdout
    assert '-p table="' in done.stdout or "-p table='" in done.stdout
    assert "secret-place" not in done.output
    done = invoke("check", "env:SHOP", "--table", "order")
    assert done.exit_code == 2
    assert "database env:SHOP must hold the table 'order'" in done.stdout


def test_a_report_on_a_query(shop, sales, tmp_path, monkeypatch):
    out = tmp_path / "reports"
    place = tmp_path / "secret-place.duckdb"
    with closing(sqlite3.connect(shop)) as old, duckdb.connect(str(place)) as new:
        rows = old.execute("SELECT * FROM orders").fetchall()
        new.execute(
            "CREATE TABLE orders (client TEXT, day DATE, pieces INT, price REAL, region TEXT)"
        )
        new.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows)
    monkeypatch.setenv("SHOP", str(place))
    done = invoke(
        *("report", sales, "--data", "env:SHOP", "--table", QUERY, "--columns", COLUMNS),
        *("--out", out),
    )
    assert done.exit_code == 0, done.output
    folder = next(out.rglob("manifest.json")).parent
    assert json.loads((folder / "result.json").read_text())["amount"] == 15.5
    data = json.loads((folder / "manifest.json").read_text())["data"]
    assert (data["name"], data["tables"], data["rows"]) == ("env:SHOP", 1, 2)
    for file in out.rglob("*"):
        assert not file.is_file() or b"secret-place" not in file.read_bytes()


def test_what_tells_runs_apart_is_the_table_that_was_read(shop):
    before = {table: data_fingerprint(str(shop), table) for table in ("orders", QUERY, None)}
    assert len({one["sha256"] for one in before.values()}) == 3
    with closing(sqlite3.connect(shop)) as connection:
        connection.execute("UPDATE orders SET price = 4 WHERE client = '0013'")
        connection.commit()
    after = {table: data_fingerprint(str(shop), table) for table in before}
    assert [after[table] == before[table] for table in before] == [False, False, True]
