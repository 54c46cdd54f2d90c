"""Studies of models with covariates: the parts are the whole, and files give the same digits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import clvlab
from clvlab.errors import InputError
from clvlab.models.study.fitted_study import FittedStudy

YEAR = {"horizon": "1 year", "annual_discount_rate": 0.10}
TERMS = {**YEAR, "margin_rate": 0.30}


@pytest.fixture(scope="module")
def customers(sample):
    """Every third customer, with traits that have nothing to do with buying."""
    rng = np.random.default_rng(5)
    some = sample.table.iloc[::3]
    traits = {
        "channel": rng.choice(["shop", "web"], len(some)),
        "age": rng.integers(2, 6, len(some)) * 10.0,
    }
    return replace(sample, table=some.assign(**traits))


@pytest.fixture(scope="module")
def model(customers):
    return clvlab.BetaGeoModel(
        purchase_covariates=["channel", "age"], dropout_covariates=["age"]
    ).fit(customers)


@pytest.fixture(scope="module")
def study(customers, model):
    return clvlab.fit_study(customers, model, n_draws=100, seed=1)


def test_the_posterior_agrees_with_the_standard_errors_where_it_is_regular(study, model):
    table = study.parameter_tables(0.95)[0]
    assert list(table.index) == [*model.parameter_names, *model.coefficient_names_]
    known = model.parameter_table()
    names = ["r", "purchase:channel=web", "purchase:age"]
    assert_allclose(table["standard_error"][names], known["standard_error"][names], rtol=0.3)
    away = study.transaction_draws.mean(axis=0) - table["estimate"]
    assert np.all(np.abs(away[names]) < 0.5 * known["standard_error"][names])


def test_the_unit_of_a_covariate_changes_nothing_but_its_effect(customers, model):
    aged = replace(customers, table=customers.table.assign(age=customers.table["age"] * 12 + 7))
    other = clvlab.BetaGeoModel(
        purchase_covariates=["channel", "age"], dropout_covariates=["age"]
    ).fit(aged)
    years, months = (
        clvlab.posterior_of(fitted, base, n_draws=50, seed=3).table()
        for fitted, base in ((model, customers), (other, aged))
    )
    for name in ("purchase:age", "dropout:age"):
        assert_allclose(12 * months[name], years[name], rtol=1e-3, atol=1e-6)
    assert_allclose(months["r"], years["r"], rtol=1e-4)


def test_a_stated_prior_draws_the_effects_towards_it(customers, model):
    prior = clvlab.default_prior(model, customers)
    assert list(prior.table().index[4:]) == list(model.coefficient_names_)
    narrow = prior.adjusted("purchase:age", log_sd=1e-4)
    found = clvlab.posterior_of(model, customers, prior=narrow, n_draws=50)
    assert np.abs(found.table()["purchase:age"]).max() < 1e-4
    base_only = clvlab.BetaGeoModel().fit(customers)
    plain = clvlab.default_prior(base_only, customers).adjusted("r", log_sd=0.5)
    again = clvlab.posterior_of(model, customers, prior=plain, n_draws=50)
    assert again.prior.parameter_names == prior.parameter_names


def test_a_study_and_a_model_survive_files(study, model, customers, tmp_path):
    study.save(tmp_path / "study.json")
    again = FittedStudy.load(tmp_path / "study.json")
    assert_array_equal(again.transaction_draws, study.transaction_draws)
    assert_array_equal(again.model.covariance_, model.covariance_)
    one, other = (some.total(customers, **TERMS) for some in (study, again))
    assert_array_equal(one, other)
    clvlab.save_model(model, tmp_path / "model.json")
    loaded = clvlab.load_model(tmp_path / "model.json")
    assert_array_equal(loaded.coefficients_, model.coefficients_)
    assert_array_equal(
        loaded.expected_purchases(customers, horizon=39),
        model.expected_purchases(customers, horizon=39),
    )
    assert_array_equal(loaded.draw_parameters(20, 1), model.draw_parameters(20, 1))
    unseen = replace(customers, table=customers.table.assign(channel="fax"))
    with pytest.raises(InputError, match="must hold categories of the fit"):
        loaded.probability_alive(unseen)


def test_categories_that_json_has_no_words_for_are_refused(customers, tmp_path):
    bands = pd.cut(customers.table["age"], [0, 25, 45, 99])
    banded = replace(customers, table=customers.table.assign(band=bands))
    model = clvlab.BetaGeoModel(purchase_covariates=["band"]).fit(banded)
    with pytest.raises(InputError, match="the categories of 'band' must be text, numbers"):
        clvlab.save_model(model, tmp_path / "model.json")


def test_kinds_of_customers_sum_to_the_base(study, customers):
    """Expectations under each draw are sums over customers, whatever their covariates."""
    kinds = [
        replace(customers, table=some) for _, some in customers.table.groupby(["channel", "age"])
    ]
    assert len(kinds) == 8
    whole = study.by_month(customers, months=2).table["revenue"]
    parts = sum(study.by_month(some, months=2).table["revenue"] for some in kinds)
    assert_allclose(whole, parts, rtol=1e-12)
    equity, few = (
        study.equity(base, **TERMS).table.loc["existing_customers"]
        for base in (customers, kinds[0])
    )
    assert equity["estimate"] == pytest.approx(study.total(customers, **TERMS)["clv"], rel=1e-12)
    assert few["estimate"] < equity["estimate"]
    total = study.total(customers, **TERMS)
    for side in ("lower", "upper"):
        assert equity[f"credible_{side}"] == pytest.approx(total[f"clv_credible_{side}"], rel=1e-9)
    months = study.by_month(customers, months=12).total
    year = study.total(customers, horizon="365 days", annual_discount_rate=0, margin_rate=1)
    for side in ("lower", "upper"):
        limit = months[f"revenue_credible_{side}"]
        assert limit == pytest.approx(year[f"clv_credible_{side}"], rel=1e-9)


def test_a_new_customer_is_valued_by_own_covariates(study, model, customers):
    kind = {"channel": "web", "age": 30.0}
    value = study.new_customer(**TERMS, covariates=kind)
    alone = clvlab.new_customer_value(model, study.spend, **TERMS, covariates=kind)
    assert value.loc["value", "estimate"] == pytest.approx(alone, rel=1e-12)
    purchases = model.expected_purchases_new_customer(52, covariates=kind)
    undiscounted = clvlab.new_customer_value(
        model, study.spend, horizon=52, annual_discount_rate=0, margin_rate=1, covariates=kind
    )
    assert undiscounted == pytest.approx(study.spend.mean_spend() * (1 + purchases), rel=1e-12)
    coming = clvlab.Acquisition(100, 4.0, 3.0, covariates=kind)
    found = study.equity(customers, **TERMS, acquisition=coming).table["estimate"]
    arriving = 100 * (1 - 1.1**-3) / math.log(1.1)
    assert found["new_customers"] == pytest.approx(arriving * alone, rel=1e-12)
    with pytest.raises(InputError, match="must name the covariates of the new customer"):
        study.new_customer(**TERMS)
    with pytest.raises(InputError, match="must name the covariates of the new customer"):
        study.equity(customers, **TERMS, acquisition=clvlab.Acquisition(100, 4.0, 3.0))


def test_a_damaged_file_of_covariates_is_told(model, tmp_path):
    path = tmp_path / "model.json"
    clvlab.save_model(model, path)
    text = path.read_text().replace('"purchase_covariates"', '"purchase_covariats"')
    path.write_text(text)
    with pytest.raises(InputError, match="must hold a whole model"):
        clvlab.load_model(path)
