"""Comparisons of models: the published ones, a known truth, and noise that is called no winner."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import clvlab

NAMES = ["bg-nbd", "mbg-nbd", "pareto-nbd"]


@pytest.fixture(scope="module")
def comparison(sample):
    return clvlab.compare_models(sample, NAMES, n_draws=100, seed=1)


def test_the_published_fits_stand_side_by_side(comparison):
    published = {"bg-nbd": -9582.429207, "mbg-nbd": -9582.135716, "pareto-nbd": -9594.976179}
    for name, value in published.items():
        assert comparison.table.loc[name, "log_likelihood"] == pytest.approx(value, abs=1e-5)
    assert comparison.table.loc["pareto-nbd", "expected"] == pytest.approx(1665.513, abs=1e-2)
    assert (comparison.table["observed"] == 1882).all()


def test_weights_are_those_of_akaike(comparison):
    table = comparison.table
    assert table["akaike_weight"].sum() == pytest.approx(1)
    ratio = table.loc["mbg-nbd", "akaike_weight"] / table.loc["bg-nbd", "akaike_weight"]
    assert np.log(ratio) == pytest.approx(-9582.135716 + 9582.429207, abs=1e-5)


def test_the_likelihood_ratio_is_against_nbd_on_the_same_customers(sample, comparison):
    alone = clvlab.NBDModel().fit(sample).log_likelihood_
    expected = 2 * (-9582.429207 - alone)
    assert comparison.table.loc["bg-nbd", "likelihood_ratio"] == pytest.approx(expected, abs=1e-4)


def test_differences_come_with_the_standard_error_of_pairs(comparison):
    best, other = comparison.table.index[:2]
    each = comparison.checks[other].log_scores - comparison.checks[best].log_scores
    row = comparison.table.loc[other]
    assert row["difference"] == pytest.approx(each.mean(), rel=1e-9)
    assert row["standard_error"] == pytest.approx(each.std() / np.sqrt(len(each)), rel=1e-9)


def test_on_the_sample_noise_is_called_no_winner(comparison):
    assert comparison.chosen == comparison.best == "mbg-nbd"
    assert set(comparison.not_apart) == {"bg-nbd", "pareto-nbd"}
    assert str(comparison).endswith("but BG/NBD and Pareto/NBD can't be told apart from it.")
    assert comparison.model is comparison.fitted["mbg-nbd"]


def test_errors_by_frequency_add_up_to_the_total(comparison):
    table = comparison.by_frequency
    for name in NAMES:
        own = table[table["model"] == name]
        assert own["observed"].sum() == pytest.approx(1882)
        assert own["error"].sum() == pytest.approx(
            comparison.table.loc[name, "expected"] - 1882, rel=1e-9
        )


def test_without_a_holdout_the_fit_decides_and_the_words_say_so(sample):
    table = sample.table.drop(columns=["holdout_frequency", "holdout_amount"])
    only = replace(sample, table=table, window=replace(sample.window, holdout_end=None))
    comparison = clvlab.compare_models(only, NAMES, n_draws=20)
    assert comparison.checks == {}
    assert comparison.by_frequency.empty
    assert "log_score" not in comparison.table
    assert comparison.table["aic"].is_monotonic_increasing
    assert comparison.not_apart == ["bg-nbd"]
    assert "no holdout" in str(comparison)


def test_a_model_that_is_plainly_worse_is_told_apart(sample, sample_model):
    r, alpha, a, b = sample_model.params_
    wrong = clvlab.BetaGeoModel().evaluate((5 * r, alpha, a, b), sample)
    comparison = clvlab.compare_models(sample, [wrong, "pareto-nbd"], n_draws=20)
    assert comparison.chosen == "pareto-nbd"
    assert comparison.table.loc["bg-nbd", "apart"]
    assert str(comparison).endswith("by more than chance would.")


def test_the_simpler_of_two_that_are_not_apart_is_used(sample):
    early = sample.table[["first_purchase"]] < "1997-02-01"
    summary = clvlab.with_covariates(sample, early.rename(columns={"first_purchase": "early"}))
    full = clvlab.BetaGeoModel(purchase_covariates=["early"]).fit(summary)
    comparison = clvlab.compare_models(summary, [full, "pareto-nbd"], n_draws=20)
    assert comparison.table.loc["bg-nbd", "parameters"] == 5
    assert comparison.best == "bg-nbd"
    assert not comparison.table["apart"].any()
    assert comparison.chosen == "pareto-nbd"
    assert str(comparison).endswith("Pareto/NBD has fewer parameters.")


def test_the_limits_hold_the_total_of_simulated_bases():
    inside = 0
    for seed in range(8):
        base = clvlab.simulate_base(
            800, transaction=(0.6, 6, 0.8, 2.5), spend=(6, 4, 15), unit="week", seed=seed,
            acquisition_days=90, observed_days=365,
        )  # fmt: skip
        summary = clvlab.summarize(base.log, calibration_end="2023-08-31", holdout_end="2023-12-30")
        row = clvlab.compare_models(summary, "bg-nbd", n_draws=100).table.iloc[0]
        inside += row["predictive_lower"] <= row["observed"] <= row["predictive_upper"]
    # At 90 percent fewer than five of eight have a chance of 0.5 percent.
    assert inside >= 5


def test_the_same_seed_gives_the_same_digits(sample, comparison):
    again = clvlab.compare_models(sample, NAMES, n_draws=100, seed=1)
    assert again.table.equals(comparison.table)


def test_a_model_of_regular_buyers_with_k_1_is_its_twin_and_stands_in_no_table(sample):
    comparison = clvlab.compare_models(sample, "bg-nbd, bg-cnbd-k, mbg-cnbd-k", n_draws=20)
    assert comparison.twins == {"bg-cnbd-k": "bg-nbd"}
    assert "bg-cnbd-k" not in comparison.table.index
    assert "bg-cnbd-k" not in comparison.fitted
    # Its twin was not asked for.
    assert "mbg-cnbd-k" in comparison.table.index
    assert comparison.left_out == (
        "Customers don't buy more regularly than at random (k = 1), so BG/CNBD-k is BG/NBD here "
        "and stands in no table."
    )
    assert clvlab.compare_models(sample, "bg-nbd, nbd", n_draws=20).left_out == ""
