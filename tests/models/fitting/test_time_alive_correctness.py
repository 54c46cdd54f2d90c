"""How long customers stay alive: closed forms, plain integrals, and limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad

import clvlab
from clvlab.models.bgnbd.survival import survival_if_alive
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.time_alive import residual_lifetimes, time_alive

WEEKS = {"unit": "week"}
CUSTOMERS = pd.DataFrame(
    {
        "frequency": [0, 1, 3, 3, 40],
        "recency": [0.0, 2.0, 30.0, 12.0, 37.0],
        "T": [39.0, 5.0, 38.0, 38.0, 38.0],
    }
)
MODELS = [
    clvlab.BetaGeoModel(),
    clvlab.ModifiedBetaGeoModel(),
    clvlab.ParetoNBDModel(),
    clvlab.BetaGeoErlangModel(k=2),
    clvlab.ModifiedBetaGeoErlangModel(k=2),
]


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: type(model).__name__)
def model(request, sample):
    return request.param.fit(sample)


@pytest.mark.parametrize("quantile", [0.01, 0.5, 0.9])
def test_a_share_of_those_alive_has_left_by_the_quantile(model, quantile):
    lifetimes = model.residual_lifetime(CUSTOMERS, quantile=quantile, **WEEKS)
    now = model.probability_alive(CUSTOMERS, **WEEKS)
    for number, weeks in enumerate(lifetimes):
        one = CUSTOMERS.iloc[[number]]
        later = model.probability_alive(one, after=float(weeks), **WEEKS).iloc[0]
        assert later / now[number] == pytest.approx(1 - quantile, rel=1e-11)


@pytest.mark.parametrize("weeks", [1, 52, 5_000])
def test_time_alive_is_the_integral_of_the_chance_to_be_alive(model, weeks):
    found = model.expected_time_alive(CUSTOMERS, horizon=weeks, **WEEKS)
    for number in range(len(CUSTOMERS)):
        one = CUSTOMERS.iloc[[number]]

        def alive(after, one=one):
            return model.probability_alive(one, after=after, **WEEKS).iloc[0]

        expected = quad(alive, 0, weeks, epsabs=0, epsrel=1e-9, limit=200)[0]
        assert found[number] == pytest.approx(expected, rel=1e-9)


def test_pareto_nbd_has_closed_forms(sample):
    model = clvlab.ParetoNBDModel().fit(sample)
    r, alpha, s, beta = model.params_
    frequency, T = CUSTOMERS["frequency"], CUSTOMERS["T"]
    expected = (beta + T) * (0.25 ** (-1 / s) - 1)
    assert_allclose(model.residual_lifetime(CUSTOMERS, quantile=0.75, **WEEKS), expected, 1e-11)
    # Purchases come at the mean rate for as long as a customer is alive.
    purchases = model.expected_purchases(CUSTOMERS, horizon=30, **WEEKS)
    expected = purchases * (alpha + T) / (r + frequency)
    assert_allclose(model.expected_time_alive(CUSTOMERS, horizon=30, **WEEKS), expected, 1e-11)


def test_customers_of_a_model_without_dropout_stay_for_ever(sample):
    model = clvlab.NBDModel().fit(sample)
    assert np.isinf(model.residual_lifetime(CUSTOMERS, **WEEKS)).all()
    assert_allclose(model.expected_time_alive(CUSTOMERS, horizon=30, **WEEKS), 30, 1e-14)


def test_the_unit_is_that_of_the_customers(model):
    days = CUSTOMERS.assign(recency=7 * CUSTOMERS["recency"], T=7 * CUSTOMERS["T"])
    for one, other in (
        (model.residual_lifetime(CUSTOMERS, **WEEKS), model.residual_lifetime(days, unit="day")),
        (
            model.expected_time_alive(CUSTOMERS, horizon="52 weeks", **WEEKS),
            model.expected_time_alive(days, horizon="52 weeks", unit="day"),
        ),
    ):
        assert_allclose(other, 7 * one, 1e-11)


@pytest.mark.parametrize("a", [1e-3, 0.8, 50.0])
@pytest.mark.parametrize("b", [1e-2, 3.0, 1e6])
def test_extreme_chances_to_leave_are_as_exact(a, b):
    process = clvlab.BetaGeoModel().process
    table = HistoryTable.of(histories_of(CUSTOMERS, "week"), clvlab.TimeUnit.WEEK)
    parameters = (0.5, 10.0, a, b)
    x, T = table.pair_frequency, table.pair_T
    lifetimes = residual_lifetimes(process, parameters, table, 0.5)
    finite = np.isfinite(lifetimes)
    half = survival_if_alive(*parameters, x[finite], T[finite], lifetimes[finite])
    assert_allclose(half, 0.5, 1e-9)
    # Those who seem to stay for ever are still alive after a very long time.
    never = survival_if_alive(*parameters, x[~finite], T[~finite], np.full((~finite).sum(), 1e13))
    assert (never > 0.5).all()
    for number in range(len(x)):

        def alive(t, place=slice(number, number + 1)):
            return survival_if_alive(*parameters, x[place], T[place], np.array([t]))[0]

        expected = quad(alive, 0, 100, epsabs=0, epsrel=1e-9, limit=500)[0]
        found = time_alive(process, parameters, table, 100.0)[number]
        assert found == pytest.approx(expected, rel=1e-8)


def test_order_of_customers_does_not_matter_to_shared_nodes():
    process = clvlab.ModifiedBetaGeoModel().process
    x, T = np.array([3.0, 0.0, 3.0, 1.0]), np.array([10.0, 4.0, 20.0, 9.0])
    together = process.survival_if_alive((0.5, 10.0, 0.7, 3.0), x, T, 30.0)
    alone = [
        process.survival_if_alive((0.5, 10.0, 0.7, 3.0), x[i : i + 1], T[i : i + 1], 30.0)[0]
        for i in range(4)
    ]
    assert together.tolist() == alone


@pytest.mark.parametrize("quantile", [0, 1, -0.1, float("nan")])
def test_a_quantile_is_above_0_and_below_1(sample, quantile):
    model = clvlab.BetaGeoModel().fit(sample)
    with pytest.raises(clvlab.InputError, match="'quantile' must be above 0 and below 1; got"):
        model.residual_lifetime(CUSTOMERS, quantile=quantile, **WEEKS)
