"""The BG/BB model against 40-digit arithmetic on a grid of more than 999 histories."""

from __future__ import annotations

import itertools
from math import comb

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from clvlab.models.bgbb import formulas
from clvlab.models.bgbb import kernels as bgbb_kernels
from clvlab.models.bgbb.histories import OpportunityHistories
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters

PARAMETERS = [
    (1.2035, 0.7497, 0.6567, 2.7834),  # donations
    (1.0, 1.0, 1.0, 1.0),
    (0.3, 0.7, 0.4, 0.6),
    (1e-3, 1e-3, 1e-3, 1e-3),
    (5.0, 1e9, 0.5, 1e9),
    (1e6, 2e6, 1e6, 1e7),
    (3.0, 40.0, 1.0, 0.01),
    (1e-6, 10.0, 30.0, 5.0),
    (200.0, 1.0, 2.0, 1e4),
]
PERIODS = [1, 2, 6, 12, 24, 60, 365, 1200, 2500, 5000]
SHARES = [0.02, 0.2, 0.5, 0.7, 0.98, 1.0]
USES = [0.0, 0.5, 1.0]


def histories():
    """Distinct histories: the last opportunity used, and how many up to it."""
    for n, share, use in itertools.product(PERIODS, SHARES, USES):
        last = max(1, round(share * n))
        yield max(1, round(use * last)), last, n
    yield from ((0, 0, n) for n in PERIODS)


HISTORIES = sorted(set(histories()))


def exact(parameters, x, t_x, n):
    """Log-likelihood, P(alive) at the end, and expected purchases at the next ten opportunities."""
    with mp.workdps(40):
        a, b, g, d = (mp.mpf(float(p)) for p in parameters)
        norm = mp.beta(a, b) * mp.beta(g, d)
        alive = mp.beta(a + x, b + n - x) * mp.beta(g, d + n) / norm
        term = mp.beta(a + x, b + t_x - x) * mp.beta(g + 1, d + t_x) / norm
        dead = mp.mpf(0)
        for j in range(t_x, n):
            dead += term
            term *= (b + j - x) / (a + b + j) * (d + j) / (g + 1 + d + j)
        stay, expected = mp.mpf(1), mp.mpf(0)
        for j in range(10):
            stay *= (d + n + j) / (g + d + n + j)
            expected += stay * (a + x) / (a + b + n)
        total = alive + dead
        return float(mp.log(total)), float(alive / total), float(alive / total * expected)


def check(parameters, chosen):
    named = BetaGeoBetaBinomParameters(*parameters)
    base = OpportunityHistories.of(*np.array(chosen).T)
    values, log_alive = bgbb_kernels.log_likelihood_and_alive(named, base)
    expected = formulas.expected_purchases(named, base, 10)
    for row, history in enumerate(chosen):
        known = exact(parameters, *history)
        at = base.position[row]
        error = abs(values[at] - known[0]) / max(1.0, abs(known[0]))
        assert error < 1e-11, (parameters, history)
        assert np.exp(log_alive[at]) == pytest.approx(known[1], rel=1e-9, abs=1e-300)
        assert expected[at] == pytest.approx(known[2], rel=1e-9, abs=1e-300)


def test_there_are_as_many_points_as_the_grid_promises():
    assert len(PARAMETERS) * len(HISTORIES) >= 999


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_some_points_of_the_grid_are_exact(parameters):
    check(parameters, [history for history in HISTORIES[::7] if history[2] <= 400])


@pytest.mark.trust
@pytest.mark.parametrize("parameters", PARAMETERS)
def test_every_point_of_the_grid_is_exact(parameters):
    check(parameters, HISTORIES)


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_nothing_on_the_grid_is_not_finite(parameters):
    named = BetaGeoBetaBinomParameters(*parameters)
    base = OpportunityHistories.of(*np.array(HISTORIES).T)
    value, gradient, hessian = bgbb_kernels.log_likelihood(named, base)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert np.isfinite(hessian).all()
    for found, largest in (
        (formulas.probability_alive(named, base), 1.0),
        (formulas.expected_purchases(named, base, 10), 10.0),
    ):
        assert ((found >= 0) & (found <= largest * (1 + 1e-12))).all()


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_likelihoods_of_all_histories_sum_to_one(parameters):
    named = BetaGeoBetaBinomParameters(*parameters)
    n = 6
    seen = [(x, t, n) for t in range(1, n + 1) for x in range(1, t + 1)]
    base = OpportunityHistories.of(*np.array([(0, 0, n), *seen]).T)
    values, _ = bgbb_kernels.log_likelihood_and_alive(named, base)
    ways = np.array([1, *[comb(t - 1, x - 1) for x, t, _ in seen]])
    assert_allclose(ways @ np.exp(values[base.position]), 1, rtol=1e-10)
