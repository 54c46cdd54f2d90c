"""The NBD model in everything that works with a model of purchases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.covariates import with_covariates
from clvlab.models.nbd.likelihood import log_likelihoods
from clvlab.models.nbd.process import NBDProcess


@pytest.fixture(scope="module")
def model(sample):
    return clvlab.NBDModel().fit(sample)


@pytest.fixture(scope="module")
def grouped(sample):
    half = np.arange(len(sample)) % 2 == 0
    return with_covariates(sample, pd.DataFrame({"half": half}, index=sample.table.index))


def test_customers_are_predicted_in_one_pass(sample, model):
    both = clvlab.predict_customers(sample, model, horizon=39)
    assert (both["probability_alive"] == 1).all()
    assert_allclose(both["expected_purchases"], model.expected_purchases(sample, horizon=39))


def test_the_holdout_shows_what_dropout_takes_away(sample, model):
    check = clvlab.check_holdout(sample, model)
    assert check.relative_error > 0.4
    assert check.expected == pytest.approx(model.expected_purchases(sample, horizon=39).sum())


def test_tracking_is_linear_in_the_time_since_the_first_purchase(sample_log, sample, model):
    tracked = clvlab.track_repeat_purchases(sample_log, sample, model, n_draws=20)
    days = sample.table["T_days"].sum()
    rate = model.describe()["mean_rate"] / 7
    expected = tracked.loc["1997-09-30", "cumulative_expected"]
    assert expected == pytest.approx(days * rate, rel=1e-12)
    inside = tracked["observed"].between(tracked["predictive_lower"], tracked["predictive_upper"])
    assert not inside.all()


def test_residual_transactions_are_a_perpetuity(sample, model):
    dert = model.discounted_expected_residual_transactions(sample, annual_discount_rate=0.1)
    finite = clvlab.discounted_expected_purchases(
        sample, model, horizon="10 years", annual_discount_rate=0.1
    )
    assert_allclose(finite / dert, 1 - 1.1**-10, rtol=1e-12)


def test_likelihoods_of_groups_are_those_of_each(sample, grouped):
    pattern = grouped.table["half"].to_numpy(np.int64)
    histories, owner = histories_of(sample).compressed_by(pattern)
    parameters = np.array([[0.4, 12.0], [0.4, 300.0]])
    one_by_one = super(NBDProcess, NBDProcess()).log_likelihoods(parameters, histories, owner)
    for ours, theirs in zip(log_likelihoods(parameters, histories, owner), one_by_one, strict=True):
        assert_allclose(ours, theirs, rtol=1e-11)


def test_a_covariate_of_buying_has_the_effect_of_separate_scales(grouped):
    """Half the customers as if observed in another unit: the effect is the ratio of the units."""
    frame = grouped.to_frame().join(grouped.table["half"])
    slow = frame["half"].to_numpy()
    for name in ("recency", "T"):
        frame[name] = frame[name].where(~slow, frame[name] * 3)
    plain = clvlab.NBDModel(purchase_covariates=["half"]).fit(grouped)
    scaled = clvlab.NBDModel(purchase_covariates=["half"]).fit(frame, unit="week")
    moved = scaled.coefficients_["purchase:half"] - plain.coefficients_["purchase:half"]
    assert moved == pytest.approx(-np.log(3), abs=1e-6)
    assert scaled.params_.r == pytest.approx(plain.params_.r, rel=1e-6)
    expected = scaled.expected_purchases(frame, horizon=3, unit="week")
    same = plain.expected_purchases(grouped, horizon=3)
    assert_allclose(expected[~slow], same[~slow], rtol=1e-6)
    assert_allclose(expected[slow], same[slow] / 3, rtol=1e-6)


def test_a_covariate_that_says_nothing_gains_nothing(grouped, model):
    full = clvlab.NBDModel(purchase_covariates=["half"]).fit(grouped)
    test = clvlab.likelihood_ratio_test(model, full)
    assert test.degrees == 1
    assert test.p_value > 0.01
    assert full.diagnosis_ == []
    assert list(full.parameter_table().index) == ["r", "alpha", "purchase:half"]
