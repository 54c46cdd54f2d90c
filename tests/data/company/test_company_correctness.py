"""A company's folder becomes tables with the right rows, types and words."""

import re
from pathlib import Path

import pandas as pd
import pytest

from clvlab.data.company import CONTRACTS, identify, load_company, load_identities
from clvlab.errors import NotAvailableError


def test_tables_have_the_types_of_their_contracts(boards):
    company = load_company(boards)
    invoices = company.table("invoices")
    assert invoices["invoice_id"].tolist() == ["A1", "A2"]
    assert invoices["customer_id"].tolist() == [7, 8]
    assert invoices["issued_on"].tolist() == [
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-01-03"),
    ]
    assert invoices["paid_on"].isna().tolist() == [False, True]
    assert invoices["disputed"].tolist() == [False, True]
    assert company.table("customers")["customer_type"].tolist() == ["project", "end", "end"]
    assert company.purchases().table["amount"].tolist() == [100.5, 80.0, 9.5]


def test_what_names_a_person_is_left_behind(boards):
    company = load_company(boards)
    assert set(company.table("customers")) == {
        "customer_id",
        "reachable",
        "region",
        "customer_type",
        "updated_on",
    }


@pytest.mark.parametrize(
    ("table", "columns", "sentence"),
    [
        ("leads", (), "not available: needs the table leads"),
        ("customers", ("industry",), "not available: needs the column industry of customers"),
        (
            "customers",
            ("industry", "assets"),
            "not available: needs the columns industry, assets of customers",
        ),
        ("customers", ("region",), ""),
        ("purchases", (), ""),
    ],
)
def test_what_is_missing_is_said_and_not_made_up(boards, table, columns, sentence):
    company = load_company(boards)
    assert company.missing(table, *columns) == sentence
    assert company.has(table, *columns) == (not sentence)
    if sentence:
        with pytest.raises(NotAvailableError, match=sentence):
            company.table(table, *columns)


def test_no_purchases_is_said_too(boards, folder):
    company = load_company(folder(purchases__csv=None))
    assert not company.has("purchases")
    with pytest.raises(NotAvailableError, match="needs the table purchases"):
        company.purchases()


def test_ids_with_zeros_anywhere_are_text_everywhere(folder, boards):
    folder(invoices__csv="invoice_id,customer_id,issued_on,amount\n1,0007,2024-01-01,5\n")
    company = load_company(boards)
    assert company.table("customers")["customer_id"].tolist() == ["7", "8", "9"]
    assert company.table("invoices")["customer_id"].tolist() == ["0007"]
    assert set(company.purchases().table["customer_id"]) == {"7", "8"}


def test_ids_with_gaps_stay_whole_numbers(folder, boards):
    folder(leads__csv="lead_id,date,customer_id\nL1,2024-01-01,7\nL2,2024-01-02,\n")
    ids = load_company(boards).table("leads")["customer_id"]
    assert ids.tolist()[0] == 7
    assert ids.isna().tolist() == [False, True]


def test_later_days_are_not_known_yet(boards):
    company = load_company(boards, as_of="2024-02-15")
    assert company.table("invoices")["paid_on"].isna().all()
    assert company.table("invoices")["due_on"].notna().all()
    assert len(company.purchases().table) == 2
    steps = company.quality().set_index(["table", "step"])["rows"]
    assert steps["invoices", "unseen_days"] == 1
    company = load_company(boards, as_of="2024-01-02")
    assert company.table("invoices")["invoice_id"].tolist() == ["A1"]


def test_tables_file_says_what_differs(folder):
    place = folder(
        tables__toml="""
            name = "Board & Co"
            currency = "CNY"
            simulated = true
            [tables.customers]
            file = "kunden.csv"
            encoding = "gb18030"
            decimal = ","
            delimiter = ";"
            date_format = "day-first"
            columns = { customer_id = "客户代码", region = "大区", annual_sales = "年销售" }
            """,
        kunden__csv="客户代码;大区;年销售;更新日期\n1;华北;1,5;03.02.2024\n".encode("gb18030"),
        purchases__csv="customer_id,date,amount\n1,2024-01-01,5\n",
    )
    company = load_company(place)
    assert (company.name, company.simulated) == ("Board & Co", True)
    assert company.purchases().simulated
    assert company.purchases().currency == "CNY"
    row = company.table("customers").iloc[0]
    assert (row["customer_id"], row["region"], row["annual_sales"]) == (1, "华北", 1.5)
    assert row["updated_on"] == pd.Timestamp("2024-02-03")


TWICE = """\
customer_id,region,updated_on
1,north,2024-01-01
1,north,2024-01-01
1,south,2024-03-01
2,west,
"""


def test_newest_entry_of_a_customer_stays(folder):
    place = folder(customers__csv=TWICE, tables__toml='[tables.customers]\nsame_key = "newest"\n')
    company = load_company(place)
    assert company.table("customers")["region"].tolist() == ["south", "west"]
    steps = company.quality().set_index("step")["rows"]
    assert steps[["rows_read", "repeated", "same_key", "rows_left"]].tolist() == [4, 1, 1, 2]


def test_first_entry_of_a_customer_stays(folder):
    place = folder(customers__csv=TWICE, tables__toml='[tables.customers]\nsame_key = "first"\n')
    assert load_company(place).table("customers")["region"].tolist() == ["north", "west"]


def test_incomplete_rows_are_dropped_and_counted_when_asked(folder):
    place = folder(
        losses__csv="customer_id,lost_on,reason\n1,2024-01-01,被拉走\n,2024-01-02,moved\n2,,moved\n",
        tables__toml='[tables.losses]\nincomplete = "drop"\n',
    )
    company = load_company(place)
    assert company.table("losses")["reason"].tolist() == ["pulled"]
    assert company.quality().set_index("step")["rows"]["incomplete"] == 2


def test_every_event_counts_even_if_two_are_alike(folder):
    row = "7,2024-01-01,call,5\n"
    place = folder(contacts__csv="customer_id,date,measure,cost\n" + row + row)
    assert len(load_company(place).table("contacts")) == 2


def test_lists_are_joined_back_to_who_they_are(boards):
    listed = pd.DataFrame({"customer_id": [8, 7, 99], "clv": [1.0, 2.0, 3.0]})
    found = identify(listed, boards)
    assert found["name"].fillna("").tolist() == ["Second School", "First School", ""]
    assert found["id"].tolist() == ["8", "7", "99"]
    assert list(found) == ["id", "name", "phone", "clv"]
    assert identify(listed.set_index("customer_id"), boards).equals(found)


def test_pseudonyms_are_the_same_in_every_table_and_lead_back(boards, folder, monkeypatch):
    folder(tables__toml='personal_ids = ["customer_id"]\n')
    monkeypatch.setenv("CLVLAB_PSEUDONYM_KEY", "a key of some length")
    company = load_company(boards)
    ids = company.table("customers")["customer_id"]
    assert ids.str.fullmatch("p-[a-z2-7]{16}").all()
    assert set(company.table("invoices")["customer_id"]) < set(ids)
    assert set(company.purchases().table["customer_id"]) < set(ids)
    assert company.purchases().pseudonymous
    assert load_company(boards).table("customers").equals(company.table("customers"))
    back = identify(company.purchases().table, boards)
    assert back["id"].tolist() == ["7", "8", "7"]
    assert load_identities(boards)["name"].tolist()[0] == "First School"
    monkeypatch.setenv("CLVLAB_PSEUDONYM_KEY", "another key of some length")
    assert not set(load_company(boards).table("customers")["customer_id"]) & set(ids)


def test_contracts_hold_together():
    for table in CONTRACTS.values():
        assert set(table.key) <= set(table.required)
        words = [column.zh for column in table.columns.values()]
        assert len(set(words)) == len(words)
        assert all(column.refers in ("", *CONTRACTS) for column in table.columns.values())
        assert all(bool(c.choices) == (c.kind == "code") for c in table.columns.values())
    groups = {column.group for column in CONTRACTS["customers"].columns.values()}
    # What is in no group, as a permission, is no part of how complete a file is.
    assert groups == {"basic", "characteristics", "business", "transactions", "file", ""}


def test_the_guide_lists_every_table_and_column():
    guide = (Path(__file__).parents[3] / "data" / "README.md").read_text(encoding="utf-8")
    for table in CONTRACTS.values():
        (row,) = [line for line in guide.splitlines() if line.startswith(f"| `{table.name}` |")]
        named = re.findall(r"(\*\*)?`(\w+)`", row.split("|")[3])
        assert [name for _, name in named] == list(table.columns)
        assert tuple(name for bold, name in named if bold) == table.required
