"""The posterior of real customers: units, seeds, copies on disk, and numbers of draws."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import kstest

import clvlab
from clvlab.errors import InputError
from clvlab.models.bgnbd.kernels import log_likelihood
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.newton import in_logarithms
from clvlab.models.gamma_gamma.likelihood import GammaGammaParameters, Spending
from clvlab.models.gamma_gamma.likelihood import log_likelihood as spend_log_likelihood
from clvlab.models.posterior.default_priors import beta_geo_prior, gamma_gamma_prior
from clvlab.models.posterior.mixture_sampling import sample_by_mixture
from clvlab.models.posterior.posterior import BY_POLYNOMIAL, Posterior, draw_posterior


def objective_of(histories):
    def evaluate(point):
        parameters = BetaGeoParameters(*np.exp(point).tolist())
        return in_logarithms(log_likelihood(parameters, histories), parameters)

    return evaluate


def prior_of(histories):
    observed = histories.weights @ histories.times[histories.T] / histories.total_weight
    return beta_geo_prior(float(observed) / histories.window.unit.days)


def spend_objective_of(spending):
    def evaluate(point):
        parameters = GammaGammaParameters(*np.exp(point).tolist())
        return in_logarithms(spend_log_likelihood(parameters, spending), parameters)

    return evaluate


@pytest.fixture(scope="module")
def histories(sample):
    return histories_of(sample).compressed()


@pytest.fixture(scope="module")
def posterior(histories, sample_model):
    start = np.log(sample_model.params_)
    return draw_posterior(objective_of(histories), prior_of(histories), start, seed=1)


def test_real_customers_take_a_polynomial_and_few_evaluations(posterior):
    assert posterior.method == BY_POLYNOMIAL
    assert posterior.diagnosis == ()
    assert posterior.k_hat < 0.5
    assert posterior.error < 0.03
    assert posterior.evaluations < 60
    assert posterior.effective_draws > 0.8 * len(posterior)


def test_the_polynomial_and_the_exact_likelihood_give_the_same_posterior(posterior, histories):
    prior = posterior.prior
    centre = np.log(posterior.draws).mean(axis=0)
    root = np.linalg.cholesky(np.cov(np.log(posterior.draws).T))
    peak = prior.added_to(objective_of(histories))
    exact = sample_by_mixture(peak, prior, centre, root, 1000, np.random.default_rng(2))
    draws = np.exp(exact.points)
    mean = exact.smoothed.weights @ draws
    sd = np.sqrt(exact.smoothed.weights @ (draws - mean) ** 2)
    noise = np.sqrt(1 / posterior.effective_draws + 1 / exact.smoothed.effective_draws)
    assert exact.smoothed.effective_draws > 1000
    assert np.all(np.abs(posterior.draws.mean(axis=0) - mean) / sd < 4.5 * noise)
    assert_allclose(posterior.draws.std(axis=0), sd, rtol=4.5 * noise)


def test_the_same_seed_gives_the_same_draws_and_another_one_others(posterior, histories):
    start = np.log(posterior.draws.mean(axis=0))
    first, again, other = (
        draw_posterior(objective_of(histories), posterior.prior, start, n_draws=100, seed=seed)
        for seed in (5, 5, 6)
    )
    assert_array_equal(first.draws, again.draws)
    assert np.all(first.draws != other.draws)
    assert first.seed == 5


def test_a_generator_may_be_the_seed(histories, posterior):
    start = np.log(posterior.draws.mean(axis=0))
    found = draw_posterior(
        objective_of(histories), posterior.prior, start, seed=np.random.default_rng(1)
    )
    assert found.seed is None
    assert len(found) == 1000


def test_the_unit_of_time_changes_nothing_but_alpha(sample_log, posterior, sample_model):
    days = histories_of(
        clvlab.summarize(sample_log, calibration_end="1997-09-30", unit="day")
    ).compressed()
    r, alpha, a, b = sample_model.params_
    start = np.log([r, 7 * alpha, a, b])
    found = draw_posterior(objective_of(days), prior_of(days), start, seed=1)
    assert_allclose(found.draws / [1, 7, 1, 1], posterior.draws, rtol=1e-6)


def test_the_currency_changes_nothing_but_v(sample, sample_spend):
    repeat = sample.table[(sample.table["frequency"] > 0) & (sample.table["monetary_value"] > 0)]
    frequency, amount = repeat["frequency"].to_numpy(), repeat["monetary_value"].to_numpy()
    start = np.log(sample_spend.params_)
    dollars, cents = (
        draw_posterior(
            spend_objective_of(Spending.of(frequency, amount * scale)),
            gamma_gamma_prior(30.0 * scale),
            start + np.log([1, 1, scale]),
            seed=2,
        )
        for scale in (1, 100)
    )
    assert_allclose(cents.draws / [1, 1, 100], dollars.draws, rtol=1e-6)


def test_it_survives_as_json(posterior):
    again = Posterior.from_json(json.loads(json.dumps(posterior.to_json())))
    assert_array_equal(again.draws, posterior.draws)
    assert again.prior == posterior.prior
    assert again.summary().equals(posterior.summary())
    assert (again.k_hat, again.method, again.seed) == (
        posterior.k_hat,
        posterior.method,
        posterior.seed,
    )


def test_the_summary_is_of_the_draws(posterior):
    table, summary = posterior.table(), posterior.summary(0.8)
    assert list(summary.index) == list(table.columns) == ["r", "alpha", "a", "b"]
    assert_allclose(summary["mean"], table.mean())
    assert_allclose(summary["standard_deviation"], table.std())
    assert_allclose(summary["lower"], table.quantile(0.1))
    assert_allclose(summary["upper"], table.quantile(0.9))


def test_too_few_draws_and_impossible_intervals_are_refused(posterior, histories):
    with pytest.raises(InputError, match="'n_draws' must be at least 20; got 19"):
        draw_posterior(objective_of(histories), posterior.prior, np.zeros(4), n_draws=19)
    with pytest.raises(InputError, match="'interval' must be a coverage between 0 and 1; got 90"):
        posterior.summary(90)


def test_customers_who_never_came_back_leave_dropout_to_the_prior():
    """In the BG/NBD model one can only drop out after a repeat purchase."""
    silent = pd.DataFrame({"frequency": [0] * 30, "recency": [0.0] * 30, "T": [20.0] * 30})
    histories = histories_of(silent, "week").compressed()
    posterior = draw_posterior(objective_of(histories), prior_of(histories), np.zeros(4), seed=1)
    away = posterior.prior.standardized(np.log(posterior.draws))
    assert kstest(away[:, 2], "norm").pvalue > 0.001
    assert kstest(away[:, 3], "norm").pvalue > 0.001
    assert np.median(posterior.draws[:, 0] / posterior.draws[:, 1]) < 1 / 20 / 10
    assert "little about" in posterior.diagnosis[-1]
    assert "a / b and a b" in posterior.diagnosis[-1]
