"""Probabilities of counts and of survival in the BG/NBD model, against published digits."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.bgnbd.formulas import probability_of_count_if_alive
from clvlab.models.bgnbd.likelihood import BetaGeoParameters

CDNOW = BetaGeoParameters(0.243, 4.414, 0.793, 2.426)


def test_probabilities_of_counts_are_the_published_ones():
    published = [
        0.0019995214, 0.0015170236, 0.0011633150, 0.0009003148, 0.0007023638, 0.0005517902,
        0.0004361913, 0.0003467171, 0.0002769613, 0.0002222260,
    ]  # fmt: skip
    exact = probability_of_count_if_alive(CDNOW, 0, 0, 30, np.arange(11, 21))
    assert_allclose(exact, published, atol=5e-11)
    assert float(probability_of_count_if_alive(CDNOW, 0, 0, 2, 10)) == pytest.approx(
        1.07869e-07, rel=1e-5
    )
    assert float(probability_of_count_if_alive(CDNOW, 0, 0, 39, 0)) == pytest.approx(
        0.5737864, abs=1e-7
    )


def test_nothing_is_lost_for_hundreds_of_purchases_or_hardly_any_dropout():
    for b in (2.426, 1e9):
        with mp.workdps(40):
            r, alpha, a, later, t, n = mp.mpf("3"), mp.mpf("2"), mp.mpf("0.8"), mp.mpf(b), 50, 180
            share = t / (alpha + t)
            exactly = mp.gammaprod([r + n], [r, n + 1]) * (1 - share) ** r * share**n
            fewer = mp.fsum(
                mp.gammaprod([r + j], [r, j + 1]) * (1 - share) ** r * share**j for j in range(n)
            )
            known = mp.beta(a, later + n) / mp.beta(a, later) * exactly
            known += mp.beta(a + 1, later + n - 1) / mp.beta(a, later) * (1 - fewer)
        value = probability_of_count_if_alive(BetaGeoParameters(3, 2, 0.8, b), 0, 0, 50, 180)
        assert float(value) == pytest.approx(float(known), rel=1e-11)


@pytest.mark.parametrize("model", [clvlab.BetaGeoModel, clvlab.ModifiedBetaGeoModel])
@pytest.mark.parametrize(
    "case",
    [(0.24, 4.4, 0.8, 2.4, 3, 20, 52), (0.5, 5, 1.0, 1e9, 3, 30, 39), (3, 0.1, 30, 5, 40, 9, 700)],
)
def test_survival_is_the_average_over_dropout(model, case):
    *parameters, x, T, t = case
    with mp.workdps(40):
        r, alpha, a, b = (mp.mpf(value) for value in parameters)
        later = b + x + model.process.chances_at_start
        known = mp.hyp2f1(r + x, a, a + later, -t / (alpha + T))
    value = model.process.survival_if_alive(BetaGeoParameters(*parameters), x, T, t)
    assert float(value) == pytest.approx(float(known), rel=1e-11)


def test_purchases_without_end_or_discount_are_one_over_dropout_on_average():
    process = clvlab.BetaGeoModel.process
    x, T = np.array([4.0, 9.0]), np.array([10.0, 20.0])
    often = process.discounted_purchases_if_alive((0.5, 5, 3.0, 4.0), x, T, np.inf, 0.0)
    assert_allclose(often, (3 + 4 + x - 1) / 2, rtol=1e-14)
    long = process.discounted_purchases_if_alive((0.5, 5, 3.0, 4.0), x, T, 1e6, 0.0)
    assert_allclose(long, often, rtol=1e-5)
    never = process.discounted_purchases_if_alive((0.5, 5, 0.9, 4.0), x, T, np.inf, 0.0)
    assert np.isinf(never).all()
