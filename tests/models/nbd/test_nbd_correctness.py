"""The NBD model against known estimates for CDNOW, 40-digit arithmetic and scipy."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import nbinom, poisson

import clvlab
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.bgnbd.likelihood import log_likelihood as log_likelihood_of_bgnbd
from clvlab.models.customers.histories import histories_of
from clvlab.models.nbd import formulas
from clvlab.models.nbd.likelihood import NBDParameters, PurchaseTotals, log_likelihood
from clvlab.models.nbd.nbd import NBDModel


@pytest.fixture(scope="module")
def model(master):
    return NBDModel().fit(master)


def test_the_fit_of_the_master_reaches_the_known_maximum(model):
    assert_allclose(model.params_, [0.3872472, 12.2712279], rtol=1e-6)
    assert model.converged_
    assert model.diagnosis_ == []
    assert model.n_customers_ == 23_570


def test_the_likelihood_is_that_of_bgnbd_without_dropout(sample):
    histories = histories_of(sample)
    for r, alpha in ((0.385, 12.07), (3.0, 0.2)):
        value, _, _ = log_likelihood(NBDParameters(r, alpha), PurchaseTotals.of(histories))
        never = BetaGeoParameters(r, alpha, 1e-30, 1.0)
        assert value == pytest.approx(log_likelihood_of_bgnbd(never, histories)[0], abs=1e-6)


def test_a_model_with_dropout_can_only_be_likelier(sample, sample_model):
    ratio = 2 * (sample_model.log_likelihood_ - NBDModel().fit(sample).log_likelihood_)
    assert ratio == pytest.approx(362.456815, abs=1e-4)


@pytest.mark.parametrize("parameters", [(0.385, 12.07), (1e-8, 1e-6), (1e9, 1e10), (40.0, 1e-5)])
def test_likelihoods_equal_those_in_40_digits(parameters):
    frame = pd.DataFrame(
        {"frequency": [0, 1, 7, 5000], "recency": [0, 2, 300, 500], "T": [0, 30, 301, 999]}
    )
    totals = PurchaseTotals.of(histories_of(frame, "day"))
    value, _, _ = log_likelihood(NBDParameters(*parameters), totals)
    with mp.workdps(40):
        r, a = (mp.mpf(p) for p in parameters)
        exact = sum(
            mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(a) - (r + x) * mp.log(a + T)
            for x, T in zip(frame["frequency"].tolist(), frame["T"].tolist(), strict=True)
        )
    assert abs(value - float(exact)) < 1e-11 * max(1, abs(float(exact)))


def test_the_number_of_purchases_is_negative_binomial():
    at, x, T, h = NBDParameters(0.385, 12.07), np.array([0, 3, 40])[:, None], 30.0, 39.0
    count = np.arange(120)
    ours = formulas.probability_of_count(at, x, T, h, count)
    scipys = nbinom.pmf(count, at.r + x, (at.alpha + T) / (at.alpha + T + h))
    assert_allclose(ours, scipys, rtol=1e-11, atol=1e-300)


def test_customers_who_are_alike_buy_as_a_poisson_process():
    at, count = NBDParameters(1e15, 1e14), np.arange(200)
    ours = formulas.probability_of_count(at, 0, 0, 5.0, count)
    assert_allclose(ours, poisson.pmf(count, 50.0), rtol=1e-9)


@pytest.mark.parametrize("shape", [0.4, 29.99, 30.01, 1e5, 1e12])
@pytest.mark.parametrize("count", [0, 1, 4000])
def test_single_probabilities_equal_those_in_40_digits(shape, count):
    at, horizon = NBDParameters(shape, shape / 1000), 4.0
    ours = formulas.probability_of_count(at, 0, 0, horizon, count)
    with mp.workdps(40):
        r, a, h = mp.mpf(shape), mp.mpf(at.alpha), mp.mpf(horizon)
        exact = mp.gammaprod([r + count], [r, count + 1]) * (a / (a + h)) ** r
        exact *= (h / (a + h)) ** count
    assert ours == pytest.approx(float(exact), rel=1e-9, abs=1e-300)


def test_expected_purchases_are_those_of_the_posterior():
    expected = formulas.expected_purchases(NBDParameters(0.385, 12.07), [0, 2], 38.86, 39)
    assert_allclose(expected, np.array([0.385, 2.385]) / (12.07 + 38.86) * 39, rtol=1e-14)


def test_residual_transactions_are_the_sum_that_they_stand_for(sample):
    model = NBDModel().fit(sample)
    annual = 0.1
    residual = model.discounted_expected_residual_transactions(sample, annual_discount_rate=annual)
    per_week = np.log1p(annual) * 7 / 365.25
    weekly = model.expected_purchases(sample, horizon="7 days")
    assert_allclose(residual, weekly / per_week, rtol=1e-12)
    endless = model.discounted_expected_residual_transactions(sample, annual_discount_rate=0)
    assert (endless == np.inf).all()


def simulated(n_customers, r, alpha, seed):
    rng = np.random.default_rng(seed)
    T = rng.uniform(50, 400, n_customers)
    rate = rng.gamma(r, 1 / alpha, n_customers)
    x = rng.poisson(rate * T)
    recency = np.where(x > 0, T * rng.random(n_customers) ** (1 / np.maximum(x, 1)), 0.0)
    later = rng.poisson(rate * 100)
    return pd.DataFrame({"frequency": x, "recency": recency, "T": T}), later


def test_the_fit_finds_the_parameters_of_a_simulated_base():
    truth = np.array([0.8, 60.0])
    base, later = simulated(30_000, *truth, seed=4)
    model = NBDModel().fit(base, unit="day")
    table = model.parameter_table(0.999)
    assert (table["lower"] < truth).all()
    assert (truth < table["upper"]).all()
    error = later - model.expected_purchases(base, horizon=100, unit="day")
    assert abs(error.mean()) < 4 * error.std() / np.sqrt(len(base))
    buys = model.probability_purchase(base, horizon=100, unit="day")
    spread = np.sqrt((buys * (1 - buys)).mean() / len(base))
    assert abs((later > 0).mean() - buys.mean()) < 4 * spread


def test_limits_hold_the_truth_as_often_as_they_say():
    truth, held = np.array([0.8, 60.0]), np.zeros(2)
    for seed in range(150):
        base, _ = simulated(500, *truth, seed)
        table = NBDModel().fit(base, unit="day").parameter_table(0.9)
        held += (table["lower"] < truth) & (truth < table["upper"])
    assert ((held / 150 > 0.825) & (held / 150 < 0.96)).all()


def test_the_model_leaves_the_calibration_of_a_base_with_dropout_behind(sample):
    expected = NBDModel().fit(sample).expected_purchases(sample, horizon="39 weeks").sum()
    observed = sample.table["holdout_frequency"].sum()
    dropout = clvlab.BetaGeoModel().fit(sample).expected_purchases(sample, horizon="39 weeks")
    assert expected > 1.4 * observed > 1.4 * dropout.sum()
