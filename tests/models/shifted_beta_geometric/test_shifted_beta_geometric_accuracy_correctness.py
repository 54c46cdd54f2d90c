"""The sBG model against 40-digit arithmetic on a grid of 1,080 customers."""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pytest

from clvlab.models.shifted_beta_geometric import formulas
from clvlab.models.shifted_beta_geometric.likelihood import (
    RenewalCounts,
    ShiftedBetaGeometricParameters,
    log_likelihood,
)

PARAMETERS = [
    (0.704, 1.182), (1.0, 1.0), (0.3, 0.7), (1e-6, 1e-6), (3.8, 15.2), (1e6, 1e9), (0.5, 1e9),
    (1e9, 1e-3), (200.0, 0.01),
]  # fmt: skip
TENURES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 24, 30, 36, 48, 60, 90, 120, 150, 200, 250,
           300, 365, 400, 500, 600, 700, 800, 900, 1000, 1200, 1500, 1700, 2000, 2200, 2500, 2700,
           3000, 3200, 3300, 3400, 3500, 3600, 3700, 3800, 3900, 4000, 4100, 4200, 4300, 4400, 4500,
           4600, 4700, 4800, 4900, 5000]  # fmt: skip
POINTS = list(itertools.product(PARAMETERS, TENURES, [False, True]))


def check(point):
    """One customer who renewed so often, and then cancelled or was seen no longer."""
    (alpha, beta), tenure, churned = point
    renewed, cancelled = np.zeros(tenure + 1), np.zeros(tenure + 1)
    renewed[:tenure] = 1.0
    cancelled[tenure] = float(churned)
    named = ShiftedBetaGeometricParameters(alpha, beta)
    value, gradient, hessian = log_likelihood(named, RenewalCounts(renewed, cancelled, 1.0))
    with mp.workdps(40):
        a, b = mp.mpf(alpha), mp.mpf(beta)
        known = float(mp.log(mp.beta(a + churned, b + tenure) / mp.beta(a, b)))
        retention = float((b + tenure) / (a + b + tenure))
    assert abs(value - known) / max(1.0, abs(known)) < 1e-11, point
    assert np.isfinite(gradient).all(), point
    assert np.isfinite(hessian).all(), point
    survival = float(formulas.survival((alpha, beta), 1, tenure))
    assert survival == pytest.approx(retention, rel=1e-12), point


def test_there_are_as_many_points_as_the_grid_promises():
    assert len(POINTS) >= 999


def test_every_seventh_point_of_the_grid_is_exact():
    for point in POINTS[::7]:
        check(point)


@pytest.mark.trust
def test_every_point_of_the_grid_is_exact():
    for point in POINTS:
        check(point)
