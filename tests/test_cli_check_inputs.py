"""`clvlab check`: what it looks at, and the exit code that a script can tell apart."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from clvlab.cli import app


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A folder with two tables, in which everything is in order but for what is changed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def write(updated="2024-12-01", paid="2024-02-01", toml=None):
        folder = tmp_path / "shop"
        folder.mkdir(exist_ok=True)
        customers = [{"customer_id": "C1", "name": "Oakfield Centre", "updated_on": updated}]
        invoices = [
            {"invoice_id": "R1", "customer_id": "C1", "issued_on": "2024-01-02", "paid_on": paid,
             "amount": 5}
        ]  # fmt: skip
        pd.DataFrame(customers).to_csv(folder / "customers.csv", index=False)
        pd.DataFrame(invoices).to_csv(folder / "invoices.csv", index=False)
        if toml is not None:
            (folder / "tables.toml").write_text(toml)
        return folder

    return write


def call(*arguments):
    return CliRunner().invoke(app, ["check", *arguments])


def test_a_company_in_order_ends_with_0(shop, tmp_path):
    shop()
    result = call("shop", "--as-of", "2024-12-31")
    assert result.exit_code == 0
    assert "shop as of 2024-12-31: 2 rows in 2 tables" in result.stdout
    assert "Nothing is wrong in 2 tables that were looked at." in result.stdout
    assert "page     reports/data-check/shop/2024-12-31/report.html" in result.stdout
    assert (tmp_path / "reports/data-check/shop/2024-12-31/findings.csv").is_file()
    assert (tmp_path / "reports/index.html").is_file()


def test_cases_to_look_at_alone_end_with_0(shop):
    shop(updated="2023-12-01")
    result = call("shop", "--as-of", "2024-12-31", "--no-page")
    assert result.exit_code == 0
    assert "Nothing is certainly wrong, but look at 1 case in 1 table." in result.stdout
    result = call("shop", "--as-of", "2024-12-31", "--no-page", "--max-age", "2 years")
    assert "Nothing is wrong" in result.stdout


def test_errors_end_with_1_and_are_told_with_their_rows(shop, tmp_path):
    shop(paid="2024-01-01")
    result = call("shop", "--as-of", "2024-12-31", "--out", "elsewhere")
    assert result.exit_code == 1
    assert "No: 1 error in 1 table." in result.stdout
    line = next(line for line in result.stdout.splitlines() if "paid before issued" in line)
    assert line.split() == [
        "paid",
        "before",
        "issued",
        "invoices",
        "1",
        "error",
        "row",
        "2",
        "paid_on",
    ]
    assert (tmp_path / "elsewhere/data-check/shop/2024-12-31/report.html").is_file()
    assert not (tmp_path / "reports").exists()
    assert "Oakfield" not in result.stdout


def test_without_a_page_nothing_is_written(shop, tmp_path):
    folder = shop()
    before = sorted(tmp_path.rglob("*"))
    assert call(str(folder), "--no-page").exit_code == 0
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["shop", "--as-of", "31.12.2024"], "parameter 'as_of' must be a date in ISO form"),
        (["shop", "--max-age", "old"], "parameter 'max_age' must be a number, a span"),
        (["shop", "-p", "encoding=cp1252"], "option encoding can't be used for a company's folder"),
        (["shop", "--columns", "a=b"], "Say it in tables.toml."),
        (["shop/invoices.csv", "--max-age", "9"], "option max-age can't be used for a file"),
        (["shop/invoices.csv", "--as-of", "2024-12-31"], "option as-of can't be used for a file"),
    ],
)
def test_what_can_not_be_meant_ends_with_2(shop, arguments, said):
    shop()
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_company_s_file_that_can_not_be_understood_ends_with_2(shop):
    shop(toml="nane = 'x'\n")
    result = call("shop")
    assert result.exit_code == 2
    assert "file tables.toml can't say 'nane'" in result.stderr


def test_a_folder_that_can_not_be_written_to_ends_with_2(shop, tmp_path):
    shop()
    (tmp_path / "taken").write_text("")
    result = call("shop", "--out", "taken")
    assert result.exit_code == 2
    assert result.stderr != ""


def test_a_file_is_looked_at_as_before(shop, tmp_path):
    (tmp_path / "orders.csv").write_text("Kunde,Tag,Umsatz\n7,2024-01-05,10\n")
    result = call("orders.csv")
    assert result.exit_code == 2
    assert "nothing has been loaded" in result.stdout


def test_the_exit_codes_are_said():
    said = " ".join(call("--help").stdout.replace("│", " ").split())
    assert "Ends with 0 when there is no error" in said
    assert "1 when there is one, 2 when it can't be told" in said
    assert "2 when it does not or when columns are only proposed" in said
