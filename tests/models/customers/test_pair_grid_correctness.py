"""Few points in place of many pairs, and limits in one pass, against the direct way."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import clvlab
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.customers.pair_grid import PairGrid
from clvlab.models.futures.if_alive_under_draws import IfAlive, ParameterDraws
from clvlab.models.futures.limits import limits_of, readable_limits_of

PROCESSES = {
    "BetaGeoModel": [[0.24, 4.4, 0.79, 2.43], [2.0, 30.0, 0.3, 5.0], [0.5, 0.9, 1.0, 0.4]],
    "ModifiedBetaGeoModel": [[0.53, 6.2, 0.89, 1.6], [3.0, 12.0, 2.0, 9.0]],
    "ParetoNBDModel": [[0.55, 10.6, 0.61, 11.7], [1.5, 3.0, 2.5, 40.0]],
}


@pytest.fixture(scope="module")
def table():
    """Two years of days, so that T has hundreds of values."""
    base = clvlab.simulate_base(
        4000, transaction=(0.8, 20, 0.8, 3.0), spend=(6, 4, 15), unit="week", seed=3,
        observed_days=730,
    )  # fmt: skip
    summary = clvlab.summarize(base.log, unit="week")
    return HistoryTable.of(histories_of(summary), summary.window.unit)


@pytest.mark.parametrize("name", PROCESSES)
@pytest.mark.parametrize("horizon", [1.0, 52.0, 520.0])
def test_the_grid_gives_what_every_pair_has(table, name, horizon):
    process, draws = getattr(clvlab, name).process, np.array(PROCESSES[name])
    found = IfAlive.of(ParameterDraws(process, draws), table, horizon, 0.002)
    assert len(found.grid) < 0.5 * len(table.pair_T)
    pairs = np.random.default_rng(1).permutation(len(table.pair_T))
    values = found.grid.at(found.values, pairs)
    assert_array_equal(values.shape, (3, len(pairs), len(draws)))
    where = (table.pair_frequency[pairs], table.pair_T[pairs])
    for d, row in enumerate(draws):
        parameters = process.parameters(row)
        direct = [
            process.expected_purchases_if_alive(parameters, *where, horizon),
            process.discounted_purchases_if_alive(parameters, *where, horizon, 0.002),
            process.probability_purchase_if_alive(parameters, *where, horizon),
        ]
        assert_allclose(values[:, :, d], direct, rtol=1e-11)


def test_sums_over_the_grid_are_sums_over_the_pairs(table):
    draws = ParameterDraws(clvlab.BetaGeoModel.process, np.array(PROCESSES["BetaGeoModel"]))
    found = IfAlive.of(draws, table, 52.0, 0.002)
    rng = np.random.default_rng(2)
    pairs = rng.integers(0, len(table.pair_T), 700)
    weights = rng.random((700, len(draws)))
    gathered = np.zeros((len(found.grid), len(draws)))
    found.grid.gather(weights, pairs, gathered)
    assert_allclose(
        (gathered * found.values[0]).sum(axis=0),
        (weights * found.at(pairs)[0]).sum(axis=0),
        rtol=1e-12,
    )


def test_without_a_scale_every_pair_is_a_point(table):
    grid = PairGrid.of(table, None)
    assert_array_equal(grid.frequency, table.pair_frequency)
    assert_array_equal(grid.T, table.pair_T)


@pytest.mark.parametrize("size", [1, 2, 20, 101, 1000])
@pytest.mark.parametrize("interval", [0.5, 0.8, 0.9, 0.98])
def test_limits_are_numpys_nearest_quantiles(size, interval):
    rng = np.random.default_rng(size)
    draws = np.round(rng.normal(size=(40, size)), 1) * (rng.random((40, size)) < 0.6)
    draws[0], draws[1] = 0.0, np.inf
    draws[2, : size // 2] = np.inf
    draws[3] = np.abs(draws[3])
    draws[4] = -np.abs(draws[4])
    with np.errstate(invalid="ignore"):
        expected = readable_limits_of(np.where(np.isinf(draws), 1e300, draws), interval)
    found = limits_of(draws, interval)
    assert_array_equal(np.where(np.isinf(found), 1e300, found), expected)
