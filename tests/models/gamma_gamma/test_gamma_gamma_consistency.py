"""The Gamma-Gamma model against itself, and against lifetimes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.fitting.newton import in_logarithms
from clvlab.models.gamma_gamma.likelihood import (
    GammaGammaParameters,
    Spending,
    log_likelihood,
)
from clvlab.models.gamma_gamma.spending import spend_of

PARAMETERS = [(6.25, 3.74, 15.44), (0.1, 0.5, 1e4), (200.0, 90.0, 1e-3)]


@pytest.fixture(scope="module")
def spending(sample):
    frequency, amount, _ = spend_of(sample)
    used = (frequency > 0) & (amount > 0)
    return Spending.of(frequency[used], amount[used])


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_the_compiled_sums_equal_the_readable_ones(spending, parameters):
    point = GammaGammaParameters(*parameters)
    readable = log_likelihood(point, spending, compiled=False)
    compiled = log_likelihood(point, spending)
    for one, other in zip(readable, compiled, strict=True):
        assert_allclose(other, one, rtol=1e-11, atol=1e-11 * np.abs(one).max())


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_gradient_and_hessian_are_those_of_the_value(spending, parameters):
    def evaluate(point):
        at = GammaGammaParameters(*np.exp(point))
        return in_logarithms(log_likelihood(at, spending), at)

    point, step = np.log(parameters), 1e-5
    _, gradient, hessian = evaluate(point)
    ahead = [evaluate(point + step * unit) for unit in np.eye(3)]
    behind = [evaluate(point - step * unit) for unit in np.eye(3)]
    slope = [(one[0] - other[0]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    curve = [(one[1] - other[1]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    assert_allclose(gradient, slope, rtol=1e-6, atol=1e-6 * np.abs(gradient).max())
    assert_allclose(hessian, curve, rtol=1e-6, atol=1e-7 * np.abs(hessian).max())


@pytest.mark.parametrize("factor", [100.0, 1e-3])
def test_another_currency_scales_v_and_leaves_p_and_q(sample, sample_spend, factor):
    frame = sample.to_frame()
    frame["monetary_value"] *= factor
    model = clvlab.GammaGammaModel().fit(frame)
    p, q, v = sample_spend.params_
    assert_allclose(model.params_, [p, q, v * factor], rtol=1e-6)
    repeaters = np.log(factor) * sample.repeaters
    assert model.log_likelihood_ == pytest.approx(
        sample_spend.log_likelihood_ - repeaters, abs=1e-5
    )
    assert_allclose(
        model.expected_spend(frame), factor * sample_spend.expected_spend(sample), rtol=1e-7
    )


def test_the_order_of_rows_changes_nothing(sample, sample_spend):
    frame = sample.to_frame()
    shuffled = frame.sample(frac=1, random_state=3)
    model = clvlab.GammaGammaModel().fit(shuffled)
    assert_allclose(model.params_, sample_spend.params_, rtol=1e-8)
    spend = model.expected_spend(shuffled)
    assert list(spend.index) == list(shuffled.index)
    assert_allclose(spend.loc[frame.index], sample_spend.expected_spend(sample), rtol=1e-8)


def test_a_summary_and_its_frame_give_the_same(sample, sample_spend):
    frame = sample.to_frame()
    assert clvlab.GammaGammaModel().fit(frame).params_ == sample_spend.params_
    pd.testing.assert_series_equal(
        sample_spend.expected_spend(frame), sample_spend.expected_spend(sample)
    )


def test_customers_without_a_repeat_purchase_do_not_matter_for_the_fit(sample, sample_spend):
    frame = sample.to_frame()
    assert clvlab.GammaGammaModel().fit(frame[frame["frequency"] > 0]).params_ == (
        sample_spend.params_
    )


def test_the_input_frame_stays_as_it_was(five_customers):
    before = five_customers.copy()
    clvlab.GammaGammaModel().fit(five_customers).expected_spend(five_customers)
    pd.testing.assert_frame_equal(five_customers, before)


def test_a_large_base_is_fitted_as_well_as_a_small_one(sample, monkeypatch):
    from clvlab.models.gamma_gamma import gamma_gamma

    monkeypatch.setattr(gamma_gamma, "WORTH_A_SUBSAMPLE", 500)
    monkeypatch.setattr(gamma_gamma, "SUBSAMPLE", 200)
    model = clvlab.GammaGammaModel().fit(sample)
    assert model.log_likelihood_ == pytest.approx(-4055.917695, abs=1e-5)


@pytest.mark.parametrize("dataset", ["sample", "master"])
def test_lifetimes_finds_the_same_maximum(request, dataset):
    from clvlab.models.study.lifetimes_conversion import undisturbed

    summary = request.getfixturevalue(dataset)
    frame = summary.to_frame()
    repeat = frame[(frame["frequency"] > 0) & (frame["monetary_value"] > 0)]
    with undisturbed():
        import lifetimes

        fitter = lifetimes.GammaGammaFitter()
        fitter.fit(repeat["frequency"], repeat["monetary_value"])
    theirs = clvlab.from_lifetimes(fitter, summary)
    ours = clvlab.GammaGammaModel().fit(summary)
    assert theirs.log_likelihood_ == pytest.approx(ours.log_likelihood_, abs=1e-4)
    back = clvlab.to_lifetimes(ours)
    with undisturbed():
        spend = back.conditional_expected_average_profit(
            repeat["frequency"], repeat["monetary_value"]
        )
    assert_allclose(ours.expected_spend(repeat), np.asarray(spend), rtol=1e-9)


@pytest.mark.parametrize("factor", [1e-15, 1e12, 1e100])
def test_amounts_of_any_size_are_fitted_alike(sample, sample_spend, factor):
    frame = sample.to_frame()
    frame["monetary_value"] *= factor
    model = clvlab.GammaGammaModel().fit(frame)
    assert model.converged_
    assert_allclose(model.params_[:2], sample_spend.params_[:2], rtol=1e-6)
    assert model.params_.v / factor == pytest.approx(sample_spend.params_.v, rel=1e-6)
