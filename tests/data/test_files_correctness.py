"""The same five lines in every kind of file give the same log."""

import gzip

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clvlab.data import load_transactions

LINES = pd.DataFrame(
    {
        "Kunden-Nr": ["0012", "0012", "0013", "0014", "0012"],
        "Datum": ["2024-01-05", "2024-01-05", "2024-01-07", "2024-02-01", "2024-03-01"],
        "Umsatz": [10.5, 2.0, 7.25, 3.0, -1.0],
        "Straße": ["Äpfelweg 1", "a; b", "c, d", "", "x"],
    }
)
COLUMNS = {"customer_id": "Kunden-Nr", "date": "Datum", "amount": "Umsatz"}
EXPECTED = [("0012", 11.5), ("0013", 7.25), ("0014", 3.0)]


def loaded(source, **options):
    table = load_transactions(source, COLUMNS, **options).table
    return list(zip(table["customer_id"], table["amount"], strict=True))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(tmp_path, delimiter):
    LINES.to_csv(tmp_path / "lines.csv", sep=delimiter, index=False)
    assert loaded(tmp_path / "lines.csv") == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marked_encodings_are_found(tmp_path, encoding):
    LINES.to_csv(tmp_path / "lines.csv", index=False, encoding=encoding)
    assert loaded(str(tmp_path / "lines.csv")) == EXPECTED


@pytest.mark.parametrize("encoding", ["cp1252", "gb18030"])
def test_other_encodings_are_named(tmp_path, encoding):
    lines = LINES if encoding == "cp1252" else LINES.rename(columns={"Straße": "地址"})
    lines.to_csv(tmp_path / "lines.csv", index=False, encoding=encoding)
    assert loaded(tmp_path / "lines.csv", encoding=encoding) == EXPECTED


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_endings_of_all_systems(tmp_path, ending):
    text = LINES.to_csv(index=False, lineterminator=ending)
    (tmp_path / "lines.csv").write_bytes(text.encode())
    assert loaded(tmp_path / "lines.csv") == EXPECTED


def test_an_unusual_delimiter_is_named(tmp_path):
    LINES.to_csv(tmp_path / "lines.csv", index=False, sep="~")
    assert loaded(tmp_path / "lines.csv", delimiter="~") == EXPECTED


def test_gzip_is_recognised(tmp_path):
    text = LINES.to_csv(index=False).encode()
    (tmp_path / "lines.csv.gz").write_bytes(gzip.compress(text))
    assert loaded(tmp_path / "lines.csv.gz") == EXPECTED


def test_line_breaks_inside_quotes_are_text(tmp_path):
    lines = LINES.assign(Straße="one\ntwo")
    lines.to_csv(tmp_path / "lines.csv", index=False)
    assert loaded(tmp_path / "lines.csv") == EXPECTED


def test_folders_and_globs_are_one_table(tmp_path):
    (tmp_path / "2024").mkdir()
    LINES[:2].to_csv(tmp_path / "2024" / "a.csv", index=False)
    LINES[2:].to_csv(tmp_path / "b.csv", index=False, sep=";")
    (tmp_path / "notes.md").write_text("not data")
    (tmp_path / ".hidden.csv").write_text("not data")
    assert loaded(tmp_path) == EXPECTED
    assert loaded(str(tmp_path / "**" / "*.csv")) == EXPECTED


def test_parquet_files_folders_and_partitions(tmp_path):
    LINES.to_parquet(tmp_path / "one.parquet")
    assert loaded(tmp_path / "one.parquet") == EXPECTED
    pq.write_to_dataset(
        pa.Table.from_pandas(LINES.assign(region=["n", "n", "s", "s", "n"])),
        tmp_path / "parts",
        partition_cols=["region"],
    )
    assert loaded(tmp_path / "parts") == EXPECTED
    log = load_transactions(str(tmp_path / "parts" / "*" / "*.parquet"), COLUMNS)
    assert log.table["region"].tolist() == ["n", "s", "s"]


def test_workbooks_with_one_or_a_chosen_sheet(tmp_path):
    dated = LINES.assign(Datum=pd.to_datetime(LINES["Datum"]))
    dated.to_excel(tmp_path / "one.xlsx", index=False)
    assert loaded(tmp_path / "one.xlsx") == EXPECTED
    with pd.ExcelWriter(tmp_path / "two.xlsx") as writer:
        LINES[:1].to_excel(writer, sheet_name="notes", index=False)
        dated.to_excel(writer, sheet_name="orders", index=False)
    assert loaded(tmp_path / "two.xlsx", sheet="orders") == EXPECTED
    assert loaded(tmp_path / "two.xlsx", sheet=1) == EXPECTED


def test_tables_of_other_libraries():
    assert loaded(LINES) == EXPECTED
    assert loaded(pl.from_pandas(LINES)) == EXPECTED
    assert loaded(pl.from_pandas(LINES).lazy()) == EXPECTED
    assert loaded(pa.Table.from_pandas(LINES)) == EXPECTED


def test_ids_of_text_files_are_numbers_only_without_leading_zeros(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text("customer_id,date,amount\n12,2024-01-01,1\n7,2024-01-01,1\n")
    assert load_transactions(path).table["customer_id"].tolist() == [7, 12]
    path.write_text("customer_id,date,amount\n12,2024-01-01,1\n07,2024-01-01,1\n")
    assert load_transactions(path).table["customer_id"].tolist() == ["07", "12"]
    path.write_text("customer_id,date,amount\n12,2024-01-01,1\nA7,2024-01-01,1\n")
    assert load_transactions(path).table["customer_id"].tolist() == ["12", "A7"]


def test_missing_words_and_blank_lines_are_missing_ids(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text("customer_id,date,amount\n12,2024-01-01,1\n\nNULL,2024-01-01,2\n NA ,,\n")
    log = load_transactions(path)
    assert log.table["customer_id"].tolist() == [12]
    assert log.quality["rows"].tolist()[:2] == [3, 2]


def test_columns_without_a_name_are_no_obstacle(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text("customer_id,date,amount,,\n12,2024-01-01,1,,\n")
    assert len(load_transactions(path).table) == 1


def test_the_name_is_the_files_unless_given(tmp_path):
    LINES.to_csv(tmp_path / "lines.csv", index=False)
    log = load_transactions(tmp_path / "lines.csv", COLUMNS)
    assert log.name == "lines.csv"
    assert not log.simulated
    assert load_transactions(LINES, COLUMNS, name="Shop").name == "Shop"


def test_text_has_the_type_that_pandas_gives_it(tmp_path):
    LINES.to_csv(tmp_path / "lines.csv", index=False)
    table = load_transactions(tmp_path / "lines.csv", {**COLUMNS, "product": "Straße"}).table
    usual = pd.Series(["text"]).dtype
    assert table["customer_id"].dtype == usual
    assert table["product"].dtype == usual
    assert table["product"].isna().tolist() == [False, False, True]
