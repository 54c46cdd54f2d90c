"""What the test of dropout can't work with is refused in words."""

from __future__ import annotations

import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError, NotFittedError
from clvlab.models.checking.dropout_test import dropout_test


def message(*arguments, **options):
    with pytest.raises(InputError) as caught:
        dropout_test(*arguments, **{"horizon": "39 weeks", **options})
    return str(caught.value)


def test_a_model_without_dropout(sample):
    model = clvlab.NBDModel().fit(sample)
    assert message(model, sample) == (
        "the model must be one of dropout that buys as the NBD model does; got an NBD model."
    )


def test_other_customers_or_another_unit(sample, sample_model):
    others = sample.to_frame().iloc[1:]
    for customers, unit in ((others, "week"), (sample.to_frame("day"), "day")):
        assert "must be fitted to these customers" in message(sample_model, customers, unit=unit)


def test_parameters_that_are_not_the_maximum(sample):
    model = clvlab.BetaGeoModel().evaluate([0.2, 4, 1, 2], sample)
    assert "the model must be at its maximum" in message(model, sample)


def test_covariates(sample):
    table = sample.table.assign(late=sample.table["T_days"] < 200)
    customers = clvlab.CustomerSummary(table, sample.window)
    model = clvlab.BetaGeoModel(purchase_covariates=["late"]).fit(customers)
    assert message(model, customers).startswith(
        "the model for a test of dropout can't have covariates; it has purchase:late=True"
    ) or message(model, customers).startswith(
        "the model for a test of dropout can't have covariates; it has purchase:late"
    )


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"n_simulations": 10}, "parameter 'n_simulations' must be a whole number from 19"),
        ({"interval": 95}, "parameter 'interval' must be a coverage between 0 and 1"),
        ({"horizon": -1}, "parameter 'horizon'"),
    ],
)
def test_parameters_that_make_no_sense(sample, sample_model, wrong, expected):
    assert message(sample_model, sample, **wrong).startswith(expected)


def test_a_model_that_is_not_fitted():
    frame = pd.DataFrame({"frequency": [1], "recency": [1.0], "T": [2.0]})
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        dropout_test(clvlab.BetaGeoModel(), frame, unit="week", horizon=4)
