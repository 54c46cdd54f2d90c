"""Simulated futures and scores of every model, against the model and against known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import clvlab
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable

MODELS = [clvlab.ModifiedBetaGeoModel, clvlab.ParetoNBDModel]
FAMILY = [*MODELS, clvlab.NBDModel]
DRAWS = 40_000


@pytest.fixture(scope="module", params=FAMILY, ids=lambda model: model.__name__)
def model(request, sample):
    return request.param().fit(sample)


def assert_mean_is(draws, expected):
    error = draws.std(ddof=1) / np.sqrt(len(draws))
    assert abs(draws.mean() - expected) < 4.5 * error + 1e-12


def assert_share_is(seen, chance):
    error = np.sqrt(chance * max(1 - chance, 0.0) / len(seen))
    assert abs(seen.mean() - chance) < 4.5 * error + 2 / len(seen)


@pytest.mark.parametrize("horizon", [4.0, 52.0, 300.0])
@pytest.mark.parametrize("history", [(0, 39.0), (2, 30.0), (26, 31.0)])
def test_futures_with_a_purchase_have_the_moments_of_the_model(model, history, horizon):
    x, T = history
    rng = np.random.default_rng(7)
    drawn = np.tile(model.params_, (DRAWS, 1))
    bought = model.process.draw_purchases(
        drawn, np.full(DRAWS, float(x)), np.full(DRAWS, T), horizon, rng
    )
    assert ((bought.first > 0) & (bought.first <= horizon)).all()
    owner = np.repeat(np.arange(DRAWS), bought.more)
    assert (bought.moments >= bought.first[owner]).all()
    assert (bought.moments <= horizon * (1 + 1e-12)).all()
    terms = (model.params_, x, T, horizon)
    buys = float(model.process.probability_purchase_if_alive(*terms))
    expected = float(model.process.expected_purchases_if_alive(*terms))
    assert_mean_is(1.0 + bought.more, expected / buys)
    for count in (1, 2, 3):
        chance = float(model.process.probability_of_count_if_alive(*terms, count))
        assert_share_is(bought.more == count - 1, chance / buys)
    half = model.process.probability_purchase_if_alive(model.params_, x, T, horizon / 2)
    assert_share_is(bought.first <= horizon / 2, float(half) / buys)
    delta = 1 / horizon
    earned = np.exp(-delta * bought.first)
    earned += np.bincount(owner, np.exp(-delta * bought.moments), minlength=DRAWS)
    discounted = model.process.discounted_purchases_if_alive(
        model.params_, np.array([float(x)]), np.array([T]), horizon, delta
    )
    assert_mean_is(earned, discounted[0] / buys)


def test_simulated_new_customers_buy_as_often_as_expected(model):
    rng = np.random.default_rng(2)
    start = np.sort(rng.uniform(0, 20, 200_000))
    moments = model.process.draw_repeat_moments(model.params_, start, 60.0, rng)
    for end in (25.0, 60.0):
        length = np.maximum(end - start, 0.0)
        expected = model.process.expected_purchases_new_customer(
            model.params_, np.linspace(length.min(), length.max(), 400)
        )
        each = np.interp(length, np.linspace(length.min(), length.max(), 400), expected)
        assert (moments <= end).sum() == pytest.approx(each.sum(), rel=0.015)


def test_scores_of_few_customers_have_limits_around_them(model, sample, sample_spend):
    few = replace(sample, table=sample.table.iloc[:40])
    scores = clvlab.score_customers(
        few, model, sample_spend, horizon=52, annual_discount_rate=0.1, margin_rate=0.3, n_draws=400
    )
    table = scores.table
    for name in ("probability_alive", "expected_purchases", "probability_purchase", "clv"):
        inside = table[name].between(
            table[f"{name}_credible_lower"], table[f"{name}_credible_upper"]
        )
        assert inside.mean() > 0.97
    assert np.isfinite(table.select_dtypes("number")).all(axis=None)


def test_draws_of_who_is_alive_are_the_formulas(model, sample):
    table = HistoryTable.of(histories_of(sample), model.unit_)
    draws = model.draw_parameters(20, 3)
    rows = np.array([0, 5, 100, 2000])
    under = model.process.alive_under_draws(draws, table)(rows)
    frame = sample.to_frame().iloc[rows]
    for d, row in enumerate(draws):
        known = model.process.probability_alive(
            tuple(row), frame["frequency"], frame["recency"], frame["T"]
        )
        np.testing.assert_allclose(under[:, d], known, rtol=1e-10)


def test_a_base_with_known_truth_lies_within_the_limits():
    """MBG/NBD and Pareto/NBD on a BG/NBD base: the holdout's total is still foreseen."""
    base = clvlab.simulate_base(
        3000, transaction=(0.6, 6, 0.8, 2.5), spend=(6, 4, 15), unit="week", seed=17,
        observed_days=730,
    )  # fmt: skip
    summary = clvlab.summarize(
        base.log, calibration_end="2023-12-31", holdout_end="2024-12-29", unit="week"
    )
    for model_type in MODELS:
        check = clvlab.check_holdout(summary, model_type().fit(summary))
        assert abs(check.relative_error) < 0.12
