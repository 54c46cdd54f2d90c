"""Scores against themselves: seeds, sums, limits, ids, and bases of a few customers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

import clvlab
from clvlab.models.futures.futures import ESTIMATES, OUTCOMES

TERMS = {"horizon": "52 weeks", "annual_discount_rate": 0.10, "margin_rate": 0.30}


@pytest.fixture(scope="module")
def some(sample):
    """Every fifth customer of the sample."""
    return replace(sample, table=sample.table.iloc[::5])


@pytest.fixture(scope="module")
def score(some, sample_model, sample_spend):
    def at(customers=some, **options):
        options = {"n_draws": 200, "seed": 5, **TERMS, **options}
        return clvlab.score_customers(customers, sample_model, sample_spend, **options)

    return at


@pytest.fixture(scope="module")
def scores(score):
    return score()


def test_the_same_seed_gives_the_same_digits(score, scores):
    again = score()
    assert_frame_equal(again.table, scores.table, check_exact=True)
    assert_frame_equal(again.deciles, scores.deciles, check_exact=True)


def test_another_seed_moves_the_limits_and_not_the_estimates(score, scores):
    other = score(seed=6)
    for name in ESTIMATES:
        assert (other.table[name] == scores.table[name]).all()
    assert (other.table["clv_credible_upper"] != scores.table["clv_credible_upper"]).any()


def test_ids_keep_their_order(scores, some):
    assert list(scores.table.index) == list(some.table.index)
    assert scores.table.index.name == "customer_id"


def test_the_tenths_sum_to_the_total(scores):
    for name in ("customers", *OUTCOMES):
        assert scores.deciles[name].sum() == pytest.approx(scores.total[name], rel=1e-12)
        if name in OUTCOMES:
            assert scores.table[name].sum() == pytest.approx(scores.total[name], rel=1e-12)


@pytest.mark.parametrize("name", ESTIMATES)
def test_nearly_every_estimate_lies_within_its_credible_limits(scores, name):
    table = scores.table
    lower, upper = table[f"{name}_credible_lower"], table[f"{name}_credible_upper"]
    assert (lower <= upper).all()
    assert table[name].between(lower, upper).mean() > 0.99


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_may_happen_is_wider_than_what_is_known_of_its_mean(scores, name):
    table = scores.table
    for side in ("lower", "upper"):
        assert (table[f"{name}_predictive_{side}"] >= 0).all()
    possible = table[f"{name}_predictive_upper"] - table[f"{name}_predictive_lower"]
    credible = table[f"{name}_credible_upper"] - table[f"{name}_credible_lower"]
    bought = table["expected_purchases"] > 0.5
    assert (possible[bought] > credible[bought]).all()


def test_a_larger_coverage_has_wider_limits(score, scores):
    wider = score(interval=0.98)
    for name in ESTIMATES:
        assert (
            wider.table[f"{name}_credible_lower"] <= scores.table[f"{name}_credible_lower"]
        ).all()
        assert (
            wider.table[f"{name}_credible_upper"] >= scores.table[f"{name}_credible_upper"]
        ).all()
    assert wider.total["clv_predictive_upper"] > scores.total["clv_predictive_upper"]


def test_limits_of_the_total_are_narrower_than_the_sum_of_the_limits(scores):
    total, table = scores.total, scores.table
    assert (
        total["clv_predictive_upper"] - total["clv_predictive_lower"]
        < (table["clv_predictive_upper"] - table["clv_predictive_lower"]).sum()
    )


def test_the_customers_unit_changes_no_estimate(score, scores, some):
    in_days = replace(some, window=replace(some.window, unit=clvlab.TimeUnit.DAY))
    assert_allclose(score(in_days).table["clv"], scores.table["clv"], rtol=1e-12)


@pytest.mark.parametrize("count", [1, 3, 9])
def test_fewer_than_ten_customers_have_their_own_limits_in_each_tenth(score, some, count):
    few = score(replace(some, table=some.table.head(count)))
    assert len(few.deciles) == count
    for name in OUTCOMES:
        lower, upper = (few.deciles[f"{name}_credible_{side}"] for side in ("lower", "upper"))
        assert few.deciles[name].between(lower, upper).all()


def test_the_summary_stays_as_it_was(score, some):
    before = some.table.copy()
    score()
    assert_frame_equal(some.table, before)
