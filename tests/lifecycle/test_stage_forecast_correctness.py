"""Forecasts of stage populations hold what they promise on chains that stay as they are."""

import numpy as np
import pandas as pd
import pytest

from clvlab.errors import InputError
from clvlab.lifecycle.replay import StageHistory
from clvlab.lifecycle.stage_forecast import (
    check_forecast,
    forecast_stages,
    forecast_with_check,
    whole_months,
)

CHAIN = np.array([[0.7, 0.25, 0.05], [0.1, 0.8, 0.1], [0.02, 0.03, 0.95]])
STAGES = ("new", "loyal", "lapsed")


def history_of(customers, months, rng, chain=CHAIN, newcomers=0):
    """Customers who move by a chain; so many more come to the first stage each month."""
    total = customers + newcomers * (months - 1)
    codes = np.full((total, months), -1)
    codes[:customers, 0] = rng.integers(0, len(STAGES), customers)
    for month in range(1, months):
        before = customers + newcomers * (month - 1)
        one = chain if chain.ndim == 2 else chain[month]
        u = rng.random(before)[:, None]
        codes[:before, month] = (u > np.cumsum(one[codes[:before, month - 1]], axis=1)).sum(axis=1)
        codes[before : before + newcomers, month] = 0
    kind = pd.CategoricalDtype(list(STAGES))
    days = pd.date_range("2023-01-01", periods=months, freq="ME")
    labels = {
        day: pd.Categorical.from_codes(codes[:, place], dtype=kind)
        for place, day in enumerate(days)
    }
    return StageHistory("acquaintance", STAGES, pd.DataFrame(labels), np.nan)


def coverage(times, rng, **terms):
    """Mean coverage of three months, over so many bases."""
    held = [
        check_forecast(history_of(300, 16, rng, newcomers=5), recent=12, n_draws=300, **terms)
        for _ in range(times)
    ]
    return float(np.mean([one.coverage for one in held]))


def test_bands_hold_what_they_promise():
    times = 40
    found = coverage(times, np.random.default_rng(1))
    # Populations of one forecast hang together: a third of the nine count as their own.
    assert abs(found - 0.90) < 3 * np.sqrt(0.9 * 0.1 / (times * 3))


@pytest.mark.trust
def test_bands_hold_what_they_promise_over_many_bases():
    times = 400
    assert abs(coverage(times, np.random.default_rng(2)) - 0.90) < 3 * np.sqrt(
        0.9 * 0.1 / (times * 3)
    )


def test_months_that_differ_widen_the_bands():
    rng = np.random.default_rng(3)
    shaken = np.array([[rng.dirichlet(10 * row) for row in CHAIN] for _ in range(16)])
    calm, restless = (
        forecast_stages(history_of(2000, 16, rng, chain), recent=12, seed=1).table
        for chain in (CHAIN, shaken)
    )
    width = [(one["upper"] - one["lower"]).sum() for one in (calm, restless)]
    assert width[1] > 2 * width[0]


def test_everybody_is_somewhere_and_newcomers_are_added():
    history = history_of(500, 8, np.random.default_rng(4), newcomers=10)
    made = forecast_stages(history, months=4, recent=6, n_draws=400)
    sums = made.table.groupby("date")["customers"].sum()
    assert made.new_a_month == pytest.approx(10)
    now = len(history.labels)
    assert sums.to_numpy() == pytest.approx(now + 10 * np.arange(1, 5), rel=0.01)
    closed = forecast_stages(history, months=4, recent=6, new_a_month=0.0).table
    assert closed.groupby("date")["customers"].sum().to_numpy() == pytest.approx(now)


def test_the_mean_is_the_chains():
    history = history_of(5000, 13, np.random.default_rng(5))
    table = forecast_stages(history, months=2, recent=12, new_a_month=0.0).table
    moves = history.transitions().probabilities()
    now = history.counts().iloc[-1].to_numpy()
    assert table["customers"].to_numpy() == pytest.approx(
        np.concatenate([now @ moves, now @ moves @ moves]), rel=0.02
    )


def test_the_same_seed_gives_the_same_forecast():
    history = history_of(100, 8, np.random.default_rng(6))
    one, other = (forecast_stages(history, seed=3).table for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_a_date_within_a_month_is_left_out():
    history = history_of(50, 6, np.random.default_rng(7))
    late = history.labels.rename(columns={history.labels.columns[-1]: pd.Timestamp("2023-06-12")})
    assert whole_months(StageHistory("acquaintance", STAGES, late, np.nan)).shape[1] == 5


def test_a_short_history_has_no_forecast_and_a_longer_one_no_check():
    rng = np.random.default_rng(8)
    short, longer = (history_of(50, months, rng) for months in (2, 5))
    assert forecast_with_check(short, short) is None
    made = forecast_with_check(longer, longer)
    assert made.check is None
    assert made.in_a_sentence().endswith("too short to check one like it.")


def test_too_narrow_limits_are_told():
    rng = np.random.default_rng(9)
    turned = np.array([CHAIN] * 9 + [CHAIN[::-1]] * 3)
    made = forecast_with_check(*[history_of(3000, 12, rng, turned)] * 2)
    assert made.check.coverage < 0.8
    assert made.in_a_sentence().endswith("so these limits are too narrow.")


@pytest.mark.parametrize(
    ("terms", "part"),
    [
        ({"months": 0}, "'months' must be at least 1"),
        ({"recent": 0}, "'recent' must be at least 1"),
        ({"n_draws": 0}, "'n_draws' must be at least 1"),
    ],
)
def test_message(terms, part):
    history = history_of(50, 6, np.random.default_rng(10))
    with pytest.raises(InputError, match=part):
        forecast_stages(history, **terms)


def test_a_history_without_moves_is_refused():
    history = history_of(50, 2, np.random.default_rng(11))
    with pytest.raises(InputError, match="must hold more than 2 ends of months; it has 2"):
        forecast_stages(history)
