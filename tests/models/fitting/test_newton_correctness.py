"""The guarded Newton method on surfaces whose maximum is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from clvlab.models.fitting.newton import in_logarithms, maximize, stay_at


def bowl(point):
    """A concave quadratic with its maximum of 5 at (1, -2)."""
    curvature = np.array([[4.0, 1.0], [1.0, 2.0]])
    away = point - np.array([1.0, -2.0])
    return 5 - 0.5 * away @ curvature @ away, -curvature @ away, -curvature


def ridge(point):
    """Rosenbrock's curved valley, upside down: the maximum of 0 is at (1, 1)."""
    x, y = point
    value = -((1 - x) ** 2) - 100 * (y - x**2) ** 2
    gradient = np.array([2 * (1 - x) + 400 * x * (y - x**2), -200 * (y - x**2)])
    hessian = np.array([[-2 + 400 * y - 1200 * x**2, 400 * x], [400 * x, -200.0]])
    return value, gradient, hessian


def treacherous(point):
    """Concave with its maximum of 0 at 0, but overflowing to infinity beyond 3."""
    if abs(point[0]) > 3:
        return np.inf, np.array([np.inf]), np.array([[np.inf]])
    x = point[0]
    return -(x**2) / 2, np.array([-x]), np.array([[-1.0]])


def rising(point):
    """No maximum at all."""
    return point[0], np.array([1.0]), np.array([[0.0]])


def test_a_concave_quadratic_is_solved():
    found = maximize(bowl, np.zeros(2))
    assert_allclose(found.point, [1, -2], atol=1e-10)
    assert found.value == pytest.approx(5, abs=1e-12)
    assert found.converged


def test_a_curved_ridge_is_climbed_to_its_top():
    found = maximize(ridge, np.array([-1.2, 1.0]))
    assert_allclose(found.point, [1, 1], atol=1e-5)
    assert found.converged


@pytest.mark.parametrize("start", [2.9, -2.9, 0.1])
def test_infinity_far_out_does_not_attract_the_search(start):
    found = maximize(treacherous, np.array([start]))
    assert found.point[0] == pytest.approx(0, abs=1e-6)
    assert found.converged


def test_a_surface_without_a_maximum_is_climbed_to_the_bound_and_no_farther():
    found = maximize(rising, np.zeros(1), bound=10.0)
    assert 9.9 < found.point[0] <= 10


def test_the_search_gives_up_and_says_so():
    found = maximize(ridge, np.array([-1.2, 1.0]), max_iterations=3)
    assert found.iterations == 3
    assert not found.converged


def test_a_convex_start_still_goes_up():
    def two_hills(point):
        x = point[0]
        return x**2 - x**4 / 4, np.array([2 * x - x**3]), np.array([[2 - 3 * x**2]])

    found = maximize(two_hills, np.array([0.1]))
    assert found.point[0] == pytest.approx(np.sqrt(2), abs=1e-8)


def test_staying_at_the_maximum_is_converged_and_elsewhere_is_not():
    assert stay_at(bowl, np.array([1.0, -2.0])).converged
    assert not stay_at(bowl, np.array([1.5, -2.0])).converged


def test_derivatives_in_logarithms_follow_the_chain_rule():
    """Of x squared: in log x its value is exp(2 t), with derivatives 2 and 4 times itself."""
    value, slope, curvature = in_logarithms((9.0, np.array([6.0]), np.array([[2.0]])), (3.0,))
    assert (value, slope[0], curvature[0, 0]) == (9, 18, 36)


def test_a_search_that_may_not_move_has_not_converged():
    def uphill_into_a_wall(point):
        value = float(point[0]) if point[0] <= 0 else np.inf
        return value, np.ones(1), np.zeros((1, 1))

    assert not maximize(uphill_into_a_wall, np.zeros(1)).converged


def test_a_coordinate_at_the_bound_does_not_keep_the_others_from_their_best():
    peak = np.array([31.0, 5.0])

    def hill(point):
        return -float(((point - peak) ** 2).sum()) / 2, peak - point, -np.eye(2)

    optimum = maximize(hill, np.array([29.0, 0.0]))
    assert optimum.point == pytest.approx([30.0, 5.0])
    assert optimum.converged
