"""The study of late payment on data where there is something to learn, and on real card holders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.relations.credit.conftest import invoices

from clvlab.data.credit_default import credit_default_file, load_credit_default
from clvlab.relations import credit

needs_holders = pytest.mark.skipif(
    credit_default_file() is None, reason="the card holders are not there"
)


@needs_holders
def test_card_holders_default_as_known_and_are_told_apart():
    table = load_credit_default()
    assert len(table) == 30_000
    assert round(table["defaulted"].mean(), 4) == 0.2212
    assert not {"sex", "education", "marriage"} & set(table)
    found = credit.card_holders_test(table, seed=1).loc["boosting"]
    assert found["roc_auc"] > 0.76
    # Calibrated: what is off is little more than chance makes it.
    assert found["ece"] < found["ece_by_chance"] + 0.01
    assert 0.85 < found["slope"] < 1.15


@pytest.fixture(scope="module")
def habits():
    """Customers of whom half pay late four times in five, and half once in ten."""
    rng, rows = np.random.default_rng(6), []
    start = np.datetime64("2022-01-01")
    for who in range(60):
        chance = 0.8 if who % 2 else 0.1
        for issued in np.sort(rng.integers(0, 700, 20)):
            late = rng.random() < chance
            wait = 30 + rng.integers(1, 40) if late else rng.integers(0, 31)
            first = start + issued
            rows.append((f"c{who}", first, first + 30, first + wait, 100.0))
    return credit.read_receivables(invoices(rows))


def test_a_record_that_says_much_is_learnt(habits):
    study = credit.fit_late_payment(habits)
    compared = study.compare(seed=1)
    assert compared.table.loc["logistic", "roc_auc"] > 0.8
    assert compared.table.loc["own record", "roc_auc"] > 0.8
    gain = compared.differences("base rate", ["roc_auc", "log_loss"])
    assert gain["better"].all()
    holds = study.calibration(0.99).loc["logistic"]
    assert holds["slope_lower"] < 1 < holds["slope_upper"]
    assert study.effects().index[0] in {"how often late before", "invoices overdue"}


def test_nothing_is_learnt_from_outcomes_that_are_mixed(habits):
    rng = np.random.default_rng(9)
    rows = habits.invoices[["invoice_id", "customer_id", "issued_on", "due_on", "amount"]].copy()
    late = rng.permutation(habits.invoices["late"].to_numpy(bool))
    wait = pd.to_timedelta(np.where(late, 10, -5), unit="D")
    mixed = credit.read_receivables(rows.assign(paid_on=rows["due_on"] + wait))
    compared = credit.fit_late_payment(mixed).compare(interval=0.99, seed=1)
    gain = compared.differences("base rate", ["roc_auc", "log_loss", "brier"])
    assert not gain["better"].any()


def test_the_same_study_gives_the_same_digits(habits):
    one, other = (credit.fit_late_payment(habits).probabilities() for _ in range(2))
    for name, given in one.items():
        pd.testing.assert_series_equal(given, other[name], check_exact=True)
