"""Differences of log-gamma and its derivatives against arithmetic of forty digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

from clvlab.models.gamma_gamma.gamma_differences import LARGE, gamma_differences

STEPS = np.array([1e-3, 0.7, 6.25, 300.0, 1e5])


@pytest.mark.parametrize("q", [0.4, 3.74, LARGE - 1e-9, LARGE, 1e3, 1e7, 1e12])
def test_differences_are_right_to_the_last_digits(q):
    with mpmath.workdps(40):
        exact = [
            [float(f(mpmath.mpf(q) + mpmath.mpf(d)) - f(mpmath.mpf(q))) for d in STEPS.tolist()]
            for f in (mpmath.loggamma, mpmath.digamma, lambda x: mpmath.polygamma(1, x))
        ]
    # Below, a difference of numbers of ordinary size; a short step loses as many digits as it has.
    tolerance = 1e-9 if q < LARGE else 1e-12
    for found, expected in zip(gamma_differences(q, STEPS), exact, strict=True):
        assert_allclose(found, expected, rtol=tolerance)
