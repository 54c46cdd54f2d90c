"""Bad input is refused in words that name the column, the rows, the rule and the remedy."""

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest

from clvlab.data import load_transactions
from clvlab.errors import InputError

HEADER = "customer_id,date,amount\n"
GOOD = pd.DataFrame(
    {"customer_id": [1, 2], "date": ["2024-01-01", "2024-01-02"], "amount": [1.0, 2]}
)


def message(source, columns=None, **options):
    with pytest.raises(InputError) as caught:
        load_transactions(source, columns, **options)
    return str(caught.value)


def says(text, *parts):
    missing = [part for part in parts if part not in text]
    assert not missing, f"{missing} not in: {text}"
    return True


@pytest.fixture
def csv(tmp_path):
    def write(text, name="orders.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_empty_file(csv):
    assert says(message(csv("")), "orders.csv", "must hold data", "empty (0 bytes)")


def test_blank_first_line(csv):
    assert says(message(csv("\n\n")), "orders.csv", "must begin with a header")


def test_header_only(csv):
    assert says(message(csv(HEADER)), "orders.csv", "at least one row", "a header and no rows")


def test_missing_file(tmp_path):
    text = message(tmp_path / "no.csv")
    assert says(text, "no.csv", "must be a file, a folder or a glob", "Relative paths start")


def test_empty_folder(tmp_path):
    assert says(message(tmp_path), str(tmp_path), "must hold data files", ".parquet")


def test_glob_without_match(tmp_path):
    assert says(message(f"{tmp_path}/*.csv"), "*.csv", "must match at least one file")


def test_mixed_kinds_in_a_folder(csv, tmp_path):
    csv(HEADER)
    GOOD.to_parquet(tmp_path / "a.parquet")
    assert says(message(tmp_path), "files of one kind", "Parquet", "text", "*.csv")


def test_parquet_of_zero_bytes(tmp_path):
    (tmp_path / "a.parquet").touch()
    assert says(message(tmp_path / "a.parquet"), "a.parquet", "empty (0 bytes)")


def test_parquet_that_is_not(tmp_path):
    (tmp_path / "a.parquet").write_text("customer_id,date,amount\n" * 9)
    assert says(message(tmp_path / "a.parquet"), "a.parquet", "must be a Parquet file", ".csv")


def test_workbook_that_is_not(tmp_path):
    (tmp_path / "a.xlsx").write_text("customer_id,date,amount")
    assert says(message(tmp_path / "a.xlsx"), "a.xlsx", "must be an Excel workbook")


def test_workbook_with_several_sheets(tmp_path):
    with pd.ExcelWriter(tmp_path / "a.xlsx") as writer:
        GOOD.to_excel(writer, sheet_name="orders", index=False)
        GOOD.to_excel(writer, sheet_name="notes", index=False)
    text = message(tmp_path / "a.xlsx")
    assert says(text, "'sheet'", "one of several sheets", "orders, notes", 'sheet="orders"')
    assert says(message(tmp_path / "a.xlsx", sheet="order"), "Did you mean 'orders'?")


def test_damaged_gzip(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(b"\x1f\x8b\x08 no")
    assert says(message(tmp_path / "a.csv.gz"), "a.csv.gz", "whole gzip file")


def test_wrong_encoding(csv):
    path = csv(HEADER + "1,2024-01-01,2\nMüller,2024-01-01,2\n", encoding="cp1252")
    text = message(path)
    assert says(text, "orders.csv", "encoding utf-8", "line 3", 'encoding="cp1252"', "gb18030")
    assert says(message(path, encoding="no-such"), "'encoding'", "no-such")


def test_duplicate_header(csv):
    path = csv("customer_id,date,amount,amount\n1,2024-01-01,2,3\n")
    assert says(message(path), "header of orders.csv", "each column once", "'amount' 2 times")
    twice = pd.concat([GOOD, GOOD["amount"]], axis=1)
    assert says(message(twice), "header of the table", "'amount' 2 times")


def test_lines_of_another_length(csv):
    text = message(csv(HEADER + "1,2024-01-01,2\n2,2024-01-01,3,4\n"))
    assert says(text, "orders.csv", "3 fields in each line", "row 3", "delimiter=")


def test_unclosed_quotes(csv):
    many = "".join(f"{place},2024-01-01,2.5\n" for place in range(120_000))
    path = csv(HEADER + "1,2024-01-01,2\n" + '"' + many)
    assert says(message(path), "orders.csv", "must close every quotation mark")
    assert says(message(csv('"' + HEADER + many)), "must close every quotation mark")


def test_missing_columns_come_with_a_proposal():
    lines = GOOD.set_axis(["CustomerID", "InvoiceDate", "Revenue"], axis=1)
    text = message(lines)
    assert says(text, "it lacks 'customer_id', 'date', 'amount'", "'InvoiceDate'")
    assert says(text, 'columns={"customer_id": "CustomerID", "date": "InvoiceDate"')
    assert says(message(GOOD[["date", "amount"]]), "it lacks 'customer_id'", "reset_index()")


def test_unknown_contract_name():
    text = message(GOOD, {"customer": "customer_id"})
    assert says(text, "'columns'", "can't set 'customer'", "Did you mean 'customer_id'?")


def test_unknown_column():
    text = message(GOOD, {"customer_id": "customer", "amount": "amout * 2"})
    assert says(text, "no column 'customer'", "no column 'amout'", "Did you mean 'amount'?")


def test_columns_of_the_wrong_form():
    assert says(message(GOOD, "customer_id"), "'columns'", "name=column", "'customer_id'")
    assert says(message(GOOD, ["a"]), "'columns'", "must be a mapping", "list")
    assert says(message(GOOD, {"amount": 3}), "map 'amount'", "got 3")
    assert says(message(GOOD, "date=date, date=amount"), "each name once", "'date'")
    assert says(message(GOOD, "date="), "must set 'date'")


@pytest.mark.parametrize(
    "text",
    [
        "amount ** 2",
        "abs(amount)",
        "amount if amount else 1",
        "amount.real",
        "__import__('os')",
        "amount +",
        "amount[0]",
        "'1'",
        "amount + 1j",
        "amount + True",
        "1 + 2",
        "amount" + " + 1" * 400,
        "amount * 1" + "0" * 400,
    ],
)
def test_expressions_hold_arithmetic_only(text):
    assert says(message(GOOD, {"amount": text}), "columns: 'amount'", "must be a column or")


def test_dates_are_columns_not_expressions():
    assert says(message(GOOD, {"date": "date + 1"}), "must name a column that exists")


def test_wrong_type_of_source():
    assert says(message(3), "'source'", "must be a path or a table", "got int")
    assert says(message([1, 2]), "got list")


def test_unknown_policy_values_are_collected():
    text = message(GOOD, returns="nett", duplicates="x", as_of="soon", time_zone="Berlin")
    assert says(text, "'returns'", "net, drop, error", "Did you mean 'net'?", "'duplicates'")
    assert says(text, "'as_of'", "ISO form", "'time_zone'", "Europe/Berlin")


def test_signs_must_be_single_and_different():
    assert says(message(GOOD, decimal=",", thousands=","), "decimal sign too")
    assert says(message(GOOD, delimiter=";;"), "'delimiter'", "one character")


def test_missing_ids_as_an_error(csv):
    path = csv(HEADER + "1,2024-01-01,2\n ,2024-01-01,2\nNULL,2024-01-01,2\n")
    text = message(path, missing_ids="error")
    assert says(text, "column 'customer_id' of orders.csv", "2 of 3 rows: rows 3, 4", '"drop"')


def test_no_ids_at_all():
    assert says(message(GOOD.assign(customer_id=np.nan)), "'customer_id'", "empty in every row")


def test_ids_that_are_no_ids():
    lists = GOOD.assign(customer_id=pd.Series([[1], [2]], dtype=object))
    assert says(message(lists), "'customer_id'", "must hold numbers or text")


def test_ambiguous_dates_are_counted(csv):
    path = csv(HEADER + "1,03/04/2024,1\n1,05/06/2024,1\n2,13/04/2024,1\n")
    text = message(path)
    assert says(text, "column 'date' of orders.csv", "ISO form", "3 of 3 rows: rows 2, 3, 4")
    assert says(text, "2 can be read day-first and month-first", "1 only day-first")
    assert says(text, 'date_format="day-first"', '"month-first"')


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("soon", ["'soon'", '"%d.%m.%y"']),
        ("2024-02-30", ["'2024-02-30'", "must hold days that the calendar has"]),
        ("2024/01/05", ['date_format="%Y/%m/%d"']),
        ("2024/01/05 10:30", ['date_format="%Y/%m/%d %H:%M"']),
        ("45321", ["spreadsheet's day numbers"]),
        (45321, ["spreadsheet's day numbers"]),
        (45321.5, ["spreadsheet's day numbers"]),
        (1704067200, ["'1704067200'", "ISO form"]),
        (None, ["must hold a date in every row"]),
        (True, ["'True'"]),
        ("0001-01-01", ["before 1900", "stand for a missing one"]),
        (dt.date(1899, 12, 31), ["before 1900"]),
    ],
)
def test_unreadable_dates(value, parts):
    lines = GOOD.assign(date=[value, value])
    assert says(message(lines), "column 'date' of the table", "rows 1, 2", *parts)


def test_dates_that_break_the_format_asked_for():
    text = message(GOOD, date_format="%d.%m.%Y")
    assert says(text, "of the form %d.%m.%Y", "2 of 2 rows", "'2024-01-01'")
    wrong = GOOD.assign(date=["01/02/2024", "01/13/2024"])
    assert says(message(wrong, date_format="day-first"), "1 of 2 rows: row 2", "day-first")


@pytest.mark.parametrize("value", ["2024-01-01T10:00:00Z", pd.Timestamp("2024-01-01", tz="UTC")])
def test_moments_need_a_place(value):
    text = message(GOOD.assign(date=[value, value]))
    assert says(text, "'date'", "a day belongs to a place", 'time_zone="Europe/Berlin"')


def test_moments_and_local_times_do_not_mix():
    lines = GOOD.assign(date=["2024-01-01T10:00:00Z", "2024-01-01"])
    assert says(message(lines, time_zone="UTC"), "'date'", "dates of one kind")


def test_future_dates_as_an_error():
    lines = GOOD.assign(date=["2024-01-01", "2999-01-01"])
    text = message(lines, future_dates="error")
    assert says(text, "'date'", "after today", "1 of 2 rows: row 2", 'future_dates="drop"')


def test_written_numbers_that_are_not_plain(csv):
    text = message(csv(HEADER + '1,2024-01-01,"1.234,56"\n1,2024-01-02,"7,50"\n'))
    assert says(text, "column 'amount' of orders.csv", "rows 2, 3", 'decimal=","', 'thousands="."')
    text = message(csv(HEADER + '1,2024-01-01,"$1,234.50"\n1,2024-01-02,3\n'))
    assert says(text, "1 of 2 rows: row 2", "'$1,234.50'", 'thousands=","', "currency signs")


def test_a_wrong_thousands_sign_is_not_swallowed():
    lines = GOOD.assign(amount=["12.50", "1.000"])
    assert says(message(lines, decimal=",", thousands="."), "1 of 2 rows: row 1", "'12.50'")


def test_amounts_that_are_no_numbers():
    assert says(message(GOOD.assign(amount=[True, False])), "'amount'", "must hold numbers", "bool")
    assert says(message(GOOD.assign(amount=1j)), "'amount'", "must hold numbers", "complex")
    dates = pd.to_datetime(GOOD["date"])
    assert says(message(GOOD.assign(amount=dates)), "'amount'", "must hold numbers", "datetime")


def test_missing_and_infinite_amounts(csv):
    lines = GOOD.assign(amount=[np.nan, np.inf])
    text = message(lines)
    assert says(text, "must hold an amount in every row", "1 of 2 rows: row 1")
    assert says(text, "must be finite", "1 of 2 rows: row 2")
    assert says(message(csv(HEADER + "1,2024-01-01,-inf\n")), "must be finite", "row 2")
    assert says(message(GOOD.assign(n=0), {"amount": "amount / n"}), "amount / n", "be finite")


def test_all_negative_amounts():
    text = message(GOOD.assign(amount=[-1.0, -2.0]))
    assert says(
        text, "'amount'", "must hold purchases", "all 2 amounts are negative", "-1 * (amount)"
    )


def test_nothing_left():
    text = message(GOOD, as_of="2020-01-01")
    assert says(text, "at least one purchase", "2 rows read", "2 rows after the as-of date")


def test_returns_as_an_error():
    text = message(GOOD.assign(amount=[1.0, -2.0]), returns="error")
    assert says(text, "'amount'", "no returns", "row 2", 'returns="net"', 'returns="drop"')


def test_zeros_as_an_error():
    text = message(GOOD.assign(amount=[1.0, 0.0]), zero_amounts="error")
    assert says(text, "'amount'", "can't be zero", "row 2", '"keep"')


def test_duplicates_as_an_error(csv):
    path = csv(HEADER + "1,2024-01-01,2\n\n1,2024-01-01,2\n")
    text = message(path, duplicates="error")
    assert says(text, "orders.csv", "a row twice", "1 of 2 rows: row 4", '"keep"')


def test_mixed_currencies():
    lines = GOOD.assign(currency=["EUR", "USD"])
    text = message(lines)
    assert says(text, "'currency'", "1 x EUR, 1 x USD", "exchange_rates={")
    text = message(lines, currency="EUR", exchange_rates={"EUR": 1})
    assert says(text, "no rate for USD")
    assert says(message(lines, exchange_rates={"USD": 1}), "'exchange_rates'", "currency=")
    text = message(lines, currency="EUR", exchange_rates={"USD": -1, "EUR": 2})
    assert says(text, "positive numbers", "must be 1 for EUR")
    assert says(message(GOOD.assign(currency=["EUR", None])), "a currency in every row", "row 2")


def test_problems_are_collected(csv):
    path = csv(HEADER + "1,soon,abc\n ,x,\n2,2024-01-01,inf\n")
    with pytest.raises(InputError) as caught:
        load_transactions(path, missing_ids="error")
    subjects = [problem.subject for problem in caught.value.problems]
    assert subjects == [
        "column 'customer_id' of orders.csv",
        "column 'date' of orders.csv",
        "column 'amount' of orders.csv",
        "column 'amount' of orders.csv",
    ]


def test_rows_of_several_files_name_the_file(csv, tmp_path):
    csv(HEADER + "1,2024-01-01,2\n", "a.csv")
    csv(HEADER + "1,2024-01-01,2\n2,soon,3\n", "b.csv")
    assert says(message(tmp_path), "1 of 3 rows: row 3 of b.csv")


def test_rows_of_workbooks_are_those_of_the_spreadsheet(tmp_path):
    GOOD.assign(amount=[1.0, None]).to_excel(tmp_path / "a.xlsx", index=False)
    assert says(message(tmp_path / "a.xlsx"), "column 'amount' of a.xlsx", "row 3")


def test_line_numbers_survive_line_breaks_in_text(csv):
    path = csv('customer_id,date,amount,note\n1,2024-01-01,2,"a\nb"\n\n2,soon,3,c\n')
    assert re.search(r"1 of 2 rows: row 5\b", message(path))


def test_a_day_that_the_calendar_does_not_have_is_not_said_to_be_in_another_form():
    days = ["2024-02-30", "2024-01-05", "5.1.2024"]
    table = pd.DataFrame({"customer_id": [1, 2, 3], "date": days, "amount": [1.0, 2.0, 3.0]})
    with pytest.raises(InputError) as refused:
        load_transactions(table)
    impossible, other = refused.value.problems
    assert str(impossible) == (
        "column 'date' of the table must hold days that the calendar has; not so in 1 of 3 rows: "
        "row 1 ('2024-02-30'). Correct these rows."
    )
    assert other.rule == "must hold dates in ISO form, year-month-day"
    assert "('5.1.2024')" in other.found
