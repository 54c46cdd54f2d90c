"""What a company's folder gets wrong is told with table, column, rows and remedy."""

import re

import pandas as pd
import pytest

from clvlab.data.company import identify, load_company, load_identities
from clvlab.errors import InputError, NotAvailableError


def refused(call, *arguments, **options) -> str:
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        ({"customers.csv": "region\nnorth\n"}, ["customers.csv", "lacks 'customer_id'", "region"]),
        (
            {"customers.csv": "customer_id,region\n1,n\n1,s\n"},
            ["each customer once", "2 of 2 rows: rows 2, 3", 'same_key="newest"'],
        ),
        (
            {"losses.csv": "customer_id,lost_on\n1,\n,2024-01-01\n"},
            ["'customer_id'", "missing in 1 of 2 rows: row 3", "'lost_on'", "row 2", "drop"],
        ),
        (
            {"losses.csv": "customer_id,lost_on,reason\n1,2024-01-01,puled\n"},
            ["one of pushed_intentionally", "'puled'", "Did you mean 'pulled'?"],
        ),
        (
            {"contacts.csv": "customer_id,date,responded\n1,2024-01-01,x\n"},
            ["'responded'", "must say yes or no", "'x'"],
        ),
        (
            {"invoices.csv": "invoice_id,customer_id,issued_on,amount\n1,1,2024-01-01,5 Euro\n"},
            ["'amount'", "must hold plain numbers", "row 2"],
        ),
        (
            {"leads.csv": "lead_id,date\n1,2024-01-31\n2,31.01.2024\n3,01/31/2024\n"},
            ["'date'", "ISO form", "rows 3, 4", "1 only day-first, 1 only month-first"],
        ),
        (
            {"customers.csv": "customer_id\n1\n", "customers.tsv": "customer_id\n1\n"},
            ["must hold the table customers once", "customers.csv, customers.tsv"],
        ),
        ({"notes.md": "nothing"}, ["must hold tables", "purchases, customers, leads"]),
        (
            {"customers.csv": "customer_id\n1\n", "tables.toml": "[tables.custmers]\n"},
            ["[tables.custmers]", "there is no table 'custmers'", "Did you mean 'customers'?"],
        ),
        (
            {"customers.csv": "customer_id\n1\n", "tables.toml": "nam = 'x'"},
            ["can't say 'nam'", "Did you mean 'name'?"],
        ),
        ({"customers.csv": "customer_id\n1\n", "tables.toml": "name ="}, ["must be TOML"]),
        (
            {"customers.csv": "customer_id\n1\n", "tables.toml": "personal_ids = ['id']"},
            ["personal_ids", "must name columns of ids", "'id'"],
        ),
        (
            {
                "customers.csv": "customer_id\n1\n",
                "tables.toml": "[tables.customers]\nsame_key = 'last'",
            },
            ["'same_key'", "must be one of error, newest, first", "'last'"],
        ),
        (
            {
                "customers.csv": "customer_id\n1\n",
                "tables.toml": "[tables.customers]\ncolumns = {region = 'land', regoin = 'x'}",
            },
            ["there is no column 'land'", "can't set 'regoin'", "Did you mean 'region'?"],
        ),
        (
            {
                "customers.csv": "customer_id\n1\n",
                "tables.toml": "[tables.customers]\nfile = 'no.csv'",
            },
            ["no.csv", "there is nothing of that name"],
        ),
    ],
)
def test_message_names_all_that_is_needed(tmp_path, files, parts):
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    text = refused(load_company, tmp_path)
    assert [part for part in parts if part not in text] == [], text


def test_problems_of_all_tables_are_told_at_once(tmp_path):
    (tmp_path / "customers.csv").write_text("name\nx\n")
    (tmp_path / "leads.csv").write_text("lead_id\n1\n")
    (tmp_path / "purchases.csv").write_text("a,b\n1,2\n")
    text = refused(load_company, tmp_path)
    assert all(name in text for name in ("customers.csv", "leads.csv", "purchases.csv"))


def test_dates_of_several_forms_are_asked_about(tmp_path):
    (tmp_path / "customers.csv").write_text("customer_id,founded_on\n1,03/04/2001\n2,1999-12-31\n")
    assert re.search("can be read day-first and month-first", refused(load_company, tmp_path))


def test_no_folder(tmp_path):
    assert "there is nothing of that name" in refused(load_company, tmp_path / "no")
    (tmp_path / "a.csv").write_text("x")
    assert "it is a file" in refused(load_company, tmp_path / "a.csv")


def test_unknown_table(boards):
    assert "Did you mean 'leads'?" in refused(load_company(boards).missing, "lead")


def test_list_of_somebody_else(boards):
    text = refused(identify, pd.DataFrame({"customer_id": [100, 200]}), boards)
    assert "none of its 2 ids" in text
    assert "must have a column customer_id" in refused(identify, pd.DataFrame({"a": [1]}), boards)


def test_nobody_to_identify(folder):
    with pytest.raises(NotAvailableError, match="needs the table customers"):
        load_identities(folder(purchases__csv="customer_id,date,amount\n1,2024-01-01,5\n"))


@pytest.mark.parametrize(("key", "found"), [(None, "it is not set"), ("short", "5 characters")])
def test_pseudonyms_need_a_key(boards, folder, monkeypatch, key, found):
    folder(tables__toml='personal_ids = ["customer_id"]\n')
    monkeypatch.delenv("CLVLAB_PSEUDONYM_KEY", raising=False)
    if key:
        monkeypatch.setenv("CLVLAB_PSEUDONYM_KEY", key)
    text = refused(load_company, boards)
    assert found in text
    assert "CLVLAB_PSEUDONYM_KEY" in text
