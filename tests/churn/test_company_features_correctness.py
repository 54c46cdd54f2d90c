"""Features of a company's tables, counted by hand, blind to what came later, in a whole study."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import clvlab
from clvlab import churn

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
VIEW = churn.Snapshot(date(2022, 6, 30), 91)


@pytest.fixture(scope="module")
def company():
    return clvlab.load_company(EXAMPLE)


@pytest.fixture(scope="module")
def ids(company):
    return churn.churn_features(churn.PurchaseHistory.of(company.purchases()), VIEW).index


def test_counts_are_those_of_the_rows(company, ids):
    table = churn.CompanyFeatures.of(company)(VIEW, ids)
    assert not table.isna().any(axis=None)
    contacts, invoices = company.table("contacts"), company.table("invoices")
    now = pd.Timestamp(VIEW.as_of)
    for one in ids[::40]:
        own = contacts[(contacts["customer_id"] == one) & (contacts["date"] <= now)]
        silence = (now - own["date"]).dt.days
        assert table.loc[one, "contacts_one"] == (silence < 91).sum()
        if len(own):
            assert table.loc[one, "contact_silence_days"] == silence.min()
        bills = invoices[(invoices["customer_id"] == one) & (invoices["issued_on"] <= now)]
        open_then = ~(bills["paid_on"] <= now) & (bills["due_on"] < now)
        assert table.loc[one, "overdue_invoices"] == open_then.sum()
        assert table.loc[one, "overdue_amount"] == pytest.approx(bills["amount"][open_then].sum())


def as_known(company, day):
    """The company without what came after a day: rows, and what had not yet happened to others."""
    now, tables = pd.Timestamp(day), dict(company.tables)
    for name, dated in [("contacts", "date"), ("invoices", "issued_on")]:
        frame = tables[name].frame
        frame = frame[frame[dated] <= now].copy()
        if "paid_on" in frame:
            frame["paid_on"] = frame["paid_on"].where(frame["paid_on"] <= now)
        tables[name] = replace(tables[name], frame=frame)
    return replace(company, tables=tables)


def test_what_came_later_changes_nothing(company, ids):
    whole = churn.CompanyFeatures.of(company)
    blind = replace(whole, company=as_known(company, VIEW.as_of))
    pd.testing.assert_frame_equal(whole(VIEW, ids), blind(VIEW, ids), check_exact=True)
    # An invoice that was paid later was not paid then, whatever the table says by now.
    assert whole(VIEW, ids)["overdue_invoices"].sum() > 0


def test_a_study_uses_them_and_tells_of_them(company):
    more = churn.CompanyFeatures.of(company)
    study = churn.fit_churn_study(
        company.purchases(), horizon="26 weeks", classifiers=["logistic"], more_features=more
    )
    names = set(study.test.features)
    assert {"contacts_one", "overdue_amount", "relationship_days", "region=north"} <= names
    assert study.models["logistic"].churn_probability(study.now).between(0, 1).all()
    value = pd.Series(100.0, index=study.now.index)
    listed = study.list_customers(study.final(), value, churn.Campaign(1, 1), reasons=9)
    assert listed["reasons"].str.contains("contacts, the last").any()


def test_tables_that_are_not_there_are_named():
    said = churn.CompanyFeatures.of(clvlab.Company("Shop", {})).missing()
    assert said == [
        f"not available: needs the table {one}" for one in ("customers", "contacts", "invoices")
    ]
