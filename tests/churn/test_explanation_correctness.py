"""Explanations say what the model goes by, and drift what moved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.churn.conftest import FIRST, SECOND

from clvlab import churn
from clvlab.churn.labelled import LabelledSnapshot


@pytest.fixture
def by_silence(rng):
    """Snapshots in which only silence matters, beside a feature that does not."""
    days = []
    for view in (FIRST, SECOND):
        x = pd.DataFrame(
            {"silence_days": rng.integers(0, 300, 2000), "mean_amount": rng.lognormal(3, 1, 2000)},
            index=pd.Index(range(2000), name="customer_id"),
        ).astype(float)
        chance = 1 / (1 + np.exp(-2 * (np.log1p(x["silence_days"]) - 4.5)))
        days.append(LabelledSnapshot(view, x, pd.Series(rng.random(2000) < chance, x.index)))
    return days


@pytest.mark.parametrize("make", [churn.LogisticChurn, churn.BoostingChurn])
def test_what_matters_is_found_and_told(by_silence, make):
    train, test = by_silence
    model = make().fit([train])
    importance = churn.permutation_importance(model, test)
    assert importance.index[0] == "silence_days"
    assert importance["auc_fall"].iloc[0] > 0.1
    assert abs(importance.loc["mean_amount", "auc_fall"]) < 0.02
    effects = churn.effects_of_one_deviation(model, test.features)
    assert effects.index[0] == "silence_days"
    assert effects["effect"].iloc[0] > 0.1
    curve = churn.partial_dependence(model, test.features, "silence_days")
    assert curve["churn_probability"].iloc[-1] - curve["churn_probability"].iloc[0] > 0.4
    long = test.features.assign(
        silence_days=290.0, mean_amount=test.features["mean_amount"].median()
    )
    reasons = churn.reason_codes(model, long.head(2), test.features)
    assert reasons.str.startswith("days since the last purchase: 290 (usual: 1").all()
    usual = test.features.median().to_frame().T
    assert churn.reason_codes(model, usual, test.features).iloc[0] == "nothing stands out"


def test_limits_of_the_odds_hold_the_truth(by_silence):
    train, _ = by_silence
    model = churn.LogisticChurn(strength=100).fit([train])
    row = churn.effects_of_one_deviation(model, train.features, 0.99).loc["silence_days"]
    true = np.exp(2 * np.log1p(train.features["silence_days"]).std(ddof=0))
    assert row["odds_lower"] < true < row["odds_upper"]


def test_stability_is_by_hand_and_sees_what_moved(rng):
    # Halves of .5 and .5 become .8 and .2: .3 ln(.8 / .5) - .3 ln(.2 / .5).
    before, after = np.repeat([1.0, 2.0], 50), np.repeat([1.0, 2.0], [80, 20])
    by_hand = 0.3 * np.log(0.8 / 0.5) - 0.3 * np.log(0.2 / 0.5)
    assert churn.population_stability(before, after, bins=2) == pytest.approx(by_hand)
    same = rng.normal(size=5000)
    assert churn.population_stability(same, rng.normal(size=5000)) < 0.02
    assert churn.population_stability(same, rng.normal(1.0, size=5000)) > 0.25
    table = churn.drift_table(
        pd.DataFrame({"a": same, "b": same}), pd.DataFrame({"a": same, "b": same + 1})
    )
    assert table["verdict"].to_dict() == {"b": "another population", "a": "stable"}
    assert table.loc["b", "shift"] == pytest.approx(1 / same.std())


def test_the_rule_for_learning_anew():
    calm = {"change": 0.001, "lower": -0.01, "upper": 0.012}
    fine = {"score_psi": 0.05, "ece": 0.01, "ece_by_chance": 0.005, "rate": calm, "beaten": False}
    assert churn.retraining_reasons(**fine) == []
    for change, said in [
        ({"score_psi": 0.3}, "scores have moved"),
        ({"ece": 0.04}, "probabilities are off by 4.0%"),
        ({"rate": {"change": 0.05, "lower": 0.03, "upper": 0.07}}, "changed by +5.0%"),
        ({"beaten": True}, "silence rule is not beaten"),
    ]:
        reasons = churn.retraining_reasons(**(fine | change))
        assert len(reasons) == 1
        assert said in reasons[0]


def test_several_days_are_tested_with_nothing_from_later(sample_log):
    history = churn.PurchaseHistory.of(sample_log)
    makers = {"silence rule": churn.SilenceRule, "logistic": churn.LogisticChurn}
    view = churn.Snapshot(history.last_day, 60)
    table = churn.rolling_origin(history, view, makers, tests=5)
    assert table["as_of"].nunique() == 5
    assert table["as_of"].max() + pd.Timedelta(days=60) == pd.Timestamp(history.last_day)
    wins = churn.wins_over(table, "logistic", "silence rule")
    assert wins["tests"] == 5
    first = table["as_of"].min()
    cut = churn.PurchaseHistory.of(sample_log, last_day=(first + pd.Timedelta(days=60)).date())
    only = churn.rolling_origin(cut, churn.Snapshot(cut.last_day, 60), makers, tests=2)
    alone = only[only["as_of"] == first].set_index("name")
    pd.testing.assert_frame_equal(
        alone, table[table["as_of"] == first].set_index("name"), check_exact=False, rtol=1e-9
    )
