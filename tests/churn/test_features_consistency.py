"""Nothing after the day of a snapshot changes a feature: not its value, not its last digit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.churn.conftest import SECOND, log_of

from clvlab import churn
from clvlab.churn.leak_check import features_that_see_the_future

START = date(2023, 1, 1)


@st.composite
def logs(draw):
    """Up to 60 purchases of up to eight customers, returns, and a day among the purchases'."""
    count = draw(st.integers(4, 60))
    rows = {}
    for _ in range(count):
        who, place = draw(st.sampled_from("abcdefgh")), draw(st.integers(0, 500))
        cents = draw(st.integers(1, 100_000))
        rows[who, (START + timedelta(days=place)).isoformat()] = cents / 100
    log = log_of([(who, day, amount) for (who, day), amount in rows.items()])
    log.table["category"] = [draw(st.sampled_from(["x", "y", None])) for _ in log.table.index]
    days = sorted(log.table["date"].dt.date.unique())
    back = draw(
        st.lists(
            st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 500), st.integers(1, 100_000)),
            unique_by=lambda one: one[:2],
        )
    )
    returns = pd.DataFrame(back, columns=["customer_id", "date", "amount"])
    returns["date"] = pd.Timestamp(START) + pd.to_timedelta(returns["date"], unit="D")
    returns["amount"] /= 100
    log = replace(log, returns=returns.assign(lines=1))
    return log, draw(st.sampled_from(days)), draw(st.integers(0, 2**32 - 1))


def features(log, day):
    view = churn.Snapshot(day, 30, 2)
    history = churn.PurchaseHistory.of(log)
    chosen = churn.FeatureSet.of(history, view, model_based=False)
    return churn.churn_features(history, view, chosen)


@settings(max_examples=25)
@given(logs())
def test_deleting_and_permuting_what_came_later_changes_no_feature(drawn):
    log, day, seed = drawn
    before = features(log, day)
    later = log.table["date"] > pd.Timestamp(day)
    pd.testing.assert_frame_equal(
        features(log.until(day), day),
        before,
        check_exact=True,
    )
    rng = np.random.default_rng(seed)
    mixed = log.table.copy()
    for name in ("customer_id", "amount", "category"):
        mixed.loc[later, name] = rng.permutation(mixed.loc[later, name].to_numpy(copy=True))
    # Somebody who never bought before comes, and amounts grow out of all proportion.
    mixed.loc[later, "amount"] = mixed.loc[later, "amount"] * 1000 + 0.001
    mixed = mixed.drop_duplicates(["customer_id", "date"]).sort_values(["date", "customer_id"])
    back = log.returns.copy()
    late = back["date"] > pd.Timestamp(day)
    back.loc[late, "customer_id"] = rng.permutation(
        back.loc[late, "customer_id"].to_numpy(copy=True)
    )
    back.loc[late, "amount"] = back.loc[late, "amount"] * 1000 + 0.001
    after = features(replace(log, table=mixed.reset_index(drop=True), returns=back), day)
    pd.testing.assert_frame_equal(after.loc[before.index], before, check_exact=True)
    assert list(after.index) == list(before.index)


def test_the_model_of_purchases_does_not_see_the_future_either(sample_log):
    def build(log, day):
        return churn.churn_features(churn.PurchaseHistory.of(log), SECOND.at(day))

    assert features_that_see_the_future(sample_log, SECOND.as_of, build) == []


def test_scores_in_blocks_are_those_of_all_customers_at_once(small):
    model = small.models["logistic"]
    parts = churn.score_in_blocks(
        small.history, small.plan.test, model, small.feature_set, block=700
    )
    whole = model.churn_probability(small.test.features)
    together = pd.concat(parts)["churn_probability"]
    assert list(together.index) == list(whole.index)
    np.testing.assert_allclose(together, whole, rtol=1e-12)
