"""Simulated losses against what they are exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clvlab.segments import concentration_of, stress_test


@pytest.fixture(scope="module")
def base():
    rng = np.random.default_rng(1)
    return pd.Series(rng.lognormal(3, 1, 400)), pd.Series(rng.beta(1, 4, 400))


def test_losses_have_the_exact_mean_and_spread_when_all_leave_alone(base):
    values, churn = base
    found = stress_test(values, churn, draws=4000, seed=2)
    spread = np.sqrt((values**2 * churn * (1 - churn)).sum())
    assert found.expected == pytest.approx((values * churn).sum())
    assert found.losses.mean() == pytest.approx(found.expected, abs=4 * spread / np.sqrt(4000))
    assert found.losses.std() == pytest.approx(spread, rel=0.06)


def test_a_common_shock_spreads_losses_and_leaves_their_mean():
    n, chance, rho = 200, 0.2, 0.3
    found = stress_test(
        pd.Series(np.ones(n)), pd.Series(np.full(n, chance)), correlation=rho, draws=20_000, seed=3
    )
    edge = stats.norm.ppf(chance)
    # Two customers leave together with the probability of a bivariate normal.
    both = stats.multivariate_normal.cdf([edge, edge], cov=[[1, rho], [rho, 1]])
    variance = n * chance * (1 - chance) + n * (n - 1) * (both - chance**2)
    assert found.losses.std() == pytest.approx(np.sqrt(variance), rel=0.03)
    assert found.losses.mean() == pytest.approx(n * chance, abs=4 * np.sqrt(variance / 20_000))


def test_the_largest_customers_are_looked_at_on_their_own(base):
    values, churn = base
    found = stress_test(values, churn, top=7, draws=4000, seed=4)
    largest = values.nlargest(7)
    assert found.top_expected == pytest.approx((largest * churn[largest.index]).sum())
    assert (found.top_losses <= found.losses + 1e-9).all()
    assert found.top_losses.max() <= largest.sum() + 1e-9
    assert found.table()["loss"].is_monotonic_increasing


def test_nobody_and_everybody_leaves():
    values = pd.Series([5.0, 3.0])
    assert stress_test(values, pd.Series([0.0, 0.0]), correlation=0.5).losses.max() == 0.0
    assert stress_test(values, pd.Series([1.0, 1.0]), correlation=0.5).losses.min() == 8.0


def test_concentration_of_a_hand_worked_base():
    found = concentration_of(pd.Series([50.0, 30.0, 15.0, 5.0, 0.0]), (1, 2))
    assert found["customers"] == 4
    assert found["herfindahl"] == pytest.approx(0.365)
    assert found["normalised"] == pytest.approx((0.365 - 0.25) / 0.75)
    assert (found["top_1"], found["top_2"], found["above_tenth"]) == (0.5, 0.8, 3)
