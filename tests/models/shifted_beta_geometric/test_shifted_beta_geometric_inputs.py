"""What the sBG model can't work with is refused in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clvlab.errors import InputError, NotFittedError
from clvlab.models.shifted_beta_geometric.cohorts import compare_cohorts
from clvlab.models.shifted_beta_geometric.periods import (
    discount_rate_per_period,
    period_days_of,
)
from clvlab.models.shifted_beta_geometric.shifted_beta_geometric import ShiftedBetaGeometricModel

GOOD = pd.DataFrame(
    {"tenure": [0, 3, 2], "churned": [True, False, True], "since": [0, 1, 0], "many": [5, 2, 1.5]}
)


def message(function, *arguments, **options):
    with pytest.raises(InputError) as caught:
        function(*arguments, **options)
    return str(caught.value)


def fit_message(frame, **options):
    return message(ShiftedBetaGeometricModel().fit, frame, **options)


def cohort_message(survivors):
    return message(ShiftedBetaGeometricModel().fit_cohorts, survivors)


@pytest.fixture(scope="module")
def model():
    return ShiftedBetaGeometricModel().fit_cohorts(pd.Series([100, 63, 47, 38]))


def test_something_else_than_a_table():
    assert fit_message([1, 2]) == (
        "the customers must be a DataFrame with one row per customer; got list. "
        "Cohorts of survivors go to fit_cohorts()."
    )
    assert cohort_message([100, 50]) == (
        "the survivors must be a Series or a DataFrame with one column per cohort; got list."
    )
    assert message(compare_cohorts, pd.Series([100, 50])) == (
        "the survivors must be a DataFrame with at least two cohorts; got Series."
    )
    assert message(compare_cohorts, pd.DataFrame({"one": [100, 50]})).endswith("cohorts; got 1.")


@pytest.mark.parametrize("name", ["tenure", "churned", "since", "many"])
def test_missing_columns(name):
    text = fit_message(GOOD.drop(columns=name), first_tenure="since", weights="many")
    assert text.startswith(
        "the table of customers must have the columns tenure, churned, since, many; missing are "
        f"{name}."
    )


@pytest.mark.parametrize("value", [2, "maybe", None])
def test_flags_that_are_none(value):
    frame = GOOD.astype(object)
    frame.loc[1, "churned"] = value
    assert fit_message(frame) == (
        "column 'churned' must hold true or false, or 1 and 0; 1 of 3 rows do not: row 1."
    )


def test_flags_may_be_numbers():
    one = ShiftedBetaGeometricModel().fit(GOOD.assign(churned=[1, 0, 1]))
    assert one.params_ == ShiftedBetaGeometricModel().fit(GOOD).params_


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"tenure": [0, 3.5, 2]}, "column 'tenure' must hold whole numbers; 1 of 3 rows"),
        ({"tenure": [0, 3, -2]}, "column 'tenure' can't be negative; 1 of 3 rows"),
        ({"tenure": [0, 3, 2_000_000]}, "column 'tenure' can't exceed 1,000,000; 1 of 3 rows"),
        ({"tenure": [0, 3, np.nan]}, "column 'tenure' must hold finite numbers; 1 of 3 rows"),
        ({"since": [0, 4, 0]}, "column 'since' can't exceed tenure; 1 of 3 rows"),
        ({"since": [0, 0.5, 0]}, "column 'since' must hold whole numbers; 1 of 3 rows"),
        ({"many": [1, -1, 1]}, "column 'many' can't be negative; 1 of 3 rows"),
    ],
)
def test_impossible_customers(change, expected):
    text = fit_message(GOOD.assign(**change), first_tenure="since", weights="many")
    assert text.startswith(expected)


def test_an_empty_table():
    assert fit_message(GOOD.iloc[:0]) == (
        "the table of customers must hold at least one customer; it is empty."
    )


def test_nobody_cancelled_or_renewed():
    assert fit_message(GOOD.assign(churned=False)) == (
        "the customers to fit a shifted-beta-geometric model to must include some who renewed and "
        "some who cancelled; nobody of 3 cancelled. Observe more renewals, or check what the "
        "columns mean."
    )
    assert "nobody of 3 renewed." in fit_message(GOOD.assign(tenure=0))
    assert "nobody of 5 renewed or cancelled." in cohort_message(
        pd.DataFrame({"a": [5, np.nan], "b": [0, np.nan]}).loc[:, ["a"]]
    )


def test_an_index_that_does_not_count_renewals():
    survivors = pd.Series([100, 60, 40], index=[2019, 2020, 2021])
    assert cohort_message(survivors) == (
        "the index of the survivors must count renewals: 0, 1, 2, ...; it starts with 2019, 2020, "
        "2021. Sort the table and call reset_index(drop=True); its first row is the cohort's size."
    )


def test_a_table_that_is_too_small():
    assert cohort_message(pd.Series([100])) == (
        "the survivors must have rows for 0, 1, 2, ... renewals and a column for each cohort; got "
        "1 rows and 1 columns."
    )


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([0, 0, 0], "must begin with its number of customers; it begins with 0.0"),
        ([np.nan, 5, 4], "must begin with its number of customers; it begins with nan"),
        ([9, np.nan, 4], "can't have a gap: only its last rows may be missing; 1 of 3 rows"),
        ([9, 5, -1], "can't hold negative numbers; 1 of 3 rows break this: row 2"),
        ([9, 5, 6], "can't grow: customers who left do not come back; 1 of 3 rows"),
        ([9, 5, np.inf], "must hold finite numbers of customers; 1 of 3 rows do not: row 2"),
        ([9, 5, "few"], "must hold finite numbers of customers; 1 of 3 rows do not: row 2"),
    ],
)
def test_impossible_cohorts(numbers, expected):
    table = pd.DataFrame({"good": [10, 5, 4], "bad": numbers})
    assert cohort_message(table).startswith(f"cohort 'bad' {expected}")


def test_all_cohorts_that_are_wrong_are_named_together():
    table = pd.DataFrame({"one": [0, 0], "two": [5, 6]})
    assert len(cohort_message(table).splitlines()) == 2


@pytest.mark.parametrize("period", ["0 months", "soon", "12", "month or so", ""])
def test_periods_that_are_no_length_of_time(period):
    with pytest.raises(InputError, match=r"parameter '(period|unit)' must be"):
        period_days_of(period)


def test_a_discount_rate_is_given_once(model):
    base = pd.DataFrame({"tenure": [1]})
    assert message(model.discounted_expected_residual_lifetime, base) == (
        "the discount rate must be given once, as annual_discount_rate or as "
        "period_discount_rate; got none. Pass annual_discount_rate=0 for no discounting."
    )
    assert "got both" in message(discount_rate_per_period, 0.1, 0.1, 7.0)


@pytest.mark.parametrize("rate", [-0.1, 10, "much", float("nan")])
def test_rates_that_are_none(model, rate):
    assert message(model.discounted_expected_lifetime, period_discount_rate=rate).startswith(
        "parameter 'period_discount_rate' must be an effective rate per period between 0 and 1"
    )
    assert message(model.discounted_expected_lifetime, annual_discount_rate=rate).startswith(
        "parameter 'annual_discount_rate' must be an effective annual rate between 0 and 1"
    )


def test_an_annual_rate_needs_a_period(model):
    assert message(model.discounted_expected_lifetime, annual_discount_rate=0.1) == (
        "parameter 'annual_discount_rate' must meet periods whose length is known; the model was "
        'fitted without one. Fit with period="month", or pass period_discount_rate.'
    )
    assert model.discounted_expected_lifetime(annual_discount_rate=0) > 1


def test_numbers_of_periods(model):
    expected = "parameter 'periods' must be a whole number from 1 to 1,000,000; got "
    assert message(model.retention_curve, 0) == f"{expected}0."
    assert message(model.retention_curve, 2.5) == f"{expected}2.5."
    assert message(model.churn_probability, GOOD, periods=True) == f"{expected}True."
    assert message(model.retention_curve, 3, tenure=-1).startswith(
        "parameter 'tenure' must be a whole number from 0"
    )
    assert message(model.retention_curve, 3, interval=90).startswith("parameter 'interval'")
    assert message(model.retention_curve, 3, n_draws=2).startswith("parameter 'n_draws'")


def test_the_next_renewal_lies_within_a_period(model):
    text = message(
        model.discounted_expected_residual_lifetime,
        GOOD,
        period_discount_rate=0.1,
        periods_to_renewal=2,
    )
    assert text == "parameter 'periods_to_renewal' must lie between 0 and 1 period; got 2."


def test_predictions_before_the_fit():
    model = ShiftedBetaGeometricModel()
    for predict in (
        lambda: model.retention_curve(3),
        lambda: model.churn_probability(GOOD),
        lambda: model.discounted_expected_lifetime(annual_discount_rate=0),
        lambda: model.expected_residual_lifetime(GOOD),
    ):
        with pytest.raises(NotFittedError, match="is not fitted yet"):
            predict()


def test_parameters_that_are_not_positive():
    model = ShiftedBetaGeometricModel()
    counts = object()
    assert message(model.evaluate, [1.0, -1.0], counts).startswith(
        "the parameters alpha, beta must be as many positive, finite numbers"
    )
