"""The (M)BG/CNBD-k models against numerical integration, simulation, and k = 1."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.bgcnbd import kernels, likelihood
from clvlab.models.bgcnbd.process import BetaGeoErlangProcess
from clvlab.models.bgnbd import kernels as bgnbd_kernels
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.bgnbd.process import BetaGeoProcess
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.newton import in_logarithms

PARAMETERS = BetaGeoParameters(0.7, 2.5, 0.8, 2.4)
POINTS = [PARAMETERS, BetaGeoParameters(9, 2, 30, 5), BetaGeoParameters(0.01, 0.1, 0.05, 0.3)]
each_start = pytest.mark.parametrize("chances", [0, 1])


@each_start
@pytest.mark.parametrize("k", [1, 2, 5, 12])
@pytest.mark.parametrize(
    "gaps", [[], [3.0], [2.5, 4.0, 1.5], [5.0, 5.5, 4.5, 5.0, 5.0]], ids=lambda gaps: str(len(gaps))
)
def test_the_likelihood_is_the_integral_over_rates_and_chances(gaps, k, chances):
    r, alpha, a, b = PARAMETERS
    x, t_x, T = len(gaps), sum(gaps), 30.0
    had = x + chances

    def of_gaps(rate):
        value = mpmath.mpf(1)
        for gap in gaps:
            value *= rate**k * gap ** (k - 1) * mpmath.exp(-rate * gap) / math.factorial(k - 1)
        return value

    def still(rate):
        silent = sum((rate * (T - t_x)) ** j / math.factorial(j) for j in range(k))
        return mpmath.exp(-rate * (T - t_x)) * silent

    def over_rates(f):
        density = lambda rate: alpha**r * rate ** (r - 1) * mpmath.exp(-alpha * rate)  # noqa: E731
        nodes = [0, 0.01, 0.1, 0.5, 1, 2, 5, 10, 30]
        return mpmath.quad(lambda rate: f(rate) * density(rate), nodes) / mpmath.gamma(r)

    def over_chances(f):
        density = lambda p: p ** (a - 1) * (1 - p) ** (b - 1)  # noqa: E731
        return mpmath.quad(lambda p: f(p) * density(p), [0, 0.5, 1]) / mpmath.beta(a, b)

    value = over_rates(lambda rate: of_gaps(rate) * still(rate)) * over_chances(
        lambda p: (1 - p) ** had
    )
    if had:
        value += over_rates(of_gaps) * over_chances(lambda p: (1 - p) ** (had - 1) * p)
    frame = pd.DataFrame({"frequency": [x], "recency": [t_x], "T": [T]})
    histories = histories_of(frame, "day")
    ours = kernels.log_likelihood(PARAMETERS, histories, k, chances)[0]
    ours += likelihood.log_of_gaps(k, sum(math.log(gap) for gap in gaps), x, 1.0)
    assert ours == pytest.approx(float(mpmath.log(value)), abs=1e-9)


@each_start
@pytest.mark.parametrize("parameters", POINTS)
def test_with_one_stage_it_is_the_bg_nbd_and_mbg_nbd_model(sample, parameters, chances):
    histories = histories_of(sample).compressed()
    one = bgnbd_kernels.log_likelihood(parameters, histories, chances)
    for function in (likelihood.log_likelihood, kernels.log_likelihood):
        other = function(parameters, histories, 1, chances)
        for ours, theirs in zip(other, one, strict=True):
            assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12 * np.abs(one[2]).max())


@each_start
@pytest.mark.parametrize("parameters", POINTS)
@pytest.mark.parametrize("k", [2, 3, 12])
def test_the_compiled_likelihood_equals_the_readable_one(regular, parameters, k, chances):
    histories = histories_of(regular)
    readable = likelihood.log_likelihood(parameters, histories.compressed(), k, chances)
    compiled = kernels.log_likelihood(parameters, histories, k, chances)
    for one, other in zip(readable, compiled, strict=True):
        assert_allclose(other, one, rtol=1e-10, atol=1e-11 * np.abs(readable[2]).max())


@each_start
@pytest.mark.parametrize("parameters", POINTS[:2])
@pytest.mark.parametrize("k", [2, 12])
def test_gradient_and_hessian_are_those_of_the_value(regular, parameters, k, chances):
    compressed = histories_of(regular).compressed()

    def evaluate(point):
        at = BetaGeoParameters(*np.exp(point))
        return in_logarithms(kernels.log_likelihood(at, compressed, k, chances), at)

    point, step = np.log(parameters), 1e-5
    _, gradient, hessian = evaluate(point)
    ahead = [evaluate(point + step * unit) for unit in np.eye(4)]
    behind = [evaluate(point - step * unit) for unit in np.eye(4)]
    slope = [(one[0] - other[0]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    curve = [(one[1] - other[1]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    assert_allclose(gradient, slope, rtol=1e-6, atol=1e-6 * np.abs(gradient).max())
    assert_allclose(hessian, curve, rtol=1e-6, atol=1e-7 * np.abs(hessian).max())


@pytest.mark.parametrize("k", [1, 12])
def test_extreme_histories_have_finite_likelihoods(k):
    frame = pd.DataFrame(
        {
            "frequency": [0, 0, 1, 5000, 5000, 3],
            "recency": [0.0, 0.0, 1e-6, 1e-3, 9e6, 9e6],
            "T": [0.0, 1e7, 1e7, 1e7, 1e7, 9e6],
        }
    )
    for parameters in POINTS:
        for row in range(len(frame)):
            histories = histories_of(frame.iloc[[row]], "day")
            value, gradient, hessian = kernels.log_likelihood(parameters, histories, k)
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()
            assert np.isfinite(hessian).all()


@each_start
@pytest.mark.parametrize("parameters", POINTS)
def test_with_one_stage_predictions_are_those_of_the_simple_models(parameters, chances):
    simple, ours = BetaGeoProcess(chances), BetaGeoErlangProcess(1, chances)
    x = np.array([0.0, 0.0, 1, 4, 60, 5000])
    t_x = np.array([0.0, 0.0, 10, 2, 29, 30])
    T = np.array([0.0, 30.0, 30, 30, 30, 30])
    given = ours.since_recency(t_x)
    assert_allclose(
        ours.probability_alive(parameters, x, t_x, T),
        simple.probability_alive(parameters, x, t_x, T),
        rtol=1e-11,
    )
    for ahead in (1e-3, 10.0, 52.0, 1e4, 1e8):
        for name in ("expected_purchases", "probability_purchase", "survival"):
            one, other = (
                getattr(process, f"{name}_if_alive")(parameters, x, T, ahead)
                for process in (simple, given)
            )
            assert_allclose(other, one, rtol=1e-10, atol=1e-12)
        for count in (0, 1, 7):
            one, other = (
                process.probability_of_count_if_alive(parameters, x, T, ahead, count)
                for process in (simple, given)
            )
            assert_allclose(other, one, rtol=1e-9, atol=1e-14)
    for ahead in (10.0, 52.0, 200.0, math.inf):
        one, other = (
            process.discounted_purchases_if_alive(parameters, x, T, ahead, 0.004)
            for process in (simple, given)
        )
        assert_allclose(other, one, rtol=1e-8)


def test_a_fit_of_cdnow_finds_no_regularity(sample, sample_model):
    for ours, simple in (
        (clvlab.BetaGeoErlangModel(), sample_model),
        (clvlab.ModifiedBetaGeoErlangModel(), clvlab.ModifiedBetaGeoModel().fit(sample)),
    ):
        ours.fit(sample)
        assert ours.k_ == 1
        assert ours.diagnosis_ == []
        assert ours.log_likelihood_ == pytest.approx(simple.log_likelihood_, abs=1e-8)
        assert_allclose(ours.params_, simple.params_, rtol=1e-6)
        assert list(ours.likelihood_by_k_.index) == [1, 2, 3]


@pytest.mark.parametrize(
    ("k", "chances", "parameters"),
    [
        (3, 0, (3.0, 2.0, 0.8, 3.0)),
        (6, 1, (6.0, 2.0, 1.0, 4.0)),
        (2, 1, (0.8, 1.0, 0.5, 2.0)),
    ],
)
def test_simulated_customers_do_what_is_expected_of_them(simulate, k, chances, parameters):
    """Groups by how overdue a customer is, of whom memoryless formulas would be wrong."""
    horizon = 12.0
    frame, ahead, alive, later = simulate(25_000, parameters, k, chances, horizon, seed=k)
    process = BetaGeoErlangProcess(k, chances)
    x, t_x, T = (frame[name].to_numpy(np.float64) for name in frame)
    given = process.since_recency(t_x)
    p_alive = process.probability_alive(parameters, x, t_x, T)
    outcomes = {
        "alive": (alive, p_alive),
        "later": (later, p_alive * given.survival_if_alive(parameters, x, T, horizon)),
        "purchases": (ahead, process.expected_purchases(parameters, x, t_x, T, horizon)),
        "buys": (
            ahead > 0,
            p_alive * given.probability_purchase_if_alive(parameters, x, T, horizon),
        ),
        "twice": (
            ahead == 2,
            p_alive * given.probability_of_count_if_alive(parameters, x, T, horizon, 2),
        ),
    }
    silent = (T - t_x) * (x + 1) / np.maximum(T, 1)
    group = np.minimum(x, 3) * 3 + np.digitize(silent, [1.0, 2.0])
    for name, (seen, expected) in outcomes.items():
        for one in np.unique(group):
            rows = group == one
            error = seen[rows] - expected[rows]
            # Where hardly anything happens the expectation knows the spread, not the sample.
            variance = max(error.var(), expected[rows].mean()) + 1 / rows.sum()
            assert abs(error.mean()) < 4.5 * math.sqrt(variance / rows.sum()), (name, one)


@pytest.mark.parametrize("k", [2, 7])
@pytest.mark.parametrize("horizon", [0.5, 12.0, 60.0])
def test_simulated_futures_follow_the_formulas(k, horizon):
    parameters, x, t_x, T = (2.0, 1.5, 0.8, 3.0), 3.0, 17.0, 21.0
    process, n = BetaGeoErlangProcess(k, 1).since_recency(t_x), 40_000
    rng, full = np.random.default_rng(k), np.full(n, x)
    draws = np.tile(parameters, (n, 1))
    bought = process.draw_purchases(draws, full, np.full(n, T), horizon, rng)
    buys = float(process.probability_purchase_if_alive(parameters, x, T, horizon))
    for count in range(1, 5):
        chance = float(process.probability_of_count_if_alive(parameters, x, T, horizon, count))
        share = chance / buys
        spread = math.sqrt(share * (1 - share) / n) + 1e-5
        assert abs((bought.more + 1 == count).mean() - share) < 4.5 * spread
    assert ((bought.first > 0) & (bought.first <= horizon)).all()
    assert (bought.moments <= horizon).all()
    owner = np.repeat(np.arange(n), bought.more)
    assert (bought.moments > bought.first[owner]).all()
    delta = 0.05
    each = np.exp(-delta * bought.first)
    each += np.bincount(owner, np.exp(-delta * bought.moments), n)
    known = process.discounted_purchases_if_alive(
        parameters, np.array([x]), np.array([T]), horizon, delta
    )[0]
    assert abs(each.mean() - known / buys) < 4.5 * each.std() / math.sqrt(n)


def test_repeat_moments_are_as_many_as_expected():
    parameters, weeks = (3.0, 1.0, 0.8, 3.0), 40.0
    for chances in (0, 1):
        process = BetaGeoErlangProcess(4, chances)
        rng, start = np.random.default_rng(3), np.zeros(40_000)
        counts = [
            len(process.draw_repeat_moments(parameters, start, end, rng)) for end in (5.0, weeks)
        ]
        expected = process.expected_purchases_new_customer(parameters, np.array([5.0, weeks]))
        assert_allclose(np.array(counts) / len(start), expected, rtol=0.03)


def test_the_truth_is_found_in_bases_that_are_known():
    truth = {1: (0.6, 3.0), 2: (1.5, 2.0), 3: (3.0, 2.5), 5: (5.0, 2.0), 8: (8.0, 2.0)}
    found, inside, asked = 0, 0, 0
    for seed in range(20):
        k = list(truth)[seed % len(truth)]
        parameters = np.array([*truth[k], 0.8, 3.0])
        base = clvlab.simulate_base(
            1000, transaction=parameters, spend=(6, 4, 15), unit="week", seed=seed, k=k,
            observed_days=500,
        )  # fmt: skip
        model = clvlab.BetaGeoErlangModel().fit(clvlab.summarize(base.log, unit="week"))
        found += model.k_ == k
        if model.k_ == k:
            table = model.parameter_table(0.95)
            inside += int(((table["lower"] < parameters) & (parameters < table["upper"])).sum())
            asked += 4
    assert found >= 17
    assert inside / asked > 0.85


def test_models_know_regular_buyers_better(regular):
    regular_model = clvlab.BetaGeoErlangModel().fit(regular)
    simple = clvlab.BetaGeoModel().fit(regular)
    assert regular_model.k_ == 4
    assert regular_model.log_likelihood_ > simple.log_likelihood_ + 500
    actual = regular.table["holdout_frequency"]
    errors = [
        (model.expected_purchases(regular, horizon="92 days") - actual).abs().mean()
        for model in (regular_model, simple)
    ]
    assert errors[0] < 0.95 * errors[1]
