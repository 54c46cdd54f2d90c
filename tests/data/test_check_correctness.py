"""The file check proposes what is meant, loads nothing on its own, and its proposal works."""

import shlex

import pandas as pd
import pytest

from clvlab.data import check_file, load_transactions
from clvlab.data.column_map import parse_columns

EXPORTS = {
    "english": "CustomerID,InvoiceNo,InvoiceDate,Quantity,UnitPrice\n"
    "17850,536365,12/13/2010 8:26,6,2.55\n17850,536366,01/02/2011 8:28,6,1.85\n",
    "german": "Kundennummer;Rechnungsdatum;Umsatz\n"
    "0012;31.12.2023;1.234,50\n0012;01.02.2024;9,00\n",
    "chinese": "客户编号,下单时间,订单金额\n7,2024/1/5,10\n7,2024/2/5,12.5\n",
}
PROPOSED = {
    "english": {
        "customer_id": "CustomerID",
        "date": "InvoiceDate",
        "amount": "Quantity * UnitPrice",
        "order_id": "InvoiceNo",
        "quantity": "Quantity",
    },
    "german": {"customer_id": "Kundennummer", "date": "Rechnungsdatum", "amount": "Umsatz"},
    "chinese": {"customer_id": "客户编号", "date": "下单时间", "amount": "订单金额"},
}
OPTIONS = {
    "english": {"date_format": "month-first"},
    "german": {"date_format": "day-first", "decimal": ",", "thousands": "."},
    "chinese": {"date_format": "%Y/%m/%d"},
}


@pytest.fixture
def export(tmp_path):
    def write(text, name="orders.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize("language", list(EXPORTS))
def test_the_proposal_loads_the_file(export, language):
    path = export(EXPORTS[language])
    check = check_file(path)
    assert check.exit_code == 2
    assert check.columns == PROPOSED[language]
    assert check.options == OPTIONS[language]
    assert "nothing has been loaded" in check.text
    assert len(load_transactions(path, check.columns, **check.options).table) == 2


def test_an_option_left_open_is_proposed_like_one_not_given(export):
    # The command line passes date_format=None when nobody named one.
    assert check_file(export(EXPORTS["german"]), date_format=None).options == OPTIONS["german"]


@pytest.mark.parametrize("language", list(EXPORTS))
def test_the_printed_command_is_complete(export, language):
    path = export(EXPORTS[language])
    check = check_file(path)
    line = next(line for line in check.text.splitlines() if "clvlab report" in line)
    words = shlex.split(line)
    assert words[:5] == ["clvlab", "report", "clv-study", "--data", str(path)]
    assert parse_columns(words[words.index("--columns") + 1]) == PROPOSED[language]
    assert words[words.index("--date-format") + 1] == OPTIONS[language]["date_format"]
    assert "clvlab.load_transactions(" in check.text


def test_a_file_in_the_words_of_the_contract_is_loaded(export):
    check = check_file(export("customer_id,date,amount\n7,2024-01-05,10\n,2024-02-05,12.5\n"))
    assert check.exit_code == 0
    assert check.columns == {"customer_id": "customer_id", "date": "date", "amount": "amount"}
    assert "1 purchases of 1 customers, 2024-01-05 to 2024-01-05" in check.text
    assert "rows without a customer id" in check.text


def test_a_given_mapping_is_tried(export):
    path = export(EXPORTS["german"])
    columns = "customer_id=Kundennummer, date=Rechnungsdatum, amount=Umsatz"
    refused = check_file(path, columns)
    assert refused.exit_code == 2
    assert "It can't be loaded like this" in refused.text
    assert refused.options == OPTIONS["german"]
    assert check_file(path, columns, **refused.options).exit_code == 0


def test_values_tell_where_names_do_not(export):
    rows = "".join(f"{place % 9},2024-01-0{place % 9 + 1},{place}.5\n" for place in range(40))
    check = check_file(export("k,d,revenue\n" + rows))
    assert check.columns == {"customer_id": "k", "date": "d", "amount": "revenue"}


def test_dates_that_read_both_ways_are_left_to_the_user(export):
    path = export("customer,date,amount\n7,03/04/2024,10\n7,05/06/2024,10\n")
    check = check_file(path)
    assert check.options == {"date_format": "day-first|month-first"}
    assert check_file(path, check.columns, **check.options).exit_code == 2


def test_what_is_not_recognised_is_named(export):
    check = check_file(export("foo,when,amount\nx y,2024-01-05,10\n"))
    assert check.exit_code == 2
    assert "No column was recognised as customer_id" in check.text
    assert "customer_id=..." in check.text


def test_columns_are_described(export):
    text = check_file(export(EXPORTS["english"])).text
    assert "orders.csv: 2 rows, 5 columns" in text
    assert "InvoiceDate  text  0        12/13/2010 8:26" in text


def test_other_encodings_are_shown_not_guessed(export):
    check = check_file(export(EXPORTS["chinese"], encoding="gb18030"))
    assert check.exit_code == 2
    assert "encoding=gb18030: 客户编号,下单时间,订单金额" in check.text


def test_names_that_need_backquotes_survive_the_shell(export):
    path = export("Customer ID,Order Date,Net Revenue\n7,2024-01-05,10\n7,2024-02-05,1\n")
    columns = "customer_id=`Customer ID`, date=`Order Date`, amount=`Net Revenue`"
    check = check_file(path, columns)
    assert check.exit_code == 0
    line = next(line for line in check.text.splitlines() if "clvlab report" in line)
    assert shlex.split(line)[-1] == columns


def test_typed_files_show_their_types(tmp_path):
    table = pd.DataFrame({"client": [1], "day": pd.to_datetime(["2024-01-05"]), "total": [2.0]})
    table.to_parquet(tmp_path / "a.parquet")
    check = check_file(tmp_path / "a.parquet")
    assert check.columns == {"customer_id": "client", "date": "day", "amount": "total"}
    assert "date" in check.text
    assert "number" in check.text


@pytest.mark.parametrize(
    ("source", "options", "part"),
    [
        ("no-such.csv", {}, "must be a file, a folder or a glob"),
        ("no-such.csv", {"datum": 1}, "'datum'"),
    ],
)
def test_bad_sources_and_options_are_reported(source, options, part):
    check = check_file(source, **options)
    assert check.exit_code == 2
    assert part in check.text
