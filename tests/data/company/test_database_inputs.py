"""What is wrong with a database is said in words that name it, its table and its column."""

import re
import sys

import duckdb
import pandas as pd
import pytest
from sqlalchemy import make_url

import clvlab
from clvlab.data.company import load_company, load_identities
from clvlab.data.company.checks import check_company
from clvlab.data.database_errors import plain_reason, refused_driver
from clvlab.errors import InputError

ADDRESS = "postgresql://ann:s3cret%21@db.internal/crm"
FUNCTIONS = (load_company, load_identities, check_company, clvlab.open_log)
CUSTOMERS = "CREATE TABLE customers (customer_id TEXT, region TEXT)"


def refused(source, function=load_company):
    with pytest.raises(InputError) as raised:
        function(source)
    return str(raised.value)


def test_text_with_the_ending_of_a_database(tmp_path):
    path = tmp_path / "crm.sqlite"
    path.write_text("customer_id,region\n")
    message = "database crm.sqlite must be a database, as its ending .sqlite says; it is none. "
    assert refused(path).startswith(message)
    path.write_text("")
    assert "it is empty (0 bytes)" in refused(path)


def test_damaged_file(tmp_path):
    path = tmp_path / "crm.sqlite"
    path.write_bytes(b"SQLite format 3\x00" + b"x" * 200)
    assert "crm.sqlite must be a SQLite file that can be opened and read; the file is" in refused(
        path
    )
    path.write_bytes(b"12345678DUCK" + b"x" * 200)
    assert "crm.sqlite must be a DuckDB file that can be opened and read; " in refused(path)


@pytest.mark.parametrize("name", ["crm.sqlite", "crm.duckdb"])
def test_database_that_is_not_there(tmp_path, name):
    message = f"database {name} must be a database that exists; there is no such file."
    assert refused(tmp_path / name) == message
    assert not (tmp_path / name).exists()


def test_no_table_of_the_contract(in_sqlite):
    path = in_sqlite("CREATE TABLE clients (id TEXT)")
    message = refused(path)
    assert "database boards.sqlite must hold tables of a company (purchases, customers, " in message
    assert "it holds clients. Say in a tables.toml which table is which" in message
    assert "it holds none at all" in refused(
        in_sqlite("CREATE TABLE x (id)", "DROP TABLE x", name="e.db")
    )


def test_table_that_the_companys_file_names_wrongly(in_sqlite):
    path = in_sqlite(CUSTOMERS, "CREATE TABLE bills (invoice_id TEXT)")
    (path.parent / "tables.toml").write_text('[tables.invoices]\ntable = "bill"\n')
    assert refused(path) == (
        "[tables.invoices] of tables.toml must name a table or view; "
        "database boards.sqlite has no 'bill'. Did you mean 'bills'?"
    )


@pytest.mark.parametrize("option", ['file = "x.csv"', 'encoding = "latin-1"', "sheet = 1"])
def test_what_only_files_have(in_sqlite, option):
    path = in_sqlite(CUSTOMERS)
    (path.parent / "tables.toml").write_text(f"[tables.customers]\n{option}\n")
    name = option.split()[0]
    message = f"[tables.customers] of tables.toml can't say '{name}' of a table in a database"
    assert message in refused(path)


def test_table_of_a_database_in_a_folder_of_files(boards):
    (boards / "tables.toml").write_text('[tables.customers]\ntable = "clients"\n')
    assert "[tables.customers] of tables.toml can't say 'table' of a table in files" in refused(
        boards
    )


def test_folder_that_names_its_database(in_sqlite, tmp_path):
    path = in_sqlite(CUSTOMERS, "INSERT INTO customers VALUES ('0012', 'north')")
    folder = tmp_path / "told"
    folder.mkdir()
    (folder / "tables.toml").write_text('name = "Boards"\ndatabase = "../boards.sqlite"\n')
    company = load_company(folder)
    assert company.name == "Boards"
    assert company.table("customers")["customer_id"].tolist() == ["0012"]
    (folder / "tables.toml").write_text('database = "../board.sqlite"\n')
    assert "database board.sqlite must be a database that exists" in refused(folder)
    (folder / "tables.toml").write_text('database = "boards"\n')
    assert "database of tables.toml must name a database that exists" in refused(folder)
    assert path.exists()


def test_column_and_rows_are_named(in_sqlite):
    path = in_sqlite(
        CUSTOMERS,
        "CREATE TABLE invoices (invoice_id TEXT, customer_id TEXT, issued_on DATE, amount REAL)",
        "INSERT INTO invoices VALUES ('A1', '7', '2024-01-01', 1.5), ('A2', '8', '3/1/24', 'much')",
    )
    message = refused(path)
    assert "column 'amount' of table invoices of boards.sqlite must hold plain numbers" in message
    assert "1 of 2 rows: row 2 ('much')" in message
    assert "column 'issued_on' of table invoices of boards.sqlite " in message
    findings = check_company(path, as_of="2024-12-31").findings
    unreadable = findings[findings["kind"] == "unreadable"]
    assert unreadable["column"].tolist() == ["amount", "issued_on"]


def test_column_that_is_missing(in_sqlite):
    path = in_sqlite("CREATE TABLE leads (lead_id TEXT)")
    message = refused(path)
    assert message.startswith("table leads of boards.sqlite must have the columns lead_id, date;")


def test_address_with_a_password_is_refused_and_not_repeated():
    for address in (ADDRESS, "mysql://db/crm?password=s3cret", "sqlite://:s3cret@/crm"):
        for function in FUNCTIONS:
            message = refused(address, function)
            assert "can't be written out with a password or options" in message
            assert "s3cret" not in message


def test_address_that_is_none(monkeypatch):
    monkeypatch.setenv("CRM", "://s3cret")
    message = refused("env:CRM")
    assert message.startswith("database env:CRM must be an address as SQLAlchemy takes it")
    assert "s3cret" not in message


@pytest.mark.parametrize(
    "function", [load_company, load_identities, check_company, clvlab.open_log]
)
def test_driver_that_is_not_installed(monkeypatch, function):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv("CRM", ADDRESS)
    assert refused("env:CRM", function) == (
        "database env:CRM needs the driver psycopg; it is not installed. "
        "Install it: pip install 'psycopg[binary]'."
    )


def test_kind_of_database_that_nobody_knows(monkeypatch):
    monkeypatch.setenv("CRM", "oracel://ann:s3cret@db/crm")
    message = refused("env:CRM")
    assert "database env:CRM must be of a kind that SQLAlchemy knows; got 'oracel'." in message
    assert "s3cret" not in message
    assert "s3cret" not in str(refused_driver(ImportError("no"), "database x", make_url(ADDRESS)))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('connection to server at "db" failed: Connection refused', "nothing answers there"),
        ('FATAL:  password authentication failed for user "ann"', "user or password are refused"),
        ("permission denied for table customers", "this user may not read it"),
        ("IO Error: Could not set lock on file", "another program is writing to it"),
        ("no such thing: s3cret! of ann, s3cret%21", "it says: no such thing: *** of ***, ***"),
        ("", "it says: OSError"),
    ],
)
def test_what_a_driver_says_is_put_into_words_without_passwords(said, found):
    assert plain_reason(OSError(said), make_url(ADDRESS))[0] == found


def test_variable_is_named_and_its_value_is_not(monkeypatch, tmp_path, in_sqlite):
    monkeypatch.delenv("CRM", raising=False)
    assert "env:CRM must name an environment variable that is set" in refused("env:CRM")
    monkeypatch.setenv("CRM", f"sqlite:///{tmp_path}/secret-place.sqlite")
    message = refused("env:CRM")
    assert message == "database env:CRM must be a database that exists; there is no such file."
    monkeypatch.setenv("CRM", str(tmp_path / "secret-place"))
    message = refused("env:CRM")
    assert "env:CRM" in message
    assert "secret-place" not in message
    monkeypatch.setenv("CRM", f"sqlite:///{in_sqlite(CUSTOMERS)}")
    assert load_company("env:CRM").name == "CRM"


def test_database_is_no_table_of_purchases(in_sqlite):
    path = in_sqlite("CREATE TABLE orders (id TEXT)")
    message = "boards.sqlite can't be read as one table; it is a database, which holds orders."
    assert message in refused(path, clvlab.load_transactions)


def test_types_of_values(in_sqlite, tmp_path):
    columns = "lead_id, date, customer_id, cost, region"
    path = in_sqlite(
        f"CREATE TABLE leads ({columns})",
        "INSERT INTO leads VALUES (1, 20240131, '0012', '1.234,50', x'C3A4')",
        "INSERT INTO leads VALUES (2, '2024-02-01 10:30:00', 12, 2.25, NULL)",
    )
    (tmp_path / "tables.toml").write_text('[tables.leads]\ndecimal = ","\nthousands = "."\n')
    leads = load_company(path).table("leads")
    assert leads["customer_id"].tolist() == ["0012", "12"]
    assert leads["cost"].tolist() == [1234.5, 2.25]
    assert leads["date"].tolist() == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-01")]
    assert leads["region"].tolist()[0] == "c3a4"
    assert leads["lead_id"].tolist() == ["1", "2"]


def test_types_of_duckdb(tmp_path):
    path = tmp_path / "crm.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE purchases AS SELECT 170141183460469231731687303715884105727::HUGEINT "
            "AS customer_id, TIMESTAMP '2024-01-31 23:59:00' AS date, "
            "12.30::DECIMAL(18, 2) AS amount, ['a', 'b'] AS product"
        )
    table = clvlab.open_log(path).table
    assert table["customer_id"].tolist() == ["170141183460469231731687303715884105727"]
    assert table["amount"].tolist() == [12.3]
    assert table["date"].tolist() == [pd.Timestamp("2024-01-31")]
    assert table["product"].tolist() == ["[a, b]"]


def test_moments_are_asked_about(tmp_path):
    path = tmp_path / "crm.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE leads AS "
            "SELECT 1 AS lead_id, TIMESTAMPTZ '2024-01-31 23:59:00+00' AS date"
        )
    assert re.search(r"column 'date' of table leads of crm.duckdb .*time zone", refused(path))
    (tmp_path / "tables.toml").write_text('[tables.leads]\ntime_zone = "Asia/Shanghai"\n')
    assert load_company(path).table("leads")["date"].tolist() == [pd.Timestamp("2024-02-01")]
