"""Each kind of error is found where it was planted, and nothing else is accused."""

import pandas as pd
import pytest

from clvlab.data.company import load_company
from clvlab.data.company.checks import KINDS, check_company

AS_OF = "2024-12-31"


def table_row(table, row, **cells):
    """A change: cells of one row of one table."""

    def change(tables):
        tables[table][row] |= cells

    return change


def more(table, row, **cells):
    """A change: one more row of a table, like another but for some cells."""

    def change(tables):
        tables[table].append({**tables[table][row], **cells})

    return change


# For each: what is changed, and what has to be told of it (table, kind, row and so on).
ONE_OF_EACH = {
    "a repeated invoice": (
        more("invoices", 2),
        ("invoices", "exact_duplicate", 6, "", "13800138003", "row 4", "the same in every column"),
    ),
    "a repeated purchase with its order number": (
        more("purchases", 0),
        ("purchases", "exact_duplicate", 12, "", "C01", "row 2", "the same in every column"),
    ),
    "a repeated contact": (
        more("contacts", 0),
        ("contacts", "exact_duplicate", 3, "", "C01", "row 2", "the same in every column"),
    ),
    "two customers with one id": (
        more("customers", 0, name="Granville Library", phone=None, email=None, address="Mill 9"),
        ("customers", "same_key", 6, "customer_id", "C01", "row 2", "the key is that of"),
    ),
    "a campaign's arm twice": (
        more("campaigns", 1, measure="call"),
        ("campaigns", "same_key", 3, "campaign_id and arm", "K1 control", "row 3", "the key is"),
    ),
    "a customer entered twice": (
        more("customers", 2, customer_id="C77", name="BAUMANN Lernsysteme", phone="+492214711001"),
        ("customers", "near_duplicate", 6, "name", "C77", "C03", "the same name, the same tele"),
    ),
    "an invoice to nobody": (
        table_row("invoices", 3, customer_id="C99"),
        ("invoices", "broken_reference", 3, "customer_id", "13800138004", "C99", "there is no"),
    ),
    "a purchase of nobody": (
        table_row("purchases", 5, customer_id="C99"),
        ("purchases", "broken_reference", 5, "customer_id", "C99", "C99", "there is no such"),
    ),
    "a contact of no campaign": (
        table_row("contacts", 0, campaign_id="K9"),
        ("contacts", "broken_reference", 0, "campaign_id", "C01", "K9", "there is no such camp"),
    ),
    "an invoice paid too early": (
        table_row("invoices", 0, paid_on="2023-01-02"),
        ("invoices", "paid_before_issued", 0, "paid_on", "13800138001", "",
         "paid 2023-01-02, issued 2023-01-16"),
    ),
    "a customer lost before the first purchase": (
        table_row("losses", 0, lost_on="2022-05-01"),
        ("losses", "lost_before_bought", 0, "lost_on", "C05", "",
         "lost 2022-05-01, first bought 2023-01-15"),
    ),
    "an answer above the scale": (
        table_row("surveys", 5, answer=9),
        ("surveys", "off_scale", 5, "answer", "C06", "", "9 on a scale from 1 to 7"),
    ),
    "an answer below the scale": (
        table_row("surveys", 0, answer=0),
        ("surveys", "off_scale", 0, "answer", "C01", "", "0 on a scale from 1 to 7"),
    ),
    "a share above one": (
        table_row("customers", 1, share_of_wallet=1.4),
        ("customers", "beyond_limits", 1, "share_of_wallet", "C02", "", "1.4"),
    ),
    "a negative limit": (
        table_row("customers", 1, credit_limit=-5000),
        ("customers", "beyond_limits", 1, "credit_limit", "C02", "", "-5,000"),
    ),
    "half an employee": (
        table_row("customers", 1, employees=12.5),
        ("customers", "beyond_limits", 1, "employees", "C02", "", "12.5"),
    ),
    "endless money": (
        table_row("costs", 1, amount="inf"),
        ("costs", "beyond_limits", 1, "amount", "C02", "", "inf"),
    ),
    "a telephone number in a text": (
        table_row("contacts", 1, topic="call Ms Li, 138 0013 8002"),
        ("contacts", "personal_in_text", 1, "topic", "C02", "", "holds: telephone number"),
    ),
    "an e-mail address in a text": (
        table_row("losses", 0, evidence="see mail of x.y@school.example"),
        ("losses", "personal_in_text", 0, "evidence", "C05", "", "holds: e-mail address"),
    ),
    "an identity card in a text": (
        table_row("customers", 3, open_problem="法人身份证 11010519491231002X"),
        ("customers", "personal_in_text", 3, "open_problem", "C04", "", "holds: identity card n"),
    ),
    "a customer's name in a text": (
        table_row("contacts", 1, topic="as riverside  training centre LTD had"),
        ("contacts", "personal_in_text", 1, "topic", "C02", "", "holds: a customer's name"),
    ),
    "a person's name in a text": (
        table_row("contacts", 1, topic="请联系李建国"),
        ("contacts", "personal_in_text", 1, "topic", "C02", "", "holds: a customer's name"),
    ),
    "an old entry": (
        table_row("customers", 4, updated_on="2023-12-31"),
        ("customers", "stale", 4, "updated_on", "C05", "Anna", "updated 2023-12-31, 366 days ago"),
    ),
    "no amount": (
        table_row("invoices", 2, amount=None),
        ("invoices", "missing_required", 2, "amount", "13800138003", "", "the cell is empty"),
    ),
    "a purchase without a customer": (
        table_row("purchases", 2, customer_id=None),
        ("purchases", "missing_required", 2, "customer_id", "", "", "the cell is empty"),
    ),
    "a payment to come": (
        table_row("invoices", 5, paid_on="2025-01-01"),
        ("invoices", "in_the_future", 5, "paid_on", "13800138006", "", "2025-01-01"),
    ),
    "a customer since tomorrow": (
        table_row("customers", 5, customer_since="2025-01-01"),
        ("customers", "in_the_future", 5, "customer_since", "C06", "", "2025-01-01"),
    ),
    "an entry updated tomorrow": (
        table_row("customers", 5, updated_on="2025-01-01"),
        ("customers", "in_the_future", 5, "updated_on", "C06", "", "2025-01-01"),
    ),
    "a lead that became nobody": (
        table_row("leads", 0, customer_id=None),
        ("leads", "inconsistent", 0, "customer_id", "L1", "",
         "converted 2022-01-10, without a customer"),
    ),
    "a lead converted before it came": (
        table_row("leads", 0, converted_on="2022-01-04"),
        ("leads", "inconsistent", 0, "converted_on", "L1", "",
         "converted 2022-01-04, came 2022-01-05"),
    ),
    "a contact before its campaign": (
        table_row("contacts", 0, date="2024-02-29"),
        ("contacts", "inconsistent", 0, "date", "C01", "",
         "contacted 2024-02-29, the campaign lasts from 2024-03-01 to 2024-04-30"),
    ),
    "a contact after its campaign, of no arm": (
        table_row("contacts", 0, date="2024-05-01", arm=None),
        ("contacts", "inconsistent", 0, "date", "C01", "",
         "contacted 2024-05-01, the campaign lasts from 2024-03-01 to 2024-04-30"),
    ),
    "a contact before an open campaign": (
        table_row("contacts", 0, campaign_id="K2", arm="all"),
        ("contacts", "inconsistent", 0, "date", "C01", "",
         "contacted 2024-03-05, the campaign lasts from 2025-02-01 on"),
    ),
    "an arm that there is not": (
        table_row("contacts", 0, arm="third"),
        ("contacts", "inconsistent", 0, "arm", "C01", "K1: treated, control",
         "the campaign has no such arm"),
    ),
    "a campaign that ends before it starts": (
        table_row("campaigns", 2, end="2025-01-31"),
        ("campaigns", "inconsistent", 2, "end", "K2 all", "",
         "ends 2025-01-31, starts 2025-02-01"),
    ),
    "a budget that ends before it begins": (
        table_row("budgets", 0, last_day="2024-12-31"),
        ("budgets", "inconsistent", 0, "last_day", "2025-01-01 visit", "",
         "ends 2024-12-31, begins 2025-01-01"),
    ),
    "an invoice due before it is issued": (
        table_row("invoices", 1, due_on="2023-02-15"),
        ("invoices", "inconsistent", 1, "due_on", "13800138002", "",
         "due 2023-02-15, issued 2023-02-16"),
    ),
    "a customer after the first purchase": (
        table_row("customers", 0, customer_since="2023-01-16"),
        ("customers", "inconsistent", 0, "customer_since", "C01", "",
         "customer since 2023-01-16, first bought 2023-01-15"),
    ),
    "a day that does not exist": (
        table_row("customers", 0, updated_on="2024-02-30"),
        ("customers", "unreadable", 0, "updated_on", "C01", "", "'2024-02-30'"),
    ),
    "an amount in words": (
        table_row("costs", 0, amount="Jane Whitfield"),
        ("costs", "unreadable", 0, "amount", "C01", "", "a text of 14 characters"),
    ),
    "a word that is no code": (
        table_row("losses", 0, reason="he went"),
        ("losses", "unreadable", 0, "reason", "C05", "", "a text of 7 characters"),
    ),
    "neither yes nor no": (
        table_row("invoices", 0, disputed="?"),
        ("invoices", "unreadable", 0, "disputed", "13800138001", "", "'?'"),
    ),
}  # fmt: skip


def test_a_company_in_order_has_no_finding(company):
    folder = company()
    load_company(folder)
    check = check_company(folder, as_of=AS_OF)
    assert len(check.findings) == 0
    assert (check.errors, check.warnings, check.exit_code) == (0, 0, 0)
    assert check.not_available == {}
    assert set(check.summary["status"]) == {"done"}
    assert set(check.summary["kind"]) == set(KINDS)
    assert (check.summary["findings"] == 0).all()


def grouped():
    """The errors in companies that have at most one of them in each table."""
    companies = []
    for name, (_, (table, *_)) in ONE_OF_EACH.items():
        free = next((each for each in companies if table not in each), None)
        if free is None:
            free = {}
            companies.append(free)
        free[table] = name
    return [list(each.values()) for each in companies]


@pytest.mark.parametrize("names", grouped(), ids=lambda names: f"{len(names)} errors")
def test_what_was_planted_is_found_and_nothing_else(company, names):
    def change(tables):
        for name in names:
            ONE_OF_EACH[name][0](tables)

    check = check_company(company(change), as_of=AS_OF)
    told = check.findings.set_index(["table", "kind", "row"])
    expected = {ONE_OF_EACH[name][1][:3]: ONE_OF_EACH[name][1][3:] for name in names}
    assert set(told.index) == set(expected), told.to_string()
    for place, (column, key, other, found) in expected.items():
        one = told.loc[place]
        assert one["row_name"] == str(place[2] + 2)
        assert (one["column"], one["key"], one["other"]) == (column, key, other)
        assert one["found"].startswith(found)
        assert one["rule"]
        assert one["remedy"]
    assert check.exit_code == int((told["severity"] == "error").any())


def test_every_kind_is_planted():
    assert {kind for _, (_, kind, *_) in ONE_OF_EACH.values()} == set(KINDS)


def test_a_row_that_repeats_another_is_told_as_that_alone(company):
    def change(tables):
        tables["invoices"][2] |= {"paid_on": "2020-01-01", "customer_id": "C99", "amount": None}
        tables["invoices"].append(dict(tables["invoices"][2]))

    found = check_company(company(change), as_of=AS_OF).findings
    assert found.loc[found["row"] == 6, "kind"].tolist() == ["exact_duplicate"]
    assert set(found.loc[found["row"] == 2, "kind"]) == {
        "missing_required",
        "broken_reference",
        "paid_before_issued",
    }


def test_branches_of_one_school_in_different_regions_are_not_one(company):
    change = more("customers", 2, customer_id="C77", region="west")
    assert len(check_company(company(change), as_of=AS_OF).findings) == 0
    change = more("customers", 2, customer_id="C77", region=None)
    found = check_company(company(change), as_of=AS_OF).findings
    assert found["kind"].tolist() == ["near_duplicate"]


def test_what_is_planned_may_lie_ahead(company):
    change = table_row("invoices", 0, due_on="2026-01-01")
    assert len(check_company(company(change), as_of=AS_OF).findings) == 0


def test_one_that_came_back_was_not_lost_too_early(company):
    # Bought in January and February 2023, lost in between: a recovered customer.
    change = table_row("losses", 0, lost_on="2023-01-20")
    assert len(check_company(company(change), as_of=AS_OF).findings) == 0


def test_without_purchases_a_loss_is_held_against_the_day_of_becoming_a_customer(company):
    def change(tables):
        tables["purchases"] = None
        tables["losses"][0] |= {"lost_on": "2022-02-09"}

    found = check_company(company(change), as_of=AS_OF).findings
    assert found["kind"].tolist() == ["lost_before_bought"]
    assert found["found"].iloc[0] == "lost 2022-02-09, customer since 2022-02-10"


def test_the_company_s_policies_make_errors_warnings(company):
    toml = '[tables.customers]\nsame_key = "newest"\nincomplete = "drop"\n'

    def change(tables):
        tables["customers"].append({**tables["customers"][0], "updated_on": "2024-07-01"})
        tables["customers"].append({**tables["customers"][0], "customer_id": None})

    check = check_company(company(change, toml), as_of=AS_OF)
    told = check.findings.set_index("kind")["severity"]
    assert told["same_key"] == "warning"
    assert told["missing_required"] == "warning"
    assert check.exit_code == 0


def test_ids_of_different_tables_are_held_together_as_they_are_read(company):
    # A column with gaps comes as 12.0 from some tools, and means 12.
    def change(tables):
        for rows in tables.values():
            for row in rows:
                if row.get("customer_id"):
                    row["customer_id"] = str(int(row["customer_id"][1:]))
        for row in tables["surveys"]:
            row["customer_id"] += ".0"

    assert len(check_company(company(change), as_of=AS_OF).findings) == 0


def test_purchases_with_computed_amounts_and_other_names(company):
    def change(tables):
        tables["purchases"] = [
            {"Kunde": row["customer_id"], "Tag": row["date"], "Menge": 2, "Preis": row["amount"]}
            for row in tables["purchases"]
        ]
        tables["purchases"][3]["Kunde"] = "C99"

    toml = (
        "[tables.purchases]\n"
        'columns = { customer_id = "Kunde", date = "Tag", amount = "Menge * Preis" }\n'
    )
    found = check_company(company(change, toml), as_of=AS_OF).findings
    assert found[["table", "kind", "row"]].to_numpy().tolist() == [
        ["purchases", "broken_reference", 3]
    ]


def test_chinese_columns_of_a_file_in_gb18030(company):
    toml = '[tables.costs]\nencoding = "gb18030"\n'

    def change(tables):
        tables["costs"] = None

    folder = company(change, toml)
    text = "客户编号,日期,类别,金额\nC01,2024-01-05,差旅,50\nC99,2024-01-05,差旅,x\n"
    (folder / "costs.csv").write_bytes(text.encode("gb18030"))
    found = check_company(folder, as_of=AS_OF).findings
    assert found[["kind", "row", "column"]].to_numpy().tolist() == [
        ["unreadable", 1, "amount"],
        ["broken_reference", 1, "customer_id"],
    ]


def test_the_summary_counts_the_findings(company):
    check = check_company(company(ONE_OF_EACH["an invoice to nobody"][0]), as_of=AS_OF)
    counted = check.summary.groupby("kind")["findings"].sum()
    assert counted["broken_reference"] == 1
    assert counted.sum() == len(check.findings)
    assert check.tables["invoices"] == 6


def test_findings_are_a_table_of_one_shape(company):
    columns = "table kind severity row row_name column key other found rule remedy"
    for change in (None, ONE_OF_EACH["no amount"][0]):
        found = check_company(company(change), as_of=AS_OF).findings
        assert list(found.columns) == columns.split()
        assert found["row"].dtype == pd.Int64Dtype()
