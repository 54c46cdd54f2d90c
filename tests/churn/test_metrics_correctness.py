"""Measures against scikit-learn, by hand, and by counting rows instead of weighing them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from clvlab.churn import metrics, ranking


@pytest.fixture
def drawn(rng):
    """Outcomes, probabilities with ties, and how often each row counts."""
    p = np.round(rng.beta(2, 1, 400), 2)
    return (rng.random(400) < p).astype(float), p, rng.integers(0, 4, 400).astype(float)


PAIRS = [
    (metrics.log_loss, lambda y, p, w: sk.log_loss(y, np.clip(p, 1e-9, 1 - 1e-9), sample_weight=w)),
    (metrics.brier, lambda y, p, w: sk.brier_score_loss(y, p, sample_weight=w)),
    (ranking.roc_auc, lambda y, p, w: sk.roc_auc_score(y, p, sample_weight=w)),
    (ranking.pr_auc, lambda y, p, w: sk.average_precision_score(y, p, sample_weight=w)),
]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda one: getattr(one, "__name__", ""))
def test_measures_agree_with_scikit_learn(drawn, ours, theirs):
    y, p, w = drawn
    assert ours(y, p) == pytest.approx(theirs(y, p, np.ones(len(y))))
    assert ours(y, p, w) == pytest.approx(theirs(y, p, w))


@pytest.mark.parametrize(
    "measure",
    [metrics.expected_calibration_error, ranking.capture, ranking.lift, ranking.roc_auc],
)
def test_a_weight_counts_rows(drawn, measure):
    y, p, w = drawn
    times = w.astype(int)
    assert measure(y, p, w) == pytest.approx(measure(np.repeat(y, times), np.repeat(p, times)))


def test_calibration_error_by_hand():
    # In the bin from .7 one of two bought where .75 were expected to churn; the other bin is right.
    assert metrics.expected_calibration_error([1, 0, 1, 1], [0.75, 0.75, 1.0, 1.0]) == 0.125


def test_murphys_parts_sum_to_the_brier_score(drawn):
    y, p, _ = drawn
    parts = metrics.brier_parts(y, p)
    total = parts["reliability"] - parts["resolution"] + parts["uncertainty"] + parts["within"]
    assert total == pytest.approx(metrics.brier(y, p), abs=1e-14)
    flat = metrics.brier_parts(y, np.full(len(y), y.mean()))
    assert flat["resolution"] == pytest.approx(0.0, abs=1e-15)


def test_the_calibration_error_by_chance_is_that_of_true_probabilities(rng):
    p = rng.beta(2, 1, 3000)
    errors = [
        metrics.expected_calibration_error((rng.random(3000) < p).astype(float), p)
        for _ in range(300)
    ]
    assert metrics.calibration_error_by_chance(p) == pytest.approx(np.mean(errors), rel=0.03)


def test_slope_and_intercept_undo_what_was_done_to_true_probabilities(rng):
    odds = rng.normal(0, 1.5, 60_000)
    y = (rng.random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(float)
    given = 1 / (1 + np.exp(-(2 * odds + 0.5)))
    line = metrics.calibration_line(y, given)
    assert line.estimates[1] == pytest.approx(0.5, abs=4 * line.standard_errors[1])
    large = metrics.calibration_in_the_large(y, 1 / (1 + np.exp(-(odds - 0.7))))
    assert large.estimates[0] == pytest.approx(0.7, abs=4 * large.standard_errors[0])


def test_value_that_is_the_same_for_all_changes_nothing(drawn):
    y, p, _ = drawn
    assert ranking.lift(y, p, value=np.full(len(y), 3.0)) == pytest.approx(ranking.lift(y, p))
    table = ranking.table_of_deciles(y, p, np.full(len(y), 3.0))
    np.testing.assert_allclose(table["capture"], table["value_capture"])
    assert table["capture"].iloc[-1] == pytest.approx(1.0)
    assert table["customers"].tolist() == [40 * tenth for tenth in range(1, 11)]


def test_scores_without_an_order_are_worth_nothing(drawn):
    y, _, _ = drawn
    same = np.full(len(y), 0.5)
    assert ranking.roc_auc(y, same) == pytest.approx(0.5)
    assert ranking.lift(y, same) == pytest.approx(1.0)
    assert ranking.pr_auc(y, same) == pytest.approx(y.mean())
