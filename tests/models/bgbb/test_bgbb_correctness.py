"""The BG/BB model against published estimates and predictions for 11,104 donors.

Fader, Hardie and Shang (2010) and the BTYD walkthrough publish rounded digits; the full ones were
found by two independent optimizers on the same table, which lifetimes ships.
"""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from clvlab.models.bgbb import formulas
from clvlab.models.bgbb import kernels as bgbb_kernels
from clvlab.models.bgbb import likelihood as bgbb_likelihood
from clvlab.models.bgbb.bgbb import BetaGeoBetaBinomModel, objective_of_opportunities
from clvlab.models.bgbb.histories import OpportunityHistories, opportunity_histories
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters
from clvlab.models.fitting.newton import maximize
from clvlab.models.study.lifetimes_conversion import undisturbed

MAXIMUM = BetaGeoBetaBinomParameters(1.2035224, 0.7497164, 0.6567182, 2.7834422)
ROUNDED = BetaGeoBetaBinomParameters(1.20, 0.75, 0.66, 2.78)


@pytest.fixture(scope="module")
def donors():
    with undisturbed():
        from lifetimes.datasets import load_donations

        return load_donations().rename(columns={"periods": "n_periods"})


@pytest.fixture(scope="module")
def model(donors):
    return BetaGeoBetaBinomModel().fit(donors, weights="weights", period="year")


def customers(*histories):
    return pd.DataFrame(histories, columns=["frequency", "recency", "n_periods"])


def test_the_fit_reaches_the_known_maximum(model):
    assert_allclose(model.params_, MAXIMUM, rtol=1e-6)
    assert model.log_likelihood_ == pytest.approx(-33225.581274, abs=1e-6)
    errors = model.parameter_table()["standard_error"]
    assert_allclose(errors, [0.0694, 0.0295, 0.0510, 0.3208], rtol=2e-3)
    assert model.n_customers_ == 11_104
    assert model.converged_
    assert model.diagnosis_ == []


def test_the_published_parameters_have_the_published_log_likelihood(donors):
    published = BetaGeoBetaBinomModel().evaluate([1.204, 0.750, 0.657, 2.783], donors)
    weighted = BetaGeoBetaBinomModel().evaluate(
        [1.204, 0.750, 0.657, 2.783], donors, weights="weights"
    )
    assert weighted.log_likelihood_ == pytest.approx(-33225.58, abs=5e-3)
    assert published.n_customers_ == 22


def test_expected_donations_of_the_next_five_years(model, donors):
    expected = model.expected_purchases(donors, horizon=5) * donors["weights"]
    assert expected.sum() == pytest.approx(12884.157, abs=1e-3)


def test_the_distribution_in_the_years_of_the_fit(model):
    counts = 11_104 * model.purchase_distribution_new_customer(6)
    known = [3454.88, 1888.65, 1348.88, 1113.38, 1017.92, 1027.17, 1253.11]
    assert_allclose(counts, known, atol=5e-3)


def test_predictions_of_the_walkthrough(model):
    assert model.expected_purchases_new_customer(10) == pytest.approx(3.179829, abs=1e-6)
    base = customers((0, 0, 6), (4, 5, 6))
    assert_allclose(model.expected_purchases(base, horizon=10), [0.130218, 3.627968], atol=1e-6)


def test_the_chance_to_be_alive_at_the_next_opportunity(model):
    alive = model.probability_alive(customers((0, 0, 6), (2, 4, 6), (6, 6, 6)))
    assert_allclose(alive, [0.108133, 0.589657, 0.930434], atol=1e-6)


def test_expected_donations_by_year_of_the_walkthrough(donors):
    # At the parameters where BTYD's search stopped, a little short of the maximum.
    stopped = BetaGeoBetaBinomModel().evaluate(
        [1.203522393608101, 0.749714243061896, 0.656713169147886, 2.783407176851790],
        donors,
        weights="weights",
    )
    published = [
        5535.833, 4717.059, 4147.621, 3724.665, 3395.888, 3131.647, 2913.778, 2730.482,
        2573.731, 2437.854, 2318.727,
    ]  # fmt: skip
    table = stopped.expected_purchases_by_period(11)
    assert_allclose(table["expected"], published, rtol=4e-5)
    assert_allclose(table["cumulative_expected"], np.cumsum(published), rtol=4e-5)


def test_the_likelihoods_of_hardies_spreadsheet():
    histories = OpportunityHistories.of(*np.array([[6, 0], [6, 0], [6, 6]]))
    value, _ = bgbb_kernels.log_likelihood_and_alive(MAXIMUM, histories)
    ours = dict(zip(histories.frequency.tolist(), value.tolist(), strict=True))
    assert ours[6] == pytest.approx(-2.18167, rel=1e-3)
    assert ours[0] == pytest.approx(-1.16752, rel=1e-3)


def exact_terms(parameters, x, t_x, n):
    """The living and those who dropped out after t_x, ..., n - 1 opportunities, in 40 digits."""
    a, b, g, d = (mp.mpf(float(p)) for p in parameters)
    norm = mp.beta(a, b) * mp.beta(g, d)
    alive = mp.beta(a + x, b + n - x) * mp.beta(g, d + n) / norm
    dead = [mp.beta(a + x, b + j - x) * mp.beta(g + 1, d + j) / norm for j in range(t_x, n)]
    return alive, dead


GRID = [
    (1.2, 0.75, 0.66, 2.78),
    (1e-3, 1e-3, 1e-3, 1e-3),
    (5.0, 1e9, 0.5, 1e9),
    (1e6, 2e6, 1e6, 1e7),
    (3.0, 40.0, 1.0, 0.01),
    (1e-6, 10.0, 30.0, 5.0),
]
HISTORIES = [
    (0, 0, 1), (1, 1, 1), (0, 0, 60), (60, 60, 60), (1, 1, 365), (1, 365, 365),
    (200, 310, 365), (364, 364, 365), (500, 1000, 1200),
]  # fmt: skip


@pytest.mark.parametrize("parameters", GRID)
def test_likelihoods_equal_those_in_40_digits(parameters):
    histories = OpportunityHistories.of(*np.array(HISTORIES).T)
    values, alive = bgbb_kernels.log_likelihood_and_alive(
        BetaGeoBetaBinomParameters(*parameters), histories
    )
    for row, history in enumerate(HISTORIES):
        with mp.workdps(40):
            living, dead = exact_terms(parameters, *history)
            total = living + sum(dead)
            expected = float(mp.log(total))
            share = float(living / total)
        ours = histories.position[row]
        assert abs(values[ours] - expected) < 1e-11 * max(1, abs(expected))
        assert np.exp(alive[ours]) == pytest.approx(share, rel=1e-10)


def test_everything_is_finite_for_huge_counts():
    rng = np.random.default_rng(3)
    n = rng.integers(1, 10_000, 80)
    t_x = (rng.random(80) * n).astype(int) + 1
    x = np.maximum(1, (rng.random(80) * t_x).astype(int))
    histories = OpportunityHistories.of(x, t_x, n)
    for parameters in GRID:
        at = BetaGeoBetaBinomParameters(*parameters)
        value, gradient, hessian = bgbb_kernels.log_likelihood(at, histories)
        assert np.isfinite(value)
        assert np.isfinite(gradient).all()
        assert np.isfinite(hessian).all()
        alive = formulas.probability_alive(at, histories)
        assert ((alive >= 0) & (alive <= 1)).all()
        assert np.isfinite(formulas.expected_purchases(at, histories, 50)).all()


@pytest.mark.parametrize("parameters", [*GRID[:2], GRID[4]])
def test_predictions_equal_the_published_formulas_in_40_digits(parameters):
    at = BetaGeoBetaBinomParameters(*parameters)
    base = [(0, 0, 6), (2, 4, 6), (6, 6, 6), (7, 30, 52)]
    histories = OpportunityHistories.of(*np.array(base).T)
    horizon, rate = 9, 0.1
    expected = formulas.expected_purchases(at, histories, horizon)[histories.position]
    residual = formulas.discounted_expected_residual_transactions(at, histories, rate)
    later = formulas.probability_alive(at, histories, 5)[histories.position]
    for row, (x, t_x, n) in enumerate(base):
        with mp.workdps(40):
            a, b, g, d = (mp.mpf(float(p)) for p in parameters)
            g += mp.mpf(10) ** -18 if g == 1 else 0
            living, dead = exact_terms((a, b, g, d), x, t_x, n)
            total = living + sum(dead)
            # Eq. 13.
            bracket = mp.gamma(1 + d + n) / mp.gamma(g + d + n) - mp.gamma(
                1 + d + n + horizon
            ) / mp.gamma(g + d + n + horizon)
            used = mp.beta(a + x + 1, b + n - x) / mp.beta(a, b)
            e_13 = used / total * d / (g - 1) * mp.gamma(g + d) / mp.gamma(1 + d) * bracket
            # Eq. 14.
            series = mp.hyp2f1(1, d + n + 1, g + d + n + 1, 1 / (1 + mp.mpf(rate)))
            e_14 = (
                used * mp.beta(g, d + n + 1) / mp.beta(g, d) / (1 + mp.mpf(rate)) * series / total
            )
            a_10 = living / total * mp.beta(g, d + n + 5) / mp.beta(g, d + n)
        assert expected[row] == pytest.approx(float(e_13), rel=1e-10)
        assert residual[histories.position][row] == pytest.approx(float(e_14), rel=1e-10)
        assert later[row] == pytest.approx(float(a_10), rel=1e-10)


def test_residual_transactions_are_the_sum_that_they_stand_for():
    histories = OpportunityHistories.of(*np.array([[3, 1], [4, 6], [6, 6]]))
    residual = formulas.discounted_expected_residual_transactions(ROUNDED, histories, 0.1)
    summed = formulas.expected_purchases(ROUNDED, histories, 2000, 0.1)
    assert_allclose(residual, summed, rtol=1e-10)


def test_residual_transactions_without_discounting():
    histories = OpportunityHistories.of(*np.array([[3], [4], [6]]))
    ending = BetaGeoBetaBinomParameters(1.2, 0.75, 3.0, 2.0)
    limit = formulas.discounted_expected_residual_transactions(ending, histories, 1e-9)
    whole = formulas.discounted_expected_residual_transactions(ending, histories, 0.0)
    assert_allclose(whole, limit, rtol=1e-6)
    endless = formulas.discounted_expected_residual_transactions(ROUNDED, histories, 0.0)
    assert (endless == np.inf).all()


def simulated(n_customers, parameters, periods, seed):
    """Histories of a base, and its purchases at five more opportunities."""
    rng = np.random.default_rng(seed)
    alpha, beta, gamma, delta = parameters
    buys = rng.beta(alpha, beta, n_customers)
    lived = rng.geometric(np.maximum(rng.beta(gamma, delta, n_customers), 1e-9)) - 1
    number = np.arange(1, periods + 6)
    used = (rng.random((n_customers, len(number))) < buys[:, None]) & (number <= lived[:, None])
    seen = used[:, :periods]
    frame = pd.DataFrame(
        {
            "frequency": seen.sum(axis=1),
            "recency": (seen * number[:periods]).max(axis=1),
            "n_periods": periods,
        }
    )
    return frame, used[:, periods:].sum(axis=1)


@pytest.fixture(scope="module")
def simulation():
    truth = np.array([1.5, 1.0, 0.7, 4.0])
    base, later = simulated(60_000, truth, 10, seed=2)
    return truth, base, later, BetaGeoBetaBinomModel().fit(base)


def test_the_fit_finds_the_parameters_of_a_simulated_base(simulation):
    truth, _, _, model = simulation
    table = model.parameter_table(0.999)
    assert (table["lower"] < truth).all()
    assert (truth < table["upper"]).all()


def test_a_simulated_base_does_what_the_model_expects(simulation):
    _, base, later, model = simulation
    expected = model.expected_purchases(base, horizon=5)
    error = later - expected
    assert abs(error.mean()) < 4 * error.std() / np.sqrt(len(base))
    buys = later > 0
    predicted = model.probability_purchase(base, horizon=5)
    spread = np.sqrt((predicted * (1 - predicted)).mean() / len(base))
    assert abs(buys.mean() - predicted.mean()) < 4 * spread
    distribution = model.purchase_distribution(base, horizon=5).mean()
    shares = np.bincount(later, minlength=6) / len(base)
    assert_allclose(distribution, shares, atol=4 * np.sqrt(0.25 / len(base)))


def test_limits_hold_the_truth_as_often_as_they_say():
    truth, bases, held = np.array([1.5, 1.0, 0.7, 4.0]), 60, np.zeros(4)
    for seed in range(bases):
        base, _ = simulated(3000, truth, 8, seed)
        table = BetaGeoBetaBinomModel().fit(base).parameter_table(0.9)
        held += (table["lower"] < truth) & (truth < table["upper"])
    assert (held / bases > 0.8).all()
    assert (held / bases < 0.98).all()


def test_the_readable_likelihood_is_that_of_the_paper():
    histories = OpportunityHistories.of(*np.array([[2], [4], [6]]))
    value, _, _ = bgbb_likelihood.log_likelihood(ROUNDED, histories)
    with mp.workdps(40):
        living, dead = exact_terms(ROUNDED, 2, 4, 6)
        assert value == pytest.approx(float(mp.log(living + sum(dead))), abs=1e-13)


TWO_MAXIMA = [
    # frequency, recency, n_periods, customers
    [(0, 0, 12, 15), (1, 3, 12, 1), (2, 8, 12, 1)],
    [(0, 0, 3, 47), (1, 2, 3, 1), (1, 1, 3, 21), (2, 3, 3, 1), (2, 2, 3, 14), (3, 3, 3, 19)],
    [
        (0, 0, 13, 9), (1, 2, 13, 1), (1, 1, 13, 1), (3, 4, 13, 1), (6, 13, 13, 1),
        (8, 13, 13, 1), (9, 9, 13, 1), (11, 13, 13, 1), (11, 11, 13, 1), (13, 13, 13, 5),
    ],
]  # fmt: skip


@pytest.mark.parametrize("rows", TWO_MAXIMA)
def test_the_higher_of_two_maxima_is_found(rows):
    base = pd.DataFrame(rows, columns=["frequency", "recency", "n_periods", "many"])
    model = BetaGeoBetaBinomModel().fit(base, weights="many")
    objective = objective_of_opportunities(opportunity_histories(base, "many"))
    starts = np.log(list(itertools.product((0.02, 1.0), (0.02, 2.0), (0.05, 0.8), (0.05, 2.0))))
    values = [maximize(objective, start).value for start in starts]
    assert max(values) > min(values) + 0.01
    assert model.log_likelihood_ > max(values) - 1e-6
