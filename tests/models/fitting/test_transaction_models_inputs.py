"""What every model of purchases refuses, in words that name the model."""

from __future__ import annotations

import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError, NotFittedError

CALLED = {
    clvlab.BetaGeoModel: "a BG/NBD model",
    clvlab.ModifiedBetaGeoModel: "an MBG/NBD model",
    clvlab.ParetoNBDModel: "a Pareto/NBD model",
}
each_model = pytest.mark.parametrize("model_type", CALLED)
FRAME = pd.DataFrame({"frequency": [2, 0], "recency": [30.0, 0.0], "T": [38.0, 38.0]})


@each_model
def test_nobody_bought_twice(model_type):
    with pytest.raises(InputError) as caught:
        model_type().fit(FRAME.assign(frequency=0, recency=0.0), unit="week")
    assert str(caught.value).startswith(
        f"the customers to fit {CALLED[model_type]} to must include some with repeat purchases; "
        "nobody of 2 customers bought twice."
    )


@each_model
def test_a_model_answers_only_after_its_fit(model_type):
    model = model_type()
    for ask in (
        lambda: model.probability_alive(FRAME, unit="week"),
        lambda: model.probability_of_count(FRAME, count=1, horizon=4, unit="week"),
        lambda: model.expected_purchases_new_customer(4),
        lambda: model.purchase_distribution_new_customer(4),
        lambda: model.discounted_expected_residual_transactions(
            FRAME, annual_discount_rate=0.1, unit="week"
        ),
    ):
        with pytest.raises(NotFittedError, match=f"this {model_type.__name__} is not fitted yet"):
            ask()


@pytest.fixture(scope="module")
def model(sample):
    return clvlab.ParetoNBDModel().fit(sample)


@pytest.mark.parametrize("count", [-1, 1.5, True, "two"])
def test_a_count_is_a_whole_number(model, count):
    with pytest.raises(InputError) as caught:
        model.probability_of_count(FRAME, count=count, horizon=4, unit="week")
    assert str(caught.value) == (
        f"parameter 'count' must be a whole number from 0 to 1,000,000; got {count!r}."
    )


def test_times_and_rates_that_make_no_sense(model, sample):
    with pytest.raises(InputError, match="parameter 'after' must be a finite length of time"):
        model.probability_alive(sample, after=-1)
    with pytest.raises(InputError, match=r"Ten percent a year is 0\.10"):
        model.discounted_expected_residual_transactions(sample, annual_discount_rate=10)
    with pytest.raises(InputError, match="must come with the unit of its times"):
        model.expected_purchases(FRAME, horizon=4)


def test_parameters_that_are_not_positive(sample):
    with pytest.raises(InputError, match="the parameters r, alpha, s, beta must be as many posit"):
        clvlab.ParetoNBDModel().evaluate([0.5, 10, 0.6, -1], sample)
