"""Measures of accuracy on tables that are worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, nbinom

from clvlab.models.checking import accuracy

OBSERVED = [0, 3, 1, 0]
EXPECTED = [0.5, 2.0, 1.5, 1.0]


def test_errors_by_hand():
    assert accuracy.bias(OBSERVED, EXPECTED) == pytest.approx(0.25)
    assert accuracy.relative_error(OBSERVED, EXPECTED) == pytest.approx(0.25)
    assert accuracy.mean_absolute_error(OBSERVED, EXPECTED) == pytest.approx(0.75)
    assert accuracy.root_mean_squared_error(OBSERVED, EXPECTED) == pytest.approx(
        math.sqrt((0.25 + 1 + 0.25 + 1) / 4)
    )


def test_no_purchase_has_no_relative_error():
    assert math.isnan(accuracy.relative_error([0, 0], [1.0, 2.0]))


def test_gini_by_hand():
    # Ranks of the expectations 1, 4, 3, 2 and of the observations 1.5, 4, 3, 1.5, around 2.5:
    # 3 * 1.5 + 1 * 0.5 in both orders.
    assert accuracy.gini(OBSERVED, EXPECTED) == pytest.approx(1.0)
    # Ranks 2, 1, 4, 3: 3 * -1.5 + 1 * 1.5 = -3 over 5.
    assert accuracy.gini(OBSERVED, [2.0, 1.0, 4.0, 3.0]) == pytest.approx(-0.6)


def test_gini_of_the_reverse_order_is_minus_one_and_of_no_order_zero():
    assert accuracy.gini([1, 2, 3], [3.0, 2.0, 1.0]) == pytest.approx(-1)
    assert accuracy.gini([1, 2, 3], [5.0, 5.0, 5.0]) == 0
    assert math.isnan(accuracy.gini([2, 2], [1.0, 2.0]))


def test_gini_does_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(1)
    observed, expected = rng.poisson(1.0, 200), rng.integers(0, 5, 200).astype(float)
    order = rng.permutation(200)
    assert accuracy.gini(observed[order], expected[order]) == pytest.approx(
        accuracy.gini(observed, expected), rel=1e-12
    )


def test_rank_correlation_of_one_value_is_missing():
    assert math.isnan(accuracy.rank_correlation([1, 1], [1.0, 2.0]))
    assert accuracy.rank_correlation([1, 2, 3], [1.0, 5.0, 7.0]) == pytest.approx(1)


def test_what_had_no_chance_is_not_infinitely_bad():
    assert accuracy.log_scores([0.0]) == pytest.approx(math.log(1e-300))


def test_the_log_score_is_highest_for_the_true_probabilities():
    k = np.arange(60)
    true = nbinom.pmf(k, 0.7, 0.4)
    scores = [true @ accuracy.log_scores(nbinom.pmf(k, r, 0.4)) for r in (0.5, 0.7, 0.9)]
    assert max(scores) == scores[1]


@pytest.mark.parametrize("interval", [0.5, 0.8, 0.9])
def test_true_probabilities_cover_exactly_what_they_should(interval):
    k = np.arange(11)
    chance = binom.pmf(k, 10, 0.07)
    each = [
        accuracy.inside_central([below], [exactly], interval)
        for below, exactly in zip(np.cumsum(chance) - chance, chance, strict=True)
    ]
    assert chance @ each == pytest.approx(interval, abs=1e-12)


def test_coverage_by_hand():
    # The middle 80 percent lie between .1 and .9: all of [.2, .4], half of [.8, 1], none of [0, .1]
    assert accuracy.inside_central([0.2, 0.8, 0.0], [0.2, 0.2, 0.1], 0.8) == pytest.approx(0.5)


def test_a_difference_with_its_standard_error_by_hand():
    difference, error = accuracy.difference_with_error([1.0, 3.0, 5.0], [0.0, 0.0, 0.0])
    assert difference == pytest.approx(3)
    assert error == pytest.approx(2 / math.sqrt(3))
    assert math.isnan(accuracy.difference_with_error([1.0], [0.0])[1])


def test_the_gamma_deviance_is_smallest_for_the_mean():
    amounts = np.random.default_rng(2).gamma(2.0, 5.0, 4000)
    scores = [accuracy.gamma_deviances(amounts, f * amounts.mean()).mean() for f in (0.9, 1, 1.1)]
    assert min(scores) == scores[1]
