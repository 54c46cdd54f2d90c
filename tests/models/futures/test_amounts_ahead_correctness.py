"""Amounts of simulated purchases against plain sums, and against the laws that they follow."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from clvlab.models.bgnbd.futures import first_moments
from clvlab.models.futures.amounts_ahead import add_to_periods, discounted_sums

CERTAIN = 1e14
"""A shape so large that an amount is its mean to seven digits."""
HORIZON = 52.0


@pytest.fixture(scope="module", params=["ascending", "in any order"])
def purchases(request):
    rng = np.random.default_rng(3)
    more = rng.poisson(9.0, 400)
    first = rng.uniform(0.0, 20.0, len(more))
    begin = np.repeat(first, more)
    moments = begin + (HORIZON - begin) * rng.random(len(begin))
    if request.param == "ascending":
        moments = np.concatenate([np.sort(one) for one in np.split(moments, np.cumsum(more)[:-1])])
    return first, more, moments


def every_moment(first, more, moments):
    """Owners and moments of all purchases, first ones included."""
    owner = np.concatenate([np.arange(len(first)), np.repeat(np.arange(len(first)), more)])
    return owner, np.concatenate([first, moments])


@pytest.mark.parametrize("log_discount", [0.0, 0.002, 0.05])
def test_certain_amounts_give_the_plain_discounted_sums(purchases, log_discount):
    owner, moments = every_moment(*purchases)
    known = np.bincount(owner, np.exp(-log_discount * moments))
    shape = np.full(len(purchases[0]), CERTAIN)
    numbers, amounts = discounted_sums(np.random.default_rng(0), *purchases, shape, log_discount)
    assert_allclose(numbers, known, rtol=1e-12)
    assert_allclose(amounts / CERTAIN, known, rtol=1e-5)


@pytest.mark.parametrize(("p", "log_discount"), [(0.4, 0.002), (6.0, 0.002), (0.4, 0.05)])
def test_mean_variance_and_skewness_are_those_of_amounts_drawn_one_by_one(
    purchases, p, log_discount
):
    first, more, moments = (np.tile(one, 200) for one in purchases)
    _, sums = discounted_sums(
        np.random.default_rng(1), first, more, moments, np.full(len(first), p), log_discount
    )
    owner, every = every_moment(*purchases)
    sums = sums.reshape(200, -1)
    factors = [np.bincount(owner, np.exp(-k * log_discount * every)) for k in (1, 2, 3)]
    away = sums - p * factors[0]
    for power, known in ((1, 0.0 * away[0]), (2, p * factors[1]), (3, 2 * p * factors[2])):
        difference = (away**power - known).mean(axis=1)
        assert abs(difference.mean()) < 4.5 * difference.std() / np.sqrt(len(difference))


def test_periods_hold_what_falls_into_them(purchases):
    edges = np.array([4.0, 9.5, 30.0, HORIZON])
    n, draws = len(purchases[0]), 7
    draw = np.arange(n) % draws
    out = np.zeros((2, len(edges), draws))
    shape, scale = np.full(n, CERTAIN), np.linspace(1.0, 5.0, n)
    add_to_periods(np.random.default_rng(2), *purchases, shape, scale / CERTAIN, draw, edges, out)
    owner, moments = every_moment(*purchases)
    at = np.searchsorted(edges, moments) * draws + draw[owner]
    assert_array_equal(out[0].ravel(), np.bincount(at, minlength=len(edges) * draws))
    assert_allclose(out[1].ravel(), np.bincount(at, scale[owner]), rtol=1e-5)


def test_a_purchase_on_the_end_of_a_period_is_inside_it():
    out = np.zeros((2, 2, 1))
    one, none = np.ones(1), np.empty(0)
    add_to_periods(
        np.random.default_rng(0), np.array([2.0]), np.zeros(1, np.int64), none, one, one,
        np.zeros(1, np.int64), np.array([2.0, 5.0]), out,
    )  # fmt: skip
    assert_array_equal(out[0, :, 0], [1.0, 0.0])


def test_first_moments_of_evenly_falling_arrivals():
    n, arrivals, kept, begin, end = 40_000, 6, 2, 3.0, 10.0
    times = first_moments(
        np.random.default_rng(5), np.full(n, begin), end, np.full(n, arrivals), np.full(n, kept)
    ).reshape(n, kept)
    assert (times[:, 0] < times[:, 1]).all()
    assert ((times > begin) & (times <= end)).all()
    # The k-th of n evenly falling moments is beta distributed with k and n + 1 - k.
    for k in (1, 2):
        share = (times[:, k - 1] - begin) / (end - begin)
        mean = k / (arrivals + 1)
        spread = np.sqrt(mean * (1 - mean) / (arrivals + 2) / n)
        assert abs(share.mean() - mean) < 4.5 * spread
