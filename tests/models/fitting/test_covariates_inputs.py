"""What covariates must be, said in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError, NotFittedError
from clvlab.models.checking.likelihood_ratio import likelihood_ratio_test
from clvlab.models.fitting.covariates import with_covariates

MODELS = [clvlab.BetaGeoModel, clvlab.ModifiedBetaGeoModel, clvlab.ParetoNBDModel]
each_model = pytest.mark.parametrize("model_type", MODELS, ids=lambda model: model.__name__)


@pytest.fixture(scope="module")
def customers(sample):
    rng = np.random.default_rng(8)
    index = sample.table.index
    known = pd.DataFrame(
        {
            "age": rng.integers(18, 80, len(index)).astype(float),
            "channel": rng.choice(["shop", "web"], len(index)),
        },
        index=index,
    )
    return with_covariates(sample, known)


def _with(customers, **columns):
    return clvlab.CustomerSummary(customers.table.assign(**columns), customers.window)


def _refused(ask):
    with pytest.raises(InputError) as caught:
        ask()
    return str(caught.value)


@each_model
def test_a_covariate_that_is_not_there(model_type, customers):
    model = model_type(purchase_covariates=["ages", "channel"])
    assert _refused(lambda: model.fit(customers)) == (
        "the table of customers must have the covariate 'ages' as a column; it has none of that "
        "name. Did you mean 'age'? Columns are added with with_covariates()."
    )


def test_a_prediction_without_the_covariates(customers, sample):
    model = clvlab.BetaGeoModel(purchase_covariates=["age"]).fit(customers)
    message = _refused(lambda: model.expected_purchases(sample, horizon=4))
    assert message.startswith("the table of customers must have the covariate 'age' as a column")


def test_a_category_that_the_fit_did_not_see(customers):
    model = clvlab.BetaGeoModel(purchase_covariates=["channel"]).fit(customers)
    channel = customers.table["channel"].mask(customers.table["frequency"] > 20, "fax")
    many = int((channel == "fax").sum())
    message = _refused(lambda: model.probability_alive(_with(customers, channel=channel)))
    assert message.startswith(
        "column 'channel' must hold categories of the fit (shop, web); "
        f"{many} of 2,357 rows break this: row"
    )
    assert message.endswith("New are: fax. Fit again with such customers.")


@pytest.mark.parametrize("name", ["age", "channel"])
def test_values_that_are_missing(customers, name):
    column = customers.table[name].copy()
    column.iloc[[2, 7]] = None
    gaps = _with(customers, **{name: column})
    rule = (
        f"column '{name}' can't have missing values, being a covariate; 2 of 2,357 rows break "
        "this: rows 2, 7. Fill them in, or give those who lack it a category of their own."
    )
    assert _refused(lambda: clvlab.BetaGeoModel(purchase_covariates=[name]).fit(gaps)) == rule
    model = clvlab.BetaGeoModel(dropout_covariates=[name]).fit(customers)
    assert _refused(lambda: model.probability_alive(gaps)) == rule


def test_numbers_that_are_not(customers):
    endless = customers.table["age"].where(customers.table["age"] < 79, np.inf)
    model = clvlab.BetaGeoModel(purchase_covariates=["age"])
    message = _refused(lambda: model.fit(_with(customers, age=endless)))
    assert message.startswith("column 'age' must hold finite numbers;")
    model.fit(customers)
    text = _with(customers, age="old")
    assert "column 'age' must hold finite numbers; 2,357 of" in _refused(
        lambda: model.probability_alive(text)
    )


def test_columns_that_can_not_be_covariates(customers):
    broken = _with(
        customers,
        country="US",
        joined=customers.table["first_purchase"],
        number=[f"no. {n}" for n in range(len(customers))],
    )
    model = clvlab.ParetoNBDModel(dropout_covariates=["country", "joined", "number"])
    constant, date, ids = _refused(lambda: model.fit(broken)).splitlines()
    assert constant == (
        "column 'country' must differ between customers, being a covariate; all 2,357 customers "
        "have the same value. Leave it out."
    )
    assert date.startswith("column 'joined' must hold numbers or categories, being a covariate")
    assert ids.startswith("column 'number' can't have nearly as many categories as there are cust")


def test_covariates_that_follow_from_each_other(customers):
    born = _with(customers, born=2000 - customers.table["age"])
    model = clvlab.BetaGeoModel(purchase_covariates="age + channel + born")
    assert _refused(lambda: model.fit(born)) == (
        "parameter 'purchase_covariates' can't have covariates that follow from each other; born "
        "follows from those named before it. Leave one of them out."
    )


@pytest.mark.parametrize("names", [["age", "age"], ["age", 3], "age + + channel", [""]])
def test_names_that_are_no_columns(customers, names):
    message = _refused(lambda: clvlab.BetaGeoModel(purchase_covariates=names).fit(customers))
    assert message.startswith(
        "parameter 'purchase_covariates' must be a list of different column names, or a formula"
    )


def test_one_effect_needs_a_covariate_of_both(customers):
    model = clvlab.BetaGeoModel(
        purchase_covariates=["age", "channel"], dropout_covariates=["age"], same_effect=["channel"]
    )
    assert _refused(lambda: model.fit(customers)).startswith(
        "parameter 'same_effect' must name covariates of both purchase and dropout; got channel."
    )


def test_a_new_customer_has_covariates_where_the_model_has(customers):
    model = clvlab.BetaGeoModel(purchase_covariates=["channel"]).fit(customers)
    assert "the model has channel covariates, and got None" in _refused(
        lambda: model.expected_purchases_new_customer(10)
    )
    plain = clvlab.BetaGeoModel().fit(customers)
    assert "the model has no covariates" in _refused(
        lambda: plain.expected_purchases_new_customer(10, covariates={"channel": "web"})
    )
    assert "(shop, web)" in _refused(
        lambda: model.expected_purchases_new_customer(10, covariates={"channel": "fax"})
    )


def test_covariates_that_do_not_match_the_customers(sample):
    index = sample.table.index
    good = pd.DataFrame({"age": 1.0}, index=index)
    message = _refused(lambda: with_covariates(sample, good.iloc[1:]))
    assert message.startswith(
        "the covariates must have a row for every customer; 1 of 2,357 customers have none, such"
    )
    assert "must have one row per customer" in _refused(
        lambda: with_covariates(sample, pd.concat([good, good]))
    )
    assert "can't have columns that the customers have; both have frequency" in _refused(
        lambda: with_covariates(sample, good.rename(columns={"age": "frequency"}))
    )


def test_parameters_from_elsewhere_come_with_coefficients(customers):
    model = clvlab.BetaGeoModel(purchase_covariates=["channel"])
    message = _refused(lambda: model.evaluate([0.2, 4.0, 0.8, 2.4], customers))
    assert message.startswith("the coefficients purchase:channel=web must be as many finite num")


def test_models_that_can_not_be_compared(customers, sample):
    plain = clvlab.BetaGeoModel().fit(customers)
    by_age = clvlab.BetaGeoModel(purchase_covariates=["age"]).fit(customers)
    by_channel = clvlab.BetaGeoModel(purchase_covariates="channel + age").fit(customers)
    on_dropout = clvlab.BetaGeoModel(dropout_covariates=["age"]).fit(customers)
    other = clvlab.ParetoNBDModel(purchase_covariates=["age"]).fit(customers)
    rule = "the restricted model must be a special case of the full one, with fewer coefficients"
    for restricted, full in (
        (by_age, plain),
        (plain, plain),
        (by_age, on_dropout),
        (on_dropout, by_channel),
        (by_age, clvlab.BetaGeoModel(purchase_covariates="channel").fit(customers)),
    ):
        assert rule in _refused(
            lambda restricted=restricted, full=full: likelihood_ratio_test(restricted, full)
        )
    assert "the two models must be of the same kind; got a BG/NBD model and a Par" in _refused(
        lambda: likelihood_ratio_test(plain, other)
    )
    fewer = clvlab.CustomerSummary(customers.table.iloc[1:], customers.window)
    assert "must be fitted to the same customers in the same unit" in _refused(
        lambda: likelihood_ratio_test(clvlab.BetaGeoModel().fit(fewer), by_age)
    )
    older = _with(customers, age=customers.table["age"] ** 2)
    assert rule in _refused(
        lambda: likelihood_ratio_test(
            clvlab.BetaGeoModel(purchase_covariates=["age"]).fit(older), by_channel
        )
    )
    elsewhere = clvlab.BetaGeoModel().evaluate([1.0, 1.0, 1.0, 1.0], customers)
    assert "the restricted model must be at its maximum" in _refused(
        lambda: likelihood_ratio_test(elsewhere, by_age)
    )
    with pytest.raises(NotFittedError):
        likelihood_ratio_test(clvlab.BetaGeoModel(), by_age)


def test_what_can_not_tell_customers_apart_is_refused(customers):
    model = clvlab.BetaGeoModel(purchase_covariates=["age"]).fit(customers)
    assert _refused(lambda: model.require_no_covariates("a grid")) == (
        "the model for a grid can't have covariates; it has purchase:age. Fit one without them "
        "for this."
    )
    clvlab.BetaGeoModel().fit(customers).require_no_covariates("a grid")
