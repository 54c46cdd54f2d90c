"""Simulation-based calibration: do posteriors hold what their own priors promise?

Parameters are drawn from the prior, a base is drawn from the parameters, and its posterior from
the base. The rank of the truth among the draws is then uniform, for every quantity that can be
computed from parameters and base (Talts, Betancourt, Simpson, Vehtari and Gelman 2018). An exact
90 percent interval covers in 82.5 to 96 percent of 200 bases, and in 86.8 to 93 percent of 1,000,
but for one time in a thousand.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chisquare, kstest

from clvlab.models.bgnbd.formulas import expected_purchases, probability_alive
from clvlab.models.bgnbd.kernels import log_likelihood
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.newton import in_logarithms
from clvlab.models.gamma_gamma.gamma_gamma import expected_spend
from clvlab.models.gamma_gamma.likelihood import GammaGammaParameters, Spending
from clvlab.models.gamma_gamma.likelihood import log_likelihood as spend_log_likelihood
from clvlab.models.posterior.default_priors import beta_geo_prior, gamma_gamma_prior
from clvlab.models.posterior.posterior import PosteriorError, draw_posterior
from clvlab.simulate.purchases import purchase_moments

CUSTOMERS = 300
WEEKS = 52.0
AHEAD = 26.0
DRAWS = 199
FEW = 19
"""Draws for what takes long to compute from a draw; 90 percent of the ranks are the middle 18."""
PURCHASES = ("r", "alpha", "a", "b", "rate", "dropout", "alive", "customer", "purchases")
SPEND = ("p", "q", "v", "mean", "value")
SLOW = {"alive", "customer", "purchases", "value"}


def simulated_purchases(parameters, rng):
    """A frame of histories in weeks, no purchase merged with another."""
    r, alpha, a, b = parameters
    rate, dropout = rng.standard_gamma(r, CUSTOMERS) / alpha, rng.beta(a, b, CUSTOMERS)
    start = rng.uniform(0, 0.7 * WEEKS, CUSTOMERS)
    customers, moments, _ = purchase_moments(rng, rate, dropout, start, WEEKS)
    last = np.zeros(CUSTOMERS)
    np.maximum.at(last, customers, moments - start[customers])
    frequency = np.bincount(customers, minlength=CUSTOMERS) - 1
    return pd.DataFrame(
        {
            "frequency": frequency,
            "recency": np.where(frequency > 0, last, 0.0),
            "T": WEEKS - start,
        }
    )


def simulated_spend(parameters, rng):
    """Repeat purchases and mean amounts of repeat buyers."""
    p, q, v = parameters
    frequency = rng.geometric(0.3, CUSTOMERS // 2)
    rate = np.maximum(rng.standard_gamma(q, len(frequency)), 1e-300) / v
    return frequency, rng.standard_gamma(p * frequency) / rate / frequency


def rank(draws, truth, rng):
    """How many draws are smaller than the truth, ties broken by chance."""
    draws = np.asarray(draws, dtype=np.float64)
    return int((draws < truth).sum() + rng.integers((draws == truth).sum() + 1))


# Customers came evenly over the first seven tenths.
PRIOR = beta_geo_prior(observed=0.65 * WEEKS)
# From which few bases come whose posterior needs thousands of evaluations.
NARROWER = PRIOR.adjusted("a / b", log_sd=0.7).adjusted("a b", log_sd=1.0)


def ranks_of_purchases(seed, prior=PRIOR):
    rng = np.random.default_rng([1, seed])
    truth = prior.draw(1, rng)[0]
    base = simulated_purchases(np.exp(truth), rng)
    histories = histories_of(base, "week").compressed()

    def objective(point):
        parameters = BetaGeoParameters(*np.exp(point).tolist())
        return in_logarithms(log_likelihood(parameters, histories), parameters)

    posterior = draw_posterior(objective, prior, prior.centre, n_draws=DRAWS, seed=seed)
    who = rng.integers(CUSTOMERS)
    columns = base["frequency"].to_numpy(), base["recency"].to_numpy(), base["T"].to_numpy()

    def fast(logs):
        r, alpha, a, b = logs
        return [r, alpha, a, b, r - alpha, a - b]

    def slow(logs):
        parameters = BetaGeoParameters(*np.exp(logs).tolist())
        ahead = expected_purchases(parameters, *columns, AHEAD)
        alive = probability_alive(parameters, *columns)
        return [alive.mean(), ahead[who], ahead.sum()]

    return posterior.k_hat, compared(posterior, truth, fast, slow, rng)


def ranks_of_spend(seed):
    rng = np.random.default_rng([2, seed])
    prior = gamma_gamma_prior(typical_amount=30.0)
    truth = prior.draw(1, rng)[0]
    frequency, mean = simulated_spend(np.exp(truth), rng)
    spending = Spending.of(frequency, mean)

    def objective(point):
        parameters = GammaGammaParameters(*np.exp(point).tolist())
        return in_logarithms(spend_log_likelihood(parameters, spending), parameters)

    posterior = draw_posterior(objective, prior, prior.centre, n_draws=DRAWS, seed=seed)

    def fast(logs):
        p, q, v = logs
        return [p, q, v, p + v - q]

    def slow(logs):
        return [expected_spend(tuple(np.exp(logs)), frequency, mean) @ frequency]

    return posterior.k_hat, compared(posterior, truth, fast, slow, rng)


def compared(posterior, truth, fast, slow, rng):
    """Ranks of the truth, between 0 and 1, of all quantities."""
    logs = np.log(posterior.draws)
    ranks = []
    for function, draws in ((fast, logs), (slow, logs[:FEW])):
        values = np.array([function(draw) for draw in draws])
        exact = function(truth)
        ranks += [
            (rank(column, value, rng) + 0.5) / (len(draws) + 1)
            for column, value in zip(values.T, exact, strict=True)
        ]
    return ranks


def calibrated(ranks_of, bases, **stated):
    """Ranks (bases, quantities) of every base, and the share of posteriors not to be trusted."""
    ranks, refused = [], 0
    for seed in range(bases):
        try:
            k_hat, found = ranks_of(seed, **stated)
        except PosteriorError:
            refused += 1
            continue
        refused += k_hat > 0.7
        ranks.append(found)
    return np.array(ranks), refused / bases


@pytest.fixture(scope="module")
def purchases():
    return calibrated(ranks_of_purchases, 200, prior=NARROWER)


@pytest.fixture(scope="module")
def spend():
    return calibrated(ranks_of_spend, 200)


@pytest.fixture(scope="module")
def many_purchases():
    return calibrated(ranks_of_purchases, 1000)


@pytest.fixture(scope="module")
def many_spends():
    return calibrated(ranks_of_spend, 1000)


def check(calibration, names, name, least, most):
    ranks, refused = calibration
    u = ranks[:, names.index(name)]
    assert refused < 0.02
    assert least <= np.mean((u > 0.05) & (u < 0.95)) <= most
    counts = np.bincount((u * 10).astype(int), minlength=10)
    assert chisquare(counts).pvalue > 0.001
    # Ranks among 19 draws are not continuous, which the test would mistake for a departure.
    spread = 1 / (FEW + 1) if name in SLOW else 1 / (DRAWS + 1)
    jitter = np.random.default_rng(0).uniform(-spread / 2, spread / 2, len(u))
    assert kstest(u + jitter, "uniform").pvalue > 0.001


@pytest.mark.parametrize("name", PURCHASES)
def test_posteriors_of_purchases_are_calibrated(purchases, name):
    check(purchases, PURCHASES, name, 0.825, 0.96)


@pytest.mark.parametrize("name", SPEND)
def test_posteriors_of_spend_are_calibrated(spend, name):
    check(spend, SPEND, name, 0.825, 0.96)


@pytest.mark.trust
@pytest.mark.parametrize("name", PURCHASES)
def test_many_posteriors_of_purchases_are_calibrated(many_purchases, name):
    check(many_purchases, PURCHASES, name, 0.868, 0.93)


@pytest.mark.trust
@pytest.mark.parametrize("name", SPEND)
def test_many_posteriors_of_spend_are_calibrated(many_spends, name):
    check(many_spends, SPEND, name, 0.868, 0.93)
