"""The NBD model against itself: derivatives, units, order, distributions, edges in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.fitted_to_histories import objective_of
from clvlab.models.fitting.newton import maximize
from clvlab.models.nbd.likelihood import PurchaseTotals
from clvlab.models.nbd.nbd import NBDModel
from clvlab.models.nbd.process import NBDProcess


@pytest.fixture(scope="module")
def model(sample):
    return NBDModel().fit(sample)


@pytest.mark.parametrize("parameters", [(0.4, 12.0), (1e-4, 1e3), (300.0, 0.1)])
def test_gradient_and_hessian_are_those_of_the_value(sample, parameters):
    objective = objective_of(NBDProcess(), histories_of(sample))
    point, step = np.log(parameters), 1e-5
    _, gradient, hessian = objective(point)
    ahead = [objective(point + step * unit) for unit in np.eye(2)]
    behind = [objective(point - step * unit) for unit in np.eye(2)]
    slope = [(one[0] - other[0]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    curve = [(one[1] - other[1]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    assert_allclose(gradient, slope, rtol=1e-6, atol=1e-7 * np.abs(gradient).max())
    assert_allclose(hessian, curve, rtol=1e-6, atol=1e-7 * np.abs(hessian).max())


def test_the_unit_only_scales(sample_log, sample, model):
    for unit in ("day", "month", "year"):
        other = clvlab.summarize(sample_log, calibration_end="1997-09-30", unit=unit)
        fitted = NBDModel().fit(other)
        ratio = clvlab.TimeUnit.parse(unit).days / 7
        assert fitted.params_.alpha * ratio == pytest.approx(model.params_.alpha, rel=1e-9)
        shifted = model.log_likelihood_ + sample.repeat_purchases * np.log(ratio)
        assert fitted.log_likelihood_ == pytest.approx(shifted, abs=1e-7)
        expected = fitted.expected_purchases(sample, horizon=39)
        assert_allclose(expected, model.expected_purchases(sample, horizon=39), rtol=1e-9)
        same = model.expected_purchases(other, horizon="39 weeks")
        assert_allclose(same, expected, rtol=1e-9)
        assert fitted.expected_purchases_new_customer("1 year") == pytest.approx(
            model.expected_purchases_new_customer("365.25 days"), rel=1e-9
        )


def test_a_summary_its_frame_and_another_order_give_the_same_fit(sample, model):
    frame = sample.to_frame().sample(frac=1, random_state=3)
    other = NBDModel().fit(frame, unit="week")
    assert_allclose(other.params_, model.params_, rtol=1e-12)
    expected = other.expected_purchases(frame, horizon=39, unit="week")
    assert list(expected.index) == list(frame.index)
    theirs = model.expected_purchases(sample, horizon="1998-06-30")
    assert_allclose(expected.loc[theirs.index], theirs, rtol=1e-12)


def test_doubling_every_customer_doubles_the_likelihood(sample, model):
    frame = sample.to_frame()
    other = NBDModel().fit(pd.concat([frame, frame]), unit="week")
    assert other.log_likelihood_ == pytest.approx(2 * model.log_likelihood_, abs=1e-7)
    assert_allclose(other.params_, model.params_, rtol=1e-9)


def test_compressed_histories_have_the_same_totals(sample):
    one = PurchaseTotals.of(histories_of(sample))
    other = PurchaseTotals.of(histories_of(sample).compressed())
    for mine, theirs in zip(one, other, strict=True):
        assert_allclose(mine, theirs)


def test_customers_with_incomplete_histories_are_scored_and_not_fitted(sample_log):
    summary = clvlab.summarize(
        sample_log, calibration_end="1997-09-30", unit="week", burn_in="6 weeks"
    )
    model = NBDModel().fit(summary)
    assert model.n_excluded_ > 0
    assert model.n_customers_ + model.n_excluded_ == len(summary)
    assert len(model.expected_purchases(summary, horizon=4)) == len(summary)


def test_distributions_sum_to_one_and_have_the_expected_mean(model, five_customers):
    options = {"horizon": "26 weeks", "unit": "week"}
    distribution = model.purchase_distribution(five_customers, most=400, **options)
    assert list(distribution.index) == list(five_customers.index)
    assert_allclose(distribution.sum(axis=1), 1, rtol=1e-11)
    mean = distribution @ np.arange(401)
    assert_allclose(mean, model.expected_purchases(five_customers, **options), rtol=1e-10)
    buys = model.probability_purchase(five_customers, **options)
    assert_allclose(buys, 1 - distribution[0], rtol=1e-10)
    thrice = model.probability_of_count(five_customers, count=3, **options)
    assert_allclose(thrice, distribution[3], rtol=1e-14)
    new = model.purchase_distribution_new_customer("26 weeks", most=400)
    assert new.sum() == pytest.approx(1, rel=1e-11)
    assert new @ new.index == pytest.approx(
        model.expected_purchases_new_customer("26 weeks"), rel=1e-10
    )


def test_no_time_no_purchases(model, five_customers):
    options = {"horizon": 0, "unit": "week"}
    assert (model.expected_purchases(five_customers, **options) == 0).all()
    assert (model.probability_purchase(five_customers, **options) == 0).all()
    distribution = model.purchase_distribution(five_customers, most=2, **options)
    assert_allclose(distribution, [[1, 0, 0]] * 5)


def test_everybody_is_alive(model, five_customers):
    alive = model.probability_alive(five_customers, after="90 days", unit="week")
    assert (alive == 1).all()
    assert alive.name == "probability_alive"
    assert list(alive.index) == list(five_customers.index)


def test_parameters_from_elsewhere_are_judged(sample, model):
    same = NBDModel().evaluate(model.params_, sample)
    assert same.converged_
    assert same.log_likelihood_ == pytest.approx(model.log_likelihood_, abs=1e-9)
    other = NBDModel().evaluate([1.0, 1.0], sample)
    assert not other.converged_
    assert other.diagnosis_[0].startswith("These parameters are not the maximum")


def test_the_model_behaves_like_an_estimator_of_scikit_learn(model):
    from sklearn.base import clone

    fresh = clone(model)
    assert not hasattr(fresh, "params_")
    assert fresh.get_params() == {"purchase_covariates": None}


def test_fitting_leaves_the_input_as_it_was(five_customers):
    before = five_customers.copy()
    NBDModel().fit(five_customers, unit="week")
    pd.testing.assert_frame_equal(five_customers, before)


def test_customers_who_are_alike_are_said_in_words():
    x = np.random.default_rng(3).poisson(4.0, 3000)
    base = pd.DataFrame({"frequency": x, "recency": np.where(x > 0, 9.0, 0.0), "T": 10.0})
    base.loc[base["frequency"].gt(0), "frequency"] = 4
    model = NBDModel().fit(base[base["frequency"] > 0], unit="week")
    assert model.diagnosis_[0].startswith("Customers hardly differ in how often they buy")
    assert model.describe()["mean_rate"] == pytest.approx(0.4, rel=1e-6)
    expected = model.expected_purchases(base, horizon=10, unit="week")
    assert_allclose(expected, 4.0, rtol=1e-4)


@settings(max_examples=15, derandomize=True)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3000), st.integers(1, 300), st.integers(0, 200)),
        min_size=1,
        max_size=25,
    )
)
def test_any_base_with_a_repeat_buyer_is_fitted_as_well_as_from_many_starts(rows):
    base = pd.DataFrame(
        {
            "frequency": [x for x, _, _ in rows],
            "recency": [float(t) if x else 0.0 for x, t, _ in rows],
            "T": [float(t + more) for _, t, more in rows],
        }
    )
    if not base["frequency"].any():
        return
    model = NBDModel().fit(base, unit="day")
    objective = objective_of(NBDProcess(), histories_of(base, "day"))
    starts = np.random.default_rng(2).normal([0, 3], 3, (4, 2))
    best = max(maximize(objective, start).value for start in starts)
    assert model.log_likelihood_ > best - 1e-6 * max(1, abs(best) / 1000)
    undetermined = model.parameter_table()["standard_error"].isna().any()
    assert not undetermined or model.diagnosis_
    assert np.isfinite(model.expected_purchases(base, horizon=1e6, unit="day")).all()
