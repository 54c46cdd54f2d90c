"""What is owed, limits, lights and value: worked by hand on small tables."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from tests.relations.credit.conftest import invoices

from clvlab.relations import credit

ROWS = [
    ("a", "2024-01-01", "2024-01-31", "2024-01-20", 100.0),
    ("a", "2024-02-01", "2024-03-02", "2024-03-12", 200.0),
    ("b", "2024-03-01", "2024-03-31", None, 300.0),
    ("b", "2024-03-20", "2024-04-19", None, 50.0),
    ("a", "2024-02-10", "2024-02-10", "2024-02-10", -20.0),
]


@pytest.fixture
def owing():
    return credit.read_receivables(invoices(ROWS), as_of="2024-04-10")


def test_every_invoice_is_described_as_it_was_known(owing):
    table = owing.invoices.set_index("invoice_id")
    assert table["resolved"].to_dict() == {"R1": True, "R2": True, "R3": True, "R4": False}
    assert table["late"].to_dict() == {"R1": False, "R2": True, "R3": True, "R4": False}
    assert table.loc["R2", ["terms_days", "days_to_pay", "days_late"]].tolist() == [30, 40, 10]
    assert owing.credit_notes["amount"].tolist() == [-20.0]
    assert credit.delays(owing).tolist() == [0.0, 10.0, 10.0]


def test_an_invoice_due_today_is_neither_late_nor_in_time():
    rows = [
        ("a", "2024-01-01", "2024-01-31", None, 1.0),
        ("a", "2024-01-01", "2024-01-30", None, 1.0),
    ]
    found = credit.read_receivables(invoices(rows), as_of="2024-01-31").invoices
    assert found["resolved"].tolist() == [False, True]
    assert found["late"].tolist() == [False, True]


def test_a_payment_after_the_day_is_not_known():
    rows = [("a", "2024-01-01", "2024-01-31", "2024-02-20", 1.0)]
    found = credit.read_receivables(invoices(rows), as_of="2024-02-10")
    assert found.invoices["paid_on"].isna().all()
    assert credit.ageing(found).loc["1-30 days", "owed"] == 1.0


def test_days_sales_outstanding_is_worked_by_hand(owing):
    found = credit.outstanding_on(owing, date(2024, 4, 10), window_days=91)
    # Owed 350 of which 300 are overdue; sold since 2024-01-11: 550.
    assert found["owed"] == 350.0
    assert found["dso"] == pytest.approx(350 / 550 * 91)
    assert found["best_dso"] == pytest.approx(50 / 550 * 91)
    assert found["delinquent_days"] == pytest.approx(found["dso"] - found["best_dso"])
    aged = credit.ageing(owing)
    assert aged["owed"].sum() == 350.0
    assert aged.loc["1-30 days", "owed"] == 300.0


def test_the_past_is_reported_as_it_was_then(owing):
    then = credit.outstanding_on(owing, date(2024, 3, 5), window_days=60)
    again = credit.read_receivables(invoices(ROWS), as_of="2024-03-05")
    assert then == credit.outstanding_on(again, date(2024, 3, 5), window_days=60)
    assert then["overdue"] == 200.0


def test_limits_are_worked_by_hand(owing):
    each = credit.lateness_by_customer(owing)
    customers = pd.DataFrame({"customer_id": ["a", "b"], "assets": [1000.0, np.nan]})
    found = credit.credit_limits(
        owing, each, customers, tax_rate=0.1, safety=2.0, asset_share=0.05, window_days=91
    )
    month = 365.25 / 12
    # a: of 91 days only 200 fall into the window; 30 days to pay and 10 late on 2/3 of the money.
    need = 200 / 91 * month * (30 + 20 / 3) / month * 1.1 * 2.0
    assert found.loc["a", "need"] == pytest.approx(need)
    assert found.loc["a", "acceptable"] == 50.0
    assert found.loc["a", "recommended"] == 50.0
    assert found.loc["b", "headroom"] == pytest.approx(found.loc["b", "recommended"] - 350.0)
    assert found.loc["b", "overdue"] == 300.0
    assert found["utilisation"]["b"] == pytest.approx(350.0 / found.loc["b", "recommended"])


def test_lights_are_the_first_row_that_holds():
    measures = pd.DataFrame(
        {
            "late_chance": [0.1, 0.3, 0.1, np.nan],
            "mean_delay": [0.0, 0.0, 99.0, 0.0],
            "disputed_share": [0.0, 0.0, 0.0, 0.0],
            "utilisation": [1.0, 0.0, 0.0, np.inf],
        },
        index=pd.Index(list("abcd"), name="customer_id"),
    )
    found = credit.credit_lights(measures, credit.load_credit_policy())
    assert found["light"].tolist() == ["green", "yellow", "red", "red"]
    assert found["because"].tolist() == ["", "often late", "late for long", "beyond the limit"]
    assert found["not_known"].tolist() == ["", "", "", "chance to be late"]


def test_value_net_of_credit_is_worked_by_hand():
    ids = pd.Index(["a", "b"], name="customer_id")
    clv = pd.DataFrame(
        {
            "clv": [300.0, 0.0],
            "clv_credible_lower": [200.0, 0.0],
            "clv_credible_upper": [400.0, 1.0],
        },
        index=ids,
    )
    each = pd.DataFrame({"late_chance": [0.5, 0.25, 0.0]}, index=["a", "b", "c"])
    default = {"invoices": 100, "defaults": 1, "rate": 0.01, "lower": 0.005, "upper": 0.02}
    found = credit.value_net_of_credit(
        clv,
        each,
        pd.Series({"a": 36.525, "b": 10.0}),
        margin_rate=0.3,
        cost_of_capital=0.1,
        default=default,
        loss_given_default=0.5,
    )
    # Sales of 1,000: a tenth of a year at ten percent, and twice the rate of default.
    assert found.loc["a", "financing"] == pytest.approx(10.0)
    assert found.loc["a", "bad_debt"] == pytest.approx(1000 * 0.02 * 0.5)
    assert found.loc["a", "net_clv"] == pytest.approx(280.0)
    assert (found["net_lower"] <= found["net_clv"]).all()
    assert (found["net_clv"] <= found["net_upper"]).all()
    assert found.loc["b", "net_clv"] == 0.0


def test_defaults_count_only_where_there_was_time_to_pay():
    rows = [
        ("a", "2023-01-01", "2023-01-31", "2023-02-05", 1.0),
        ("a", "2023-01-01", "2023-01-31", "2023-12-01", 1.0),
        ("a", "2023-01-01", "2023-01-31", None, 1.0),
        ("a", "2023-12-01", "2023-12-02", None, 1.0),
    ]
    owing = credit.read_receivables(invoices(rows), as_of="2023-12-31")
    found = credit.default_rate(owing, default_days=180)
    assert (found["invoices"], found["defaults"]) == (3, 2)


def test_large_but_disloyal_customers_with_overdue_money_are_flagged(owing):
    each = credit.lateness_by_customer(owing)
    limits = credit.credit_limits(owing, each, tax_rate=0.0, safety=1.0, asset_share=0.1)
    kinds = pd.Series({"a": "dangerous", "b": "dangerous"})
    assert credit.large_but_disloyal(kinds, limits).index.tolist() == ["b"]
    assert len(credit.large_but_disloyal(kinds.replace("dangerous", "treasure"), limits)) == 0
