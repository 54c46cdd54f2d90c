"""The BG/BB model against itself and lifetimes: derivatives, order, weights, edges in words."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from clvlab.models.bgbb import formulas
from clvlab.models.bgbb import kernels as bgbb_kernels
from clvlab.models.bgbb import likelihood as bgbb_likelihood
from clvlab.models.bgbb.bgbb import BetaGeoBetaBinomModel, objective_of_opportunities
from clvlab.models.bgbb.histories import OpportunityHistories, opportunity_histories
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters
from clvlab.models.fitting.newton import in_logarithms, maximize
from clvlab.models.study.lifetimes_conversion import undisturbed

PARAMETERS = [(1.2, 0.75, 0.66, 2.78), (0.05, 3.0, 1.0, 40.0), (9.0, 2.0, 30.0, 5.0)]


def base_of(n_customers, seed, *, longest=12):
    """Simulated histories with several numbers of opportunities."""
    rng = np.random.default_rng(seed)
    number = np.arange(1, longest + 1)
    n = rng.integers(1, longest + 1, n_customers)
    buys, leaves = rng.beta(1.2, 1.0, n_customers), rng.beta(0.7, 3.0, n_customers)
    lived = np.minimum(rng.geometric(np.maximum(leaves, 1e-6)) - 1, n)
    used = (rng.random((n_customers, longest)) < buys[:, None]) & (number <= lived[:, None])
    recency = (used * number).max(axis=1)
    return pd.DataFrame({"frequency": used.sum(axis=1), "recency": recency, "n_periods": n})


@pytest.fixture(scope="module")
def base():
    return base_of(3000, seed=4)


@pytest.fixture(scope="module")
def model(base):
    return BetaGeoBetaBinomModel().fit(base)


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_the_compiled_likelihood_equals_the_readable_one(base, parameters):
    at = BetaGeoBetaBinomParameters(*parameters)
    histories = opportunity_histories(base)
    readable = bgbb_likelihood.log_likelihood(at, histories)
    compiled = bgbb_kernels.log_likelihood(at, histories)
    for one, other in zip(readable, compiled, strict=True):
        assert_allclose(other, one, rtol=1e-10, atol=1e-11 * np.abs(one).max())


@pytest.mark.parametrize("parameters", [*PARAMETERS, (2.0, 500.0, 1e-3, 80.0)])
def test_gradient_and_hessian_are_those_of_the_value(base, parameters):
    objective = objective_of_opportunities(opportunity_histories(base))
    point, step = np.log(parameters), 1e-5
    _, gradient, hessian = objective(point)
    ahead = [objective(point + step * unit) for unit in np.eye(4)]
    behind = [objective(point - step * unit) for unit in np.eye(4)]
    slope = [(one[0] - other[0]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    curve = [(one[1] - other[1]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    assert_allclose(gradient, slope, rtol=1e-6, atol=1e-7 * np.abs(gradient).max())
    assert_allclose(hessian, curve, rtol=1e-6, atol=1e-7 * np.abs(hessian).max())


def test_derivatives_at_one_history(base):
    for history in ((0, 0, 9), (3, 5, 9), (9, 9, 9)):
        histories = OpportunityHistories.of(*np.array(history)[:, None])
        at = BetaGeoBetaBinomParameters(*PARAMETERS[0])
        one = in_logarithms(bgbb_likelihood.log_likelihood(at, histories), at)
        other = in_logarithms(bgbb_kernels.log_likelihood(at, histories), at)
        for mine, theirs in zip(one, other, strict=True):
            assert_allclose(theirs, mine, rtol=1e-11, atol=1e-13)


def test_the_order_of_rows_changes_nothing(base, model):
    shuffled = base.sample(frac=1, random_state=3)
    other = BetaGeoBetaBinomModel().fit(shuffled)
    assert other.params_ == model.params_
    expected = other.expected_purchases(shuffled, horizon=4)
    assert list(expected.index) == list(shuffled.index)
    assert_allclose(expected.loc[base.index], model.expected_purchases(base, horizon=4))


def test_splitting_weights_changes_nothing(base, model):
    counted = base.value_counts().rename("many").reset_index()
    one = BetaGeoBetaBinomModel().fit(counted, weights="many")
    thirds = pd.concat([counted.assign(many=counted["many"] / 3)] * 3)
    other = BetaGeoBetaBinomModel().fit(thirds, weights="many")
    assert_allclose([one.params_, other.params_], [model.params_] * 2, rtol=1e-7)
    assert one.log_likelihood_ == pytest.approx(model.log_likelihood_, abs=1e-8)
    assert one.n_customers_ == other.n_customers_ == len(base)


def test_doubling_every_customer_doubles_the_likelihood(base, model):
    other = BetaGeoBetaBinomModel().fit(pd.concat([base, base]))
    assert other.log_likelihood_ == pytest.approx(2 * model.log_likelihood_, abs=1e-7)
    assert_allclose(other.params_, model.params_, rtol=1e-7)


def test_fitting_leaves_the_input_as_it_was(base):
    before = base.copy()
    BetaGeoBetaBinomModel().fit(base).expected_purchases(base, horizon=2)
    pd.testing.assert_frame_equal(base, before)


def test_the_model_behaves_like_an_estimator_of_scikit_learn(model):
    from sklearn.base import clone

    fresh = clone(model)
    assert not hasattr(fresh, "params_")
    assert fresh.get_params() == {}


@pytest.mark.parametrize("horizon", [0, 1, 7, 40])
def test_distributions_sum_to_one_and_have_the_expected_mean(base, model, horizon):
    distribution = model.purchase_distribution(base, horizon=horizon)
    assert list(distribution.columns) == list(range(horizon + 1))
    assert_allclose(distribution.sum(axis=1), 1, rtol=1e-12)
    mean = distribution @ np.arange(horizon + 1)
    assert_allclose(mean, model.expected_purchases(base, horizon=horizon), rtol=1e-10, atol=1e-15)
    at_least_one = model.probability_purchase(base, horizon=horizon)
    assert_allclose(at_least_one, 1 - distribution[0], atol=1e-12)
    new = model.purchase_distribution_new_customer(horizon)
    assert new.sum() == pytest.approx(1, rel=1e-12)
    assert new @ new.index == pytest.approx(
        model.expected_purchases_new_customer(horizon), rel=1e-10
    )


@pytest.mark.parametrize("parameters", [(5.0, 1e9, 0.5, 1e9), (1e6, 2e6, 1e6, 1e7), (2, 1, 1, 1)])
def test_distributions_of_extreme_parameters(parameters):
    at = BetaGeoBetaBinomParameters(*parameters)
    histories = OpportunityHistories.of(*np.array([[0, 3, 50], [0, 5, 90], [4, 9, 100]]))
    distribution = formulas.purchase_distribution(at, histories, 60, 60)
    assert_allclose(distribution.sum(axis=1), 1, rtol=1e-10)
    mean = distribution @ np.arange(61)
    assert_allclose(mean, formulas.expected_purchases(at, histories, 60), rtol=1e-9)


def test_fewer_or_more_columns_of_a_distribution(base, model):
    whole = model.purchase_distribution(base, horizon=5)
    first = model.purchase_distribution(base, horizon=5, most=2)
    pd.testing.assert_frame_equal(first, whole[[0, 1, 2]])
    wide = model.purchase_distribution(base, horizon=5, most=8)
    assert (wide[[6, 7, 8]] == 0).all(axis=None)
    for count in (0, 3, 7):
        exactly = model.probability_of_count(base, count=count, horizon=5)
        assert_allclose(exactly, wide[count], rtol=1e-14)
    new = model.purchase_distribution_new_customer(5, most=7)
    assert_allclose(new.loc[:5], model.purchase_distribution_new_customer(5))
    assert (new.loc[6:] == 0).all()


def test_large_tables_are_made_in_parts(base, model, monkeypatch):
    whole = model.purchase_distribution(base, horizon=6)
    expected = model.expected_purchases(base, horizon=6)
    buys = model.probability_purchase(base, horizon=6)
    monkeypatch.setattr(formulas, "CELLS", 20)
    pd.testing.assert_frame_equal(model.purchase_distribution(base, horizon=6), whole)
    pd.testing.assert_series_equal(model.expected_purchases(base, horizon=6), expected)
    pd.testing.assert_series_equal(model.probability_purchase(base, horizon=6), buys)


def test_the_chance_to_be_alive_falls_from_opportunity_to_opportunity(base, model):
    alive = [model.probability_alive(base, ahead=k) for k in range(4)]
    for sooner, later in itertools.pairwise(alive):
        assert (later < sooner).all()
    just_bought = base["recency"] == base["n_periods"]
    assert (alive[0][just_bought] == 1).all()
    assert (alive[0][~just_bought] < 1).all()
    pd.testing.assert_series_equal(model.probability_alive(base), alive[1])


def test_expected_purchases_add_up_over_histories(base, model):
    """The mean over everything that can happen is the expectation of a new customer."""
    seen, ahead = 5, 4
    patterns = (np.arange(2**seen)[:, None] >> np.arange(seen)) & 1
    histories = OpportunityHistories.of(
        patterns.sum(axis=1),
        (patterns * np.arange(1, seen + 1)).max(axis=1),
        np.full(len(patterns), seen),
    )
    logs, _ = bgbb_kernels.log_likelihood_and_alive(model.params_, histories)
    chances = np.exp(logs)[histories.position]
    assert chances.sum() == pytest.approx(1, rel=1e-12)
    later = formulas.expected_purchases(model.params_, histories, ahead)[histories.position]
    whole = model.expected_purchases_new_customer(seen + ahead)
    until = model.expected_purchases_new_customer(seen)
    assert chances @ later == pytest.approx(whole - until, rel=1e-11)
    assert chances @ patterns.sum(axis=1) == pytest.approx(until, rel=1e-11)


def test_purchases_by_period_are_those_of_a_new_customer(model):
    table = model.expected_purchases_by_period(8, n_customers=1)
    assert list(table.index) == list(range(1, 9))
    assert table["cumulative_expected"].iloc[-1] == pytest.approx(
        model.expected_purchases_new_customer(8), rel=1e-12
    )
    whole = model.expected_purchases_by_period(8)
    assert_allclose(whole["expected"], model.n_customers_ * table["expected"])


def test_an_annual_rate_is_that_of_the_time_between_opportunities(base):
    model = BetaGeoBetaBinomModel().fit(base, period="6 months")
    half = 1.1**0.5 - 1
    for predict, options in (
        (model.discounted_expected_purchases, {"horizon": 5}),
        (model.discounted_expected_residual_transactions, {}),
    ):
        annual = predict(base, annual_discount_rate=0.1, **options)
        own = predict(base, period_discount_rate=half, **options)
        assert_allclose(annual, own, rtol=1e-11)
        assert annual.name == predict.__name__
    undiscounted = model.discounted_expected_purchases(base, horizon=5, annual_discount_rate=0)
    assert_allclose(undiscounted, model.expected_purchases(base, horizon=5))


def test_lifetimes_says_the_same(base):
    at = PARAMETERS[0]
    ours = BetaGeoBetaBinomModel().evaluate(at, base)
    with undisturbed():
        import lifetimes

        theirs = lifetimes.BetaGeoBetaBinomFitter()
        theirs.params_ = pd.Series(at, index=["alpha", "beta", "gamma", "delta"])
        x, t_x, n = (base[name].to_numpy() for name in base.columns)
        expected = theirs.conditional_expected_number_of_purchases_up_to_time(4, x, t_x, n)
        alive = theirs.conditional_probability_alive(1, x, t_x, n)
    assert_allclose(ours.expected_purchases(base, horizon=4), expected, rtol=1e-8)
    assert_allclose(ours.probability_alive(base), alive, rtol=1e-8)


def test_dropout_that_is_not_there_is_said_in_words():
    rng = np.random.default_rng(6)
    used = rng.random((4000, 8)) < rng.beta(1.5, 2.0, 4000)[:, None]
    base = pd.DataFrame(
        {
            "frequency": used.sum(axis=1),
            "recency": (used * np.arange(1, 9)).max(axis=1),
            "n_periods": 8,
        }
    )
    model = BetaGeoBetaBinomModel().fit(base)
    assert model.diagnosis_[0].startswith("Dropout is hardly visible")
    expected = model.expected_purchases(base, horizon=8).sum()
    assert expected == pytest.approx(used.sum(), rel=0.05)


def test_customers_who_are_alike_are_said_in_words():
    rng = np.random.default_rng(7)
    lived = rng.geometric(0.15, 5000) - 1
    used = (rng.random((5000, 8)) < 0.4) & (np.arange(8) < lived[:, None])
    base = pd.DataFrame(
        {
            "frequency": used.sum(axis=1),
            "recency": (used * np.arange(1, 9)).max(axis=1),
            "n_periods": 8,
        }
    )
    model = BetaGeoBetaBinomModel().fit(base)
    words = " ".join(model.diagnosis_)
    assert "hardly differ" in words or model.parameter_table()["standard_error"].notna().all()
    assert model.describe()["mean_purchase"] == pytest.approx(0.4, abs=0.03)


def test_two_opportunities_can_not_tell_rare_purchases_from_dropout():
    base = pd.DataFrame(
        {"frequency": [0, 1, 1, 2], "recency": [0, 1, 2, 2], "n_periods": 2, "many": [9, 5, 2, 4]}
    )
    model = BetaGeoBetaBinomModel().fit(base, weights="many")
    assert "fewer than three opportunities" in model.diagnosis_[0]
    expected = model.expected_purchases_new_customer(2)
    assert expected == pytest.approx((5 + 2 + 2 * 4) / 20, abs=0.02)


def test_parameters_from_elsewhere_are_judged(base, model):
    same = BetaGeoBetaBinomModel().evaluate(model.params_, base)
    assert same.converged_
    assert same.log_likelihood_ == pytest.approx(model.log_likelihood_, abs=1e-9)
    other = BetaGeoBetaBinomModel().evaluate([1, 1, 1, 1], base)
    assert not other.converged_
    assert other.diagnosis_[0].startswith("These parameters are not the maximum")


rows = st.lists(
    st.tuples(
        st.integers(1, 25), st.floats(0, 1), st.floats(0, 1), st.sampled_from([1, 3, 50, 4000])
    ),
    min_size=2,
    max_size=15,
)


@settings(max_examples=12, derandomize=True)
@given(rows=rows)
def test_any_base_is_fitted_as_well_as_from_many_starts(rows):
    base = pd.DataFrame(
        [
            (max(1, round(used * last)) if last else 0, last, n, many)
            for n, until, used, many in rows
            for last in [round(until * n)]
        ],
        columns=["frequency", "recency", "n_periods", "many"],
    )
    if not base["frequency"].any() or (base["frequency"] == base["n_periods"]).all():
        return
    model = BetaGeoBetaBinomModel().fit(base, weights="many")
    objective = objective_of_opportunities(opportunity_histories(base, "many"))
    starts = np.random.default_rng(1).normal(0, 2, (4, 4))
    best = max(maximize(objective, start).value for start in starts)
    assert model.log_likelihood_ > best - 1e-6
    undetermined = model.parameter_table()["standard_error"].isna().any()
    assert not undetermined or model.diagnosis_
    expected = model.expected_purchases(base, horizon=30)
    assert ((expected >= 0) & (expected <= 30)).all()
