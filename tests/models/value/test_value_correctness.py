"""Discounted purchases and lifetime value against numerical integration of their definition."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad

import clvlab
from clvlab.models.bgnbd.formulas import expected_purchases

ROUGH = {"horizon": 52, "annual_discount_rate": 0.10}


@pytest.mark.parametrize("rate", [0.01, 0.10, 1.0])
@pytest.mark.parametrize("horizon", [1, 52, 520])
def test_discounting_equals_the_integral_over_the_moments_of_purchase(
    five_customers, sample_model, rate, horizon
):
    """By parts: the last expectation discounted in full, and what interest earlier ones earned."""
    delta = math.log1p(rate) / 365.25 * 7
    by_hand = []
    for x, recency, T in five_customers[["frequency", "recency", "T"]].to_numpy():

        def expected(t, x=x, recency=recency, T=T):
            return float(expected_purchases(sample_model.params_, x, recency, T, t))

        def earned(t, expected=expected):
            return delta * math.exp(-delta * t) * expected(t)

        points = [horizon / 100, horizon / 10]
        integral, _ = quad(earned, 0, horizon, epsabs=1e-13, epsrel=1e-13, points=points, limit=200)
        by_hand.append(math.exp(-delta * horizon) * expected(horizon) + integral)
    values = clvlab.discounted_expected_purchases(
        five_customers, sample_model, horizon=horizon, annual_discount_rate=rate, unit="week"
    )
    assert_allclose(values, by_hand, rtol=1e-10)


def test_without_discounting_they_are_the_expected_purchases(sample, sample_model):
    values = clvlab.discounted_expected_purchases(
        sample, sample_model, horizon=52, annual_discount_rate=0
    )
    expected = sample_model.expected_purchases(sample, horizon=52)
    assert_allclose(values, expected, rtol=1e-14)


def test_a_horizon_of_nothing_is_worth_nothing(sample, sample_model):
    values = clvlab.discounted_expected_purchases(
        sample, sample_model, horizon=0, annual_discount_rate=0.1
    )
    assert (values == 0).all()


def test_lifetime_value_is_margin_times_spend_times_discounted_purchases(
    sample, sample_model, sample_spend
):
    value = clvlab.customer_lifetime_value(
        sample, sample_model, sample_spend, margin_rate=0.3, **ROUGH
    )
    purchases = clvlab.discounted_expected_purchases(sample, sample_model, **ROUGH)
    assert value.name == "clv"
    assert_allclose(value, 0.3 * sample_spend.expected_spend(sample) * purchases, rtol=1e-14)


def test_discounting_a_year_ahead_lies_between_its_two_ends(sample, sample_model):
    whole_year = {"horizon": "1 year", "annual_discount_rate": 0.10}
    discounted = clvlab.discounted_expected_purchases(sample, sample_model, **whole_year)
    expected = sample_model.expected_purchases(sample, horizon="1 year")
    assert (discounted < expected).all()
    assert (discounted > expected / 1.10).all()


def test_the_best_customers_are_those_worth_most_with_what_they_did(
    sample, sample_model, sample_spend
):
    scores = clvlab.score_customers(
        sample, sample_model, sample_spend, margin_rate=0.3, n_draws=20, **ROUGH
    )
    best = clvlab.best_customers(scores, sample, count=3)
    worth_most = scores.table["clv"].sort_values(ascending=False).index[:3]
    assert list(best.index) == list(worth_most)
    assert list(best["frequency"]) == list(sample.table.loc[worth_most, "frequency"])
    days = pd.to_timedelta(sample.table["recency_days"], unit="D")
    last = (sample.table["first_purchase"] + days).loc[worth_most]
    assert list(best["last_purchase"]) == list(last)
