"""The Gamma-Gamma model against published estimates and predictions for CDNOW.

Fader and Hardie's note 025 publishes rounded digits; the full ones were found by two independent
optimizers on exact day counts.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.stats import gamma, rankdata

import clvlab
from clvlab.models.gamma_gamma.gamma_gamma import expected_spend
from clvlab.models.gamma_gamma.likelihood import (
    GammaGammaParameters,
    Spending,
    log_likelihood,
)


def test_the_fit_of_the_sample_reaches_the_published_maximum(sample_spend):
    assert_allclose(sample_spend.params_, [6.2495723, 3.7442247, 15.4435210], rtol=1e-5)
    assert sample_spend.log_likelihood_ == pytest.approx(-4055.917695, abs=1e-5)
    assert sample_spend.n_customers_ == 946
    assert sample_spend.converged_
    assert sample_spend.diagnosis_ == []


def test_standard_errors_are_those_of_the_literature(sample_spend):
    errors = sample_spend.parameter_table()["standard_error"]
    assert_allclose(errors, [1.190, 0.290, 4.159], atol=6e-4)


def test_the_fit_of_the_master_reaches_the_known_maximum(master):
    model = clvlab.GammaGammaModel().fit(master)
    assert_allclose(model.params_, [6.2753591, 3.6244500, 14.9836870], rtol=1e-5)
    assert model.log_likelihood_ == pytest.approx(-40763.476261, abs=1e-4)


def test_the_one_repeat_buyer_of_the_master_who_spent_nothing_is_counted(master):
    model = clvlab.GammaGammaModel().fit(master)
    assert (model.n_customers_, model.n_without_amount_) == (9450, 1)


def test_expected_spend_of_the_first_ten_customers_is_the_published_one(sample, sample_spend):
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    first_ten = sample.table.sort_index().head(10).index
    assert_allclose(sample_spend.expected_spend(sample).loc[first_ten], published, atol=6e-3)


def test_customers_without_a_repeat_purchase_get_the_mean_of_all(sample_spend):
    assert sample_spend.mean_spend() == pytest.approx(35.17037, abs=1e-4)


def test_spend_and_frequency_on_cdnow_have_the_published_correlation(sample):
    check = clvlab.check_spend_independence(sample)
    assert check.pearson == pytest.approx(0.113888, abs=1e-6)
    assert check.by_frequency["customers"].sum() == 946


def test_the_rank_correlation_on_cdnow_is_that_of_the_ranks(sample):
    check = clvlab.check_spend_independence(sample)
    repeat = sample.table[sample.table["frequency"] > 0]
    ranks = np.corrcoef(rankdata(repeat["frequency"]), rankdata(repeat["monetary_value"]))[0, 1]
    assert check.spearman == pytest.approx(ranks, abs=1e-12)
    assert check.spearman > 0.2


def test_the_likelihood_is_the_average_over_personal_rates():
    p, q, v = 2.5, 3.0, 12.0
    x, mean = 3, 9.0

    def density(rate):
        return gamma.pdf(mean, p * x, scale=1 / (x * rate)) * gamma.pdf(rate, q, scale=1 / v)

    integral, _ = quad(density, 0, 10, epsabs=0, epsrel=1e-12, limit=200)
    spending = Spending.of(np.array([x]), np.array([mean]))
    value, _, _ = log_likelihood(GammaGammaParameters(p, q, v), spending)
    assert value == pytest.approx(math.log(integral), abs=1e-9)


def test_expected_spend_is_the_average_of_personal_means():
    p, q, v = 2.5, 3.0, 12.0
    x, mean = 3, 9.0
    posterior = gamma(p * x + q, scale=1 / (v + x * mean))
    integral, _ = quad(lambda rate: p / rate * posterior.pdf(rate), 0, 10, epsrel=1e-12, limit=200)
    spend = expected_spend(GammaGammaParameters(p, q, v), x, mean)
    assert float(spend) == pytest.approx(integral, rel=1e-9)


def test_the_fit_finds_the_parameters_of_a_simulated_base():
    truth = np.array([6.25, 3.74, 15.44])
    base = clvlab.simulate_base(
        40_000, transaction=(0.6, 6, 0.8, 2.5), spend=truth, unit="week", seed=4, observed_days=730
    )
    table = clvlab.GammaGammaModel().fit(clvlab.summarize(base.log)).parameter_table(0.999)
    assert (table["lower"] < truth).all()
    assert (truth < table["upper"]).all()


def test_a_spread_without_a_mean_is_said_in_words():
    rng = np.random.default_rng(3)
    frequency = rng.integers(1, 6, 2000)
    rate = rng.gamma(0.7, 1 / 10, 2000)
    frame = pd.DataFrame(
        {"frequency": frequency, "monetary_value": rng.gamma(4 * frequency) / frequency / rate}
    )
    model = clvlab.GammaGammaModel().fit(frame)
    assert model.params_.q < 1
    assert model.mean_spend() == math.inf
    assert any("at most 1) that the model has no mean" in text for text in model.diagnosis_)
    assert np.isfinite(model.expected_spend(frame)).all()


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5, 6])
def test_customers_who_all_spend_alike_are_said_to_be(seed):
    rng = np.random.default_rng(seed)
    frequency = rng.integers(1, 9, 500)
    frame = pd.DataFrame(
        {"frequency": frequency, "monetary_value": rng.gamma(5 * frequency) * 4 / frequency}
    )
    model = clvlab.GammaGammaModel().fit(frame)
    assert model.params_.q > 200
    assert model.converged_
    assert any("Customers hardly differ in what they spend" in text for text in model.diagnosis_)
    assert model.mean_spend() == pytest.approx(20, rel=0.02)
