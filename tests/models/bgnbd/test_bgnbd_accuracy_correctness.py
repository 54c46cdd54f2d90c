"""The BG/NBD and MBG/NBD models against 40-digit arithmetic on a grid of 1,107 histories."""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import poisson

import clvlab
from clvlab.clock import StudyWindow, TimeUnit
from clvlab.models.bgnbd import kernels as bgnbd_kernels
from clvlab.models.bgnbd import likelihood as bgnbd_likelihood
from clvlab.models.bgnbd.formulas import probability_of_count_if_alive
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import Histories

PARAMETERS = [
    (0.2426, 4.414, 0.793, 2.426),  # CDNOW
    (0.5, 10.0, 1.0, 2.5),  # a = 1
    (0.25, 4.0, 0.3, 0.7),  # a + b = 1
    (0.05, 0.5, 1e-6, 1e-6),  # two kinds of customers
    (0.5, 5.0, 0.8, 1e9),  # next to no dropout
    (300.0, 5e3, 1e3, 4e3),  # hardly any differences between customers
    (1.5, 1e-3, 0.05, 30.0),
    (0.2, 1e3, 3.0, 1e-3),
    (2.0, 7.0, 25.0, 10.0),
]
FREQUENCIES = [0, 1, 2, 5, 20, 100, 300, 1000, 5000]
SHARES = [0.02, 0.2, 0.7, 0.98, 1.0]
LENGTHS = [1e-3, 40.0, 1e4]
HORIZON = 52.0
MODELS = [clvlab.BetaGeoModel, clvlab.ModifiedBetaGeoModel]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
POINTS = [
    (p, x, share * T, T)
    for p, x, T in itertools.product(PARAMETERS, FREQUENCIES, LENGTHS)
    for share in (SHARES if x else [0.0])
]


def exact(parameters, x, t_x, T, at_start):
    """Log-likelihood, P(alive), and expected purchases if alive (Euler-transformed eq. 10)."""
    with mp.workdps(60):
        r, alpha, a, b, t_x, T, h = (mp.mpf(float(v)) for v in (*parameters, t_x, T, HORIZON))
        k = x + at_start
        factor = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha)
        factor += mp.log(mp.beta(a, b + k) / mp.beta(a, b))
        alive = (alpha + T) ** -(r + x)
        dead = a / (b + k - 1) * (alpha + t_x) ** -(r + x) if k else mp.mpf(0)
        a += mp.mpf(10) ** -25 if a == 1 else 0
        c = a + b + k - 1
        c += mp.mpf(10) ** -25 if c == 0 else 0
        z = h / (alpha + T + h)
        expected = None
        # The series takes minutes for a huge b; see test_bgnbd_expectation_correctness for some.
        if c < 1e6:
            tail = (1 - z) ** (a - 1) * mp.hyp2f1(c - r - x, a - 1, c, z)
            expected = float(c / (a - 1) * (1 - tail))
        return float(factor + mp.log(alive + dead)), float(alive / (alive + dead)), expected


def one(x, t_x, T):
    """The history of a single customer, in days, exactly as given."""
    times = np.array([t_x, T]) if t_x < T else np.array([T])
    last = np.array([len(times) - 1])
    window = StudyWindow(TimeUnit.DAY)
    first = np.array([0])
    return Histories(np.array([x]), first, last, times, np.ones(1), window, pd.RangeIndex(1))


def check(point, model, log_likelihood):
    parameters, x, t_x, T = point
    named, process = BetaGeoParameters(*parameters), model.process
    known, alive, expected = exact(*point, process.chances_at_start)
    value, gradient, hessian = log_likelihood(named, one(x, t_x, T), process.chances_at_start)
    assert abs(value - known) / max(1.0, abs(known)) < 1e-11, point
    assert np.isfinite(gradient).all(), point
    assert np.isfinite(hessian).all(), point
    assert float(process.probability_alive(named, x, t_x, T)) == pytest.approx(
        alive, rel=1e-9, abs=1e-300
    ), point
    found = float(process.expected_purchases_if_alive(named, x, T, HORIZON))
    if expected is not None:
        assert found == pytest.approx(expected, rel=1e-10), point


def test_there_are_as_many_points_as_the_grid_promises():
    assert len(POINTS) >= 999


@each_model
def test_some_points_of_the_grid_are_exact(model):
    for point in POINTS[::29]:
        check(point, model, bgnbd_kernels.log_likelihood)


@pytest.mark.trust
@each_model
def test_every_point_of_the_grid_is_exact(model):
    for point in POINTS:
        check(point, model, bgnbd_kernels.log_likelihood)


@each_model
def test_the_readable_likelihood_is_exact_too(model):
    for point in POINTS[::113]:
        check(point, model, bgnbd_likelihood.log_likelihood)


@each_model
@pytest.mark.parametrize("parameters", PARAMETERS)
def test_nothing_on_the_grid_is_not_finite(model, parameters):
    named, process = BetaGeoParameters(*parameters), model.process
    x, t_x, T = np.array([row[1:] for row in POINTS if row[0] == parameters]).T
    for horizon in (1e-6, 52.0, 1e7):
        for value, largest in (
            (process.probability_alive(named, x, t_x, T), 1.0),
            (process.expected_purchases(named, x, t_x, T, horizon), np.inf),
            (process.probability_purchase_if_alive(named, x, T, horizon), 1.0),
            (process.survival_if_alive(named, x, T, horizon), 1.0 + 1e-12),
            (process.probability_of_count_if_alive(named, x, T, horizon, 3), 1.0 + 1e-12),
        ):
            assert np.isfinite(value).all()
            assert ((value >= 0) & (value <= largest)).all()


@each_model
@pytest.mark.parametrize(
    "parameters", [PARAMETERS[0], PARAMETERS[1], PARAMETERS[2], PARAMETERS[5], PARAMETERS[8]]
)
def test_probabilities_of_counts_sum_to_one_and_have_the_expected_mean(model, parameters):
    named, process = BetaGeoParameters(*parameters), model.process
    counts = np.arange(6000)
    for x, T in ((0, 0.0), (7, 40.0)):
        chances = process.probability_of_count_if_alive(named, x, T, 20.0, counts)
        assert chances.sum() == pytest.approx(1, abs=1e-10)
        expected = float(process.expected_purchases_if_alive(named, x, T, 20.0))
        assert chances @ counts == pytest.approx(expected, rel=1e-8)


def test_customers_who_are_alike_and_stay_buy_as_a_poisson_process():
    counts = np.arange(120)
    at = BetaGeoParameters(1e12, 1e12, 1e-30, 1e9)
    assert_allclose(
        probability_of_count_if_alive(at, 0, 0, 40.0, counts), poisson.pmf(counts, 40.0), rtol=1e-8
    )


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ((40, 1.0, 0.4, 3.0), 500),
        ((40, 1.0, 0.4, 3.0), 501),
        ((40, 1.0, 0.4, 3.0), 3000),
        ((2e5, 100.0, 1e-3, 40.0), 104_500),
    ],
)
def test_single_probabilities_of_large_counts_equal_those_in_40_digits(parameters, count):
    named, t = BetaGeoParameters(*parameters), 52.0
    ours = float(probability_of_count_if_alive(named, 0, 0, t, count))
    with mp.workdps(40):
        r, alpha, a, b = (mp.mpf(p) for p in parameters)
        share = t / (alpha + t)
        exactly = mp.exp(
            mp.loggamma(r + count) - mp.loggamma(r) - mp.loggamma(count + 1)
            + r * mp.log(1 - share) + count * mp.log(share)
        )  # fmt: skip
        at_least, term, n = mp.mpf(0), exactly, count
        while term > at_least * mp.mpf(10) ** -14:
            at_least += term
            term *= (r + n) / (n + 1) * share
            n += 1
        known = mp.beta(a, b + count) * exactly + mp.beta(a + 1, b + count - 1) * at_least
        known = float(known / mp.beta(a, b))
    assert ours == pytest.approx(known, rel=1e-8, abs=1e-250)


@each_model
def test_a_huge_b_forecasts_as_nbd_does(model):
    """Finite up to b = 1e9, and the limit of never dropping out is the NBD model's forecast."""
    x, T = np.array([0.0, 1.0, 40.0, 5000.0]), np.array([1e-3, 40.0, 60.0, 1e4])
    nbd = clvlab.NBDModel.process
    for horizon in (1e-3, 52.0, 1e6):
        never = nbd.expected_purchases_if_alive((0.5, 5.0), x, T, horizon)
        for a, b in ((1e-9, 1e9), (1e-6, 1e9), (1e-13, 1.0)):
            at = BetaGeoParameters(0.5, 5.0, a, b)
            found = model.process.expected_purchases_if_alive(at, x, T, horizon)
            assert_allclose(found, never, rtol=1e-6)
        for b in (1e3, 1e6, 1e9):
            at = BetaGeoParameters(0.5, 5.0, 0.8, b)
            found = model.process.expected_purchases_if_alive(at, x, T, horizon)
            assert np.isfinite(found).all()
            assert ((found > 0) & (found <= never * (1 + 1e-12))).all()
