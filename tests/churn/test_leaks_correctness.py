"""What no honest study may show: skill on shuffled outcomes, gain from copies, unnoticed leaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.churn.conftest import PLAN, SECOND

from clvlab import churn
from clvlab.churn.labelled import LabelledSnapshot
from clvlab.churn.metrics import brier, log_loss
from clvlab.churn.ranking import roc_auc


def shuffled(one, rng):
    mixed = pd.Series(rng.permutation(one.churned.to_numpy(copy=True)), one.churned.index)
    return LabelledSnapshot(one.snapshot, one.features, mixed.rename("churned"))


@pytest.mark.parametrize("make", [churn.SilenceRule, churn.LogisticChurn, churn.BoostingChurn])
def test_on_outcomes_shuffled_within_snapshots_no_model_beats_the_base_rate(small, make, rng):
    train, calibrate, test = (
        shuffled(one, rng) for one in (*small.train, small.calibrate, small.test)
    )
    given = {
        "base rate": churn.calibrated(churn.BaseRate().fit([train]), calibrate),
        "model": churn.calibrated(make().fit([train]), calibrate),
    }
    compared = churn.compare_classifiers(
        test.churned,
        {name: model.churn_probability(test.features) for name, model in given.items()},
        n_draws=100,
        interval=0.99,
    )
    assert not compared.differences("base rate", ["roc_auc", "log_loss", "brier"])["better"].any()


@pytest.fixture(scope="module")
def doubled(sample_log):
    """A study of a log in which every customer is there twice."""
    table = sample_log.table
    copies = table.assign(customer_id=table["customer_id"].astype(str) + " again")
    both = pd.concat([table.assign(customer_id=table["customer_id"].astype(str)), copies])
    both = both.sort_values(["date", "customer_id"], ignore_index=True)
    return churn.fit_churn_study(
        replace(sample_log, table=both), horizon="13 weeks", plan=PLAN, classifiers=["logistic"]
    )


def test_copies_of_customers_improve_nothing(small, doubled):
    y, twice = small.test.churned.to_numpy(float), doubled.test.churned.to_numpy(float)
    for name in ("silence rule", "BG/NBD", "logistic"):
        one, other = small.probabilities()[name], doubled.probabilities()[name]
        assert len(other) == 2 * len(one)
        # The penalty counts for half as much against twice the rows, and that is all.
        assert roc_auc(twice, other) == pytest.approx(roc_auc(y, one), abs=1e-3)
        assert roc_auc(twice, other) < roc_auc(y, one) + 2e-4
        assert brier(twice, other) > brier(y, one) - 2e-5
        assert log_loss(twice, other) > log_loss(y, one) - 1e-4


def test_copies_that_are_known_to_be_one_customer_narrow_no_interval(small, doubled):
    ids = doubled.test.churned.index.str.removesuffix(" again")
    one = churn.compare_classifiers(
        small.test.churned, {"logistic": small.probabilities()["logistic"]}, n_draws=100
    )
    given = {"logistic": doubled.probabilities()["logistic"]}
    known = churn.compare_classifiers(doubled.test.churned, given, customers=ids, n_draws=100)
    unknown = churn.compare_classifiers(doubled.test.churned, given, n_draws=100)

    def width(compared):
        row = compared.table.loc["logistic"]
        return row["roc_auc_upper"] - row["roc_auc_lower"]

    assert width(known) == pytest.approx(width(one), rel=0.02)
    assert width(unknown) < 0.85 * width(one)


def test_a_leak_in_the_making_of_features_is_named(sample_log):
    def build(log, day):
        history = churn.PurchaseHistory.of(log)
        table = churn.churn_features(history, SECOND.at(day))
        bought = log.table.groupby("customer_id").size()
        return table.assign(orders_so_far=bought.reindex(table.index).astype(float))

    assert churn.features_that_see_the_future(sample_log, SECOND.as_of, build) == ["orders_so_far"]


def test_a_leaked_column_is_named_among_the_others(small, rng):
    test = small.test
    assert not churn.suspicious_features(test)["suspicious"].any()
    leaked = test.churned.astype(float) + rng.normal(0, 0.4, len(test.churned))
    found = churn.suspicious_features(test.with_features(leaked.rename("leaked").to_frame()))
    assert found.index[found["suspicious"]].tolist() == ["leaked"]
    faint = np.where(rng.random(len(leaked)) < 0.8, test.churned, ~test.churned).astype(float)
    named = pd.DataFrame({"closed_account": faint}, index=test.features.index)
    found = churn.suspicious_features(test.with_features(named))
    assert found.loc["closed_account", "auc"] < 0.95
