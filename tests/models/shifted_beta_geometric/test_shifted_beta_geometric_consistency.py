"""The sBG model against itself: derivatives, the two ways in, weights, tables, edges in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from clvlab.models.fitting.newton import in_logarithms, maximize
from clvlab.models.shifted_beta_geometric import formulas
from clvlab.models.shifted_beta_geometric.likelihood import (
    RenewalCounts,
    ShiftedBetaGeometricParameters,
    log_likelihood,
)
from clvlab.models.shifted_beta_geometric.renewals import counts_of_cohorts, counts_of_customers
from clvlab.models.shifted_beta_geometric.shifted_beta_geometric import (
    ShiftedBetaGeometricModel,
    objective_of_renewals,
)

REGULAR = pd.Series([1000, 631, 468, 382, 326, 289, 262, 241])


@pytest.fixture(scope="module")
def model():
    return ShiftedBetaGeometricModel().fit_cohorts(REGULAR, period="month")


def customers_of(survivors, horizon=None):
    """One row per customer of a cohort."""
    left = list(survivors)
    lost = -np.diff(left)
    tenure = np.repeat(np.arange(len(left)), [*lost, left[-1]])
    return pd.DataFrame({"tenure": tenure, "churned": tenure < len(left) - 1})


@pytest.mark.parametrize("parameters", [(0.7, 1.2), (1e-4, 30.0), (500.0, 2e3)])
def test_gradient_and_hessian_are_those_of_the_value(parameters):
    counts = counts_of_cohorts(REGULAR)

    def evaluate(point):
        at = ShiftedBetaGeometricParameters(*np.exp(point))
        return in_logarithms(log_likelihood(at, counts), at)

    point, step = np.log(parameters), 1e-5
    _, gradient, hessian = evaluate(point)
    ahead = [evaluate(point + step * unit) for unit in np.eye(2)]
    behind = [evaluate(point - step * unit) for unit in np.eye(2)]
    slope = [(one[0] - other[0]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    curve = [(one[1] - other[1]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    assert_allclose(gradient, slope, rtol=1e-7, atol=1e-7 * np.abs(gradient).max())
    assert_allclose(hessian, curve, rtol=1e-7, atol=1e-7 * np.abs(hessian).max())


def test_customers_and_their_cohort_give_the_same_fit(model):
    base = customers_of(REGULAR)
    other = ShiftedBetaGeometricModel().fit(base.sample(frac=1, random_state=2))
    assert other.params_ == model.params_
    assert other.log_likelihood_ == model.log_likelihood_
    assert other.n_customers_ == model.n_customers_


def test_splitting_weights_changes_nothing(model):
    counted = customers_of(REGULAR).value_counts().rename("many").reset_index()
    one = ShiftedBetaGeometricModel().fit(counted, weights="many")
    halves = pd.concat([counted, counted]).assign(many=lambda table: table["many"] / 2)
    other = ShiftedBetaGeometricModel().fit(halves, weights="many")
    assert_allclose([one.params_, other.params_], [model.params_] * 2, rtol=1e-12)
    assert other.log_likelihood_ == pytest.approx(model.log_likelihood_, abs=1e-9)


def test_a_younger_cohort_ends_earlier(model):
    table = pd.DataFrame({"old": REGULAR, "young": REGULAR.where(REGULAR.index < 4)})
    both = ShiftedBetaGeometricModel().fit_cohorts(table)
    young = customers_of(REGULAR.iloc[:4])
    other = ShiftedBetaGeometricModel().fit(pd.concat([customers_of(REGULAR), young]))
    assert_allclose(both.params_, other.params_, rtol=1e-12)
    assert both.n_customers_ == 2000


def test_cohorts_and_customers_are_reduced_to_the_same_counts():
    one, other = counts_of_cohorts(REGULAR), counts_of_customers(customers_of(REGULAR))
    assert_allclose(one.renewed, other.renewed[:-1])
    assert_allclose(one.cancelled, other.cancelled[:-1])
    assert (other.renewed[-1], other.cancelled[-1]) == (0, 0)


def test_fitting_leaves_the_input_as_it_was():
    base = customers_of(REGULAR)
    before = base.copy()
    ShiftedBetaGeometricModel().fit(base)
    pd.testing.assert_frame_equal(base, before)


def test_the_model_behaves_like_an_estimator_of_scikit_learn(model):
    from sklearn.base import clone

    fresh = clone(model)
    assert not hasattr(fresh, "params_")
    assert fresh.get_params() == {}


def test_the_retention_curve_hangs_together(model):
    curve = model.retention_curve(30, tenure=3, interval=0.8)
    assert list(curve.columns) == [
        "retention", "retention_credible_lower", "retention_credible_upper",
        "survival", "survival_credible_lower", "survival_credible_upper", "churn",
    ]  # fmt: skip
    assert_allclose(curve["retention"].cumprod(), curve["survival"], rtol=1e-12)
    assert curve["churn"].sum() == pytest.approx(1 - curve["survival"].iloc[-1])
    assert (curve["retention"].diff().iloc[1:] > 0).all()
    for name in ("retention", "survival"):
        assert (curve[f"{name}_credible_lower"] < curve[name]).all()
        assert (curve[name] < curve[f"{name}_credible_upper"]).all()


def test_churn_probabilities_are_the_complement_of_survival(model):
    base = pd.DataFrame({"tenure": [5, 0, 5]}, index=["c", "a", "b"])
    churn = model.churn_probability(base, periods=4)
    assert list(churn.index) == ["c", "a", "b"]
    assert churn["c"] == churn["b"]
    expected = 1 - model.retention_curve(4)["survival"].iloc[-1]
    assert churn["a"] == pytest.approx(expected)
    once = model.churn_probability(base)
    assert_allclose(once, 1 - formulas.retention_rate(model.params_, base["tenure"]), rtol=1e-12)


def test_lifetimes_by_customer_and_by_tenure_agree(model):
    base = pd.DataFrame({"tenure": [2, 0, 2, 1]})
    table = model.lifetime_table(3, period_discount_rate=0.02, n_draws=50)
    values = model.discounted_expected_residual_lifetime(base, period_discount_rate=0.02)
    name = "discounted_expected_residual_lifetime"
    assert_allclose(values, table[name].to_numpy()[base["tenure"]], rtol=1e-14)
    elasticity = model.retention_elasticity(base, period_discount_rate=0.02)
    assert_allclose(elasticity, table["retention_elasticity"].to_numpy()[base["tenure"]])
    assert (table["mean_retention_elasticity"] < table["retention_elasticity"]).all()
    for column in (name, "retention_elasticity", "mean_retention_elasticity"):
        assert (table[f"{column}_credible_lower"] < table[column]).all()
        assert (table[column] < table[f"{column}_credible_upper"]).all()


def test_an_annual_rate_is_that_of_the_periods_length(model):
    base = pd.DataFrame({"tenure": [0, 4]})
    monthly = 1.1 ** (1 / 12) - 1
    annual = model.discounted_expected_residual_lifetime(base, annual_discount_rate=0.1)
    own = model.discounted_expected_residual_lifetime(base, period_discount_rate=monthly)
    assert_allclose(annual, own, rtol=1e-12)
    whole = model.discounted_expected_lifetime(annual_discount_rate=0.1)
    assert whole == pytest.approx(1 + annual.iloc[0] / (1 + monthly), rel=1e-12)
    later = model.discounted_expected_residual_lifetime(
        base, annual_discount_rate=0.1, periods_to_renewal=1
    )
    assert_allclose(later, annual / (1 + monthly), rtol=1e-12)


def test_the_mean_lifetime_without_discounting():
    counts = RenewalCounts(np.array([800.0, 700.0]), np.array([200.0, 100.0]), 1000.0)
    base = pd.DataFrame({"tenure": [0, 2]})
    model = ShiftedBetaGeometricModel().evaluate([3.0, 8.0], counts)
    assert_allclose(model.expected_residual_lifetime(base), [8 / 2, 10 / 2], rtol=1e-12)
    endless = ShiftedBetaGeometricModel().evaluate([0.7, 8.0], counts)
    assert (endless.expected_residual_lifetime(base) == np.inf).all()
    table = endless.lifetime_table(2, annual_discount_rate=0.0, n_draws=50)
    assert (table["discounted_expected_residual_lifetime"] == np.inf).all()


def test_parameters_from_elsewhere_are_judged(model):
    counts = counts_of_cohorts(REGULAR)
    same = ShiftedBetaGeometricModel().evaluate(model.params_, counts, period="month")
    assert same.converged_
    assert same.period_days_ == model.period_days_
    other = ShiftedBetaGeometricModel().evaluate([3.0, 3.0], counts)
    assert not other.converged_
    assert other.diagnosis_[0].startswith("These parameters are not the maximum")


@pytest.mark.parametrize(
    ("survivors", "words"),
    [
        ([1000, 900], "seen at one renewal only"),
        ([1000, 900, 810, 729, 656], "hardly differ in their chance to cancel (about 10.0%"),
        ([1000, 900, 800, 600, 300], "retention does not rise with tenure"),
        ([10, 1, 1, 1], "of two kinds only"),
    ],
)
def test_edges_are_said_in_words(survivors, words):
    model = ShiftedBetaGeometricModel().fit_cohorts(pd.Series(survivors))
    assert model.converged_
    assert words in model.diagnosis_[0]
    curve = model.retention_curve(20)
    assert np.isfinite(curve).all(axis=None)
    observed = survivors[1] / survivors[0]
    if words.startswith(("seen", "of two")):
        assert curve["retention"].iloc[0] == pytest.approx(observed, abs=1e-4)


tables = st.lists(st.floats(0, 1), min_size=1, max_size=12).flatmap(
    lambda shares: st.tuples(st.just(shares), st.integers(1, 100_000))
)


@settings(max_examples=15, derandomize=True)
@given(case=tables)
def test_any_cohort_is_fitted_as_well_as_from_many_starts(case):
    shares, size = case
    left = [size]
    for share in shares:
        left.append(round(left[-1] * share))
    if left[-1] == size or left[1] == 0:
        return
    survivors = pd.Series(left)
    model = ShiftedBetaGeometricModel().fit_cohorts(survivors)
    objective = objective_of_renewals(counts_of_cohorts(survivors))
    starts = np.random.default_rng(1).normal(0, 3, (4, 2))
    best = max(maximize(objective, start).value for start in starts)
    assert model.log_likelihood_ > best - 1e-6
    undetermined = model.parameter_table()["standard_error"].isna().any()
    assert not undetermined or model.diagnosis_
    assert np.isfinite(model.retention_curve(50, n_draws=50)).all(axis=None)


def test_a_long_and_large_base_costs_no_more_than_its_tenures():
    rng = np.random.default_rng(5)
    renewals = rng.geometric(rng.beta(2.0, 400.0, 200_000)) - 1
    base = pd.DataFrame({"tenure": np.minimum(renewals, 5000), "churned": renewals < 5000})
    model = ShiftedBetaGeometricModel().fit(base)
    assert_allclose(model.params_, [2.0, 400.0], rtol=0.05)
