"""Covariates against published fits, closed-form cases, finite differences and known truth."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.errors import InputError
from clvlab.models.checking.likelihood_ratio import likelihood_ratio_test
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.covariate_effects import CovariateEffects
from clvlab.models.fitting.covariates import with_covariates
from clvlab.models.fitting.purchase_process import PurchaseProcess
from clvlab.models.value.value import discounted_expected_purchases

MODELS = [clvlab.BetaGeoModel, clvlab.ModifiedBetaGeoModel, clvlab.ParetoNBDModel]
each_model = pytest.mark.parametrize("model_type", MODELS, ids=lambda model: model.__name__)
BOTH = {"purchase_covariates": "gender + channel", "dropout_covariates": "gender + channel"}


@pytest.fixture(scope="module")
def apparel():
    """The 600 customers of CLVTools, split after 104 weeks."""
    folder = os.environ.get("CLVLAB_DATA_DIR")
    if not folder or not (Path(folder) / "apparel").is_dir():
        pytest.skip("the apparel data are not in CLVLAB_DATA_DIR")
    log, known = (
        pd.read_csv(Path(folder) / "apparel" / name, dtype={"Id": str})
        for name in ("apparelTrans.csv", "apparelStaticCov.csv")
    )
    summary = clvlab.summarize(
        clvlab.load_transactions(
            log,
            columns={"customer_id": "Id", "date": "Date", "amount": "Price"},
            zero_amounts="keep",
        ),
        calibration_end="2006-12-31",
        unit="week",
    )
    known.columns = ["customer_id", "gender", "channel"]
    return with_covariates(summary, known.set_index("customer_id"))


def test_the_apparel_customers_of_clvtools(apparel):
    plain = clvlab.ParetoNBDModel().fit(apparel)
    assert_allclose(plain.log_likelihood_, -5848.097827, atol=1e-5)
    full = clvlab.ParetoNBDModel(**BOTH).fit(apparel)
    assert_allclose(full.log_likelihood_, -5821.062686, atol=1e-5)
    published = [1.8378, 92.9123, 0.5920, 49.6227, 0.2859, 0.6241, -0.6430, 0.7907]
    assert_allclose(full.parameter_table()["estimate"], published, rtol=1e-2)
    assert list(full.coefficients_.index) == [
        "purchase:gender",
        "purchase:channel",
        "dropout:gender",
        "dropout:channel",
    ]
    there = clvlab.ParetoNBDModel(**BOTH).evaluate(published, apparel)
    assert_allclose(there.log_likelihood_, -5821.0627, atol=1e-4)
    assert there.converged_


def test_the_likelihood_ratio_of_clvtools(apparel):
    full = clvlab.ParetoNBDModel(**BOTH).fit(apparel)
    tied = clvlab.ParetoNBDModel(**BOTH, same_effect=["gender"]).fit(apparel)
    assert_allclose(tied.log_likelihood_, -5826.5342, atol=1e-4)
    test = likelihood_ratio_test(tied, full)
    assert_allclose(test.statistic, 10.943, atol=5e-4)
    assert test.degrees == 1
    assert_allclose(test.p_value, 0.0009396, atol=5e-8)


@pytest.fixture(scope="module")
def known(sample):
    """Covariates made up for the sample: a number, a flag and three categories."""
    rng = np.random.default_rng(5)
    index = sample.table.index
    return pd.DataFrame(
        {
            "age": rng.normal(45, 12, len(index)).round(),
            "gender": rng.integers(0, 2, len(index)),
            "channel": rng.choice(["shop", "web", "app"], len(index)),
        },
        index=index,
    )


@pytest.fixture(scope="module")
def customers(sample, known):
    return with_covariates(sample, known)


def _effects(model_type, customers, **options):
    names = {"purchase": (), "dropout": (), "same_effect": (), **options}
    return CovariateEffects.learn(customers.table, model_type.process, **names)


def _objective(model_type, customers, effects):
    histories = histories_of(customers)
    patterns, pattern = effects.values(customers.table)
    return effects.objective(model_type.process, patterns, *histories.compressed_by(pattern))


@each_model
def test_gradient_and_hessian_are_those_of_the_value(model_type, customers):
    effects = _effects(
        model_type,
        customers,
        purchase=("age", "channel", "gender"),
        dropout=("gender", "age"),
        same_effect=("gender",),
    )
    evaluate = _objective(model_type, customers, effects)
    start = clvlab.BetaGeoModel.process.start(histories_of(customers))
    point, step = np.append(start, [0.2, -0.1, 0.3, 0.15, -0.2]), 1e-5
    _, gradient, hessian = evaluate(point)
    ahead = [evaluate(point + step * unit) for unit in np.eye(len(point))]
    behind = [evaluate(point - step * unit) for unit in np.eye(len(point))]
    slope = [(one[0] - other[0]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    curve = [(one[1] - other[1]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    assert_allclose(gradient, slope, rtol=1e-6, atol=1e-7 * np.abs(gradient).max())
    assert_allclose(hessian, curve, rtol=1e-6, atol=1e-7 * np.abs(hessian).max())


@each_model
def test_the_compiled_likelihoods_equal_those_one_by_one(model_type, sample):
    histories = histories_of(sample)
    pattern = np.random.default_rng(1).integers(0, 4, len(histories))
    compressed, owner = histories.compressed_by(pattern)
    parameters = np.array(
        [[0.5, 10, 0.6, 12], [0.5, 3, 0.3, 20], [0.5, 200, 2.2, 3], [0.5, 7, 0.9, 7]]
    )
    if model_type is clvlab.ParetoNBDModel:
        parameters[:, 2] = 0.6
    readable = PurchaseProcess.log_likelihoods(model_type.process, parameters, compressed, owner)
    quick = model_type.process.log_likelihoods(parameters, compressed, owner)
    for one, other in zip(readable, quick, strict=True):
        assert_allclose(other, one, rtol=1e-11, atol=1e-11 * np.abs(readable[2]).max())


@each_model
def test_coefficients_of_zero_are_the_model_without_covariates(model_type, sample, customers):
    plain = model_type().fit(sample)
    names = {"purchase_covariates": ["channel", "age"], "dropout_covariates": ["age"]}
    same = model_type(**names).evaluate([*plain.params_, 0, 0, 0, 0], customers)
    assert_allclose(same.log_likelihood_, plain.log_likelihood_, rtol=1e-13)
    ahead = {"horizon": "39 weeks"}
    assert_allclose(
        same.expected_purchases(customers, **ahead),
        plain.expected_purchases(sample, **ahead),
        rtol=1e-9,
    )
    full = model_type(**names).fit(customers)
    assert full.log_likelihood_ > plain.log_likelihood_
    # Covariates that mean nothing gain about one per coefficient in twice the log-likelihood.
    assert likelihood_ratio_test(plain, full).p_value > 0.001


@each_model
def test_a_group_that_lives_twice_as_fast(model_type, sample):
    """Times halved for a copy of everybody: the effect is the logarithm of two, exactly."""
    slow = sample.to_frame()[["frequency", "recency", "T"]]
    fast = slow.assign(recency=slow["recency"] / 2, T=slow["T"] / 2)
    both = pd.concat([slow.assign(fast=0), fast.assign(fast=1)], ignore_index=True)
    names = {"purchase_covariates": ["fast"]}
    if model_type is clvlab.ParetoNBDModel:
        names = {**names, "dropout_covariates": ["fast"], "same_effect": ["fast"]}
    alone = model_type().fit(slow, unit="week")
    found = model_type(**names).fit(both, unit="week")
    assert_allclose(found.coefficients_, np.log(2), rtol=1e-7)
    assert_allclose(found.params_, alone.params_, rtol=1e-6)
    shift = slow["frequency"].sum() * np.log(2)
    assert_allclose(found.log_likelihood_, 2 * alone.log_likelihood_ + shift, rtol=1e-12)
    values = found.expected_purchases(both, horizon=26, unit="week").to_numpy()
    assert_allclose(
        values[len(slow) :],
        alone.expected_purchases(slow, horizon=52, unit="week"),
        rtol=1e-6,
    )


def _simulated(model_type, rng, n=1500):
    """Customers with a flag and a number that act on buying and dropping out."""
    flag, number = rng.integers(0, 2, n), rng.normal(10, 2, n).round(1)
    pace = np.exp(0.5 * flag + 0.1 * (number - 10))
    rate = rng.gamma(0.8, 1 / 6.0, n) * pace
    T = np.floor(rng.uniform(20, 60, n) * 7) / 7
    moments = [np.cumsum(rng.exponential(1 / r, 400)) for r in rate]
    if model_type is clvlab.ParetoNBDModel:
        gone = rng.exponential(15.0 / (rng.gamma(0.7, 1, n) * np.exp(-0.4 * flag)))
        kept = [m[m <= min(end, g)] for m, end, g in zip(moments, T, gone, strict=True)]
    else:
        concentration = np.exp(0.7 * flag)
        chance = np.maximum(rng.beta(0.6 * concentration, 1.6 * concentration), 1e-9)
        lives = rng.geometric(chance) - (model_type is clvlab.ModifiedBetaGeoModel)
        kept = [m[:k][m[:k] <= end] for m, k, end in zip(moments, lives, T, strict=True)]
    # Purchases are seen by the day.
    days = [np.unique(np.ceil(m * 7)) for m in kept]
    days = [d[d <= end * 7] for d, end in zip(days, T, strict=True)]
    return pd.DataFrame(
        {
            "frequency": [len(d) for d in days],
            "recency": [d[-1] / 7 if len(d) else 0.0 for d in days],
            "T": T,
            "flag": flag,
            "number": number,
        }
    )


@each_model
def test_the_truth_is_inside_the_intervals(model_type):
    truth = np.array([0.5, 0.1, -0.4 if model_type is clvlab.ParetoNBDModel else 0.7])
    rng, inside, away = np.random.default_rng(3), [], []
    for _ in range(20):
        model = model_type(purchase_covariates="flag + number", dropout_covariates=["flag"])
        table = model.fit(_simulated(model_type, rng), unit="week").parameter_table(0.9).iloc[4:]
        inside.append((table["lower"] <= truth) & (truth <= table["upper"]))
        away.append((table["estimate"] - truth) / table["standard_error"])
    # 60 intervals of 90 percent: 45 to 59 with a chance of 99.8 percent.
    assert 45 <= np.sum(inside) <= 59
    assert np.all(np.abs(np.mean(away, axis=0)) < 3.5 / np.sqrt(20))


@each_model
def test_everybody_is_predicted_with_own_parameters(model_type, customers):
    model = model_type(
        purchase_covariates=["gender", "channel"], dropout_covariates=["gender"]
    ).fit(customers)
    effects = model.coefficients_
    web = customers.table["channel"] == "web"
    chosen = clvlab.CustomerSummary(
        customers.table[web & (customers.table["gender"] == 1)], customers.window
    )
    own = np.array(model.params_)
    own[1] *= np.exp(-effects["purchase:gender"] - effects["purchase:channel=web"])
    if model_type is clvlab.ParetoNBDModel:
        own[3] *= np.exp(-effects["dropout:gender"])
    else:
        own[2:] *= np.exp(effects["dropout:gender"])
    alone = model_type().evaluate(own, chosen)
    for ask in (
        lambda model, base: model.probability_alive(base),
        lambda model, base: model.probability_alive(base, after=13),
        lambda model, base: model.expected_purchases(base, horizon=52),
        lambda model, base: model.probability_purchase(base, horizon=52),
        lambda model, base: model.probability_of_count(base, count=0, horizon=52),
        lambda model, base: model.probability_of_count(base, count=2, horizon=52),
        lambda model, base: model.discounted_expected_residual_transactions(
            base, annual_discount_rate=0.1
        ),
        lambda model, base: discounted_expected_purchases(
            base, model, horizon=52, annual_discount_rate=0.1
        ),
    ):
        answer = ask(model, customers)
        assert list(answer.index) == list(customers.table.index)
        assert_allclose(answer[chosen.table.index], ask(alone, chosen), rtol=1e-12)
    new = {"gender": 1, "channel": "web"}
    assert_allclose(
        model.expected_purchases_new_customer(52, covariates=new),
        alone.expected_purchases_new_customer(52),
        rtol=1e-12,
    )
    assert_allclose(
        model.purchase_distribution_new_customer(52, covariates=new),
        alone.purchase_distribution_new_customer(52),
        rtol=1e-12,
    )


@each_model
def test_draws_have_the_covariance_of_the_estimates(model_type, customers):
    model = model_type(purchase_covariates=["age"], dropout_covariates=["age"]).fit(customers)
    draws = model.draw_parameters(40_000, seed=1)
    assert draws.shape == (40_000, 6)
    spread = np.sqrt(np.diag(model.covariance_))[4:]
    assert_allclose(draws[:, 4:].mean(axis=0), model.coefficients_, atol=0.03 * spread.max())
    assert_allclose(draws[:, 4:].std(axis=0), spread, rtol=0.05)
    in_logs = np.sqrt(np.diag(model.covariance_))[:4] / np.array(model.params_)
    assert_allclose(np.log(draws[:, :4]).std(axis=0), in_logs, rtol=0.05)


@each_model
def test_tracking_knows_the_covariates(model_type, sample_log, sample, customers):
    """With effects of zero, what follows equals what a model without covariates says."""
    plain = model_type().fit(sample)
    names = {"purchase_covariates": ["gender"], "dropout_covariates": ["gender"]}
    same = model_type(**names).evaluate([*plain.params_, 0, 0], customers)
    ahead = {"n_draws": 20, "seed": 1}
    one, two = (
        clvlab.track_repeat_purchases(sample_log, base, model, **ahead)
        for base, model in ((sample, plain), (customers, same))
    )
    assert_allclose(two["cumulative_expected"], one["cumulative_expected"], rtol=1e-10)
    shifted = model_type(**names).evaluate([*plain.params_, 0.3, 0], customers)
    more = clvlab.track_repeat_purchases(sample_log, customers, shifted, **ahead)
    assert (more["cumulative_expected"] > two["cumulative_expected"]).all()


@each_model
def test_what_speaks_of_one_kind_of_customer_is_refused(model_type, customers):
    model = model_type(purchase_covariates=["gender"]).fit(customers)
    with pytest.raises(InputError, match="the model for a grid of frequency and recency can't"):
        clvlab.frequency_recency_grid(customers, model, horizon=4)
    with pytest.raises(InputError, match="the model for lifetimes can't have covariates"):
        clvlab.to_lifetimes(model)
