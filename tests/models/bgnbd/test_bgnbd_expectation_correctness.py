"""Expected purchases against 80-digit arithmetic, where formulas of the literature break."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from clvlab.models.bgnbd.expectation import expected_if_alive, readable_expected_if_alive

SINGULAR = [
    (0.24, 4.4, 1.0, 2.4, 0, 0, 52),
    (0.24, 4.4, 1 + 1e-12, 2.4, 3, 20, 52),
    (0.24, 4.4, 0.3, 0.7, 0, 10, 52),
    (0.24, 4.4, 0.3, 0.7 + 1e-13, 0, 10, 52),
]
EXTREME = [
    (0.5, 5, 0.8, 1e9, 3, 30, 39),
    (0.5, 5, 0.01, 1e9, 3, 30, 39),
    (0.5, 5, 1e-6, 1e3, 3, 30, 39),
    (0.5, 5, 1e4, 2e4, 3, 30, 39),
    (0.5, 5, 1e6, 1e9, 3, 30, 39),
    (0.5, 1e-4, 0.8, 2.5, 0, 0, 52),
    (0.5, 5, 1e-9, 1e-9, 3, 30, 39),
    (0.5, 5, 60, 1e5, 10, 30, 3900),
]


def exact(r, alpha, a, b, x, T, t):
    """Fader, Hardie and Lee (2005), eq. 10, without P(alive), in 80 digits."""
    with mp.workdps(80):
        r, alpha, a, b, x, T, t = (mp.mpf(float(value)) for value in (r, alpha, a, b, x, T, t))
        if a == 1:
            a += mp.mpf(10) ** -30
        c = a + b + x - 1
        if abs(c) < mp.mpf(10) ** -20:
            a += mp.mpf(10) ** -30
            c = a + b + x - 1
        z = t / (alpha + T + t)
        tail = (1 - z) ** (r + x) * mp.hyp2f1(r + x, b + x, c, z)
        return float(c / (a - 1) * (1 - tail))


def random_cases(count, seed):
    rng = np.random.default_rng(seed)
    low, high = np.log([0.01, 0.01, 0.02, 0.02]), np.log([20, 100, 20, 50])
    for _ in range(count):
        x = int(np.exp(rng.uniform(0, np.log(3000)))) - 1
        yield (
            *np.exp(rng.uniform(low, high)),
            x,
            rng.uniform(0, 200),
            np.exp(rng.uniform(-3, 6)),
        )


@pytest.mark.parametrize("case", SINGULAR + EXTREME)
def test_where_formulas_are_singular_or_cancel(case):
    assert expected_if_alive(*map(float, case)) == pytest.approx(exact(*case), rel=1e-11)


def test_random_customers():
    for case in random_cases(120, seed=0):
        assert expected_if_alive(*map(float, case)) == pytest.approx(exact(*case), rel=1e-11)


def test_a_horizon_a_billion_times_alpha_is_finite_and_close():
    case = (0.5, 1e-6, 0.05, 0.1, 0.0, 0.0, 1000.0)
    assert expected_if_alive(*case) == pytest.approx(exact(*case), rel=1e-7)


def test_no_time_ahead_means_no_purchase():
    assert expected_if_alive(0.5, 5.0, 0.8, 2.5, 3.0, 30.0, 0.0) == 0.0


def test_the_readable_average_agrees():
    for case in [*random_cases(15, seed=1), EXTREME[3]]:
        r, alpha, a, b, x, T, t = map(float, case)
        if a < 0.05:
            continue
        readable = readable_expected_if_alive((r, alpha, a, b), np.array([x]), T, t)[0]
        assert expected_if_alive(r, alpha, a, b, x, T, t) == pytest.approx(readable, rel=1e-9)


@pytest.mark.trust
def test_thousands_of_random_customers():
    for case in random_cases(3000, seed=7):
        assert expected_if_alive(*map(float, case)) == pytest.approx(exact(*case), rel=1e-11)
