"""Lateness against the truth of the example company, and the chances of customers by simulation."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.relations.credit.conftest import EXAMPLE

from clvlab.relations import credit


@pytest.fixture(scope="module")
def truth():
    said = json.loads((EXAMPLE / "truth" / "truth.json").read_text(encoding="utf-8"))
    return said["parameters"]["invoices"]


def test_the_example_companys_late_payment_is_found_within_its_limits(opened, truth):
    rates = {name.replace("_", " "): rate for name, rate in truth["late_probability"].items()}
    # Six classes at once: limits that hold together nine times in ten.
    interval = 1 - 0.1 / len(rates)
    found = credit.lateness_by_class(opened.receivables, opened.classes, interval=interval)
    for name, rate in rates.items():
        assert found.loc[name, "late_lower"] < rate < found.loc[name, "late_upper"], name


def test_the_chances_of_the_model_have_the_true_ones_in_their_limits(study, opened, truth):
    industry = opened.characteristics["industry"]
    waiting = study.open_invoices(interval=0.99)
    true = waiting["customer_id"].map(industry).map(truth["late_probability"])
    inside = (waiting["late_lower"] < true) & (true < waiting["late_upper"])
    assert inside[true.notna()].mean() > 0.8
    expected = (true * waiting["amount"]).sum()
    assert waiting["late_amount"].sum() == pytest.approx(expected, rel=0.25)


def test_customers_who_differ_are_told_apart_and_others_drawn_together():
    rng = np.random.default_rng(4)
    n = rng.integers(1, 12, 600)
    theta = rng.beta(1.0, 3.0, 600)
    late = rng.binomial(n, theta)
    law = credit.fit_lateness(late, n)
    chance, low, high = law.chances(late, n, 0.9)
    assert law.mean == pytest.approx(0.25, abs=0.03)
    assert abs(((low < theta) & (theta < high)).mean() - 0.9) < 0.04
    shrunk = np.mean((chance - theta) ** 2)
    assert shrunk < 0.7 * np.mean((late / n - theta) ** 2)
    alike = credit.fit_lateness(rng.binomial(n, 0.25), n)
    chance = alike.chances([0, 11], [11, 11], 0.9)[0]
    assert chance[1] - chance[0] < 0.35


def test_limits_of_a_customer_are_no_narrower_than_what_is_known_of_the_class():
    law = credit.fit_lateness([1, 0, 1], [3, 2, 4])
    _, low, high = law.chances([0], [1], 0.9)
    assert high[0] - low[0] > 0.25


def test_shares_by_class_add_up_to_all(opened):
    by_class = credit.lateness_by_class(opened.receivables, opened.classes)
    whole = credit.lateness_by_class(opened.receivables).loc["all"]
    assert by_class["resolved"].sum() == whole["resolved"]
    late = (by_class["late_share"] * by_class["resolved"]).sum()
    assert late == pytest.approx(whole["late_share"] * whole["resolved"])


def test_terms_are_kept_as_the_company_agreed_them(opened):
    found = credit.terms_kept(opened.receivables, opened.agreed)
    assert set(found.index) == {15, 30, 45, 60, 90}
    assert (found["as_agreed"] == 1.0).all()
    assert (found["days_to_pay"] < found.index).all()
    due = opened.receivables.resolved()
    assert found["invoices"].sum() == len(opened.receivables.invoices)
    share = 1 - due["late"].mean()
    assert found["in_time_share"].min() < share < found["in_time_share"].max()
