"""The NBD model against 40-digit arithmetic on a grid of 1,107 histories."""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pandas as pd
import pytest

from clvlab.models.customers.histories import histories_of
from clvlab.models.nbd import formulas
from clvlab.models.nbd.likelihood import NBDParameters, PurchaseTotals, log_likelihood

PARAMETERS = [
    (0.385, 12.07), (1.0, 1.0), (1e-6, 1e-6), (1e9, 1e10), (40.0, 1e-5), (1e-3, 1e5),
    (300.0, 5e3), (1.5, 1e-3), (0.2, 1e3),
]  # fmt: skip
FREQUENCIES = [0, 1, 2, 5, 20, 100, 300, 1000, 5000]
LENGTHS = [1e-3, 0.02, 1.0, 7.0, 8.0, 40.0, 40.5, 365.0, 1e3, 1e4, 2e4, 1e5, 1e6, 1e7]
POINTS = list(itertools.product(PARAMETERS, FREQUENCIES, LENGTHS))


def check(point):
    parameters, x, T = point
    named = NBDParameters(*parameters)
    row = {"frequency": [x], "recency": [T if x else 0.0], "T": [T]}
    totals = PurchaseTotals.of(histories_of(pd.DataFrame(row), "day"))
    value, gradient, hessian = log_likelihood(named, totals)
    with mp.workdps(40):
        r, alpha, t = mp.mpf(parameters[0]), mp.mpf(parameters[1]), mp.mpf(T)
        known = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha)
        known = float(known - (r + x) * mp.log(alpha + t))
        expected, buys = (r + x) / (alpha + t) * 52, 1 - ((alpha + t) / (alpha + t + 52)) ** (r + x)
    assert abs(value - known) / max(1.0, abs(known)) < 1e-11, point
    assert np.isfinite(gradient).all(), point
    assert np.isfinite(hessian).all(), point
    found = float(formulas.expected_purchases(named, x, T, 52))
    assert found == pytest.approx(float(expected), rel=1e-14), point
    found = float(formulas.probability_purchase(named, x, T, 52))
    assert found == pytest.approx(float(buys), rel=1e-10), point


def test_there_are_as_many_points_as_the_grid_promises():
    assert len(POINTS) >= 999


def test_every_eleventh_point_of_the_grid_is_exact():
    for point in POINTS[::11]:
        check(point)


@pytest.mark.trust
def test_every_point_of_the_grid_is_exact():
    for point in POINTS:
        check(point)


@pytest.mark.parametrize("parameters", [(0.385, 12.07), (1.0, 1.0), (300.0, 5e3), (1e9, 1e10)])
def test_probabilities_of_counts_sum_to_one_and_have_the_expected_mean(parameters):
    counts = np.arange(3000)
    for x, T in ((0, 0.0), (7, 40.0)):
        chances = formulas.probability_of_count(parameters, x, T, 20.0, counts)
        assert chances.sum() == pytest.approx(1, abs=1e-11)
        expected = float(formulas.expected_purchases(parameters, x, T, 20.0))
        assert chances @ counts == pytest.approx(expected, rel=1e-10)
