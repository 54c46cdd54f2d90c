"""A database is looked at from the command line, and reported on by the name of a variable."""

import json
import sqlite3
from contextlib import closing

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from clvlab.cli import app
from clvlab.reports import run_report

CUSTOMERS = (
    "CREATE TABLE customers (customer_id TEXT, name TEXT, region TEXT, updated_on DATE)",
    "INSERT INTO customers VALUES ('0012', 'First School', 'north', '2024-01-05')",
)
PURCHASES = (
    "CREATE TABLE purchases (customer_id TEXT, date DATE, amount DECIMAL(10, 2))",
    "INSERT INTO purchases VALUES ('0012', '2024-01-01', 12.5), ('0012', '2024-02-01', 3)",
)
PARAMETERS = 'data: str = "cdnow-sample"  # where purchases are [data set or place]'
REST = """\
import clvlab
from clvlab.reports import Page
log = clvlab.open_log(data)
page = Page.open("How much was sold?", kind="Sales")
page.record(amount=float(log.table["amount"].sum()), name=log.name)
page.meta(as_of="2024-02-01", data="{name}")
page.answer("{amount:plain} was sold.")"""


@pytest.fixture
def sales(tmp_path):
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), new_code_cell(REST)]
    notebook = tmp_path / "sales.ipynb"
    nbformat.write(new_notebook(cells=cells), notebook)
    return notebook


def test_check_of_a_database_ends_with_its_code(in_sqlite, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    path = in_sqlite(*CUSTOMERS)
    monkeypatch.setenv("CRM", f"sqlite:///{path}")
    for source, name in ((str(path), "boards"), ("env:CRM", "CRM")):
        result = CliRunner().invoke(
            app, ["check", source, "--as-of", "2024-12-31", "--no-page", "--max-age", "365 days"]
        )
        assert result.exit_code == 0
        assert f"{name} as of 2024-12-31: 1 rows in 1 tables" in result.stdout
    monkeypatch.setenv("CRM", "postgresql+nothing://ann:s3cret@db/crm")
    result = CliRunner().invoke(app, ["check", "env:CRM"])
    assert result.exit_code == 2
    assert "database env:CRM must be of a kind that SQLAlchemy knows" in result.stderr
    assert "s3cret" not in result.output


def test_report_on_a_variable_names_neither_place_nor_password(
    in_sqlite, sales, tmp_path, monkeypatch
):
    path = in_sqlite(*CUSTOMERS, *PURCHASES, name="secret-place.sqlite")
    monkeypatch.setenv("CRM", f"sqlite:///{path}")
    run = run_report(sales, data="env:CRM", out=tmp_path / "reports")
    assert run.results["amount"] == 15.5
    assert run.results["name"] == "CRM"
    data = json.loads((run.folder / "manifest.json").read_text())["data"]
    assert {**data, "sha256": ""} == {
        "name": "env:CRM",
        "database": "SQLite",
        "tables": 2,
        "rows": 3,
        "sha256": "",
    }
    for file in run.folder.rglob("*"):
        assert not file.is_file() or b"secret-place" not in file.read_bytes()


@pytest.mark.trust
def test_report_is_made_again_only_when_rows_changed(in_sqlite, sales, tmp_path):
    path = in_sqlite(*CUSTOMERS, *PURCHASES)
    first = run_report(sales, data=str(path), out=tmp_path / "reports")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")
    assert run_report(sales, data=str(path), out=tmp_path / "reports").skipped
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE purchases SET amount = 4 WHERE amount = 3")
        connection.commit()
    again = run_report(sales, data=str(path), out=tmp_path / "reports")
    assert not again.skipped
    assert (first.results["amount"], again.results["amount"]) == (15.5, 16.5)
