"""The page of a check says what was found, stands among the reports, and names nobody."""

import copy
import json
import re

import pandas as pd
import pytest

import clvlab
from clvlab.data.company import CONTRACTS
from clvlab.data.company.checks import check_company
from clvlab.reports.checks.files import write_check

AS_OF = "2024-12-31"
NAMES = ["北京阳光小学", "Riverside Training Centre", "Baumann Lernsysteme GmbH"]
CUSTOMERS = [
    {
        "customer_id": f"C{place}",
        "name": name,
        "address": f"Mill Lane {place}1, Leeds",
        "phone": f"1380013800{place}",
        "email": f"x{place}@school.example",
        "contact_person": ("李建国", "Jane Whitfield", "Uwe Lindner")[place],
        "customer_since": "2022-01-01",
        "region": "north <b>",
        "owner": "Anna",
        "open_problem": "none",
        "updated_on": f"202{4 - place}-06-30",
    }
    for place, name in enumerate(NAMES)
]
INVOICES = [
    {"invoice_id": n, "customer_id": f"C{n}", "issued_on": "2023-01-01", "amount": 5, "paid_on": ""}
    for n in range(3)
]


def write(folder, tables, toml='name = "Board & Co"\nsimulated = true\n'):
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)
    (folder / "tables.toml").write_text(toml)
    return folder


@pytest.fixture
def dirty(tmp_path):
    """Personal data wherever they should not be, and columns that were shifted."""
    customers, invoices = copy.deepcopy(CUSTOMERS), copy.deepcopy(INVOICES)
    customers[2]["owner"] = "anna@own.example"
    customers[0]["open_problem"] = "call 13800138000 or x0@school.example"
    customers[1] |= {"customer_since": "Jane Whitfield", "region": "Tel. 13800138001"}
    customers.append({**customers[2], "customer_id": "x2@school.example", "name": "Baumann AG"})
    customers[3]["updated_on"] = "13800138002"
    invoices[0] |= {"amount": "Riverside Training Centre", "paid_on": "2022-12-31"}
    invoices[1]["customer_id"] = "x9@school.example"
    return write(tmp_path / "dirty", {"customers": customers, "invoices": invoices})


def written(folder, out, **options):
    check = check_company(folder, as_of=AS_OF, **options)
    return check, write_check(check, out)


def test_nothing_that_was_written_names_a_person(dirty, tmp_path):
    _, made = written(dirty, tmp_path / "out")
    texts = [path.read_text(encoding="utf-8") for path in made.folder.rglob("*.csv")]
    texts += [made.page.read_text(encoding="utf-8"), (made.folder / "manifest.json").read_text()]
    texts += [pd.read_parquet(path).to_string() for path in made.folder.rglob("*.parquet")]
    texts += [(tmp_path / "out" / "index.html").read_text(encoding="utf-8")]
    every = "\n".join(texts)
    frame = pd.read_csv(dirty / "customers.csv", dtype=str)
    personal = {
        value for name in CONTRACTS["customers"].personal if name in frame for value in frame[name]
    }
    assert len(personal) > 12
    assert [value for value in personal if value in every] == []
    assert re.findall(r"[\w.]+@[\w.]+\.example", every) == []


def test_the_page_says_what_was_found(dirty, tmp_path):
    check, made = written(dirty, tmp_path / "out")
    page = made.page.read_text(encoding="utf-8")
    assert "<h1>Are the data of Board &amp; Co in order?</h1>" in page
    assert f"No: {check.errors} errors in 2 tables, and {check.warnings} cases to look at." in page
    assert "There is no such company" in page
    for kind in check.findings["kind"].unique():
        assert f'id="{kind.replace("_", "-")}"' in page
    assert "north &lt;b&gt;" in page
    assert "north <b>" not in page
    assert 'href="findings.csv"' in page
    assert "Not there, and not needed: purchases, leads, " in page


def test_a_company_in_order_is_told_so(tmp_path):
    folder = write(tmp_path / "good", {"customers": CUSTOMERS[:1], "invoices": INVOICES[:1]}, "")
    _, made = written(folder, tmp_path / "out")
    page = made.page.read_text(encoding="utf-8")
    assert "Nothing is wrong in 2 tables that were looked at." in page
    assert "There is no such company" not in page
    assert 'id="found-part"' not in page
    assert made.folder == tmp_path / "out" / "data-check" / "good" / AS_OF


def test_nothing_is_said_of_customers_when_there_are_none(tmp_path):
    folder = write(tmp_path / "few", {"costs": [{"date": AS_OF, "category": "x", "amount": 1}]})
    _, made = written(folder, tmp_path / "out")
    page = made.page.read_text(encoding="utf-8")
    assert "There is no table of customers" in page
    assert "This is not available: needs the table customers." in page


def test_the_check_is_a_run_that_the_index_lists(dirty, tmp_path):
    check, made = written(dirty, tmp_path / "out")
    run = clvlab.load_run(made.folder)
    assert (run.report, run.variant, run.as_of) == ("data-check", "board-co", check.as_of)
    assert run.results["errors"] == check.errors
    assert run.results["findings"]["paid_before_issued"] == 1
    assert len(run.tables["findings"]) == len(check.findings)
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Are the data of Board &amp; Co in order?" in index
    assert f"data-check/board-co/{AS_OF}/report.html" in index
    assert json.loads((made.folder / "manifest.json").read_text())["status"] == "complete"
    assert made.warning == ""


def test_a_later_check_of_the_day_takes_the_place_of_the_earlier(dirty, tmp_path):
    first, made = written(dirty, tmp_path / "out")
    second, again = written(dirty, tmp_path / "out", max_age="10 years")
    assert made.folder == again.folder
    assert clvlab.load_run(again.folder).results["warnings"] == second.warnings < first.warnings
    assert not (tmp_path / "out" / ".running").exists()


def test_the_next_check_stands_beside_it_in_the_index(dirty, tmp_path):
    written(dirty, tmp_path / "out")
    later = check_company(dirty, as_of="2025-01-31")
    write_check(later, tmp_path / "out")
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert AS_OF in index
    assert "2025-01-31" in index
    assert "All runs (2)" in index
