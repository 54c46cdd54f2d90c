"""What was measured on all of CDNOW: test window from 1998-01-01, 13 weeks, 23,570 customers."""

from __future__ import annotations

import numpy as np
import pytest

from clvlab import churn
from clvlab.churn.metrics import brier, expected_calibration_error
from clvlab.churn.ranking import roc_auc


@pytest.fixture(scope="module")
def outcome(published):
    return published.test.churned.to_numpy(float)


def plain(published, name):
    """Probabilities as the model gave them, before calibration."""
    return published.models[name].model.churn_probability(published.test.features).to_numpy()


def test_the_silence_rule(published, outcome):
    assert roc_auc(outcome, plain(published, "silence rule")) == pytest.approx(0.793, abs=0.0005)


def test_the_chance_of_a_purchase(published, outcome):
    given = plain(published, "BG/NBD")
    assert 0.787 <= roc_auc(outcome, given) <= 0.7935
    assert brier(outcome, given) == pytest.approx(0.106, abs=0.0005)


def test_the_chance_to_be_alive_is_no_score_of_churn(published, outcome):
    alive = churn.alive_chance(published.test.features)
    assert roc_auc(outcome, 1 - alive) == pytest.approx(0.332, abs=0.0005)
    assert (alive[published.test.features["frequency"] == 0] == 1).all()


def test_logistic_regression_is_better(published, outcome):
    given = plain(published, "logistic")
    assert roc_auc(outcome, given) >= 0.805
    assert brier(outcome, given) <= 0.105
    ahead = roc_auc(outcome, given) - roc_auc(outcome, plain(published, "silence rule"))
    assert ahead >= 0.010


def test_its_calibration_and_the_drift_beside_it(published, outcome):
    given = published.probabilities()
    assert expected_calibration_error(outcome, given["logistic"]) < 0.025
    row = churn.calibration_summary(published.test.churned, given).loc["logistic"]
    assert row["ece"] < 0.025
    assert row["drift"] == pytest.approx(0.8375 - given["logistic"].mean(), abs=1e-4)
    assert row["ece_without_drift"] < row["ece"]
    assert row["ece_by_chance"] == pytest.approx(0.0049, abs=0.0003)


def test_where_calibration_does_not_help_the_words_say_so(published):
    gain = churn.calibration_gain(
        published.test.churned,
        published.models["logistic"].model.churn_probability(published.test.features),
        published.probabilities()["logistic"],
    )
    assert gain["brier_after"] >= gain["brier_before"]
    assert "did not help" in churn.calibration_in_words(gain)
    helped = dict(gain, brier_after=gain["brier_before"] - 5 * gain["error"])
    assert "later snapshot helped" in churn.calibration_in_words(helped)


def test_the_advantage_lies_above_nothing_with_its_interval(published):
    compared = churn.compare_classifiers(
        published.test.churned,
        {name: published.probabilities()[name] for name in ("silence rule", "logistic")},
        n_draws=40,
    )
    row = compared.differences("silence rule", ["roc_auc"]).iloc[0]
    assert 0.0095 < row["lower"] < row["difference"] < row["upper"] < 0.02
    assert row["better"]
    assert churn.verdict(compared, "logistic").startswith("The model tells who leaves better")


def test_boosting_is_no_better_than_logistic_regression(published, outcome):
    assert 0.104 < brier(outcome, plain(published, "boosting")) < 0.1065


def test_limits_of_a_chance_hold_it(published):
    model, known = published.models["logistic"], published.test.features
    limits, centre = model.churn_interval(known, 0.9), model.churn_probability(known)
    assert (limits["churn_probability_lower"] < centre).all()
    assert (centre < limits["churn_probability_upper"]).all()
    assert np.isnan(published.models["boosting"].churn_interval(known)).all(axis=None)
