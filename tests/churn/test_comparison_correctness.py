"""Differences between models and what is said of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clvlab import churn
from clvlab.errors import InputError


@pytest.fixture
def outcome(rng):
    return pd.Series(rng.random(600) < 0.6, index=pd.Index(range(600), name="customer_id"))


def noisy(outcome, rng, noise):
    """Probabilities that know the outcome, more or less."""
    odds = outcome.to_numpy() * 2.0 - 1.0 + rng.normal(0, noise, len(outcome))
    return pd.Series(1 / (1 + np.exp(-odds)), outcome.index)


def test_where_silence_is_not_beaten_the_first_sentence_says_so(outcome, rng):
    silence = noisy(outcome, rng, 1.0)
    same = silence + rng.normal(0, 1e-3, len(silence))
    given = {"silence rule": silence, "logistic": same.clip(0, 1)}
    compared = churn.compare_classifiers(outcome, given, n_draws=50)
    said = churn.verdict(compared, "logistic")
    assert said.startswith("The model does not tell who leaves better than the days since the")
    assert said.endswith("Use the silence rule.")


def test_a_model_that_is_worse_does_not_win_either(outcome, rng):
    given = {"silence rule": noisy(outcome, rng, 0.5), "logistic": noisy(outcome, rng, 4.0)}
    compared = churn.compare_classifiers(outcome, given, n_draws=50)
    assert "does not tell who leaves better" in churn.verdict(compared, "logistic")
    assert not compared.differences("silence rule")["better"].any()


def test_paired_intervals_are_narrower_than_two_apart(outcome, rng):
    silence = noisy(outcome, rng, 1.0)
    better = pd.Series(np.clip(silence + 0.05 * outcome, 0, 1), outcome.index)
    given = {"silence rule": silence, "logistic": better}
    compared = churn.compare_classifiers(outcome, given, n_draws=100)
    row = compared.differences("silence rule", ["roc_auc"]).iloc[0]
    alone = compared.table.loc["logistic"]
    assert row["upper"] - row["lower"] < alone["roc_auc_upper"] - alone["roc_auc_lower"]
    assert "The model tells who leaves better" in churn.verdict(compared, "logistic")


@pytest.mark.trust
def test_intervals_of_the_auc_cover_as_they_say(rng):
    """200 samples of one law, whose AUC is known from a million."""
    y = rng.random(1_000_000) < 0.5
    s = rng.normal(y * 1.0)
    p = pd.Series(1 / (1 + np.exp(-s)))
    true = churn.roc_auc(y, p)
    inside = 0
    for place in range(200):
        rows = slice(300 * place, 300 * (place + 1))
        one = p.iloc[rows].reset_index(drop=True)
        found = churn.compare_classifiers(
            pd.Series(y[rows]), {"m": one}, n_draws=60, seed=place
        ).table.loc["m"]
        inside += found["roc_auc_lower"] <= true <= found["roc_auc_upper"]
    # With 200 samples and 60 draws each, 99.9 % of honest intervals at 90 % lie within.
    assert 160 <= inside <= 196


def test_the_same_seed_gives_the_same_table(outcome, rng):
    given = {"a": noisy(outcome, rng, 1.0)}
    one, other = (churn.compare_classifiers(outcome, given, n_draws=20) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)


def test_what_cannot_be_compared_is_refused(outcome, rng):
    good = noisy(outcome, rng, 1.0)
    campaign = churn.Campaign(1, 1)
    for given, more, said in [
        ({"a": good.iloc[::-1]}, {}, "probabilities of 'a' must be of the same customers"),
        ({"a": good + 1}, {}, "must lie between 0 and 1"),
        ({"a": good}, {"campaign": campaign}, "'value' must be given for a campaign"),
        ({"a": good}, {"interval": 90}, "'interval' must be above 0 and below 1"),
        ({"a": good}, {"value": good.iloc[:3]}, "'value' must hold every customer"),
    ]:
        with pytest.raises(InputError, match=said):
            churn.compare_classifiers(outcome, given, **more)
    with pytest.raises(InputError, match="'baseline' must be one of a"):
        churn.compare_classifiers(outcome, {"a": good}, n_draws=20).differences("b")
