"""What the BG/BB model can't work with is refused in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clvlab.errors import InputError, NotFittedError
from clvlab.models.bgbb.bgbb import BetaGeoBetaBinomModel

GOOD = pd.DataFrame(
    {"frequency": [2, 0, 1], "recency": [3, 0, 1], "n_periods": [4, 4, 3], "many": [5, 9, 2.5]}
)


def message(function, *arguments, **options):
    with pytest.raises(InputError) as caught:
        function(*arguments, **options)
    return str(caught.value)


def fit_message(frame, **options):
    return message(BetaGeoBetaBinomModel().fit, frame, **{"weights": "many", **options})


@pytest.fixture(scope="module")
def model():
    return BetaGeoBetaBinomModel().evaluate([1.2, 0.75, 0.66, 2.78], GOOD)


def test_a_summary_counts_days_and_not_opportunities(sample):
    assert fit_message(sample) == (
        "the customers must be a DataFrame with frequency, recency and n_periods; got "
        "CustomerSummary. Opportunities such as years have to be counted first; a summary counts "
        "days."
    )


@pytest.mark.parametrize("name", ["frequency", "recency", "n_periods", "many"])
def test_missing_columns(name):
    assert fit_message(GOOD.drop(columns=name)).startswith(
        "the table of customers must have the columns frequency, recency, n_periods, many; "
        f"missing are {name}."
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "many", None])
@pytest.mark.parametrize("column", ["frequency", "recency", "n_periods", "many"])
def test_what_is_no_finite_number_is_named_with_its_row(column, value):
    frame = GOOD.astype(object)
    frame.loc[2, column] = value
    assert fit_message(frame) == (
        f"column '{column}' must hold finite numbers; 1 of 3 rows do not: row 2."
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"frequency": [1.5, 0, 1]}, "column 'frequency' must hold whole numbers; 1 of 3 rows"),
        ({"recency": [3.5, 0, 1]}, "column 'recency' must hold whole numbers; 1 of 3 rows"),
        ({"n_periods": [4.5, 4, 3]}, "column 'n_periods' must hold whole numbers; 1 of 3 rows"),
        ({"frequency": [2, -1, 1]}, "column 'frequency' can't be negative; 1 of 3 rows"),
        ({"recency": [3, -1, 1]}, "column 'recency' can't be negative; 1 of 3 rows"),
        ({"n_periods": [4, 4, -3]}, "column 'n_periods' can't be negative; 1 of 3 rows"),
        ({"n_periods": [4, 4, 2e6]}, "column 'n_periods' can't exceed 1,000,000; 1 of 3 rows"),
        ({"recency": [5, 0, 1]}, "column 'recency' can't exceed n_periods; 1 of 3 rows"),
        ({"frequency": [4, 0, 1]}, "an opportunity is used once at most; 1 of 3 rows"),
        ({"recency": [3, 2, 1]}, "must be 0 where no opportunity was used; 1 of 3 rows"),
        ({"recency": [3, 0, 0]}, "must be above 0 where one was used; 1 of 3 rows"),
        ({"many": [5, -1, 2]}, "column 'many' can't be negative; 1 of 3 rows"),
        ({"many": 0}, "column 'many' must count at least one customer; all are 0"),
    ],
)
def test_impossible_histories_are_named_with_their_rows(change, expected):
    assert expected in fit_message(GOOD.assign(**change))


def test_all_broken_rules_are_said_together():
    text = fit_message(GOOD.assign(frequency=[2, -1, 1], recency=[5, 0, 0]))
    assert len(text.splitlines()) == 3


def test_an_empty_table():
    assert fit_message(GOOD.iloc[:0], weights=None) == (
        "the table of customers must hold at least one customer; it is empty."
    )


def test_nobody_or_everybody_bought():
    nothing = GOOD.assign(frequency=0, recency=0)
    assert fit_message(nothing) == (
        "the customers to fit a BG/BB model to must include some opportunities that were used and "
        "some that were not; nobody of 16 customers used one. Observe more opportunities, or check "
        "how they were counted."
    )
    always = GOOD.assign(frequency=GOOD["n_periods"], recency=GOOD["n_periods"])
    assert "of 16 customers everybody used all of them." in fit_message(always)
    hidden = GOOD.assign(many=[0, 9, 0])
    assert "nobody of 9 customers used one." in fit_message(hidden)


@pytest.mark.parametrize("horizon", [-1, 2.5, "2 years", True, 2_000_000, None])
def test_horizons_are_numbers_of_opportunities(model, horizon):
    expected = f"parameter 'horizon' must be a whole number from 0 to 1,000,000; got {horizon!r}."
    for predict in (
        model.expected_purchases,
        model.probability_purchase,
        model.purchase_distribution,
    ):
        assert message(predict, GOOD, horizon=horizon) == expected
    assert message(model.expected_purchases_new_customer, horizon) == expected
    assert message(model.purchase_distribution_new_customer, horizon) == expected


def test_other_numbers_of_periods(model):
    assert message(model.probability_alive, GOOD, ahead=-1).startswith("parameter 'ahead'")
    assert message(model.expected_purchases_by_period, 0).startswith("parameter 'periods'")
    text = message(model.purchase_distribution, GOOD, horizon=2, most=0.5)
    assert text.startswith("parameter 'most'")
    text = message(model.probability_of_count, GOOD, horizon=2, count=-1)
    assert text.startswith("parameter 'count'")


def test_discount_rates(model):
    dert = model.discounted_expected_residual_transactions
    assert message(dert, GOOD).startswith("the discount rate must be given once")
    assert "length is known" in message(dert, GOOD, annual_discount_rate=0.1)
    assert message(
        model.discounted_expected_purchases, GOOD, horizon=3, period_discount_rate=7
    ).startswith("parameter 'period_discount_rate'")
    assert fit_message(GOOD, period="0 days").startswith("parameter 'period'")


def test_parameters_that_are_not_positive():
    text = message(BetaGeoBetaBinomModel().evaluate, [1.0, 2.0, np.nan, 1.0], GOOD)
    assert text.startswith("the parameters alpha, beta, gamma, delta must be as many positive")


def test_predictions_before_the_fit():
    model = BetaGeoBetaBinomModel()
    for predict in (
        lambda: model.expected_purchases(GOOD, horizon=2),
        lambda: model.probability_alive(GOOD),
        lambda: model.expected_purchases_new_customer(2),
        lambda: model.expected_purchases_by_period(2),
        lambda: model.discounted_expected_residual_transactions(GOOD, annual_discount_rate=0.1),
    ):
        with pytest.raises(NotFittedError, match="is not fitted yet"):
            predict()
