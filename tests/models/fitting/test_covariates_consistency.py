"""Fits with covariates against themselves: units, zero points, references, order, copies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone

import clvlab
from clvlab.models.checking.likelihood_ratio import likelihood_ratio_test
from clvlab.models.fitting.covariates import with_covariates

MODELS = [clvlab.BetaGeoModel, clvlab.ModifiedBetaGeoModel, clvlab.ParetoNBDModel]
NAMES = {"purchase_covariates": ["age", "channel"], "dropout_covariates": ["age"]}


@pytest.fixture(scope="module")
def customers(sample):
    rng = np.random.default_rng(8)
    index = sample.table.index
    bought = sample.table["frequency"].to_numpy()
    known = {
        "age": 40 + rng.normal(0, 9, len(index)).round() + 3 * (bought > 0),
        "channel": rng.choice(["shop", "web"], len(index)),
    }
    return with_covariates(sample, pd.DataFrame(known, index=index))


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: model.__name__)
def model(request, customers):
    return request.param(**NAMES).fit(customers)


def test_a_clone_has_the_covariates_and_no_fit(model, customers):
    again = clone(model)
    assert again.get_params() == {**NAMES, "same_effect": None}
    assert not hasattr(again, "log_likelihood_")
    assert again.fit(customers).log_likelihood_ == model.log_likelihood_


def test_unit_and_zero_of_a_covariate_only_scale_its_effect(model, customers):
    moved = customers.table.assign(age=customers.table["age"] * 365.25 + 1e4)
    other = clone(model).fit(clvlab.CustomerSummary(moved, customers.window))
    assert_allclose(other.log_likelihood_, model.log_likelihood_, rtol=1e-13)
    names = ["purchase:age", "dropout:age"]
    assert_allclose(other.coefficients_[names] * 365.25, model.coefficients_[names], rtol=1e-5)
    one, two = (fit.parameter_table()["standard_error"] for fit in (model, other))
    assert_allclose(two[names] * 365.25, one[names], rtol=1e-5)
    answers = [
        fit.expected_purchases(base, horizon=39).to_numpy()
        for fit, base in (
            (model, customers),
            (other, clvlab.CustomerSummary(moved, customers.window)),
        )
    ]
    assert_allclose(answers[1], answers[0], rtol=1e-6)


def test_another_reference_turns_the_sign(model, customers):
    turned = customers.table.assign(
        channel=pd.Categorical(customers.table["channel"], ["web", "shop"])
    )
    other = clone(model).fit(clvlab.CustomerSummary(turned, customers.window))
    assert_allclose(
        other.coefficients_["purchase:channel=shop"],
        -model.coefficients_["purchase:channel=web"],
        rtol=1e-5,
    )
    assert_allclose(other.log_likelihood_, model.log_likelihood_, rtol=1e-13)


def test_the_order_of_customers_does_not_matter(model, customers):
    shuffled = customers.table.sample(frac=1, random_state=1)
    other = clone(model).fit(clvlab.CustomerSummary(shuffled, customers.window))
    assert_allclose(other.log_likelihood_, model.log_likelihood_, rtol=1e-14)
    assert_allclose(other.coefficients_, model.coefficients_, rtol=1e-7)
    answer = other.probability_alive(clvlab.CustomerSummary(shuffled, customers.window))
    assert list(answer.index) == list(shuffled.index)
    assert_allclose(
        answer, model.probability_alive(customers)[shuffled.index], rtol=1e-6, atol=1e-12
    )


def test_the_unit_of_time_does_not_matter(model, customers, sample_log):
    days = clvlab.summarize(sample_log, calibration_end="1997-09-30", unit="day")
    days = with_covariates(days, customers.table[["age", "channel"]])
    other = clone(model).fit(days)
    assert_allclose(other.coefficients_, model.coefficients_, rtol=1e-5)
    assert_allclose(other.params_[1], 7 * model.params_[1], rtol=1e-5)
    assert_allclose(
        model.expected_purchases(days, horizon="39 weeks"),
        model.expected_purchases(customers, horizon=39),
        rtol=1e-12,
    )


def test_twice_the_customers_halve_the_variances(model, customers):
    frame = customers.to_frame().join(customers.table[["age", "channel"]])
    twice = clone(model).fit(pd.concat([frame, frame], ignore_index=True), unit="week")
    assert_allclose(twice.log_likelihood_, 2 * model.log_likelihood_, rtol=1e-12)
    assert_allclose(twice.covariance_, model.covariance_ / 2, rtol=1e-4)


def test_a_formula_is_a_list(model, customers):
    by_formula = type(model)(purchase_covariates="~ age + channel", dropout_covariates="age")
    assert by_formula.fit(customers).log_likelihood_ == model.log_likelihood_


def test_numbers_count_coefficients(model, customers):
    assert model.n_parameters == 7
    assert_allclose(model.aic_, 14 - 2 * model.log_likelihood_)
    assert set(model.coefficients_.index) < set(model.describe())
    table = model.parameter_table()
    assert list(table.index[4:]) == ["purchase:age", "purchase:channel=web", "dropout:age"]
    middle = (table["lower"] + table["upper"])[4:] / 2
    assert_allclose(middle, model.coefficients_, rtol=1e-10)


def test_nested_models_gain_by_every_coefficient(model, customers):
    plain = type(model)().fit(customers)
    part = type(model)(purchase_covariates=["age"], dropout_covariates=["age"]).fit(customers)
    tied = type(model)(**NAMES, same_effect=["age"]).fit(customers)
    assert likelihood_ratio_test(plain, model).degrees == 3
    assert likelihood_ratio_test(part, model).degrees == 1
    assert likelihood_ratio_test(tied, model).degrees == 1
    total = likelihood_ratio_test(plain, part).statistic
    total += likelihood_ratio_test(part, model).statistic
    assert_allclose(likelihood_ratio_test(plain, model).statistic, total, rtol=1e-9)


def test_every_customer_may_have_a_pattern_of_their_own(sample):
    rng = np.random.default_rng(2)
    own = pd.DataFrame({"score": rng.normal(size=len(sample))}, index=sample.table.index)
    customers = with_covariates(sample, own)
    model = clvlab.BetaGeoModel(purchase_covariates=["score"]).fit(customers)
    few = clvlab.CustomerSummary(customers.table.iloc[[5, 3]], customers.window)
    everybody = model.expected_purchases(customers, horizon=39)
    assert_allclose(model.expected_purchases(few, horizon=39), everybody.iloc[[5, 3]], rtol=1e-12)
