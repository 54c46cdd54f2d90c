"""Both predictions in one pass against the model's own, and scores of models with covariates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import clvlab
from clvlab.errors import InputError
from clvlab.models.study import quick_predictions
from clvlab.models.study.fitted_study import FittedStudy
from clvlab.models.study.quick_predictions import predict_customers

TERMS = {"horizon": "1 year", "annual_discount_rate": 0.10, "margin_rate": 0.30}


@pytest.fixture(autouse=True)
def small_tables_are_shared_out_too(monkeypatch):
    monkeypatch.setattr(quick_predictions, "WORTH_A_THREAD", 500)


@pytest.mark.parametrize("kind", ["BetaGeoModel", "ModifiedBetaGeoModel", "ParetoNBDModel"])
def test_they_are_the_models_own(sample, kind):
    model = getattr(clvlab, kind)().fit(sample)
    found = predict_customers(sample, model, horizon=39)
    assert list(found.index) == list(sample.table.index)
    assert_allclose(found["probability_alive"], model.probability_alive(sample), rtol=1e-14)
    expected = model.expected_purchases(sample, horizon=39)
    assert_allclose(found["expected_purchases"], expected, rtol=1e-13)
    frame = sample.to_frame("day")
    in_days = predict_customers(frame, model, horizon="39 weeks", unit="day")
    assert_allclose(in_days["expected_purchases"], expected, rtol=1e-10)


def test_rows_that_break_a_rule_are_counted_from_the_first_of_all(sample, sample_model):
    frame = sample.to_frame()
    frame.iloc[2000, frame.columns.get_loc("frequency")] = -1
    with pytest.raises(InputError, match="1 of 2,357 rows break this: row 2000"):
        predict_customers(frame, sample_model, horizon=39, unit="week")


@pytest.fixture(scope="module")
def with_covariates(sample):
    """Every third customer, with a made-up trait that has nothing to do with buying."""
    trait = np.random.default_rng(5).integers(0, 2, len(sample)).astype(float)
    some = replace(sample, table=sample.table.assign(trait=trait).iloc[::3])
    return some, clvlab.BetaGeoModel(purchase_covariates=["trait"]).fit(some)


def test_a_model_with_covariates_predicts_as_it_does_itself(with_covariates):
    some, model = with_covariates
    found = predict_customers(some, model, horizon=39)
    assert_array_equal(found["expected_purchases"], model.expected_purchases(some, horizon=39))


def test_scores_with_covariates_have_limits_around_the_estimates(with_covariates, sample_spend):
    some, model = with_covariates
    study = FittedStudy.of(model, sample_spend, window=some.window, n_draws=200, seed=3)
    scores = study.scores(some, **TERMS)
    table = scores.table
    inside = table["clv"].between(table["clv_credible_lower"], table["clv_credible_upper"])
    assert inside.mean() > 0.99
    assert_allclose(
        table["expected_purchases"], model.expected_purchases(some, horizon="1 year"), rtol=1e-13
    )
    total = scores.total
    assert total["clv_credible_lower"] < total["clv"] < total["clv_credible_upper"]
