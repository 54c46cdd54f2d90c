"""Checks on a holdout: probabilities of counts, coverage under the truth, simulated totals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import clvlab
from clvlab.models.checking.counts_in_holdout import probabilities_of_holdout, simulate_counts
from clvlab.models.checking.model_names import draws_of


@pytest.fixture(scope="module")
def check(sample, sample_model):
    return clvlab.check_holdout(sample, sample_model)


def test_probabilities_are_those_of_the_model(sample, sample_model, check):
    for customer in sample.table.nlargest(3, "holdout_frequency").index:
        one = replace(sample, table=sample.table.loc[[customer]])
        count = int(one.table["holdout_frequency"].iloc[0])
        chances = [
            sample_model.probability_of_count(one, count=k, horizon=39).iloc[0]
            for k in range(count + 1)
        ]
        row = check.customers.loc[customer]
        assert row["exactly"] == pytest.approx(chances[-1], rel=1e-12)
        assert row["below"] == pytest.approx(sum(chances[:-1]), rel=1e-10)


def test_measures_of_the_published_holdout(check):
    measures = check.accuracy()
    assert measures["observed"] == 1882
    assert measures["expected"] == pytest.approx(1653.409, abs=1e-3)
    assert measures["mean_absolute_error"] == pytest.approx(0.78545, abs=1e-5)
    assert measures["root_mean_squared_error"] == pytest.approx(1.60798, abs=1e-5)
    assert measures["bias"] == pytest.approx((1653.409 - 1882) / 2357, abs=1e-6)
    assert measures["log_score"] == pytest.approx(check.log_scores.mean())


@pytest.fixture(scope="module")
def true_base():
    """A base with known truth, and the model at the truth."""
    truth = (0.6, 6, 0.8, 2.5)
    base = clvlab.simulate_base(
        4000, transaction=truth, spend=(6, 4, 15), unit="week", seed=8,
        acquisition_days=90, observed_days=546,
    )  # fmt: skip
    summary = clvlab.summarize(base.log, calibration_end="2023-12-31", holdout_end="2024-06-29")
    return summary, clvlab.BetaGeoModel().evaluate(truth, summary)


@pytest.mark.parametrize("interval", [0.5, 0.8, 0.9])
def test_customers_lie_inside_the_limits_of_the_truth(true_base, interval):
    inside = clvlab.check_holdout(*true_base).inside(interval)
    # Purchases of one day are one purchase, so a simulated log has slightly fewer.
    assert abs(inside - interval) < 3 * np.sqrt(interval * (1 - interval) / 4000) + 0.005


def test_simulated_totals_have_the_expectation_and_the_spread_of_the_model(true_base):
    summary, model = true_base
    draws = np.tile(np.array(model.params_), (400, 1))
    groups = (summary.table["frequency"].to_numpy() > 0).astype(np.int64)
    simulated = simulate_counts(summary, model, draws, groups, np.random.default_rng(1))
    horizon = f"{summary.window.holdout_days} days"
    expected = model.expected_purchases(summary, horizon=horizon).groupby(groups).sum()
    buyers = model.probability_purchase(summary, horizon=horizon).groupby(groups).sum()
    error = simulated.purchases.std(axis=1) / 20
    assert np.all(np.abs(simulated.purchases.mean(axis=1) - expected) < 4 * error)
    error = simulated.buyers.std(axis=1) / 20
    assert np.all(np.abs(simulated.buyers.mean(axis=1) - buyers) < 4 * error)


def test_a_model_with_covariates_is_simulated_with_each_customers_own_parameters(sample):
    early = sample.table[["first_purchase"]] < "1997-02-01"
    summary = clvlab.with_covariates(sample, early.rename(columns={"first_purchase": "early"}))
    model = clvlab.BetaGeoModel(purchase_covariates=["early"]).fit(summary)
    draws = np.tile(np.append(np.array(model.params_), model.coefficients_), (200, 1))
    everybody = np.zeros(len(summary), dtype=np.int64)
    simulated = simulate_counts(summary, model, draws, everybody, np.random.default_rng(1))
    expected = model.expected_purchases(summary, horizon=39).sum()
    assert abs(simulated.purchases.mean() - expected) < 4 * simulated.purchases.std() / 14
    below, exactly = probabilities_of_holdout(summary, model)
    assert np.all((below + exactly <= 1 + 1e-9) & (exactly > 0))


def test_draws_are_those_of_the_customers_that_a_model_was_fitted_to(sample, sample_model):
    """Of other customers it has no posterior: parameters stay around its own."""
    other = replace(sample, table=sample.table[sample.table["frequency"] > 2])
    rng = np.random.default_rng(1)
    for summary in (sample, other):
        draws = draws_of(sample_model, summary, 400, rng)
        np.testing.assert_allclose(np.median(draws, axis=0), sample_model.params_, rtol=0.1)
    r, alpha, a, b = sample_model.params_
    elsewhere = clvlab.BetaGeoModel().evaluate((5 * r, alpha, a, b), sample)
    assert np.median(draws_of(elsewhere, sample, 400, rng)[:, 0]) == pytest.approx(5 * r, rel=0.1)


def test_tenths_add_up_to_the_holdout(sample, sample_model):
    table = clvlab.calibration_table(sample, sample_model, n_draws=50)
    assert (table["observed"] * table["customers"]).sum() == pytest.approx(1882)
    assert (table["expected"] * table["customers"]).sum() == pytest.approx(1653.409, abs=1e-3)
    assert table["expected"].is_monotonic_decreasing


def test_nine_in_ten_tenths_of_a_true_model_lie_within_their_limits(true_base):
    for table in (clvlab.calibration_table, clvlab.reliability_table):
        found = table(*true_base, n_draws=200, interval=0.95)
        assert found["inside"].sum() >= 8


def test_a_model_that_is_wrong_by_half_is_found_out(true_base):
    summary, model = true_base
    r, alpha, a, b = model.params_
    wrong = clvlab.BetaGeoModel().evaluate((r, 2 * alpha, a, b), summary)
    assert (
        clvlab.check_holdout(summary, wrong).log_score
        < clvlab.check_holdout(summary, model).log_score
    )
