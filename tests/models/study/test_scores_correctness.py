"""Scores and their intervals against the models, and against bases with known truth."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.futures.futures import (
    Assumptions,
    Block,
    Draws,
    Streams,
    expectations,
    outcomes,
)
from clvlab.models.gamma_gamma.spending import spend_of

TERMS = {"annual_discount_rate": 0.10, "margin_rate": 0.30}
DRAWS = 40_000


@pytest.fixture(scope="module")
def scores(sample, sample_model, sample_spend):
    return clvlab.score_customers(
        sample, sample_model, sample_spend, horizon=52, n_draws=200, seed=1, **TERMS
    )


@pytest.fixture(scope="module")
def futures(sample, sample_model, sample_spend):
    """Many futures of a few customers at the maximum itself: expectations and outcomes."""
    rows = np.array([sample.table.index.get_loc(one) for one in ("0001", "0003", "1516")])
    table = HistoryTable.of(histories_of(sample), sample_model.unit_)
    assumptions = Assumptions(52.0, np.log(1.1) / 365.25 * 7, 0.3)
    process, parameters = sample_model.process, sample_model.params_
    draws = Draws(
        process, np.tile(parameters, (DRAWS, 1)), np.tile(sample_spend.params_, (DRAWS, 1))
    )
    block = Block.of(table, spend_of(sample)[1], rows)
    pairs = (table.pair_frequency[block.pair], table.pair_T[block.pair], 52.0)
    if_alive = [
        process.expected_purchases_if_alive(parameters, *pairs),
        process.discounted_purchases_if_alive(parameters, *pairs, assumptions.log_discount),
        process.probability_purchase_if_alive(parameters, *pairs),
    ]
    if_alive = np.repeat(np.stack(if_alive)[:, :, None], DRAWS, axis=2)
    alive = process.alive_under_draws(draws.transaction, table)(rows)
    expected = expectations(block, alive, if_alive, draws, assumptions)
    outcome = outcomes(block, expected[2], draws, assumptions, Streams.of(np.random.default_rng(7)))
    return expected[:, :, 0], outcome


def assert_mean_is(draws, expected):
    error = draws.std(axis=-1, ddof=1) / np.sqrt(draws.shape[-1])
    assert (np.abs(draws.mean(axis=-1) - expected) < 4.5 * error).all()


def test_simulated_purchases_have_the_expected_mean(futures):
    expected, outcome = futures
    assert_mean_is(outcome[0], expected[1])


def test_simulated_chances_to_buy_are_the_probability_of_a_purchase(futures):
    expected, outcome = futures
    assert_mean_is((outcome[0] > 0).astype(float), expected[2])


def test_simulated_discounted_value_has_the_mean_of_the_lifetime_value(
    futures, sample, sample_model, sample_spend
):
    _, outcome = futures
    value = clvlab.customer_lifetime_value(sample, sample_model, sample_spend, horizon=52, **TERMS)
    assert_mean_is(outcome[1], value.loc[["0001", "0003", "1516"]])


def test_point_estimates_are_the_models_own(scores, sample, sample_model, sample_spend):
    table = scores.table
    models_own = {
        "probability_alive": sample_model.probability_alive(sample),
        "expected_purchases": sample_model.expected_purchases(sample, horizon=52),
        "probability_purchase": sample_model.probability_purchase(sample, horizon=52),
        "expected_spend": sample_spend.expected_spend(sample),
        "clv": clvlab.customer_lifetime_value(
            sample, sample_model, sample_spend, horizon=52, **TERMS
        ),
    }
    for name, values in models_own.items():
        assert_allclose(table[name], values, rtol=1e-12, err_msg=name)


def test_the_holdout_stands_beside_the_scores(scores, sample):
    assert (scores.table["holdout_frequency"] == sample.table["holdout_frequency"]).all()
    assert (scores.table["holdout_amount"] == sample.table["holdout_amount"]).all()


def test_the_first_tenth_is_worth_most(scores):
    least = scores.table.groupby("decile")["clv"].min()
    most = scores.table.groupby("decile")["clv"].max()
    assert (least.to_numpy()[:-1] >= most.to_numpy()[1:]).all()
    assert scores.deciles["customers"].between(235, 236).all()


@pytest.fixture(scope="module")
def known_truth():
    """A base whose holdout is known, scored over the holdout."""
    base = clvlab.simulate_base(
        3000, transaction=(0.6, 6, 0.8, 2.5), spend=(6, 4, 15), unit="week", seed=17,
        observed_days=730,
    )  # fmt: skip
    summary = clvlab.summarize(
        base.log, calibration_end="2023-12-31", holdout_end="2024-12-29", unit="week"
    )
    model, spend = clvlab.BetaGeoModel().fit(summary), clvlab.GammaGammaModel().fit(summary)
    terms = {"horizon": "364 days", "annual_discount_rate": 0.0, "margin_rate": 1.0}
    return clvlab.score_customers(summary, model, spend, n_draws=400, seed=3, **terms)


def share_inside(table, outcome, name):
    low, high = table[f"{name}_predictive_lower"], table[f"{name}_predictive_upper"]
    return outcome.between(low, high).mean()


def test_nine_in_ten_customers_buy_within_their_predictive_limits(known_truth):
    """Counts are whole numbers, so equal-tailed limits hold somewhat more than nine in ten."""
    table = known_truth.table
    assert 0.89 < share_inside(table, table["holdout_frequency"], "expected_purchases") < 0.99


def test_nine_in_ten_customers_spend_within_their_predictive_limits(known_truth):
    table = known_truth.table
    assert 0.89 < share_inside(table, table["holdout_amount"], "clv") < 0.99


def test_regular_customers_are_not_covered_by_the_many_who_never_return(known_truth):
    table = known_truth.table[known_truth.table["expected_purchases"] > 2]
    assert len(table) > 300
    assert 0.86 < share_inside(table, table["holdout_frequency"], "expected_purchases") < 0.97


def test_sums_of_the_tenths_lie_within_their_predictive_limits(known_truth):
    observed = known_truth.table.groupby("decile")["holdout_frequency"].sum()
    inside = observed.between(
        known_truth.deciles["expected_purchases_predictive_lower"],
        known_truth.deciles["expected_purchases_predictive_upper"],
    )
    assert inside.sum() >= 7  # of ten at 90 percent, fewer than 7 happen once in a hundred


def test_the_total_lies_within_its_predictive_limits(known_truth):
    total = known_truth.total
    observed = known_truth.table["holdout_amount"].sum()
    assert total["clv_predictive_lower"] < observed < total["clv_predictive_upper"]
