"""The same lines give the same log, whatever keeps them and whoever hands them over."""

import gzip
import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

import clvlab
from clvlab.data import load_transactions
from clvlab.errors import InputError

COLUMNS = {"customer_id": "Kunden-Nr", "date": "Day", "amount": "Pieces * Price"}
QUERY = (
    'SELECT "Kunden-Nr" AS customer_id, "Day" AS date, "Pieces" * "Price" AS amount, '
    "region FROM orders WHERE ';' <> 'a''b' AND \"Price\" > -1e9 ;"
)


def lines_of(n: int) -> pd.DataFrame:
    """Line items with ids that keep their zeros, returns, ties and rows without an id."""
    rng = np.random.default_rng(5)
    ids = [f"{number:04d}" for number in rng.integers(1, n // 6, n)]
    days = [date(2024, 1, 1 + int(day)) for day in rng.integers(0, 28, n)]
    lines = pd.DataFrame({"Kunden-Nr": ids, "Day": days})
    lines["Pieces"] = rng.choice([1, 2, 3, -1], n, p=[0.5, 0.3, 0.15, 0.05])
    lines["Price"] = rng.integers(1, 5_000, n) / 100
    lines["region"] = rng.choice(["north", "süd", "a;b"], n)
    lines.loc[::97, "Kunden-Nr"] = None
    return lines


LINES = lines_of(600)
NULLED = LINES.astype(object).where(LINES.notna(), None)


@pytest.fixture(scope="module")
def expected():
    return load_transactions(LINES, COLUMNS)


def assert_same(log, expected):
    pd.testing.assert_frame_equal(log.table, expected.table, check_exact=True)
    pd.testing.assert_frame_equal(log.quality, expected.quality, check_exact=True)
    pd.testing.assert_frame_equal(log.calendar, expected.calendar, check_exact=True)


def arrow_of(lines: pd.DataFrame) -> pa.Table:
    table = pa.Table.from_pandas(lines, preserve_index=False)
    exact = pa.array([Decimal(str(one)) for one in lines["Price"]], type=pa.decimal128(18, 2))
    return table.set_column(3, "Price", exact)


def as_csv(folder):
    LINES.to_csv(folder / "lines.csv", index=False)
    return folder / "lines.csv"


def as_gzip(folder):
    (folder / "lines.txt.gz").write_bytes(gzip.compress(LINES.to_csv(index=False).encode()))
    return folder / "lines.txt.gz"


def as_utf16(folder):
    LINES.to_csv(folder / "lines.csv", index=False, sep=";", encoding="utf-16")
    return folder / "lines.csv"


def as_texts(folder):
    LINES[:200].to_csv(folder / "1.csv", index=False)
    LINES[200:].iloc[:, ::-1].to_csv(folder / "2.tsv", index=False, sep="\t")
    return folder


def as_parquet(folder):
    pq.write_table(arrow_of(LINES), folder / "lines.parquet", row_group_size=100)
    return folder / "lines.parquet"


def as_partitions(folder):
    pq.write_to_dataset(arrow_of(LINES), folder / "parts", partition_cols=["region"])
    return folder / "parts"


def as_workbook(folder):
    LINES.to_excel(folder / "lines.xlsx", index=False)
    return folder / "lines.xlsx"


@pytest.mark.parametrize(
    "written", [as_csv, as_gzip, as_utf16, as_texts, as_parquet, as_partitions, as_workbook]
)
def test_files(written, tmp_path, expected):
    assert_same(load_transactions(written(tmp_path), COLUMNS), expected)


def test_glob_of_partitions(tmp_path, expected):
    parts = as_partitions(tmp_path)
    assert_same(load_transactions(str(parts / "region=*" / "*.parquet"), COLUMNS), expected)


def of_reader(lines):
    return pa.RecordBatchReader.from_batches(
        arrow_of(lines).schema, arrow_of(lines).to_batches(max_chunksize=50)
    )


@pytest.mark.parametrize(
    "handed",
    [
        pl.from_pandas,
        lambda lines: pl.from_pandas(lines).lazy(),
        lambda lines: lines.convert_dtypes(dtype_backend="pyarrow"),
        arrow_of,
        lambda lines: arrow_of(lines).combine_chunks().to_batches()[0],
        of_reader,
        lambda lines: pyarrow.dataset.dataset(arrow_of(lines)),
        lambda lines: duckdb.from_arrow(arrow_of(lines)),
        lambda lines: duckdb.sql("SELECT * FROM lines"),  # noqa: ARG005 - read by name
    ],
    ids=["Polars", "lazy", "pandas", "Arrow", "batch", "reader", "dataset", "DuckDB", "SQL"],
)
def test_tables_that_are_handed_over(handed, expected):
    assert_same(load_transactions(handed(LINES), COLUMNS), expected)


def test_a_table_that_is_handed_over_is_not_changed():
    before = LINES.copy()
    relation = duckdb.from_arrow(arrow_of(LINES))
    load_transactions(relation, COLUMNS)
    load_transactions(LINES, COLUMNS)
    pd.testing.assert_frame_equal(LINES, before)
    assert len(relation.limit(1).fetchall()) == 1


def test_a_relation_of_types_that_arrow_holds_otherwise():
    relation = duckdb.sql(
        "SELECT 170141183460469231731687303715884105727::HUGEINT AS customer_id, "
        "DATE '2024-01-31' AS date, 12.30::DECIMAL(18, 2) AS amount, ['a', 'b'] AS product"
    )
    table = load_transactions(relation).table
    assert table["customer_id"].tolist() == ["170141183460469231731687303715884105727"]
    assert table["product"].tolist() == ["[a, b]"]


def in_sqlite(folder, name="shop.sqlite"):
    with closing(sqlite3.connect(folder / name)) as connection:
        connection.execute(
            'CREATE TABLE orders ("Kunden-Nr" TEXT, "Day" TEXT, "Pieces" INT, "Price" REAL, '
            "region TEXT)"
        )
        rows = NULLED.assign(Day=NULLED["Day"].map(str)).to_numpy().tolist()
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows)
        connection.execute("CREATE VIEW seen AS SELECT * FROM orders")
        connection.commit()
    return folder / name


def in_duckdb(folder):
    lines = arrow_of(LINES)  # noqa: F841 - read by name
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute("CREATE SCHEMA sales")
        connection.execute("CREATE TABLE orders AS SELECT * FROM lines")
        connection.execute("CREATE VIEW seen AS SELECT * FROM orders")
        connection.execute("CREATE TABLE sales.lines AS SELECT * FROM lines")
    return folder / "shop.duckdb"


def assert_database(source, tables, expected):
    for table in tables:
        assert_same(load_transactions(source, COLUMNS, table=table), expected)
    named = load_transactions(source, table=QUERY)
    regions = load_transactions(LINES, {**COLUMNS, "region": "region"})
    pd.testing.assert_frame_equal(named.table, regions.table, check_exact=True)


def test_sqlite(tmp_path, expected):
    assert_database(in_sqlite(tmp_path), ["orders", "seen"], expected)


def test_duckdb(tmp_path, expected):
    assert_database(in_duckdb(tmp_path), ["orders", "seen", "sales.lines"], expected)


@pytest.fixture(scope="module")
def shop(postgres):
    kinds = {"Day": "date", "Pieces": "smallint", "Price": "numeric(18, 2)"}
    postgres.run("CREATE SCHEMA IF NOT EXISTS sales", "DROP VIEW IF EXISTS seen")
    postgres.write("orders", LINES, kinds)
    postgres.write("sales.lines", LINES[::-1], kinds)
    postgres.run("CREATE VIEW seen AS SELECT * FROM orders")
    return postgres


def test_postgresql(shop, monkeypatch, expected):
    monkeypatch.setenv("SHOP", shop.address())
    assert_database("env:SHOP", ["orders", "seen", "sales.lines"], expected)
    log = clvlab.open_log("env:SHOP", columns=COLUMNS, table="orders")
    assert log.name == "SHOP"
    assert_same(log, expected)


def test_the_log_and_the_summary_of_a_server_are_those_of_a_file(shop, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP", shop.address())
    logs = [
        clvlab.open_log(source, columns=COLUMNS, table="orders")
        for source in ("env:SHOP", in_sqlite(tmp_path))
    ]
    tables = [clvlab.summarize(log, calibration_end="2024-01-20", unit="day").table for log in logs]
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_nothing_can_be_written_by_a_query(shop, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP", shop.address())
    changing = 'WITH gone AS (DELETE FROM orders RETURNING "Day") SELECT * FROM gone'
    with pytest.raises(InputError, match="data-modifying"):
        load_transactions("env:SHOP", COLUMNS, table=changing)
    shop.run("CREATE SEQUENCE IF NOT EXISTS drawn")
    with pytest.raises(InputError, match=r"nextval\(\) in a read-only transaction"):
        load_transactions("env:SHOP", COLUMNS, table="SELECT nextval('drawn') AS n, * FROM orders")
    for source in ("env:SHOP", in_sqlite(tmp_path), in_duckdb(tmp_path)):
        with pytest.raises(InputError, match="takes one query at a time"):
            load_transactions(source, table="SELECT 1; DROP TABLE orders")
        assert load_transactions(source, COLUMNS, table="orders").quality["rows"].iloc[0] == 600


def test_a_company_opens_without_the_tables_that_its_database_lacks(tmp_path):
    shop = in_duckdb(tmp_path)
    log = clvlab.open_log(shop, columns=COLUMNS, table="orders")
    company = clvlab.open_company(shop, log, tables=["leads"])
    assert company.purchases() is log
    assert company.missing("leads") == "not available: needs the table leads"


def test_a_company_takes_a_query_for_a_table(tmp_path, expected):
    in_sqlite(tmp_path)
    query = "SELECT \"Kunden-Nr\" AS customer_id, 'x' AS region FROM orders GROUP BY 1"
    (tmp_path / "tables.toml").write_text(
        "[tables.purchases]\ntable = 'orders'\n"
        "columns = { customer_id = 'Kunden-Nr', date = 'Day', amount = 'Pieces * Price' }\n"
        f'[tables.customers]\nincomplete = "drop"\ntable = """{query}"""\n'
    )
    company = clvlab.load_company(tmp_path / "shop.sqlite")
    pd.testing.assert_frame_equal(company.purchases().table, expected.table)
    assert set(company.table("customers")["customer_id"]) == set(LINES["Kunden-Nr"].dropna())
