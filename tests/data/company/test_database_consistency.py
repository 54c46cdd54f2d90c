"""A company is the same whether its tables are files, or in SQLite, or in DuckDB."""

import re
import sqlite3
from contextlib import closing

import duckdb
import pandas as pd
import pytest
from sqlalchemy import make_url

from clvlab import open_log
from clvlab.data.company import CONTRACTS, identify, load_company, load_identities
from clvlab.data.company.checks import check_company
from clvlab.data.company.fingerprint import database_fingerprint
from clvlab.data.company.places import find_tables
from clvlab.data.databases import Database
from clvlab.reports import run_report
from clvlab.reports.running.provenance import data_fingerprint


@pytest.fixture(scope="module")
def companies(example):
    return [load_company(source) for source in example]


def test_tables_are_identical(companies):
    folder, *databases = companies
    for other in databases:
        assert set(other.tables) == set(folder.tables)
        assert (other.name, other.simulated) == (folder.name, folder.simulated)
        for name in folder.tables:
            pd.testing.assert_frame_equal(other.table(name), folder.table(name))
        pd.testing.assert_frame_equal(other.quality(), folder.quality())


def test_purchases_are_identical(companies, example):
    folder, *databases = companies
    for other, source in zip(databases, example[1:], strict=True):
        pd.testing.assert_frame_equal(other.purchases().table, folder.purchases().table)
        pd.testing.assert_frame_equal(open_log(source).table, folder.purchases().table)
        pd.testing.assert_frame_equal(open_log(source).calendar, folder.purchases().calendar)


def said(other, later):
    """What a finding refers to, a row by its line in a file."""
    return re.sub(r"(?<=^row )\d+", lambda row: str(int(row[0]) + later), other)


def test_findings_are_identical_but_for_the_names_of_rows(example):
    folder, *databases = (check_company(source) for source in example)
    assert len(folder.findings) > 100
    for other in databases:
        # A row of a file is a line after the header; one of a database is counted from 1.
        names, lines = (pd.to_numeric(one.findings["row_name"]).dropna() for one in (other, folder))
        assert lines.sub(names).eq(1).all()
        assert [said(row, 1) for row in other.findings["other"]] == [
            said(row, 0) for row in folder.findings["other"]
        ]
        told = [one.findings.drop(columns=["row_name", "other"]) for one in (other, folder)]
        pd.testing.assert_frame_equal(*told)
        pd.testing.assert_frame_equal(other.summary, folder.summary)
        pd.testing.assert_frame_equal(other.completeness, folder.completeness)


def test_names_are_found_again(example):
    folder, *databases = (load_identities(source) for source in example)
    listed = pd.DataFrame({"customer_id": ["K00001", "K00002"], "clv": [1.0, 2.0]})
    for other, source in zip(databases, example[1:], strict=True):
        pd.testing.assert_frame_equal(other, folder)
        assert identify(listed, source)["name"].tolist() == folder["name"].head(2).tolist()


@pytest.mark.trust
def test_report_is_identical(example, tmp_path):
    results = []
    for source in example:
        run = run_report(
            "lifecycle-study",
            data=str(source),
            parameters={"n_draws": 50},
            out=tmp_path / source.name,
        )
        results.append((run.folder / "result.json").read_bytes())
    assert results[0] == results[1] == results[2]


def test_fingerprint_is_of_the_rows_and_not_of_the_file(example, tmp_path, monkeypatch):
    before = data_fingerprint(str(example[1]))
    assert before["database"] == "SQLite"
    assert before["tables"] == len([*CONTRACTS, "purchases"])
    copy = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(example[1])) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
        new.execute("VACUUM")
    (tmp_path / "tables.toml").write_bytes((example[1].parent / "tables.toml").read_bytes())
    monkeypatch.setenv("CRM", f"sqlite:///{copy}")
    assert data_fingerprint(str(copy))["sha256"] == before["sha256"]
    assert data_fingerprint("env:CRM") == {**before, "name": "env:CRM"}
    with closing(sqlite3.connect(copy)) as new:
        new.execute("UPDATE purchases SET amount = amount + 0.01 WHERE rowid = 4000")
        new.commit()
    assert data_fingerprint(str(copy))["sha256"] != before["sha256"]


def test_fingerprint_knows_what_the_companys_file_says(in_sqlite, boards):
    path = in_sqlite("CREATE TABLE leads (lead_id TEXT, date TEXT)")
    before = data_fingerprint(str(path))["sha256"]
    (path.parent / "tables.toml").write_text('as_of = "2024-01-01"')
    assert data_fingerprint(str(path))["sha256"] != before
    before = data_fingerprint(str(boards))["sha256"]
    (boards / "tables.toml").write_text('as_of = "2024-01-01"')
    assert data_fingerprint(str(boards))["sha256"] != before


def test_rows_of_a_server_come_in_the_order_of_their_contents(in_sqlite):
    one = in_sqlite(
        "CREATE TABLE leads (lead_id TEXT, date TEXT)",
        "INSERT INTO leads VALUES ('L2', '2024-01-02'), ('L1', NULL), ('L1', '2024-01-01')",
    )
    other = in_sqlite(
        "CREATE TABLE leads (lead_id TEXT, date TEXT)",
        "INSERT INTO leads VALUES ('L1', '2024-01-01'), ('L2', '2024-01-02'), ('L1', NULL)",
        name="other.sqlite",
    )
    read = [
        Database("a server", "server", url=make_url(f"sqlite:///{path}")).rows("leads").to_pylist()
        for path in (one, other)
    ]
    assert read[0] == read[1]
    assert [row["lead_id"] for row in read[0]] == ["L1", "L1", "L2"]
    as_written = Database("a file", "SQLite", one).rows("leads")["lead_id"].to_pylist()
    assert as_written == ["L2", "L1", "L1"]


def test_nothing_is_written_to_a_database(example):
    before = [path.read_bytes() for path in example[1:]]
    for path in example[1:]:
        database_fingerprint(find_tables(path))
    assert [path.read_bytes() for path in example[1:]] == before


def test_views_and_schemas_of_a_duckdb_file_are_tables(tmp_path):
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as connection:
        connection.execute("CREATE SCHEMA sales")
        connection.execute("CREATE TABLE sales.clients AS SELECT '007' AS code, 'north' AS region")
        connection.execute("CREATE VIEW leads AS SELECT 1 AS lead_id, DATE '2024-01-31' AS date")
    (tmp_path / "tables.toml").write_text(
        '[tables.customers]\ntable = "sales.clients"\ncolumns = { customer_id = "code" }\n'
    )
    company = load_company(tmp_path / "crm.duckdb")
    assert company.table("customers")["customer_id"].tolist() == ["007"]
    assert company.table("leads")["date"].tolist() == [pd.Timestamp("2024-01-31")]
