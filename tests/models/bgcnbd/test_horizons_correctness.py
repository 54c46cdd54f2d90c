"""Two ways to the same expectation: sums over stages, and eigenvalues for long horizons."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from clvlab.models.bgcnbd.discounted import discounted_for_ever, discounted_within
from clvlab.models.bgcnbd.expectation import (
    expected_and_survival,
    fill_stage_weights,
    sum_over_stages,
)
from clvlab.models.bgcnbd.long_horizons import DROPOUT_STEP, long_horizon
from clvlab.models.bgnbd.dropout_nodes import dropout_nodes

POINTS = [
    (0.25, 4.4, 0.8, 2.4),
    (2.0, 10.0, 1.0, 4.0),
    (0.01, 0.1, 0.05, 0.3),
    (50.0, 100.0, 200.0, 3000.0),
    (0.5, 5.0, 1e-4, 3.0),
    (2.0, 10.0, 30.0, 0.02),
]
HISTORIES = [(0.0, 0.0, 30.0), (3.0, 20.0, 30.0), (40.0, 38.0, 40.0)]
each_point = pytest.mark.parametrize("parameters", POINTS, ids=str)
each_k = pytest.mark.parametrize("k", [2, 3, 12])


def column(*values):
    return np.array(values, dtype=np.float64)


@each_point
@each_k
@pytest.mark.parametrize("history", HISTORIES)
def test_sums_over_stages_and_eigenvalues_agree(parameters, k, history):
    r, alpha, a, b = parameters
    x, t_x, T = history
    n, pi = r + k * x, np.empty(k)
    fill_stage_weights(n, (T - t_x) / (alpha + T), pi)
    for ahead in (10.0, 52.0, 520.0):
        u = ahead / (alpha + T)
        by_eigenvalues = long_horizon(n, u, k, pi, dropout_nodes(a, b + x, DROPOUT_STEP))
        each = [sum_over_stages(n + j, u, j, k, a, b + x) for j in range(k)]
        assert_allclose(by_eigenvalues, pi @ np.array(each), rtol=2e-9, atol=1e-11)


def brute(parameters, k, history, horizon, log_discount):
    """By parts, with expectations at thousands of nodes."""
    nodes, weights = np.polynomial.legendre.leggauss(12)
    edges = np.linspace(0, 1, 70) ** 2 * horizon
    times = (edges[:-1, None] + np.diff(edges)[:, None] * (nodes + 1) / 2).ravel()
    shares = (np.diff(edges)[:, None] * weights / 2).ravel()
    times, shares = np.append(times, horizon), np.append(log_discount * shares, 1.0)
    ones = np.ones_like(times)
    expected = expected_and_survival(*parameters, k, *(v * ones for v in history), times)[0]
    return float(shares @ (np.exp(-log_discount * times) * expected))


@each_point
@each_k
@pytest.mark.parametrize("horizon", [1.0, 26.0, 150.0])
def test_discounting_within_a_horizon_is_exact(parameters, k, horizon):
    for history in [(0.0, 0.0, 0.0), *HISTORIES[:2]]:
        columns = [column(value) for value in history]
        ours = discounted_within(*parameters, k, *columns, horizon, 0.004)[0]
        known = brute(parameters, k, history, horizon, 0.004)
        assert ours == pytest.approx(known, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("parameters", [*POINTS[:2], POINTS[3]], ids=str)
@pytest.mark.parametrize("k", [1, 3, 12])
def test_discounting_for_ever_is_the_limit(parameters, k):
    for history in HISTORIES:
        columns = [column(value) for value in history]
        endless = discounted_for_ever(*parameters, k, *columns, 0.02)
        long = discounted_within(*parameters, k, *columns, 1800.0, 0.02)
        assert_allclose(long, endless, rtol=1e-8)


@each_point
@pytest.mark.parametrize("k", [1, 12])
def test_extreme_customers_and_horizons_have_finite_answers(parameters, k):
    x, t_x, T = column(0, 5000, 1, 5000), column(0, 1e-3, 1e6, 40), column(0, 1e6, 1e6, 40)
    for ahead in (1e-9, 1.0, 1e7):
        purchases, survival = expected_and_survival(*parameters, k, x, t_x, T, np.full(4, ahead))
        assert np.isfinite(purchases).all()
        assert (purchases >= 0).all()
        assert ((survival >= 0) & (survival <= 1 + 1e-12)).all()
