"""What a check refuses, and what it tells instead of refusing."""

import pytest

from clvlab.data.company.checks import check_company
from clvlab.data.company.tables_file import is_company
from clvlab.errors import InputError

AS_OF = "2024-12-31"


def told(folder, kind="unreadable"):
    found = check_company(folder, as_of=AS_OF).findings
    rows = found[found["kind"] == kind]
    return rows[["table", "column", "found", "rule", "remedy"]].to_numpy(dtype=str).tolist()


def test_there_must_be_a_folder_with_tables(tmp_path):
    with pytest.raises(InputError, match="must be a folder with one file for each table"):
        check_company(tmp_path / "nowhere")
    with pytest.raises(InputError, match="must hold tables; it holds none"):
        check_company(tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_age": "soon"}, "parameter 'max_age' must be a number, a span with its unit"),
        ({"max_age": -1}, "parameter 'max_age' must be a finite length of time of at least zero"),
        ({"as_of": "30.6.2024"}, "parameter 'as_of' must be a date in ISO form"),
    ],
)
def test_parameters_are_checked(company, options, message):
    with pytest.raises(InputError, match=message):
        check_company(company(), **options)


def test_a_company_s_file_that_says_nonsense_is_refused(company):
    with pytest.raises(InputError, match="must be TOML in UTF-8"):
        check_company(company(toml="name = "))
    with pytest.raises(InputError, match="there is no table 'customer'"):
        check_company(company(toml='[tables.customer]\nfile = "x.csv"\n'))


def test_a_table_that_can_not_be_opened_is_told_and_the_others_are_looked_at(company):
    folder = company()
    (folder / "costs.csv").write_bytes("客户编号,金额\n".encode("gb18030"))
    check = check_company(folder, as_of=AS_OF)
    assert check.findings["table"].tolist() == ["costs"]
    assert check.findings["kind"].tolist() == ["unreadable"]
    assert check.findings["row"].isna().all()
    assert "costs.csv" in check.findings["rule"].iloc[0]
    assert check.exit_code == 1
    assert "costs" not in check.tables


def test_a_required_column_that_is_not_there(company):
    def change(tables):
        for row in tables["invoices"]:
            del row["amount"]

    (one,) = told(company(change), "missing_required")
    assert one[:2] == ["invoices", "amount"]
    assert one[2].startswith("it has invoice_id, customer_id")
    assert one[3] == "must have the column amount"


def test_columns_that_are_named_and_not_there(company):
    toml = '[tables.costs]\ncolumns = { amount = "Betrag", sum = "x" }\n'
    found = told(company(toml=toml))
    assert [one[2] for one in found] == ["got 'x'", "there is no column 'Betrag'"]


def test_policies_are_checked(company):
    (one,) = told(company(toml='[tables.costs]\nsame_key = "latest"\n'))
    assert one[0] == "costs"
    assert "parameter 'same_key' must be one of error, newest, first" in one[3]


def test_moments_without_a_place_are_told_as_a_whole(company):
    def change(tables):
        for row in tables["costs"]:
            row["date"] = f"{row['date']}T10:00:00+02:00"

    (one,) = told(company(change))
    assert one[:3] == ["costs", "date", "no time zone was chosen"]
    assert "Pass time_zone=" in one[4]


def test_dates_in_three_forms_are_asked_about_row_by_row(company):
    def change(tables):
        for row, day in zip(
            tables["invoices"], ["2023-01-16", "16.2.2023", "3/4/2023", "20230416"], strict=False
        ):
            row["issued_on"] = day

    found = told(company(change))
    assert [one[2] for one in found] == ["'16.2.2023'", "'3/4/2023'"]
    assert all("must hold dates in ISO form" in one[3] for one in found)
    assert all("day-first" in one[4] for one in found)


def test_decimal_commas_are_told_with_what_to_do(company):
    def change(tables):
        for row in tables["costs"]:
            row["amount"] = "1.234,50"

    found = told(company(change))
    assert [one[2] for one in found] == ["'1.234,50'"] * 2
    assert 'decimal=","' in found[0][4]


def test_which_folders_are_companies(company, tmp_path):
    assert is_company(company())
    assert is_company(company(toml="name = "))
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "2024.csv").write_text("customer_id,date,amount\n")
    assert not is_company(tmp_path / "orders")
    assert not is_company(tmp_path / "orders" / "2024.csv")
    # The file that `clvlab init` writes has this name too, and says other things.
    (tmp_path / "orders" / "tables.toml").write_text('currency = "EUR"\n')
    assert not is_company(tmp_path / "orders")
    (tmp_path / "orders" / "tables.toml").write_text('[tables.costs]\nfile = "2024.csv"\n')
    assert is_company(tmp_path / "orders")
