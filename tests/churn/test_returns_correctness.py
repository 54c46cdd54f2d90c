"""Returns tell of leaving where customers who give back leave, and are left out without any."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.churn.conftest import PLAN

import clvlab
from clvlab import churn


@pytest.fixture(scope="module")
def lines():
    """Two in five of 800 customers give everything back now and then, and leave early."""
    rng = np.random.default_rng(3)
    rows = []
    for who in range(800):
        unhappy = rng.random() < 0.4
        day, end = rng.integers(0, 150), 545.0
        if unhappy:
            end = day + rng.exponential(200)
        while day < min(end, 545):
            rows.append((who, int(day), 20.0))
            if unhappy and rng.random() < 0.5:
                rows.append((who, int(day) + 3, -20.0))
            day += rng.exponential(60)
    table = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    table = table[table["day"] <= 545]
    return table.assign(date=pd.Timestamp("1997-01-01") + pd.to_timedelta(table.pop("day"), "D"))


@pytest.fixture(scope="module")
def log(lines):
    return clvlab.load_transactions(lines, returns="drop")


def study_of(log):
    return churn.fit_churn_study(log, horizon="13 weeks", plan=PLAN, classifiers=["logistic"])


def auc_of(study):
    return churn.roc_auc(study.test.churned, study.probabilities()["logistic"])


def test_returns_tell_of_leaving_where_they_do(log):
    with_them = study_of(log)
    assert with_them.feature_set.returns
    assert churn.returns_in_words(log, with_them.feature_set)[0].startswith("Amounts are before")
    unknown = study_of(clvlab.load_transactions(log.table))
    assert not unknown.feature_set.returns
    assert auc_of(with_them) > auc_of(unknown) + 0.02
    effects = churn.effects_of_one_deviation(
        with_them.models["logistic"], with_them.test.features, 0.9
    )
    assert effects.index[0] == "returned_share"
    assert effects["effect"].iloc[0] > 0


def test_without_returns_a_page_says_so(sample_log, small):
    assert not small.feature_set.returns
    said = churn.returns_in_words(sample_log, small.feature_set)
    assert said == [
        "Returns are no feature: not available, the log holds none by the first snapshot."
    ]


def test_returns_that_were_set_off_are_told_of(lines):
    log = clvlab.load_transactions(lines, returns="net")
    chosen = churn.FeatureSet.of(churn.PurchaseHistory.of(log), PLAN.train[0])
    assert "may know of returns" in churn.returns_in_words(log, chosen)[-1]
