"""Every model of purchases against itself: units, order, weights, sums, and lifetimes."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import quad

import clvlab
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.newton import in_logarithms
from clvlab.models.pareto_nbd import kernels as pareto_nbd_kernels
from clvlab.models.pareto_nbd import likelihood as pareto_nbd_likelihood
from clvlab.models.pareto_nbd.likelihood import ParetoNBDParameters

MODELS = [
    clvlab.BetaGeoModel,
    clvlab.ModifiedBetaGeoModel,
    clvlab.ParetoNBDModel,
    clvlab.NBDModel,
]
WEEKS = {"unit": "week"}


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: model.__name__)
def model(request, sample):
    return request.param().fit(sample)


@pytest.mark.parametrize("parameters", [(0.55, 10.6, 0.6, 11.7), (9, 2, 30, 5), (3, 7, 2, 7)])
def test_the_compiled_likelihood_equals_the_readable_one(sample, parameters):
    point, histories = ParetoNBDParameters(*parameters), histories_of(sample)
    readable = pareto_nbd_likelihood.log_likelihood(point, histories.compressed())
    compiled = pareto_nbd_kernels.log_likelihood(point, histories)
    for one, other in zip(readable, compiled, strict=True):
        assert_allclose(other, one, rtol=1e-11, atol=1e-10 * np.abs(readable[2]).max())


@pytest.mark.parametrize("parameters", [(0.4, 8.0, 0.9, 20.0), (0.9, 20.0, 0.4, 8.0), (2, 7, 1, 7)])
def test_gradient_and_hessian_are_those_of_the_value(sample, parameters):
    compressed = histories_of(sample).compressed()

    def evaluate(point):
        at = ParetoNBDParameters(*np.exp(point))
        return in_logarithms(pareto_nbd_kernels.log_likelihood(at, compressed), at)

    point, step = np.log(parameters), 1e-5
    _, gradient, hessian = evaluate(point)
    ahead = [evaluate(point + step * unit) for unit in np.eye(4)]
    behind = [evaluate(point - step * unit) for unit in np.eye(4)]
    slope = [(one[0] - other[0]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    curve = [(one[1] - other[1]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    assert_allclose(gradient, slope, rtol=1e-6, atol=1e-6 * np.abs(gradient).max())
    assert_allclose(hessian, curve, rtol=1e-6, atol=1e-7 * np.abs(hessian).max())


def test_the_unit_only_scales(sample_log, sample, model):
    times = [name in ("alpha", "beta") for name in model.parameter_names]
    for unit in ("day", "month", "year"):
        summary = clvlab.summarize(sample_log, calibration_end="1997-09-30", unit=unit)
        other = type(model)().fit(summary)
        ratio = clvlab.TimeUnit.parse(unit).days / 7
        assert_allclose(np.where(times, ratio, 1) * other.params_, model.params_, rtol=1e-6)
        shifted = model.log_likelihood_ + sample.repeat_purchases * np.log(ratio)
        assert other.log_likelihood_ == pytest.approx(shifted, abs=1e-6)
        for ask in ("expected_purchases", "probability_purchase"):
            one, two = (getattr(fit, ask)(sample, horizon="39 weeks") for fit in (model, other))
            assert_allclose(two, one, rtol=1e-6)
        assert_allclose(
            other.discounted_expected_residual_transactions(sample, annual_discount_rate=0.1),
            model.discounted_expected_residual_transactions(sample, annual_discount_rate=0.1),
            rtol=1e-6,
        )


def test_the_order_of_rows_changes_nothing(sample, model):
    frame = sample.to_frame()
    shuffled = frame.sample(frac=1, random_state=3)
    other = type(model)().fit(shuffled, **WEEKS)
    assert_allclose(other.params_, model.params_, rtol=1e-9)
    expected = other.expected_purchases(shuffled, horizon=39, **WEEKS)
    assert list(expected.index) == list(shuffled.index)
    assert_allclose(
        expected.loc[frame.index], model.expected_purchases(sample, horizon=39), rtol=1e-8
    )


def test_customers_may_be_split_or_counted_twice(sample, model):
    frame = sample.to_frame()
    twice = type(model)().fit(pd.concat([frame, frame]), **WEEKS)
    assert twice.log_likelihood_ == pytest.approx(2 * model.log_likelihood_, abs=1e-7)
    assert_allclose(twice.params_, model.params_, rtol=1e-7)
    histories = histories_of(sample)
    whole = model.process.log_likelihood(model.params_, histories)
    parts = model.process.log_likelihood(model.params_, histories.compressed())
    for one, other in zip(whole, parts, strict=True):
        assert_allclose(other, one, rtol=1e-11, atol=1e-11 * np.abs(whole[2]).max())


def test_a_model_behaves_like_an_estimator_of_scikit_learn(sample, model):
    from sklearn.base import clone

    fresh = clone(model)
    assert not hasattr(fresh, "params_")
    assert set(fresh.get_params().values()) == {None}


def test_one_row_at_a_time_gives_the_same_predictions(five_customers, model):
    asks = {
        "probability_alive": {},
        "expected_purchases": {"horizon": 20},
        "probability_purchase": {"horizon": 20},
        "probability_of_count": {"horizon": 20, "count": 2},
        "discounted_expected_residual_transactions": {"annual_discount_rate": 0.1},
    }
    for ask, terms in asks.items():
        together = getattr(model, ask)(five_customers, **terms, **WEEKS)
        assert together.name == ask
        alone = [
            getattr(model, ask)(five_customers.iloc[[row]], **terms, **WEEKS).iloc[0]
            for row in range(len(five_customers))
        ]
        assert_allclose(together, alone, rtol=1e-12)


def test_tables_and_formulas_agree_on_who_is_alive(sample, model):
    frame = sample.to_frame()
    columns = (frame[name] for name in ("frequency", "recency", "T"))
    by_formula = model.process.probability_alive(model.params_, *columns)
    assert_allclose(model.probability_alive(sample), by_formula, rtol=1e-11)
    table = HistoryTable.of(histories_of(sample), model.unit_)
    draws = np.tile(model.params_, (3, 1))
    under = model.process.alive_under_draws(draws, table)(np.arange(len(sample)))
    assert_allclose(under, np.tile(by_formula[:, None], (1, 3)), rtol=1e-11)


@pytest.mark.parametrize(("horizon", "most"), [(1e-3, 20), (5.0, 150), (300.0, 1199)])
def test_probabilities_of_counts_sum_to_one_and_have_the_expected_mean(
    five_customers, model, horizon, most
):
    chances = model.purchase_distribution(five_customers, horizon=horizon, most=most, **WEEKS)
    assert (chances >= 0).all(axis=None)
    assert_allclose(chances.sum(axis=1), 1.0, rtol=1e-9)
    expected = model.expected_purchases(five_customers, horizon=horizon, **WEEKS)
    assert_allclose(chances @ np.arange(most + 1), expected, rtol=2e-7)


def test_a_table_of_counts_has_the_single_ones_as_columns(five_customers, model):
    table = model.purchase_distribution(five_customers, horizon=26, most=3, **WEEKS)
    assert list(table.columns) == [0, 1, 2, 3]
    assert table.columns.name == "count"
    for count in table:
        one = model.probability_of_count(five_customers, count=count, horizon=26, **WEEKS)
        pd.testing.assert_series_equal(table[count], one, check_names=False, check_exact=True)


def test_no_purchase_is_the_complement_of_at_least_one(five_customers, model):
    none = model.probability_of_count(five_customers, count=0, horizon=26, **WEEKS)
    some = model.probability_purchase(five_customers, horizon=26, **WEEKS)
    assert_allclose(none, 1 - some, rtol=1e-12)


def test_the_distribution_of_a_new_customer_has_the_expected_mean(model):
    chances = model.purchase_distribution_new_customer("52 weeks", most=600)
    assert chances.sum() == pytest.approx(1, abs=1e-12)
    mean = model.expected_purchases_new_customer("52 weeks")
    assert chances @ chances.index == pytest.approx(mean, rel=1e-11)
    assert list(chances.index[:3]) == [0, 1, 2]


def test_nobody_comes_back_to_life(five_customers, model):
    alive = [
        model.probability_alive(five_customers, after=after, **WEEKS)
        for after in (0, 1e-9, 4, "8 weeks", 1e4, 1e9)
    ]
    assert_allclose(alive[0], model.probability_alive(five_customers, **WEEKS), rtol=1e-12)
    assert_allclose(alive[1], alive[0], rtol=1e-7)
    assert (np.diff(alive, axis=0) <= 0).all()
    everlasting = isinstance(model, clvlab.NBDModel)
    assert (alive[-1] == 1 if everlasting else alive[-1] < 0.05).all()


def test_purchases_over_all_time_are_the_limit_of_longer_and_longer_horizons(five_customers, model):
    endless = model.discounted_expected_residual_transactions(
        five_customers, annual_discount_rate=0.15, **WEEKS
    )
    long = clvlab.discounted_expected_purchases(
        five_customers, model, horizon="150 years", annual_discount_rate=0.15, **WEEKS
    )
    assert_allclose(long, endless, rtol=1e-8)
    assert (endless > 0).all()


def test_purchases_over_all_time_are_their_integral(five_customers, model):
    delta = math.log(1.10) / 365.25 * 7
    endless = model.discounted_expected_residual_transactions(
        five_customers, annual_discount_rate=0.10, **WEEKS
    )
    for row, known in zip(
        five_customers[["frequency", "recency", "T"]].to_numpy(), endless, strict=True
    ):

        def earned(log_time, row=row):
            t = math.exp(log_time)
            expected = model.process.expected_purchases(model.params_, *row, t / delta)
            return t * math.exp(-t) * float(expected)

        integral, _ = quad(earned, -20, 4, epsabs=1e-12, epsrel=1e-11, limit=300)
        assert known == pytest.approx(integral, rel=1e-8)


def test_discounting_equals_the_integral_over_the_moments_of_purchase(five_customers, model):
    delta = math.log(1.25) / 365.25 * 7
    values = clvlab.discounted_expected_purchases(
        five_customers, model, horizon=104, annual_discount_rate=0.25, **WEEKS
    )
    for row, known in zip(
        five_customers[["frequency", "recency", "T"]].to_numpy(), values, strict=True
    ):

        def expected(t, row=row):
            return float(model.process.expected_purchases(model.params_, *row, t))

        integral, _ = quad(
            lambda t, expected=expected: delta * math.exp(-delta * t) * expected(t), 0, 104,
            epsabs=1e-13, epsrel=1e-12, points=[1, 10], limit=200,
        )  # fmt: skip
        assert known == pytest.approx(math.exp(-delta * 104) * expected(104) + integral, rel=1e-9)


def test_scores_are_the_models_own(sample, model, sample_spend):
    terms = {"annual_discount_rate": 0.10, "margin_rate": 0.30, "horizon": 52}
    scores = clvlab.score_customers(sample, model, sample_spend, n_draws=50, seed=1, **terms)
    known = {
        "probability_alive": model.probability_alive(sample),
        "expected_purchases": model.expected_purchases(sample, horizon=52),
        "probability_purchase": model.probability_purchase(sample, horizon=52),
        "clv": clvlab.customer_lifetime_value(sample, model, sample_spend, **terms),
    }
    for name, values in known.items():
        assert_allclose(scores.table[name], values, rtol=1e-12, err_msg=name)
        lower, upper = (scores.table[f"{name}_credible_{side}"] for side in ("lower", "upper"))
        assert ((lower <= values) & (values <= upper)).mean() > 0.9
    again = clvlab.score_customers(sample, model, sample_spend, n_draws=50, seed=1, **terms)
    pd.testing.assert_frame_equal(again.table, scores.table, check_exact=True)


def test_the_map_of_frequency_and_recency_asks_the_model(sample, model):
    grid = clvlab.frequency_recency_grid(sample, model, horizon=26, most_frequency=3, steps=4)
    row = grid.iloc[5]
    frame = pd.DataFrame(
        {
            "frequency": [row["frequency"]],
            "recency": [row["recency"]],
            "T": [sample.table["T_days"].max() / 7],
        }
    )
    assert model.probability_alive(frame, **WEEKS).iloc[0] == pytest.approx(
        row["probability_alive"], rel=1e-11
    )
    assert model.expected_purchases(frame, horizon=26, **WEEKS).iloc[0] == pytest.approx(
        row["expected_purchases"], rel=1e-11
    )


@pytest.mark.parametrize(
    ("fitter", "model_type"),
    [
        ("ModifiedBetaGeoFitter", clvlab.ModifiedBetaGeoModel),
        ("ParetoNBDFitter", clvlab.ParetoNBDModel),
    ],
)
def test_lifetimes_finds_the_same_maximum(sample, fitter, model_type):
    from clvlab.models.study.lifetimes_conversion import undisturbed

    frame = sample.to_frame()
    columns = [frame[name] for name in ("frequency", "recency", "T")]
    with undisturbed():
        import lifetimes

        peer = getattr(lifetimes, fitter)()
        np.random.seed(1)  # noqa: NPY002 - where lifetimes takes its random start from
        peer.fit(*columns)
    theirs, ours = clvlab.from_lifetimes(peer, sample), model_type().fit(sample)
    assert type(theirs) is model_type
    assert theirs.log_likelihood_ <= ours.log_likelihood_ + 1e-9
    assert theirs.log_likelihood_ == pytest.approx(ours.log_likelihood_, abs=1e-4)
    back = clvlab.to_lifetimes(ours)
    assert type(back).__name__ == fitter
    with undisturbed():
        alive = back.conditional_probability_alive(*columns)
        expected = back.conditional_expected_number_of_purchases_up_to_time(39, *columns)
    assert_allclose(ours.probability_alive(sample), np.asarray(alive), rtol=1e-8)
    assert_allclose(ours.expected_purchases(sample, horizon=39), np.asarray(expected), rtol=1e-6)


histories_in_days = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 300), st.integers(0, 200)), min_size=2, max_size=30
)


@pytest.mark.parametrize("model_type", MODELS[1:])
@settings(max_examples=15, deadline=None)
@given(rows=histories_in_days)
def test_any_base_with_a_repeat_buyer_is_fitted_or_explained(model_type, rows):
    frame = pd.DataFrame(
        {
            "frequency": [x for x, _, _ in rows],
            "recency": [float(t) if x else 0.0 for x, t, _ in rows],
            "T": [float(t + more) for _, t, more in rows],
        }
    )
    if not frame["frequency"].any():
        return
    model = model_type().fit(frame, unit="day")
    assert np.isfinite(model.log_likelihood_)
    expected = model.expected_purchases(frame, horizon=100, unit="day")
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    alive = model.probability_alive(frame, unit="day")
    assert ((alive >= 0) & (alive <= 1)).all()
    undetermined = model.parameter_table()["standard_error"].isna().any()
    assert not undetermined or model.diagnosis_
