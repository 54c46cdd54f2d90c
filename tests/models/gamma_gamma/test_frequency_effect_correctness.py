"""The test of spend against frequency holds its level, finds what is there, and gives its size."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import spearmanr

import clvlab
from clvlab.models.gamma_gamma.frequency_effect import (
    doublings,
    estimate_frequency_effect,
    p_value_of_independence,
    steadiness,
)

PRICES = np.array([5.0, 12.0, 15.0, 15.0, 15.0, 30.0, 45.0, 150.0])


def frequencies(rng, n):
    """Numbers of repeat purchases as in CDNOW: most buyers have one, some have many."""
    found = rng.poisson(rng.gamma(0.55, 0.1, 6 * n) * 39 * rng.random(6 * n))
    return found[found > 0][:n].astype(np.float64)


def gamma_means(rng, x, p=6.25, q=3.74):
    return rng.gamma(p * x) / rng.gamma(q, 1.0, len(x)) * 15 / x


def single_amounts(rng, x, typical, amounts):
    owner = np.repeat(np.arange(len(x)), x.astype(np.int64))
    return np.bincount(owner, typical[owner] * amounts(len(owner))) / x


def lognormal_means(rng, x):
    typical = np.exp(0.9 * rng.standard_normal(len(x)))
    return single_amounts(rng, x, typical, lambda n: np.exp(0.9 * rng.standard_normal(n)))


def price_means(rng, x):
    typical = rng.gamma(6, 1 / 6, len(x))
    return single_amounts(rng, x, typical, lambda n: rng.choice(PRICES, n))


NULLS = {
    "gamma-gamma": (gamma_means, 6.25, 3.74),
    "gamma-gamma without a variance": (lambda rng, x: gamma_means(rng, x, 2, 1.3), 2, 1.3),
    "lognormal": (lognormal_means, 2.0, 2.5),
    "price points": (price_means, 2.0, 4.0),
}


def on_bases(name, n_bases, n, estimate, factor=1.0, seed=11):
    """Answers on many bases in which spend changes by `factor` when purchases double."""
    draw, p, q = NULLS[name]
    rng = np.random.default_rng(seed)
    for _ in range(n_bases):
        x = frequencies(rng, n)
        means = draw(rng, x) * factor ** doublings(x)
        yield estimate(x, means, steadiness(x, p, q))


@pytest.mark.parametrize("name", NULLS)
def test_the_level_holds_whatever_the_amounts_are(name):
    found = np.array(list(on_bases(name, 500, 300, p_value_of_independence)))
    # 5 percent, with three standard errors of 500 bases; heavy tails make it careful.
    assert (found < 0.05).mean() < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 500)
    assert (found < 0.01).mean() < 0.01 + 3 * math.sqrt(0.01 * 0.99 / 500)


@pytest.mark.trust
@pytest.mark.parametrize("name", NULLS)
@pytest.mark.parametrize("n", [100, 1000])
def test_the_level_holds_in_thousands_of_bases(name, n):
    found = np.array(list(on_bases(name, 4000, n, p_value_of_independence)))
    assert (found < 0.05).mean() < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 4000) + 0.01


def test_a_rank_correlation_does_not_hold_it():
    rng = np.random.default_rng(3)
    x = frequencies(rng, 4000)
    assert spearmanr(x, gamma_means(rng, x)).pvalue < 0.01


@pytest.mark.parametrize("name", ["gamma-gamma", "lognormal", "price points"])
def test_limits_hold_the_true_effect_and_an_effect_is_found(name):
    factor = 1.25
    found = list(on_bases(name, 200, 800, estimate_frequency_effect, factor))
    inside = np.mean([e.per_doubling[1] <= factor <= e.per_doubling[2] for e in found])
    assert abs(inside - 0.95) < 0.05
    assert np.mean([e.p_value < 0.05 for e in found]) > 0.8


def test_the_limits_are_what_the_test_does_not_reject():
    rng = np.random.default_rng(4)
    x = frequencies(rng, 500)
    means = gamma_means(rng, x)
    effect = estimate_frequency_effect(x, means)
    assert effect.lower < effect.exponent < effect.upper
    for limit in (effect.lower, effect.upper):
        moved = estimate_frequency_effect(x, means * np.exp(-limit * doublings(x)))
        assert moved.p_value == pytest.approx(0.05, abs=1e-6)


def test_money_of_another_unit_changes_nothing():
    rng = np.random.default_rng(5)
    x = frequencies(rng, 200)
    means = gamma_means(rng, x)
    one, other = (estimate_frequency_effect(x, unit * means) for unit in (1.0, 1e6))
    np.testing.assert_allclose(one, other, rtol=1e-8)


@pytest.mark.parametrize(("x", "m"), [([1, 2], [3.0, 4.0]), ([2] * 20, [5.0] * 20)])
def test_too_few_or_equally_frequent_buyers_tell_nothing(x, m):
    assert math.isnan(estimate_frequency_effect(x, m).p_value)


def test_equal_amounts_have_no_effect():
    effect = estimate_frequency_effect(np.arange(1, 30), np.full(29, 7.0))
    assert effect.exponent == pytest.approx(0, abs=1e-12)
    assert effect.p_value == 1


def test_cdnow_spends_more_when_it_buys_more(sample, master):
    few, many = (clvlab.check_spend_independence(summary) for summary in (sample, master))
    assert few.p_value == pytest.approx(0.0226, abs=1e-4)
    assert few.per_doubling == pytest.approx(1.124, abs=1e-3)
    assert (few.lower, few.upper) == pytest.approx((1.020, 1.215), abs=1e-3)
    assert many.p_value < 1e-12
    assert (many.lower, many.per_doubling, many.upper) == pytest.approx(
        (1.082, 1.107, 1.133), abs=1e-3
    )
    assert few.found
    assert not few.acceptable
    assert "12 % more a purchase (95 % limits: 2 % more to 22 % more)" in str(few)
