"""What is wrong with invoices, policies and rates is named; a policy is applied and counted."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.relations.credit.conftest import EXAMPLE, invoices

import clvlab
from clvlab.errors import InputError, NotAvailableError
from clvlab.relations import credit
from clvlab.relations.credit.handling import DEFAULT

EARLY = [
    ("a", "2024-01-10", "2024-01-31", "2024-01-05", 10.0),
    ("a", "2024-01-10", "2024-01-31", "2024-01-15", 20.0),
    ("b", "2024-01-10", "2024-01-05", None, 30.0),
]


def counted(owing):
    return owing.ledger.set_index("step")["invoices"].to_dict()


def test_invoices_paid_before_they_were_issued_are_named_as_in_the_file(opened):
    planted = pd.read_csv(EXAMPLE / "truth" / "errors.csv")
    early = planted[(planted["table"] == "invoices") & (planted["kind"] == "paid_before_issued")]
    row = opened.receivables.ledger.set_index("step").loc["paid_before_issued"]
    assert row["invoices"] == len(early)
    assert row["policy"] == "drop"
    lines = [int(word) for word in row["where"].replace(",", "").split() if word.isdigit()]
    raw = (EXAMPLE / "invoices.csv").read_text(encoding="utf-8").splitlines()
    assert sorted(raw[line - 1].split(",")[0] for line in lines) == sorted(early["key"])


def test_each_policy_does_what_it_says():
    dropped = credit.read_receivables(invoices(EARLY), as_of="2024-03-01")
    assert dropped.invoices["invoice_id"].tolist() == ["R2"]
    assert counted(dropped)["due_before_issued"] == 1
    unpaid = credit.read_receivables(
        invoices(EARLY), as_of="2024-03-01", paid_before_issued="unpaid"
    )
    assert unpaid.invoices["invoice_id"].tolist() == ["R1", "R2"]
    assert unpaid.owed()["invoice_id"].tolist() == ["R1"]
    with pytest.raises(InputError, match="not so: rows 1, 3"):
        credit.read_receivables(invoices(EARLY), paid_before_issued="error")


def test_steps_add_up(opened):
    found = counted(opened.receivables)
    gone = found["credit_notes"] + found["paid_before_issued"] + found["due_before_issued"]
    assert found["read"] - gone == found["left"] == len(opened.receivables.invoices)


def test_invoices_without_a_due_day_are_counted_and_never_late():
    rows = [("a", "2024-01-10", None, None, 10.0), ("a", "2024-01-10", "2024-01-11", None, 1.0)]
    owing = credit.read_receivables(invoices(rows), as_of="2024-03-01")
    assert counted(owing)["no_due_day"] == 1
    assert len(owing.resolved()) == 1
    assert credit.ageing(owing).loc["no due day", "owed"] == 10.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"paid_before_issued": "guess"}, "must be one of drop, unpaid, error; got 'guess'"),
        ({"as_of": "1 May"}, "must be a date in ISO form"),
        ({"as_of": "2020-01-01"}, "must hold an amount above 0"),
    ],
)
def test_wrong_parameters_are_told(change, said):
    with pytest.raises(InputError, match=said):
        credit.read_receivables(invoices(EARLY), **change)


def test_missing_columns_and_tables_are_told(tmp_path):
    with pytest.raises(InputError, match="must have due and payment days; lack paid_on"):
        credit.read_receivables(invoices(EARLY).drop(columns="paid_on"))
    (tmp_path / "customers.csv").write_text("customer_id\n1\n", encoding="utf-8")
    with pytest.raises(NotAvailableError, match="needs the table invoices"):
        credit.receivables_of(clvlab.load_company(tmp_path))


def test_too_few_invoices_teach_nothing():
    owing = credit.read_receivables(invoices(EARLY * 20), as_of="2024-03-01")
    with pytest.raises(InputError, match="must be after calibrate_from"):
        credit.fit_late_payment(owing)
    days = pd.date_range("2024-01-01", periods=60).strftime("%Y-%m-%d")
    rows = [("a", day, day, day, 1.0) for day in days]
    with pytest.raises(InputError, match=r"must leave 50 invoices .* 36 learnt and 12 calibrated"):
        credit.fit_late_payment(credit.read_receivables(invoices(rows), as_of="2024-04-01"))
    with pytest.raises(InputError, match="Did you mean 'logistic'"):
        credit.fit_late_payment(owing, classifier="logistics")


def test_rates_out_of_their_range_are_told(opened):
    with pytest.raises(
        InputError, match=r"'tax_rate' must be at least 0.*\n.*'safety' must be above 0"
    ):
        credit.need_based_limit(
            monthly_sales=1, terms_days=1, delay_days=1, tax_rate=-0.1, safety=0.0
        )
    with pytest.raises(InputError, match="'asset_share' and 'window_days' must be above 0"):
        credit.credit_limits(
            opened.receivables, pd.DataFrame(), tax_rate=0, safety=1, asset_share=0
        )
    with pytest.raises(InputError, match="'window_days' must be at least 1"):
        credit.outstanding_by_month(opened.receivables, window_days=0)
    with pytest.raises(InputError, match="no customer id is the same"):
        credit.large_but_disloyal(pd.Series({"x": "dangerous"}), pd.DataFrame(index=["y"]))
    with pytest.raises(InputError, match=r"'margin_rate'.*\n.*'loss_given_default'"):
        credit.value_net_of_credit(
            pd.DataFrame(),
            pd.DataFrame(),
            pd.Series(dtype=float),
            margin_rate=0,
            cost_of_capital=0.1,
            default={},
            loss_given_default=2,
        )
    with pytest.raises(InputError, match="must hold one whose due day has passed"):
        credit.fit_lateness([], [])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("light_zh,", "colour,", "lacks light_zh"),
        ("0.25", "often", "most_late_chance, row 2 must be a number of at least 0; got 'often'"),
        ("0.25", "0.75", "most_late_chance must not become tighter from row to row"),
        ("红灯,,", "红灯,0.9,", "last row must be empty, so that everybody has a light"),
        ("yellow,yellow", "green,yellow", "row 3 must not repeat a light; green"),
    ],
)
def test_what_is_wrong_with_an_edited_table_of_lights_is_told(tmp_path, old, new, said):
    text = DEFAULT.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "lights.csv"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        credit.load_credit_policy(path)


def test_a_table_of_lights_that_is_not_there_and_measures_that_lack_are_told(tmp_path):
    with pytest.raises(InputError, match="must be a file; there is none"):
        credit.load_credit_policy(tmp_path / "none.csv")
    with pytest.raises(InputError, match="lack mean_delay, disputed_share, utilisation"):
        credit.credit_lights(pd.DataFrame({"late_chance": [0.1]}), credit.load_credit_policy())
