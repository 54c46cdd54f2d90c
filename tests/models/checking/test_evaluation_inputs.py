"""Checks of the models, and conversions, on what they can't or can hardly work with."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError, NotFittedError
from clvlab.models.study.lifetimes_conversion import undisturbed


def test_a_summary_without_a_holdout_cannot_be_compared(sample_log, sample_model):
    summary = clvlab.summarize(sample_log, calibration_end="1997-09-30")
    with pytest.raises(InputError) as caught:
        clvlab.check_holdout(summary, sample_model)
    assert str(caught.value) == (
        "the summary must have a holdout to be compared with; it has none. "
        "Pass holdout_end to summarize()."
    )


@pytest.fixture
def quiet_holdout():
    log = pd.DataFrame(
        {
            "customer_id": [1, 1, 2, 2],
            "date": ["2024-01-01", "2024-01-09", "2024-01-01", "2024-01-09"],
            "amount": [1.0, 2.0, 1.0, 2.0],
        }
    )
    return clvlab.summarize(
        log, calibration_end="2024-01-31", holdout_end="2024-02-29", observed_until="2024-02-29"
    )


def test_a_holdout_in_which_nobody_bought_has_no_correlation_and_no_relative_error(
    quiet_holdout, sample_model
):
    check = clvlab.check_holdout(quiet_holdout, sample_model)
    assert check.observed == 0
    assert check.expected > 0
    assert math.isnan(check.correlation)
    assert math.isnan(check.relative_error)


def test_spend_of_customers_who_are_all_the_same_has_no_correlation(quiet_holdout):
    check = clvlab.check_spend_independence(quiet_holdout)
    assert math.isnan(check.pearson)
    assert math.isnan(check.spearman)
    assert math.isnan(check.p_value)
    assert not check.acceptable
    assert not check.found
    assert str(check) == "There are too few different repeat buyers to tell."


def test_a_map_over_a_negative_horizon_is_refused(sample, sample_model):
    with pytest.raises(InputError, match="parameter 'horizon' must be a finite length of time"):
        clvlab.frequency_recency_grid(sample, sample_model, horizon=-3)


def test_what_is_no_fitter_of_lifetimes(sample):
    with pytest.raises(InputError) as caught:
        clvlab.from_lifetimes("a fitter", sample)
    assert str(caught.value) == (
        "the fitter from lifetimes must be a fitted BetaGeoFitter, ModifiedBetaGeoFitter, "
        "ParetoNBDFitter or GammaGammaFitter; got str, not fitted."
    )


@pytest.mark.parametrize(
    "kind", ["BetaGeoFitter", "ModifiedBetaGeoFitter", "ParetoNBDFitter", "GammaGammaFitter"]
)
def test_a_fitter_that_is_not_fitted(sample, kind):
    with undisturbed():
        import lifetimes

        fitter = getattr(lifetimes, kind)()
    with pytest.raises(InputError, match=f"got {kind}, not fitted"):
        clvlab.from_lifetimes(fitter, sample)


def test_a_fitter_with_impossible_parameters(sample, sample_model):
    fitter = clvlab.to_lifetimes(sample_model)
    fitter.params_["alpha"] = -4.0
    with pytest.raises(InputError) as caught:
        clvlab.from_lifetimes(fitter, sample)
    assert str(caught.value).startswith(
        "the parameters r, alpha, a, b must be as many positive, finite numbers; got [0.24"
    )


def test_a_plain_frame_for_lifetimes_needs_its_unit(sample, sample_model):
    fitter = clvlab.to_lifetimes(sample_model)
    with pytest.raises(InputError, match="must come with the unit of its times"):
        clvlab.from_lifetimes(fitter, sample.to_frame())


def test_a_model_that_is_not_fitted_cannot_be_handed_over():
    with pytest.raises(NotFittedError, match="this BetaGeoModel is not fitted yet"):
        clvlab.to_lifetimes(clvlab.BetaGeoModel())


def test_a_model_that_lifetimes_does_not_have():
    with pytest.raises(InputError, match="the model for lifetimes must be a fitted BetaGeoModel, "):
        clvlab.to_lifetimes("a model")


def test_converting_leaves_warning_filters_and_pandas_as_they_were(sample_model):
    import warnings

    before = list(warnings.filters)
    clvlab.to_lifetimes(sample_model)
    assert list(warnings.filters) == before
