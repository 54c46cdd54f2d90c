"""Where limits come from: the posterior, both models at once, all time to come."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.errors import InputError

TERMS = {"horizon": "1 year", "annual_discount_rate": 0.10, "margin_rate": 0.30}


@pytest.fixture(scope="module")
def some(sample):
    """Every fifth customer of the sample."""
    return replace(sample, table=sample.table.iloc[::5])


@pytest.fixture(scope="module")
def study(sample):
    return clvlab.fit_study(sample, n_draws=400, seed=1)


def log_width(table, name):
    return np.log(table[f"{name}_credible_upper"] / table[f"{name}_credible_lower"])


def test_limits_of_value_hold_what_is_not_known_of_spend(study, some):
    """With spend fixed they are narrower: most for customers whose amounts nobody has seen."""
    middle = np.median(study.spend_draws, axis=0)
    fixed = replace(study, spend_draws=np.tile(middle, (study.n_draws, 1)))
    new = replace(some, table=some.table[some.table["frequency"] == 0])
    whole, part = (one.total(new, **TERMS) for one in (study, fixed))
    assert log_width(whole, "clv") > 1.05 * log_width(part, "clv")
    assert log_width(whole, "expected_purchases") == log_width(part, "expected_purchases")
    both, alone = (one.scores(some, **TERMS).table for one in (study, fixed))
    assert log_width(both, "clv").mean() > 1.05 * log_width(alone, "clv").mean()
    assert (log_width(both, "expected_spend") > 0).all()
    assert (log_width(alone, "expected_spend") == 0).all()


def test_scores_are_of_the_posterior_where_the_customers_are_those_of_the_fit(
    sample, some, sample_model, sample_spend
):
    models = (sample_model, sample_spend)
    own = clvlab.score_customers(sample, *models, **TERMS, n_draws=100, seed=2)
    assert own.method == "posterior"
    by_study = clvlab.fit_study(sample, sample_model, spend=sample_spend, n_draws=100, seed=2)
    pd.testing.assert_frame_equal(own.table, by_study.scores(sample, **TERMS).table)
    assert clvlab.score_customers(some, *models, **TERMS, n_draws=20).method == "laplace"
    with pytest.raises(InputError, match="must be those that the model of purchases was fitted"):
        clvlab.fit_study(some, sample_model)


def test_tables_of_parameters_are_of_the_draws(study):
    of_purchases, of_spend = study.parameter_tables(0.8)
    for table, draws, model in (
        (of_purchases, study.transaction_draws, study.model),
        (of_spend, study.spend_draws, study.spend),
    ):
        assert_allclose(table["estimate"], list(model.params_))
        assert_allclose(table["lower"], np.quantile(draws, 0.1, axis=0))
        assert_allclose(table["upper"], np.quantile(draws, 0.9, axis=0))


def test_equity_of_all_time_to_come_is_the_limit_of_long_horizons(study, some):
    few = slice(0, 20)
    study = replace(
        study, transaction_draws=study.transaction_draws[few], spend_draws=study.spend_draws[few]
    )
    endless = study.equity(some, **{**TERMS, "horizon": math.inf})
    long = study.equity(some, **{**TERMS, "horizon": "200 years"})
    assert_allclose(endless.table, long.table, rtol=1e-6, atol=1e-9)
    value = clvlab.customer_lifetime_value(
        some, study.model, study.spend, **{**TERMS, "horizon": math.inf}
    ).sum()
    estimate = endless.table.loc["existing_customers", "estimate"]
    assert estimate == pytest.approx(value, rel=1e-12)
    with pytest.raises(InputError, match="must be above 0 where the horizon is all time to come"):
        study.equity(some, **{**TERMS, "horizon": math.inf, "annual_discount_rate": 0.0})


def test_posteriors_of_models_without_histories_in_days(donors):
    model = clvlab.BetaGeoBetaBinomModel().fit(donors, weights="customers", period="year")
    found = clvlab.posterior_of(model, donors, weights="customers", seed=1)
    spread = np.sqrt(np.diag(model.covariance_))
    # 11,104 donors: the maximum and its curvature are nearly all there is to know.
    assert_allclose(found.summary()["standard_deviation"], spread, rtol=0.15)
    assert np.all(np.abs(found.draws.mean(axis=0) - list(model.params_)) < 0.3 * spread)


@pytest.fixture(scope="module")
def donors():
    seen = [(x, t) for x in range(7) for t in range(x, 7) if (x > 0) == (t > 0)]
    table = pd.DataFrame(seen, columns=["frequency", "recency"]).assign(n_periods=6)
    table["customers"] = [
        3464, 1091, 277, 129, 78, 119, 129, 613, 255, 155, 173, 234,
        322, 181, 225, 357, 240, 284, 512, 335, 728, 1203,
    ]  # fmt: skip
    return table


def test_cohorts_and_single_customers_have_the_same_posterior():
    survivors = pd.Series([1000, 631, 468, 382, 326, 289, 262, 241])
    model = clvlab.ShiftedBetaGeometricModel().fit_cohorts(survivors)
    gone = -np.diff(survivors)
    single = pd.DataFrame(
        {
            "tenure": np.append(np.repeat(np.arange(7), gone), np.full(241, 7)),
            "churned": np.append(np.ones(gone.sum()), np.zeros(241)).astype(bool),
        }
    )
    of_cohorts, of_customers = (
        clvlab.posterior_of(model, base, n_draws=200, seed=1) for base in (survivors, single)
    )
    assert_allclose(of_customers.draws, of_cohorts.draws, rtol=1e-9)
    assert_allclose(of_cohorts.draws.mean(axis=0), list(model.params_), rtol=0.1)


def test_priors_of_other_parameters_are_refused(sample, sample_model, sample_spend):
    prior = clvlab.default_prior(sample_spend, sample)
    for model in (sample_model, clvlab.ShiftedBetaGeometricModel()):
        data = sample
        if model is not sample_model:
            data = pd.Series([100, 60, 40])
            model.fit_cohorts(data)
        with pytest.raises(InputError, match=r"must be of .*; it is of p, q, v"):
            clvlab.posterior_of(model, data, prior=prior)
    with pytest.raises(InputError, match="the prior of the model of spend must be of p, q, v"):
        clvlab.fit_study(
            sample, sample_model, spend_prior=clvlab.default_prior(sample_model, sample)
        )
