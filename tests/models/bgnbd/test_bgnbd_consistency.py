"""The BG/NBD model against itself: derivatives, units, order, compression, and lifetimes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.bgnbd import kernels as bgnbd_kernels
from clvlab.models.bgnbd import likelihood as bgnbd_likelihood
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.newton import in_logarithms

PARAMETERS = [(0.25, 4.4, 0.8, 2.4), (3.0, 0.1, 1.0, 1e9), (1e-3, 1e4, 1e-6, 0.1), (9, 2, 30, 5)]


@pytest.fixture(scope="module")
def histories(sample):
    return histories_of(sample)


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_the_compiled_likelihood_equals_the_readable_one(histories, parameters):
    point = BetaGeoParameters(*parameters)
    readable = bgnbd_likelihood.log_likelihood(point, histories)
    compiled = bgnbd_kernels.log_likelihood(point, histories.compressed())
    for one, other in zip(readable, compiled, strict=True):
        assert_allclose(other, one, rtol=1e-11, atol=1e-10 * np.abs(one).max())


@pytest.mark.parametrize("parameters", PARAMETERS[:1] + PARAMETERS[3:])
def test_gradient_and_hessian_are_those_of_the_value(histories, parameters):
    compressed = histories.compressed()

    def evaluate(point):
        at = BetaGeoParameters(*np.exp(point))
        return in_logarithms(bgnbd_kernels.log_likelihood(at, compressed), at)

    point, step = np.log(parameters), 1e-5
    _, gradient, hessian = evaluate(point)
    ahead = [evaluate(point + step * unit) for unit in np.eye(4)]
    behind = [evaluate(point - step * unit) for unit in np.eye(4)]
    slope = [(one[0] - other[0]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    curve = [(one[1] - other[1]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    assert_allclose(gradient, slope, rtol=1e-6, atol=1e-6 * np.abs(gradient).max())
    assert_allclose(hessian, curve, rtol=1e-6, atol=1e-7 * np.abs(hessian).max())


def test_the_unit_only_scales(sample_log, sample, sample_model):
    repeats = sample.repeat_purchases
    for unit in ("day", "month", "year"):
        other = clvlab.summarize(sample_log, calibration_end="1997-09-30", unit=unit)
        model = clvlab.BetaGeoModel().fit(other)
        ratio = clvlab.TimeUnit.parse(unit).days / 7
        assert model.params_.alpha * ratio == pytest.approx(sample_model.params_.alpha, rel=1e-7)
        shifted = sample_model.log_likelihood_ + repeats * np.log(ratio)
        assert model.log_likelihood_ == pytest.approx(shifted, abs=1e-6)
        expected = model.expected_purchases(sample, horizon=39)
        assert_allclose(expected, sample_model.expected_purchases(sample, horizon=39), rtol=1e-6)
        assert_allclose(
            sample_model.expected_purchases(other, horizon="39 weeks"), expected, rtol=1e-6
        )
        assert_allclose(
            model.probability_alive(sample), sample_model.probability_alive(sample), rtol=1e-6
        )


def test_a_horizon_means_the_same_as_number_span_and_date(sample, sample_model):
    as_number = sample_model.expected_purchases(sample, horizon=39)
    for horizon in ("39 weeks", "273 days", "1998-06-30"):
        assert_allclose(sample_model.expected_purchases(sample, horizon=horizon), as_number)


def test_a_summary_and_its_frame_give_the_same_fit(sample, sample_model):
    model = clvlab.BetaGeoModel().fit(sample.to_frame(), unit="week")
    assert model.log_likelihood_ == pytest.approx(sample_model.log_likelihood_, abs=1e-7)
    in_days = clvlab.BetaGeoModel().fit(sample.to_frame("day"), unit="day")
    assert in_days.params_.alpha / 7 == pytest.approx(sample_model.params_.alpha, rel=1e-7)


def test_the_order_of_rows_changes_nothing(sample, sample_model):
    frame = sample.to_frame()
    shuffled = frame.sample(frac=1, random_state=3)
    model = clvlab.BetaGeoModel().fit(shuffled, unit="week")
    assert model.params_ == sample_model.params_
    expected = model.expected_purchases(shuffled, horizon=39, unit="week")
    assert list(expected.index) == list(shuffled.index)
    assert_allclose(
        expected.loc[frame.index], sample_model.expected_purchases(sample, horizon=39), rtol=1e-12
    )


def test_doubling_every_customer_doubles_the_likelihood(sample, sample_model):
    frame = sample.to_frame()
    model = clvlab.BetaGeoModel().fit(pd.concat([frame, frame]), unit="week")
    assert model.log_likelihood_ == pytest.approx(2 * sample_model.log_likelihood_, abs=1e-7)
    assert_allclose(model.params_, sample_model.params_, rtol=1e-8)


def test_a_large_base_is_fitted_as_well_as_a_small_one(sample, monkeypatch):
    from clvlab.models.fitting import fitted_to_histories

    monkeypatch.setattr(fitted_to_histories, "WORTH_A_SUBSAMPLE", 500)
    monkeypatch.setattr(fitted_to_histories, "SUBSAMPLE", 200)
    model = clvlab.BetaGeoModel().fit(sample)
    assert model.log_likelihood_ == pytest.approx(-9582.429207, abs=1e-5)


def test_distinct_pairs_are_found_in_either_way(sample, sample_model, monkeypatch):
    from clvlab.models.customers import pairs

    one = sample_model.expected_purchases(sample, horizon=39)
    monkeypatch.setattr(pairs, "LARGEST_LOOKUP", 0)
    other = HistoryTable.of(histories_of(sample), sample.window.unit)
    assert (np.diff(other.pair_frequency) >= 0).all()
    assert_allclose(one, sample_model.expected_purchases(sample, horizon=39), rtol=1e-12)


def test_the_model_behaves_like_an_estimator_of_scikit_learn(sample, sample_model):
    from sklearn.base import clone

    fresh = clone(sample_model)
    assert not hasattr(fresh, "params_")
    assert set(fresh.get_params().values()) == {None}
    assert fresh.fit(sample) is fresh


def test_fitting_leaves_the_input_as_it_was(five_customers):
    before = five_customers.copy()
    clvlab.BetaGeoModel().fit(five_customers, unit="week")
    pd.testing.assert_frame_equal(five_customers, before)


@pytest.mark.parametrize("dataset", ["sample", "master"])
def test_lifetimes_finds_the_same_maximum(request, dataset):
    from clvlab.models.study.lifetimes_conversion import undisturbed

    summary = request.getfixturevalue(dataset)
    frame = summary.to_frame()
    with undisturbed():
        import lifetimes

        fitter = lifetimes.BetaGeoFitter()
        fitter.fit(frame["frequency"], frame["recency"], frame["T"])
    theirs = clvlab.from_lifetimes(fitter, summary)
    ours = clvlab.BetaGeoModel().fit(summary)
    assert theirs.log_likelihood_ == pytest.approx(ours.log_likelihood_, abs=1e-4)
    assert theirs.converged_
    back = clvlab.to_lifetimes(ours)
    with undisturbed():
        alive = back.conditional_probability_alive(frame["frequency"], frame["recency"], frame["T"])
    assert_allclose(ours.probability_alive(summary), np.asarray(alive), rtol=1e-9)


histories_in_weeks = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 300), st.integers(0, 200)), min_size=2, max_size=30
)


@settings(max_examples=15, deadline=None)
@given(rows=histories_in_weeks)
def test_any_base_with_a_repeat_buyer_is_fitted_or_explained(rows):
    frame = pd.DataFrame(
        {
            "frequency": [x for x, _, _ in rows],
            "recency": [float(t) if x else 0.0 for x, t, _ in rows],
            "T": [float(t + more) for _, t, more in rows],
        }
    )
    if not frame["frequency"].any():
        return
    model = clvlab.BetaGeoModel().fit(frame, unit="day")
    assert np.isfinite(model.log_likelihood_)
    expected = model.expected_purchases(frame, horizon=100, unit="day")
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    alive = model.probability_alive(frame, unit="day")
    assert ((alive >= 0) & (alive <= 1)).all()
    undetermined = model.parameter_table()["standard_error"].isna().any()
    assert not undetermined or model.diagnosis_
