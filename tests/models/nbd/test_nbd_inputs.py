"""What the NBD model can't work with is refused in words."""

from __future__ import annotations

import pandas as pd
import pytest

from clvlab.errors import InputError, NotFittedError
from clvlab.models.nbd.nbd import NBDModel

GOOD = pd.DataFrame({"frequency": [2, 0, 1], "recency": [30.0, 0.0, 10.0], "T": [38.0, 38.0, 20.0]})


def message(function, *arguments, **options):
    with pytest.raises(InputError) as caught:
        function(*arguments, **options)
    return str(caught.value)


def fit_message(frame, **options):
    return message(NBDModel().fit, frame, **{"unit": "week", **options})


@pytest.fixture(scope="module")
def model():
    return NBDModel().evaluate([0.4, 12.0], GOOD, unit="week")


def test_nobody_bought_twice():
    assert fit_message(GOOD.assign(frequency=0, recency=0.0)) == (
        "the customers to fit an NBD model to must include some with repeat purchases; nobody of 3 "
        "customers bought twice. Observe for longer, or check that customer ids are the same "
        "across purchases."
    )


def test_a_frame_without_its_unit():
    assert fit_message(GOOD, unit=None).startswith(
        "a plain table of customers must come with the unit of its times; got none."
    )


def test_impossible_histories():
    text = fit_message(GOOD.assign(frequency=[-1, 0, 1], recency=[30.0, 5.0, 25.0]))
    assert len(text.splitlines()) == 3
    assert "column 'frequency' must hold whole numbers" in fit_message(
        GOOD.assign(frequency=[1.5, 0, 1])
    )
    assert fit_message(GOOD.drop(columns="T")).startswith(
        "the table of customers must have the columns frequency, recency, T; missing are T."
    )


@pytest.mark.parametrize("horizon", [-1, "soon", float("nan"), "1998-06-30"])
def test_horizons(model, horizon):
    for predict in (model.expected_purchases, model.probability_purchase):
        text = message(predict, GOOD, horizon=horizon, unit="week")
        assert text.startswith("parameter 'horizon'")
    assert message(model.expected_purchases_new_customer, horizon).startswith("parameter 'horizon'")
    text = message(model.probability_alive, GOOD, after=horizon, unit="week")
    assert text.startswith("parameter 'after'")


@pytest.mark.parametrize("most", [-1, 1.5, True])
def test_numbers_of_purchases(model, most):
    expected = f"parameter 'most' must be a whole number from 0 to 1,000,000; got {most!r}."
    assert message(model.purchase_distribution, GOOD, horizon=4, unit="week", most=most) == expected
    assert message(model.purchase_distribution_new_customer, 4, most=most) == expected
    text = message(model.probability_of_count, GOOD, horizon=4, unit="week", count=most)
    assert text == expected.replace("most", "count")


def test_discount_rates(model):
    text = message(
        model.discounted_expected_residual_transactions,
        GOOD,
        unit="week",
        annual_discount_rate=10,
    )
    assert text.startswith("parameter 'annual_discount_rate' must be an effective annual rate")


def test_parameters_that_are_not_positive():
    text = message(NBDModel().evaluate, [0.0, 1.0], GOOD, unit="week")
    assert text.startswith("the parameters r, alpha must be as many positive, finite numbers")


def test_predictions_before_the_fit():
    model = NBDModel()
    for predict in (
        lambda: model.expected_purchases(GOOD, horizon=2, unit="week"),
        lambda: model.probability_alive(GOOD, unit="week"),
        lambda: model.expected_purchases_new_customer(2),
        lambda: model.purchase_distribution_new_customer(2),
    ):
        with pytest.raises(NotFittedError, match="is not fitted yet"):
            predict()
