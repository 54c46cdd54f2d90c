"""The Pareto/NBD model against 60-digit arithmetic, where formulas of the literature break."""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pandas as pd
import pytest

from clvlab.clock import StudyWindow, TimeUnit
from clvlab.models.customers.histories import Histories
from clvlab.models.pareto_nbd import kernels as pareto_nbd_kernels
from clvlab.models.pareto_nbd import likelihood as pareto_nbd_likelihood
from clvlab.models.pareto_nbd.formulas import (
    expected_purchases_if_alive,
    probability_alive,
    probability_of_count_if_alive,
    probability_purchase_if_alive,
)
from clvlab.models.pareto_nbd.likelihood import ParetoNBDParameters
from clvlab.models.pareto_nbd.process import ParetoNBDProcess

PARAMETERS = [
    (0.55, 10.6, 0.61, 11.7),  # CDNOW
    (0.55, 10.6, 0.61, 10.6),  # alpha = beta
    (0.05, 0.5, 0.05, 200.0),  # small shapes, beta far larger
    (0.05, 200.0, 0.05, 0.5),  # alpha far larger
    (2.0, 7.0, 1.0, 7.0 * (1 + 1e-9)),  # alpha nearly beta, s = 1
    (20.0, 100.0, 15.0, 300.0),
    (1.5, 1e-3, 0.3, 1e3),
    (0.2, 1e3, 3.0, 1e-3),
    (300.0, 5e3, 1e3, 1e6),  # hardly any differences between customers
]
FREQUENCIES = [0, 1, 2, 5, 20, 100, 300, 1000, 5000]
SHARES = [0.02, 0.2, 0.7, 0.98, 1.0]
LENGTHS = [1e-3, 40.0, 1e4]
HORIZON = 52


def grid():
    for p, x, T in itertools.product(PARAMETERS, FREQUENCIES, LENGTHS):
        for share in SHARES if x else [0.0]:
            yield p, x, share * T, T


POINTS = list(grid())


def exact(parameters, x, t_x, T):
    """Log-likelihood, P(alive) and the log of its dead part, by hypergeometric functions."""
    with mp.workdps(60):
        r, alpha, s, beta, x, t_x, T = (mp.mpf(v) for v in (*parameters, x, t_x, T))
        larger, smaller = max(alpha, beta), min(alpha, beta)
        power = s + 1 if alpha >= beta else r + x

        def since(t):
            z = (larger - smaller) / (larger + t)
            return mp.hyp2f1(r + s + x, power, r + s + x + 1, z) / (larger + t) ** (r + s + x)

        dead = s / (r + s + x) * (since(t_x) - since(T))
        alive = 1 / ((alpha + T) ** (r + x) * (beta + T) ** s)
        factor = mp.gammaprod([r + x], [r]) * alpha**r * beta**s
        return float(mp.log(factor * (alive + dead))), float(alive / (alive + dead))


def exact_expected(parameters, x, _, T):
    """Expected purchases if alive: the mean rate times the mean time alive."""
    with mp.workdps(40):
        r, alpha, s, beta, T = (mp.mpf(v) for v in (*parameters, T))
        s += mp.mpf(10) ** -20 if s == 1 else 0
        since = beta + T
        alive = since / (s - 1) * (1 - (since / (since + HORIZON)) ** (s - 1))
        return float((r + x) / (alpha + T) * alive)


def one(x, t_x, T):
    """The history of a single customer, in days, exactly as given."""
    times = np.array([t_x, T]) if t_x < T else np.array([T])
    position = np.array([len(times) - 1])
    return Histories(
        np.array([x]), np.array([0]), position, times, np.ones(1), StudyWindow(TimeUnit.DAY),
        pd.RangeIndex(1),
    )  # fmt: skip


def relative_error(value, known):
    return abs(value - known) / max(1.0, abs(known))


def check(point, log_likelihood):
    parameters, *history = point
    named = ParetoNBDParameters(*parameters)
    known, alive = exact(parameters, *history)
    value, gradient, hessian = log_likelihood(named, one(*history))
    assert relative_error(value, known) < 1e-11, point
    assert np.isfinite(gradient).all(), point
    assert np.isfinite(hessian).all(), point
    assert float(probability_alive(named, *history)) == pytest.approx(alive, rel=1e-9), point
    found = float(expected_purchases_if_alive(named, history[0], history[2], HORIZON))
    assert found == pytest.approx(exact_expected(parameters, *history), rel=1e-12), point


def test_there_are_as_many_points_as_the_grid_promises():
    assert len(POINTS) >= 999


def test_every_thirteenth_point_of_the_grid_has_the_exact_likelihood():
    for point in POINTS[::13]:
        check(point, pareto_nbd_kernels.log_likelihood)


@pytest.mark.trust
def test_every_point_of_the_grid_has_the_exact_likelihood():
    for point in POINTS:
        check(point, pareto_nbd_kernels.log_likelihood)


def test_the_readable_likelihood_is_exact_too():
    for point in POINTS[::67]:
        check(point, pareto_nbd_likelihood.log_likelihood)


def test_nothing_on_the_grid_is_not_finite():
    process = ParetoNBDProcess()
    for parameters in PARAMETERS:
        named = ParetoNBDParameters(*parameters)
        rows = np.array([row[1:] for row in POINTS if row[0] == parameters])
        x, t_x, T = rows.T
        for value, largest in (
            (process.probability_alive(named, x, t_x, T), 1.0),
            (process.expected_purchases(named, x, t_x, T, 52.0), np.inf),
            (probability_purchase_if_alive(named, x, T, 52.0), 1.0),
            (process.survival_if_alive(named, x, T, 52.0), 1.0),
        ):
            assert np.isfinite(value).all()
            assert ((value >= 0) & (value <= largest)).all()


@pytest.mark.parametrize("s", [1 - 1e-9, 1.0, 1 + 1e-9, 0.3, 40.0])
@pytest.mark.parametrize("horizon", [1e-6, 52.0, 1e7])
def test_expected_purchases_are_regular_at_a_shape_of_one(s, horizon):
    parameters = ParetoNBDParameters(0.5, 10.0, s, 12.0)
    with mp.workdps(40):
        alive = mp.quad(
            lambda xi: 20 * mp.exp((1 - mp.mpf(s)) * xi), [0, mp.log1p(mp.mpf(horizon) / 20)]
        )
        known = float(mp.mpf("3.5") / 18 * alive)
    assert float(expected_purchases_if_alive(parameters, 3, 8, horizon)) == pytest.approx(
        known, rel=1e-13
    )


@pytest.mark.parametrize(
    ("s", "beta", "rate"), [(0.4, 10.5, 0.0027), (1e-3, 1e-3, 0.1), (1.0, 1e9, 1e-4), (50, 3, 1)]
)
@pytest.mark.parametrize("horizon", [5.0, np.inf])
def test_discounted_time_alive_is_its_integral(s, beta, rate, horizon):
    from clvlab.models.pareto_nbd.integrals import discounted_lifetime

    with mp.workdps(30):
        end = mp.inf if np.isinf(horizon) else mp.log1p(mp.mpf(horizon) / beta)
        points = [0, *[p for p in mp.linspace(1, 40, 14) if p < end], min(end, 45)]
        known = beta * mp.quad(
            lambda xi: mp.exp((1 - mp.mpf(s)) * xi - mp.mpf(rate) * beta * mp.expm1(xi)), points
        )
    assert discounted_lifetime(s, beta, horizon, rate) == pytest.approx(float(known), rel=1e-12)


def test_time_alive_without_discounting_may_be_endless():
    from clvlab.models.pareto_nbd.integrals import discounted_lifetime

    assert discounted_lifetime(0.9, 5.0, np.inf, 0.0) == np.inf
    assert discounted_lifetime(1.5, 5.0, np.inf, 0.0) == pytest.approx(10.0, rel=1e-14)
    assert discounted_lifetime(1.5, 5.0, 0.0, 0.1) == 0.0


@pytest.mark.parametrize("parameters", [PARAMETERS[0], PARAMETERS[1], PARAMETERS[4], PARAMETERS[5]])
def test_probabilities_of_counts_sum_to_one_and_have_the_expected_mean(parameters):
    named, counts = ParetoNBDParameters(*parameters), np.arange(4000)
    for x, T in ((0, 0.0), (7, 40.0)):
        chances = probability_of_count_if_alive(named, x, T, 20.0, counts)
        assert chances.sum() == pytest.approx(1, abs=1e-10)
        expected = float(expected_purchases_if_alive(named, x, T, 20.0))
        assert chances @ counts == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("r", [1e3, 1e6, 1e9])
def test_probabilities_of_counts_keep_their_digits_for_a_large_shape(r):
    """Customers who hardly differ and never leave: the negative binomial, in 40 digits."""
    at, count = ParetoNBDParameters(r, r / 10, 1e-13, 1.0), 60
    with mp.workdps(40):
        share = mp.mpf(5) / (mp.mpf(r) / 10 + 5)
        known = mp.exp(mp.loggamma(mp.mpf(r) + count) - mp.loggamma(r) - mp.loggamma(count + 1))
        known *= share**count * (1 - share) ** r
    ours = float(probability_of_count_if_alive(at, 0, 0, 5.0, count))
    assert ours == pytest.approx(float(known), rel=1e-10)
