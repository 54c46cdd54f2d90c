"""The MBG/NBD model against estimates for CDNOW, its definition, and simulated customers."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.bgnbd import kernels as bgnbd_kernels
from clvlab.models.bgnbd import likelihood as bgnbd_likelihood
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.newton import in_logarithms

MAXIMUM = BetaGeoParameters(0.5248432, 6.1830853, 0.8913594, 1.6140022)
PROCESS = clvlab.ModifiedBetaGeoModel.process


@pytest.fixture(scope="module")
def model(sample):
    return clvlab.ModifiedBetaGeoModel().fit(sample)


def test_the_fit_of_the_sample_reaches_the_known_maximum(model):
    assert_allclose(model.params_, MAXIMUM, rtol=1e-5)
    assert model.log_likelihood_ == pytest.approx(-9582.135716, abs=1e-5)
    errors = model.parameter_table()["standard_error"]
    assert_allclose(errors, [0.08327, 0.69562, 0.15479, 0.53749], rtol=1e-4)
    assert model.converged_
    assert model.diagnosis_ == []


def test_the_fit_of_the_master_reaches_the_known_maximum(master):
    model = clvlab.ModifiedBetaGeoModel().fit(master)
    assert_allclose(model.params_, [0.6371397, 7.3102895, 0.8074741, 1.2283940], rtol=1e-5)
    assert model.log_likelihood_ == pytest.approx(-95336.958320, abs=1e-5)


def test_the_published_parameters_are_close_to_the_maximum(sample):
    value, _, _ = bgnbd_kernels.log_likelihood(
        BetaGeoParameters(0.525, 6.183, 0.891, 1.614), histories_of(sample), 1
    )
    assert value == pytest.approx(-9582.135716, abs=1e-3)


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        (0.1429, 0.00778), (1, 0.05306), (3, 0.15079), (31.8571, 1.03347), (32, 1.03661),
        (78, 1.80363), (52, 1.4188849),
    ],
)  # fmt: skip
def test_expected_purchases_of_a_new_customer(weeks, expected):
    assert float(PROCESS.expected_purchases_new_customer(MAXIMUM, weeks)) == pytest.approx(
        expected, abs=5e-6
    )


def test_customers_whose_predictions_are_known(model, sample):
    one, other = (sample.table.index.get_loc(name) for name in ("1516", "0001"))
    assert model.expected_purchases(sample, horizon=52).iloc[one] == pytest.approx(
        23.998191, abs=1e-5
    )
    assert model.probability_alive(sample).iloc[one] == pytest.approx(0.9654846, abs=1e-6)
    expected = model.expected_purchases(sample, horizon=39).iloc[other]
    assert expected == pytest.approx(1.262759, abs=1e-5)


def test_the_holdout_of_the_sample_is_predicted_as_known(sample, model):
    check = clvlab.check_holdout(sample, model)
    assert check.expected == pytest.approx(1576.728, abs=1e-3)
    assert check.mean_absolute_error == pytest.approx(0.76478, abs=1e-5)
    assert check.root_mean_squared_error == pytest.approx(1.60718, abs=1e-5)
    assert model.probability_alive(sample).sum() == pytest.approx(1057.6, abs=0.05)


def test_the_likelihood_is_that_of_its_definition(five_customers):
    """Alive after x + 1 chances to drop out, or gone at the last of them, averaged exactly."""
    r, alpha, a, b = (mp.mpf(value) for value in (0.5, 6.0, 0.9, 1.6))
    known = mp.mpf(0)
    with mp.workdps(40):
        for x, t_x, T in five_customers[["frequency", "recency", "T"]].to_numpy().tolist():
            rates = mp.gammaprod([r + x], [r]) * alpha**r
            alive = mp.beta(a, b + x + 1) / mp.beta(a, b) / (alpha + T) ** (r + x)
            gone = mp.beta(a + 1, b + x) / mp.beta(a, b) / (alpha + t_x) ** (r + x)
            known += mp.log(rates * (alive + gone))
    point = BetaGeoParameters(0.5, 6.0, 0.9, 1.6)
    value, _, _ = bgnbd_kernels.log_likelihood(point, histories_of(five_customers, "week"), 1)
    assert value == pytest.approx(float(known), abs=1e-11)


@pytest.mark.parametrize("parameters", [(0.5, 6, 0.9, 1.6), (3.0, 0.1, 1.0, 1e9), (9, 2, 30, 5)])
def test_the_compiled_likelihood_equals_the_readable_one(sample, parameters):
    point, histories = BetaGeoParameters(*parameters), histories_of(sample).compressed()
    readable = bgnbd_likelihood.log_likelihood(point, histories, 1)
    compiled = bgnbd_kernels.log_likelihood(point, histories, 1)
    for one, other in zip(readable, compiled, strict=True):
        assert_allclose(other, one, rtol=1e-11, atol=1e-10 * np.abs(one).max())


def test_gradient_and_hessian_are_those_of_the_value(sample):
    histories = histories_of(sample).compressed()

    def evaluate(point):
        at = BetaGeoParameters(*np.exp(point))
        return in_logarithms(bgnbd_kernels.log_likelihood(at, histories, 1), at)

    point, step = np.log([0.6, 7.0, 0.7, 2.0]), 1e-5
    _, gradient, hessian = evaluate(point)
    ahead = [evaluate(point + step * unit) for unit in np.eye(4)]
    behind = [evaluate(point - step * unit) for unit in np.eye(4)]
    slope = [(one[0] - other[0]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    curve = [(one[1] - other[1]) / (2 * step) for one, other in zip(ahead, behind, strict=True)]
    assert_allclose(gradient, slope, rtol=1e-6, atol=1e-6 * np.abs(gradient).max())
    assert_allclose(hessian, curve, rtol=1e-6, atol=1e-7 * np.abs(hessian).max())


def test_who_never_came_back_is_less_and_less_likely_alive(model):
    frame = pd.DataFrame({"frequency": 0, "recency": 0.0, "T": [0.0, 10.0, 50.0, 500.0]})
    alive = model.probability_alive(frame, unit="week")
    _, _, a, b = model.params_
    assert alive.iloc[0] == pytest.approx(b / (a + b), rel=1e-12)
    assert (np.diff(alive) < 0).all()


def simulated(count, horizon, rng):
    """Repeat purchases of customers who may drop out after every purchase, the first included."""
    r, alpha, a, b = MAXIMUM
    rate, dropout = rng.gamma(r, 1 / alpha, count), rng.beta(a, b, count)
    survived = rng.geometric(dropout) - 1
    return np.minimum(rng.poisson(rate * horizon), survived)


def test_probabilities_of_counts_are_the_shares_of_simulated_customers():
    counts = simulated(400_000, 39.0, np.random.default_rng(3))
    share = np.bincount(counts, minlength=10)[:10] / len(counts)
    exact = PROCESS.probability_of_count(MAXIMUM, 0, 0, 0, 39, np.arange(10))
    assert (np.abs(share - exact) < 4.5 * np.sqrt(exact / len(counts))).all()
    assert counts.mean() == pytest.approx(
        float(PROCESS.expected_purchases_new_customer(MAXIMUM, 39.0)), rel=0.02
    )
