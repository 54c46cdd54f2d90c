"""Ranges of key figures raise as many false alarms as they say, and see what is there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from clvlab.relations.expected_range import (
    range_of_flow,
    range_of_level,
    range_of_mean,
    range_of_share,
)

REPEATS = 400
LEVEL = 0.10
MONTHS = pd.date_range("2020-01-31", periods=37, freq="ME")
WAVE = 1 + 0.3 * np.sin(2 * np.pi * np.arange(37) / 12)
GROWTH = np.linspace(1.0, 1.4, 37)


def flow(values, *, count):
    past, day = pd.Series(values[:-1], MONTHS[:-1]), MONTHS[-1]
    return range_of_flow(past, day, "month", level=LEVEL, count=count).verdict(values[-1])


def level_of(values):
    past = pd.Series(values[:-1], MONTHS[:-1])
    return range_of_level(past, "month", level=LEVEL).verdict(values[-1])


SERIES = {
    "counts": lambda rng: flow(rng.poisson(40 * WAVE * GROWTH).astype(float), count=True),
    "few": lambda rng: flow(rng.poisson(1.5, 37).astype(float), count=True),
    "money": lambda rng: flow(1e5 * WAVE * GROWTH * rng.lognormal(0, 0.2, 37), count=False),
    "level": lambda rng: level_of(1000 + np.cumsum(rng.normal(3, 10, 37))),
}
SMALLEST = {"counts": 0.5, "few": 0.1, "money": 0.5, "level": 0.5}
"""Whole numbers can't be cut at any level, so ranges of small counts are wider than asked for."""


@pytest.mark.parametrize("name", SERIES)
def test_the_rate_of_false_alarms_is_what_is_said(name):
    rng = np.random.default_rng(11)
    alarms = sum(SERIES[name](rng) != "as expected" for _ in range(REPEATS))
    assert alarms <= binom.ppf(0.9995, REPEATS, LEVEL)
    assert alarms >= SMALLEST[name] * binom.ppf(0.0005, REPEATS, LEVEL)


def test_a_page_on_which_nothing_changed_has_as_few_alerts_as_it_says():
    """Twelve figures that do not move together, each at the level of a page of twelve."""
    rng, pages, figures, chance = np.random.default_rng(17), 60, 12, 0.20
    level, alerted = 1 - (1 - chance) ** (1 / figures), 0
    for _ in range(pages):
        months = rng.poisson(60, (figures, 37)).astype(float)
        said = [
            range_of_flow(
                pd.Series(one[:-1], MONTHS[:-1]), MONTHS[-1], "month", level=level, count=True
            ).verdict(one[-1])
            for one in months
        ]
        alerted += any(one != "as expected" for one in said)
    assert 0 < alerted <= binom.ppf(0.9995, pages, chance)


def test_what_doubles_is_seen():
    rng = np.random.default_rng(3)
    seen = []
    for _ in range(100):
        values = 1e5 * WAVE * GROWTH * rng.lognormal(0, 0.2, 37)
        values[-1] *= 2.5
        seen.append(flow(values, count=False))
    assert seen.count("above") > 90


def test_shares_and_means_hold_their_level():
    rng = np.random.default_rng(5)
    shares = means = 0
    for _ in range(REPEATS):
        one, two = rng.binomial(60, 0.3, 2)
        shares += range_of_share((one, 60), 60, level=LEVEL).verdict(two / 60) != "as expected"
        a, b = rng.normal(0.6, 0.1, 50), rng.normal(0.6, 0.2, 30)
        before, now = ((len(x), x.mean(), x.var(ddof=1)) for x in (a, b))
        means += range_of_mean(before, now, level=LEVEL).verdict(b.mean()) != "as expected"
    upper = binom.ppf(0.9995, REPEATS, LEVEL)
    assert 0 < shares <= upper
    assert binom.ppf(0.0005, REPEATS, LEVEL) <= means <= upper


def test_the_range_of_days_knows_the_week():
    days = pd.date_range("2024-01-01", periods=141, freq="D")
    values = np.where(days.day_of_week < 5, 100.0, 4.0) + np.arange(141) % 3
    past = pd.Series(values[:-1], days[:-1])
    monday = range_of_flow(past, days[-1], "day", level=0.05, count=True)
    assert days[-1].day_of_week == 0
    assert monday.verdict(100) == "as expected"
    assert monday.verdict(5) == "below"


def test_a_short_past_has_no_range():
    past = pd.Series([5.0] * 6, MONTHS[:6])
    found = range_of_flow(past, MONTHS[6], "month", level=0.1, count=True)
    assert found.why_none == "needs 4 more periods of past"
    assert found.verdict(3.0) == ""
