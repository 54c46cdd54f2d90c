"""Nothing from the day of issue on changes what an invoice is described by: not its last digit."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.relations.credit.conftest import invoices

from clvlab.relations import credit

START = date(2023, 1, 2)
END = "2024-12-31"


@st.composite
def ledgers(draw):
    """Up to 30 invoices of two customers, paid early, late or never, on few days, so that many
    fall on the same one.
    """
    rows = []
    for _ in range(draw(st.integers(2, 30))):
        issued = draw(st.integers(0, 15))
        due = issued + draw(st.integers(0, 6))
        paid = draw(st.one_of(st.none(), st.integers(0, 12)))
        days = [START + timedelta(days=one) for one in (issued, due)]
        last = None if paid is None else START + timedelta(days=issued + paid)
        rows.append((draw(st.sampled_from("ab")), *days, last, draw(st.integers(1, 99999)) / 100))
    return invoices(rows), draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, 2**32 - 1))


def described(table):
    owing = credit.read_receivables(table, as_of=END)
    return credit.features_at_issue(owing).set_index(owing.invoices["invoice_id"])


@settings(max_examples=10)
@given(ledgers())
def test_payments_from_the_day_of_issue_on_and_later_invoices_change_no_feature(drawn):
    table, place, seed = drawn
    day = table["issued_on"].iloc[place]
    name = table["invoice_id"].iloc[place]
    before = described(table).loc[name]
    rng = np.random.default_rng(seed)
    changed = table.copy()
    # What is paid that day or later was open: it may be paid at any later time, or never.
    ahead = changed["paid_on"].isna() | (changed["paid_on"] >= day)
    earliest = changed["issued_on"].clip(lower=day)
    moved = earliest + pd.to_timedelta(rng.integers(0, 20, len(changed)), unit="D")
    changed["paid_on"] = changed["paid_on"].mask(ahead, moved.mask(rng.random(len(changed)) < 0.3))
    later = changed["issued_on"] > day
    changed.loc[later, "amount"] = (changed.loc[later, "amount"] * 1000).round(2)
    changed["disputed"] = pd.array(rng.random(len(changed)) < 0.5, dtype="boolean")
    pd.testing.assert_series_equal(described(changed).loc[name], before, check_exact=True)
    without = changed[~later]
    pd.testing.assert_series_equal(described(without).loc[name], before, check_exact=True)


def test_features_are_those_counted_one_by_one():
    rng = np.random.default_rng(7)
    rows = []
    for _ in range(40):
        issued = int(rng.integers(0, 300))
        days = [START + timedelta(days=issued), START + timedelta(days=issued + 20)]
        paid = None if rng.random() < 0.2 else days[0] + timedelta(days=int(rng.integers(0, 60)))
        rows.append((str(rng.choice(list("abc"))), *days, paid, float(rng.integers(1, 100))))
    owing = credit.read_receivables(invoices(rows), as_of=END)
    found = credit.features_at_issue(owing)
    table = owing.invoices
    for place, row in table.iterrows():
        day, own = row["issued_on"], table[table["customer_id"] == row["customer_id"]]
        before = own[own["issued_on"] < day]
        resolved = own[own["due_on"] < day - pd.Timedelta(days=1)]
        late = resolved[~(resolved["paid_on"] <= resolved["due_on"])]
        overdue = late[~(late["paid_on"] < day)]
        owed = before[~(before["paid_on"] < day)]["amount"].sum()
        assert found.loc[place, "log_invoices"] == np.log1p(len(before))
        assert found.loc[place, "log_resolved"] == np.log1p(len(resolved))
        assert found.loc[place, "log_overdue_invoices"] == np.log1p(len(overdue))
        np.testing.assert_allclose(
            found.loc[place, "log_overdue_amount"], np.log1p(overdue["amount"].sum())
        )
        np.testing.assert_allclose(found.loc[place, "log_owed"], np.log1p(owed), atol=1e-12)
    assert np.isfinite(found.to_numpy()).all()


def test_the_parts_of_the_study_follow_each_other(study, opened):
    rows = opened.receivables.invoices
    parts = study.parts
    assert parts.loc["learnt", "issued_to"] < parts.loc["calibrated", "issued_from"]
    tested = rows.loc[study.tested]
    known = rows[rows["resolved"] & (rows["issued_on"] < tested["issued_on"].min())]
    assert parts["invoices"].sum() <= len(known) + len(tested)
    assert parts.loc["calibrated", "issued_to"] < parts.loc["tested", "issued_from"]
    first = parts.loc["calibrated", "issued_from"]
    learnt = rows[rows["due_on"] < first]
    assert parts.loc["learnt", "invoices"] == len(learnt)


def test_what_the_model_says_of_an_invoice_does_not_know_whether_it_was_paid(opened, study):
    rows = opened.receivables.invoices
    blind = rows.drop(columns=["terms_days", "days_to_pay", "days_late", "resolved", "late"])
    last = blind["issued_on"].max()
    changed = blind.assign(paid_on=blind["paid_on"].mask(blind["paid_on"] >= last))
    again = credit.read_receivables(changed, as_of=opened.receivables.as_of.date())
    own = credit.features_at_issue(again, opened.characteristics)
    places = rows.index[rows["issued_on"] == last]
    one, other = (
        study.models[study.chosen].churn_probability(table.loc[places])
        for table in (study.features, own)
    )
    pd.testing.assert_series_equal(one, other, check_exact=True)


def test_what_is_paid_on_the_day_of_issue_was_still_open_then():
    rows = [
        ("a", "2024-01-02", "2024-01-12", "2024-02-01", 100.0),
        ("a", "2024-02-01", "2024-02-28", None, 50.0),
        ("a", "2024-02-02", "2024-02-28", None, 50.0),
    ]
    found = described(invoices(rows))
    np.testing.assert_allclose(np.expm1(found["log_owed"]), [0.0, 100.0, 50.0])
    np.testing.assert_allclose(np.expm1(found["log_overdue_invoices"]), [0.0, 1.0, 0.0], atol=1e-12)
