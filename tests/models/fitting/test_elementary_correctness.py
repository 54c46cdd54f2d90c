"""The compiled exponential and logarithm against those of NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from clvlab.models.fitting.elementary import SMALLEST, exp_of_minus, log_of_one_plus

EXPONENTS = np.concatenate([np.geomspace(1e-300, 699.99, 4001), np.linspace(0, 40, 4001)])


def test_the_exponential_is_right_to_the_last_digits():
    found = np.array([exp_of_minus(d) for d in EXPONENTS])
    np.testing.assert_allclose(found, np.exp(-EXPONENTS), rtol=5e-16)


@pytest.mark.parametrize("d", [SMALLEST, 710.0, 1e6, np.inf])
def test_the_exponential_of_far_out_is_nothing(d):
    assert exp_of_minus(d) == 0.0


def test_the_logarithm_is_right_to_the_last_digits():
    s = np.concatenate([[0.0], np.geomspace(1e-300, 1, 4001), np.linspace(0, 1, 4001)])
    np.testing.assert_allclose([log_of_one_plus(one) for one in s], np.log1p(s), rtol=7e-16)
