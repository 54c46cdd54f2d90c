"""Limits of predictions by draws are those of the formulas under the same draws."""

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.models.bgbb import formulas
from clvlab.models.bgbb.histories import OpportunityHistories
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters

DONORS = pd.DataFrame({"frequency": [0, 1, 3, 6, 2], "recency": [0, 2, 6, 6, 3], "n_periods": 6})


@pytest.fixture(scope="module")
def donations():
    base = DONORS.loc[np.repeat(DONORS.index, [90, 40, 30, 60, 20])].reset_index(drop=True)
    model = clvlab.BetaGeoBetaBinomModel().fit(base)
    return model, clvlab.posterior_of(model, base, n_draws=60, seed=3)


def test_limits_are_quantiles_of_the_formula_under_the_draws(donations):
    model, posterior = donations
    found = clvlab.credible_prediction(
        model, posterior, lambda m: m.expected_purchases(DONORS, horizon=5), interval=0.8
    )
    histories = OpportunityHistories.of(*DONORS.to_numpy(np.int64).T)
    drawn = np.array(
        [
            formulas.expected_purchases(BetaGeoBetaBinomParameters(*row), histories, 5)
            for row in posterior.draws
        ]
    )
    drawn = drawn[:, histories.position]
    lower, upper = np.quantile(drawn, [0.1, 0.9], axis=0, method="nearest")
    np.testing.assert_allclose(found["credible_lower"], lower, rtol=1e-12)
    np.testing.assert_allclose(found["credible_upper"], upper, rtol=1e-12)
    np.testing.assert_allclose(found["credible_mean"], drawn.mean(axis=0), rtol=1e-12)
    pd.testing.assert_series_equal(
        found["estimate"], model.expected_purchases(DONORS, horizon=5), check_names=False
    )


def test_a_number_has_one_row_and_the_model_is_left_as_it_was(donations):
    model, posterior = donations
    before = model.params_
    found = clvlab.credible_prediction(
        model, posterior, lambda m: m.expected_purchases_new_customer(6)
    )
    assert found.index.tolist() == ["value"]
    (row,) = found.itertuples()
    assert row.credible_lower < row.estimate < row.credible_upper
    assert model.params_ is before


def test_models_of_purchases_are_asked_in_the_same_way(sample, sample_model):
    customers = sample.to_frame().iloc[:40]
    posterior = clvlab.posterior_of(sample_model, sample, n_draws=50, seed=1)
    found = clvlab.credible_prediction(
        sample_model,
        posterior,
        lambda m: m.probability_alive(customers, unit="week"),
        interval=0.9,
    )
    drawn = np.array(
        [
            sample_model.with_parameters(row).probability_alive(customers, unit="week")
            for row in posterior.draws
        ]
    )
    lower, upper = np.quantile(drawn, [0.05, 0.95], axis=0, method="nearest")
    np.testing.assert_array_equal(found["credible_lower"], lower)
    np.testing.assert_array_equal(found["credible_upper"], upper)
    assert (lower < upper).any()


def test_draws_of_other_parameters_are_refused(donations, sample_model):
    _, posterior = donations
    with pytest.raises(clvlab.InputError, match=r"the posterior must be of r, alpha, a, b; it is"):
        clvlab.credible_prediction(sample_model, posterior, lambda _: 0.0)
