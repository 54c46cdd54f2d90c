"""The Gamma-Gamma model against 40-digit arithmetic on a grid of 1,134 buyers."""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.gamma_gamma.gamma_gamma import expected_spend
from clvlab.models.gamma_gamma.large_shapes import log_likelihood_of_large_shapes
from clvlab.models.gamma_gamma.likelihood import GammaGammaParameters, Spending, log_likelihood

PARAMETERS = [
    (6.25, 3.74, 15.44),
    (0.05, 0.3, 2.0),
    (4.0, 1.0, 30.0),  # no mean
    (1e4, 3.0, 0.01),
    (1e11, 2.0, 3e-10),
    (3.0, 1e11, 1e11),
    (1e8, 1e8, 20.0),
    (150.0, 90.0, 1e-3),
    (1e-3, 50.0, 1e6),
]
FREQUENCIES = [1, 2, 5, 20, 300, 5000]
QUANTILES = np.linspace(-3.0, 3.0, 21)
"""How many standard deviations a buyer's mean is from what the model expects."""


def points():
    for (p, q, v), x, away in itertools.product(PARAMETERS, FREQUENCIES, QUANTILES):
        # The share z / (z + v) is beta distributed.
        log_odds = np.log(p * x / q) + away * np.sqrt(1 / (p * x) + 1 / q)
        yield (p, q, v), x, float(v * np.exp(np.clip(log_odds, -200, 200)) / x)


POINTS = list(points())


def exact(parameters, x, z, mean):
    with mp.workdps(60):
        p, q, v = (mp.mpf(value) for value in parameters)
        z, mean = mp.mpf(z), mp.mpf(mean)
        known = mp.loggamma(p * x + q) - mp.loggamma(p * x) - mp.loggamma(q) - mp.log(mean)
        return float(known + p * x * mp.log(z / (z + v)) + q * mp.log(v / (z + v)))


def check(point, evaluate=log_likelihood):
    parameters, x, mean = point
    spending = Spending.of(np.array([x]), np.array([mean]))
    value, gradient, hessian = evaluate(GammaGammaParameters(*parameters), spending)
    known = exact(parameters, x, float(spending.total[0]), mean)
    assert abs(value - known) / max(1.0, abs(known)) < 1e-11, point
    assert np.isfinite(gradient).all(), point
    assert np.isfinite(hessian).all(), point
    spend = float(expected_spend(parameters, x, mean))
    assert spend > 0, point
    assert np.isfinite(spend) or parameters[0] * x + parameters[1] <= 1, point


def test_there_are_as_many_points_as_the_grid_promises():
    assert len(POINTS) >= 999


def test_every_eleventh_point_of_the_grid_is_exact():
    for point in POINTS[::11]:
        check(point)


@pytest.mark.trust
def test_every_point_of_the_grid_is_exact():
    for point in POINTS:
        check(point)


def test_the_form_for_large_shapes_is_exact_for_small_ones_too():
    for point in POINTS[::17]:
        check(point, log_likelihood_of_large_shapes)


@pytest.mark.parametrize("parameters", PARAMETERS[:3] + PARAMETERS[7:])
def test_both_forms_agree_with_their_derivatives(sample, parameters):
    repeat = sample.table[sample.table["frequency"] > 0]
    repeat = repeat[repeat["monetary_value"] > 0]
    spending = Spending.of(
        repeat["frequency"].to_numpy(np.int64), repeat["monetary_value"].to_numpy()
    )
    named = GammaGammaParameters(*parameters)
    plain = log_likelihood(named, spending)
    for one, other in zip(log_likelihood_of_large_shapes(named, spending), plain, strict=True):
        assert_allclose(one, other, rtol=1e-8, atol=1e-10 * np.abs(other).max())


def test_amounts_that_hardly_vary_have_no_likelihood_made_of_rounding():
    """Log-gammas of p near e^29 gave a maximum 44 above the truth."""
    rng = np.random.default_rng(4)
    x = rng.integers(1, 8, 300)
    mean = np.exp(rng.normal(3, 0.5, 300))
    spending = Spending.of(x, mean)
    p = np.exp(np.linspace(20.0, 30.0, 41))
    values = [log_likelihood(GammaGammaParameters(at, 3.0, 45.0 / at), spending)[0] for at in p]
    # The limit of p without end: 1 / mean is gamma distributed.
    assert np.ptp(values) < 1e-6
    model = clvlab.GammaGammaModel()
    assert model.get_params() == {}
