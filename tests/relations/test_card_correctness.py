"""The card of one customer: what it says, what it suggests, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.data.company import Company
from clvlab.errors import InputError
from clvlab.relations import ActionTerms, Situation, make_card, suggest_action
from clvlab.relations.card_records import file_fields, given_and_received, open_invoices
from clvlab.segments import two_sided_value
from clvlab.segments.schemes import abc
from clvlab.summary import Period

TERMS = {
    "horizon": "52 weeks",
    "look_ahead": "13 weeks",
    "margin_rate": 0.3,
    "annual_discount_rate": 0.1,
}


@pytest.fixture(scope="module")
def today(example, last_day):
    return clvlab.summarize(
        example.log, calibration_end=last_day, observed_until=last_day, unit="week"
    )


@pytest.fixture(scope="module")
def study(today):
    return clvlab.fit_study(today, "bg-nbd", n_draws=60, seed=1)


@pytest.fixture(scope="module")
def card_of(example, example_folder, last_day, today, study):
    def make(customer, company=example, **options):
        terms = {**TERMS, **options, "as_of": last_day, "source": example_folder}
        return make_card(company, customer, today, study, **terms)

    return make


@pytest.fixture(scope="module")
def first_card(card_of):
    return card_of("K00001")


def test_a_card_has_every_scheme_and_the_value_of_the_scores(first_card, study, today):
    assert list(first_card.stages.index) == ["acquaintance", "relationship", "time", "process"]
    assert len(first_card.classes) >= 3
    scores = study.scores(
        today, horizon="52 weeks", margin_rate=0.3, annual_discount_rate=0.1
    ).table.loc["K00001"]
    value = first_card.estimates.loc["lifetime value"]
    assert value["estimate"] == pytest.approx(scores["clv"])
    assert value["lower"] < value["estimate"] < value["upper"]


def test_value_in_both_directions_is_that_of_a_segment_of_one(example):
    year = Period.of("2023-01-01", "2023-12-31")
    whom = example.table("benefits").query("date >= '2023-01-01'")["customer_id"].iloc[0]
    exchange = given_and_received(example, whom, year)
    log = example.log.table
    own = log[(log["customer_id"] == whom) & (log["date"] >= "2023-01-01")]
    received = pd.Series([own["margin"].sum()], index=pd.Index([whom], name="customer_id"))
    one = abc(received, cut_in=year)
    costs = example.table("costs")
    costs = costs[costs["amount"] >= 0]
    benefits = example.table("benefits")
    benefits = benefits[benefits["cost"] >= 0]
    whole = two_sided_value(one, received, benefits, year, costs=costs).loc["A"]
    assert exchange.loc["in all", "to_us"] == pytest.approx(whole["received"])
    assert exchange.loc["in all", "our_cost"] == pytest.approx(whole["given"])


def test_open_invoices_are_those_not_paid(example, last_day):
    invoices = example.table("invoices")
    whom = invoices.loc[invoices["paid_on"].isna(), "customer_id"].iloc[0]
    found = open_invoices(example, whom, last_day)
    unpaid = invoices[(invoices["customer_id"] == whom) & invoices["paid_on"].isna()]
    assert set(found.index) == set(unpaid["invoice_id"])
    due = found["due_on"] < pd.Timestamp(last_day)
    assert found["days_late"].notna().tolist() == due.tolist()


def test_the_file_says_what_is_noted_without_saying_it(example, example_folder):
    raw = pd.read_csv(example_folder / "customers.csv", dtype=str).set_index("customer_id")
    fields = file_fields(example, "K00001", example_folder).set_index("field")
    assert fields.loc["name", "entry"] == "noted, not shown"
    assert fields.loc["e-mail", "filled"]
    shown = " ".join(fields["entry"])
    for column in ("name", "address", "phone", "email", "contact_person"):
        assert raw.loc["K00001", column] not in shown


def test_personal_data_in_free_text_is_masked(card_of):
    """Somebody wrote a telephone number where the open problem belongs."""
    card = card_of("K00053")
    entry = card.fields.set_index("field").loc["open problem", "entry"]
    assert "94482702" not in entry
    assert "[telephone number]" in entry


def test_a_table_that_is_missing_is_named_and_nothing_is_made_up(card_of, example):
    bare = Company("shop", {}, example.log)
    card = card_of("K00001", bare)
    assert card.missing["invoices"] == "not available: needs the table invoices"
    assert card.invoices.empty
    assert card.fields.empty
    assert card.credit["limit"] is None
    assert len(card.estimates)


def test_whoever_never_bought_has_no_value(card_of, example):
    bought = set(example.log.table["customer_id"])
    whom = next(one for one in example.table("customers")["customer_id"] if one not in bought)
    card = card_of(whom)
    assert card.estimates.empty
    assert card.next_action.rule == "never bought"


def test_an_unknown_customer_is_refused_with_a_hint(card_of):
    with pytest.raises(InputError, match="Did you mean"):
        card_of("K0001")


SITUATION = Situation("stability", "Keep what was promised", days_since_contact=10.0)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, "stage"),
        ({"overdue": 10.0, "days_late": 31.0}, "overdue"),
        ({"overdue": 10.0, "days_late": 30.0}, "stage"),
        ({"open_problem": True}, "open problem"),
        ({"satisfaction_gap": -0.2}, "dissatisfied"),
        ({"satisfaction_gap": -0.1}, "stage"),
        ({"value_class": "A", "days_since_contact": 91.0}, "out of touch"),
        ({"value_class": "A", "days_since_contact": None}, "out of touch"),
        ({"stage": "termination", "open_problem": True}, "ended"),
        ({"stage": ""}, "never bought"),
    ],
)
def test_the_first_rule_that_holds_gives_the_action(changes, rule):
    found = suggest_action(replace(SITUATION, **changes), ActionTerms())
    assert found.rule == rule
    assert found.action
    assert found.reason


def test_every_customer_of_the_example_gets_an_action(card_of, example):
    ids = example.table("customers")["customer_id"].drop_duplicates()
    some = ids.iloc[np.linspace(0, len(ids) - 1, 3).astype(int)]
    assert all(card_of(one).next_action.action for one in some)
