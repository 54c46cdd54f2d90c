"""The Pareto/NBD model against published estimates and predictions for CDNOW.

Schmittlein, Morrison and Colombo's model as estimated by Fader, Hardie and Lee. Full digits were
found by two independent optimizers on exact day counts; those of the BTYD walkthrough come from a
search that stopped a little early and are good to one in a thousand.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.customers.histories import histories_of
from clvlab.models.pareto_nbd import kernels as pareto_nbd_kernels
from clvlab.models.pareto_nbd.formulas import (
    expected_purchases_if_alive,
    probability_alive,
    probability_of_count_if_alive,
    probability_purchase_if_alive,
)
from clvlab.models.pareto_nbd.likelihood import ParetoNBDParameters

MAXIMUM = ParetoNBDParameters(0.5532770, 10.5776835, 0.6062400, 11.6687353)
MANUAL = ParetoNBDParameters(0.55, 10.56, 0.61, 11.64)
"""The parameters that the examples of the BTYD manual use."""


@pytest.fixture(scope="module")
def model(sample):
    return clvlab.ParetoNBDModel().fit(sample)


def expected_purchases(parameters, *history):
    return clvlab.ParetoNBDModel.process.expected_purchases(parameters, *history)


def test_the_fit_of_the_sample_reaches_the_published_maximum(model):
    assert_allclose(model.params_, MAXIMUM, rtol=1e-5)
    assert model.log_likelihood_ == pytest.approx(-9594.976179, abs=1e-5)
    errors = model.parameter_table()["standard_error"]
    assert_allclose(errors, [0.04763, 0.84272, 0.18728, 6.2111], rtol=1e-4)
    assert_allclose(errors, [0.0476264, 0.8427222, 0.1872594, 6.2105448], rtol=1e-3)
    assert model.converged_
    assert model.diagnosis_ == []


def test_the_fit_of_the_master_reaches_the_known_maximum(master):
    model = clvlab.ParetoNBDModel().fit(master)
    assert_allclose(model.params_, [0.5974200, 11.5856578, 0.5221856, 8.8277592], rtol=1e-5)
    assert model.log_likelihood_ == pytest.approx(-95415.118617, abs=1e-5)


def test_the_published_parameters_have_the_published_log_likelihood(sample):
    published = ParetoNBDParameters(0.553, 10.578, 0.606, 11.669)
    value, _, _ = pareto_nbd_kernels.log_likelihood(published, histories_of(sample))
    assert value == pytest.approx(-9595.0, abs=0.05)
    value, _, _ = pareto_nbd_kernels.log_likelihood(MAXIMUM, histories_of(sample))
    assert value == pytest.approx(-9594.976179, abs=1e-5)


def test_customer_1516(model, sample):
    one = sample.table.index.get_loc("1516")
    expected = model.expected_purchases(sample, horizon=52)
    assert expected.iloc[one] == pytest.approx(25.455183, abs=1e-5)
    assert model.probability_alive(sample).iloc[one] == pytest.approx(0.9978734, abs=1e-6)


def test_customer_1516_is_as_in_the_walkthrough_that_stopped_early():
    history = (26, 30.857, 31)
    assert float(expected_purchases(MAXIMUM, *history, 52)) == pytest.approx(25.45647, rel=1e-3)
    assert float(probability_alive(MAXIMUM, *history)) == pytest.approx(0.997874, rel=1e-5)
    assert float(probability_alive(MAXIMUM, 0, 0, 39)) == pytest.approx(0.2941633, rel=1e-3)
    assert float(probability_alive(MAXIMUM, 23, 39, 39)) == 1.0


def test_more_purchases_before_the_same_silence_mean_fewer_expected():
    expected = expected_purchases(MAXIMUM, [10, 15, 20, 25], 20, 39, 52)
    assert_allclose(expected, [0.7058884, 0.1441508, 0.02249015, 0.003090067], rtol=1e-5)
    assert_allclose(expected, [0.7062289, 0.1442396, 0.02250658, 0.00309267], rtol=1e-3)


def test_expected_purchases_of_a_new_customer():
    published = [
        0, 0.05077821, 0.09916088, 0.14542507, 0.18979930, 0.23247466, 0.27361274, 0.31335159,
        0.35181024, 0.38909211,
    ]  # fmt: skip
    expected = expected_purchases_if_alive(MANUAL, 0, 0, np.arange(10))
    assert_allclose(expected, published, atol=5e-9)
    once = expected_purchases_if_alive(MAXIMUM, 0, 0, 52)
    assert float(once) == pytest.approx(1.4734341, abs=1e-6)


def test_the_chance_to_be_alive_of_who_never_came_back():
    assert float(probability_alive(MAXIMUM, 0, 0, 39)) == pytest.approx(0.2942763, abs=1e-7)


def test_the_holdout_of_the_sample_is_predicted_as_known(sample, model):
    check = clvlab.check_holdout(sample, model)
    assert check.expected == pytest.approx(1665.513, abs=1e-3)
    assert check.mean_absolute_error == pytest.approx(0.75452, abs=1e-5)
    assert check.root_mean_squared_error == pytest.approx(1.60285, abs=1e-5)
    assert model.probability_alive(sample).sum() == pytest.approx(1051.9, abs=0.05)


def test_expectations_by_frequency_are_the_published_ones(sample, model):
    table = clvlab.check_holdout(sample, model).by_frequency
    published = [0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403]
    assert_allclose(table["expected"], published, atol=1e-3)
    assert list(table["customers"]) == [1411, 439, 214, 100, 62, 38, 29, 64]


def test_cumulative_expectations_are_the_published_ones(sample, model):
    """The walkthrough counts a first purchase from the beginning of its day on."""
    start = (sample.table["T_days"].max() - sample.table["T_days"].to_numpy()) / 7
    total = [
        model.process.expected_purchases_new_customer(
            model.params_, np.maximum(week - start, 0.0)
        ).sum()
        for week in range(19, 26)
    ]
    published = [1308.856, 1385.275, 1459.923, 1532.906, 1604.32, 1674.253]
    assert_allclose(total[1:], published, rtol=1e-4)
    increments = [78.308, 76.419, 74.648, 72.983, 71.414, 69.933]
    assert_allclose(np.diff(total), increments, rtol=1e-4)


def test_tracking_sums_the_expectations_of_new_customers(sample, sample_log, model):
    tracking = clvlab.track_repeat_purchases(sample_log, sample, model, n_draws=20)
    new = model.process.expected_purchases_new_customer(model.params_, sample.table["T_days"] / 7)
    assert tracking.loc["1997-09-30", "cumulative_expected"] == pytest.approx(new.sum(), rel=1e-12)


DERT = ParetoNBDParameters(0.5629966, 12.5590370, 0.4081095, 10.5148048)


def test_discounted_expected_residual_transactions_are_the_published_ones():
    """The example of the BTYD manual: weeks, a continuous rate of .0027 per week."""
    x = np.array([7, *range(1, 11), 0.0])
    recency = np.array([35, *[30.0] * 10, 0])
    process = clvlab.ParetoNBDModel.process
    if_alive = process.discounted_purchases_if_alive(DERT, x, np.full(12, 77.86), np.inf, 0.0027)
    alive = process.probability_alive(DERT, x, recency, 77.86)
    published = [
        1.864183, 2.199155, 2.843534, 2.867128, 2.445410, 1.840502, 1.262416, 0.809618, 0.494804,
        0.292025, 0.167928, 0.364756,
    ]  # fmt: skip
    assert_allclose(alive * if_alive, published, atol=6e-7)
    assert float(alive[0] * if_alive[0]) == pytest.approx(1.86418332807, abs=1e-10)


def test_residual_transactions_of_a_table_take_an_annual_rate():
    frame = pd.DataFrame({"frequency": [7, 0], "recency": [35.0, 0.0], "T": 77.86})
    model = clvlab.ParetoNBDModel().evaluate(DERT, frame, unit="week")
    annual = np.exp(0.0027 * 365.25 / 7) - 1
    values = model.discounted_expected_residual_transactions(
        frame, annual_discount_rate=annual, unit="week"
    )
    assert_allclose(values, [1.864183, 0.364756], atol=6e-7)


STABILITY = ParetoNBDParameters(0.5143, 2.8845, 0.2856, 14.1087)


def test_frequent_buyers_that_overflow_elsewhere():
    """The fixture of CLVTools for numerical stability."""
    x = [221, 254, 161, 204]
    recency = [103.42857, 97.14286, 94.71429, 98.57143]
    observed = [103.57143, 97.28571, 98, 99.42857]
    alive = [0.99959605, 0.99955823, 0.74948775, 0.99425508]
    log_likelihood = [-61.58464856, -19.62329222, -87.42925486, -65.19834219]
    assert_allclose(probability_alive(STABILITY, x, recency, observed), alive, atol=5e-9)
    for row, known in zip(zip(x, recency, observed, strict=True), log_likelihood, strict=True):
        frame = pd.DataFrame([row], columns=["frequency", "recency", "T"])
        value, _, _ = pareto_nbd_kernels.log_likelihood(STABILITY, histories_of(frame, "week"))
        assert value == pytest.approx(known, abs=5e-8)


def simulated(count, horizon, rng):
    """Purchases within the horizon of customers drawn from the maximum, alive at first."""
    r, alpha, s, beta = MAXIMUM
    rate = rng.gamma(r, 1 / alpha, count)
    alive = np.minimum(rng.exponential(1 / rng.gamma(s, 1 / beta, count)), horizon)
    return rng.poisson(rate * alive)


def test_probabilities_of_counts_are_the_shares_of_simulated_customers():
    counts = simulated(400_000, 39.0, np.random.default_rng(3))
    share = np.bincount(counts, minlength=12)[:12] / len(counts)
    exact = probability_of_count_if_alive(MAXIMUM, 0, 0, 39, np.arange(12))
    assert_allclose(share, exact, atol=4.5 * np.sqrt(exact.max() / len(counts)))
    assert (np.abs(share - exact) < 4.5 * np.sqrt(exact / len(counts))).all()
    once = float(probability_purchase_if_alive(MAXIMUM, 0, 0, 39))
    assert once == pytest.approx(1 - exact[0], abs=1e-13)


def test_expectations_given_a_history_are_the_means_of_simulated_customers():
    """Weight simulated rates by the likelihood of a history instead of waiting for it to occur."""
    rng = np.random.default_rng(8)
    r, alpha, s, beta = MAXIMUM
    x, recency, observed, horizon = 2, 25.0, 39.0, 20.0
    rate = rng.gamma(r + x, 1 / (alpha + recency), 400_000)
    death = recency + rng.exponential(1 / rng.gamma(s, 1 / (beta + recency), 400_000))
    weight = np.exp(-rate * (np.minimum(death, observed) - recency))
    alive = death > observed
    future = np.where(alive, rate * np.minimum(death - observed, horizon), 0.0)
    assert np.average(alive, weights=weight) == pytest.approx(
        float(probability_alive(MAXIMUM, x, recency, observed)), abs=5e-3
    )
    assert np.average(future, weights=weight) == pytest.approx(
        float(expected_purchases(MAXIMUM, x, recency, observed, horizon)), rel=1e-2
    )


def test_survival_to_a_later_time_is_the_chance_of_a_later_death(model, five_customers):
    at_once = model.probability_alive(five_customers, unit="week")
    later = model.probability_alive(five_customers, after=26, unit="week")
    s, beta = model.params_.s, model.params_.beta
    since = beta + five_customers["T"]
    assert_allclose(later, at_once * (since / (since + 26)) ** s, rtol=1e-12)
