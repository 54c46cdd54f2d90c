"""The polynomial that stands for a log-posterior."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_t

from clvlab.models.posterior.importance_sampling import Mixture, Student, root_of_curvature
from clvlab.models.posterior.surrogate import (
    derivatives_of_monomials,
    evaluations_needed,
    fit_surrogate,
    monomials,
)
from clvlab.models.posterior.surrogate_sampling import sample_by_surrogate

ROOT = np.array([[0.5, 0.0], [0.3, 0.2]])
CENTRE = np.array([1.0, -2.0])


def quartic(point):
    """A polynomial of degree four with its derivatives."""
    x, y = point
    value = -(x**2) - 2 * y**2 + 0.3 * x * y + 0.2 * x**2 * y - 0.05 * x**4 - 0.1 * x * y**3
    gradient = np.array(
        [
            -2 * x + 0.3 * y + 0.4 * x * y - 0.2 * x**3 - 0.1 * y**3,
            -4 * y + 0.3 * x + 0.2 * x**2 - 0.3 * x * y**2,
        ]
    )
    cross = 0.3 + 0.4 * x - 0.3 * y**2
    hessian = np.array([[-2 + 0.4 * y - 0.6 * x**2, cross], [cross, -4 - 0.6 * x * y]])
    return float(value), gradient, hessian


def wave(point):
    """Smooth, and no polynomial: a bell with a ripple of height 0.01."""
    x = point[0]
    return (
        -(x**2) / 2 + 0.01 * np.sin(3 * x),
        np.array([-x + 0.03 * np.cos(3 * x)]),
        np.array([[-1 - 0.09 * np.sin(3 * x)]]),
    )


def fitted(function, centre, root, degree, n, seed=0):
    rng = np.random.default_rng(seed)
    points = centre + 2 * rng.standard_normal((n, len(centre))) @ root.T
    return fit_surrogate(points, [function(p) for p in points], centre, root, degree)


def test_monomials_have_exact_derivatives():
    z, step = np.random.default_rng(0).standard_normal((5, 3)), 1e-5
    value, gradient, hessian = derivatives_of_monomials(z, 5)
    assert value.shape == (5, 56)
    assert_allclose(value[:, -1], z[:, 2] ** 5)
    shifts = step * np.eye(3)
    for j, shift in enumerate(shifts):
        above, below = (monomials(z + s, 5).T for s in (shift, -shift))
        assert_allclose(gradient[j], (above - below) / (2 * step), atol=1e-7)
    for position, (j, other) in enumerate(zip(*np.triu_indices(3), strict=True)):
        above, below = (
            derivatives_of_monomials(z + s, 5)[1][other] for s in (shifts[j], -shifts[j])
        )
        assert_allclose(hessian[position], (above - below) / (2 * step), atol=1e-6)


def test_a_quartic_is_recovered_from_as_few_evaluations_as_hold_enough_numbers():
    """Fifteen monomials in two variables; each evaluation tells six numbers."""
    n = evaluations_needed(2, 4, 1.0)
    assert n == 3
    surrogate = fitted(quartic, CENTRE, ROOT, 4, n + 1)
    points = np.random.default_rng(5).normal(size=(50, 2)) * 3
    exact = np.array([quartic(p)[0] for p in points])
    assert_allclose(surrogate.values(points), exact, atol=1e-6)
    assert surrogate.error(points, [quartic(p) for p in points]) < 1e-6


def test_the_error_bounds_what_a_mean_is_off_by():
    """Under the polynomial and under the truth, on a dense grid."""
    surrogate = fitted(wave, np.zeros(1), np.eye(1), 2, 40)
    grid = np.linspace(-8, 8, 4001)[:, None]
    exact = np.array([wave(p)[0] for p in grid])
    moments = []
    for logs in (exact, surrogate.values(grid)):
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        mean = weights @ grid[:, 0]
        moments.append((mean, np.sqrt(weights @ (grid[:, 0] - mean) ** 2)))
    draws = np.random.default_rng(3).standard_normal((2000, 1))
    error = surrogate.error(draws, [wave(p) for p in draws])
    (true_mean, true_sd), (mean, _) = moments
    assert abs(mean - true_mean) / true_sd < error
    assert 0.005 < error < 0.05


def test_a_regular_posterior_takes_few_evaluations_and_has_the_right_moments():
    centre = np.zeros(2)
    root = np.linalg.inv(np.linalg.cholesky(-quartic(centre)[2])).T
    rng = np.random.default_rng(7)
    sample = sample_by_surrogate(quartic, centre, root, 100_000, rng)
    assert sample is not None
    assert sample.error < 0.03
    assert sample.evaluations < 60
    axes = np.meshgrid(*[np.linspace(-5, 5, 401)] * 2, indexing="ij")
    grid = np.stack([axis.ravel() for axis in axes], axis=1)
    x, y = grid.T
    logs = -(x**2) - 2 * y**2 + 0.3 * x * y + 0.2 * x**2 * y - 0.05 * x**4 - 0.1 * x * y**3
    # The quartic turns up again far out, where it stands for nothing.
    density = np.where(np.hypot(x, y) < 4, np.exp(logs), 0.0)
    density /= density.sum()
    weights = sample.smoothed.weights
    noise = 4.5 / np.sqrt(sample.smoothed.effective_draws)
    for axis in range(2):
        mean = density @ grid[:, axis]
        sd = np.sqrt(density @ (grid[:, axis] - mean) ** 2)
        found = weights @ sample.points[:, axis]
        spread = np.sqrt(weights @ (sample.points[:, axis] - found) ** 2)
        assert abs(found - mean) / sd < noise + sample.error
        assert spread == pytest.approx(sd, rel=noise + sample.error)


def test_no_polynomial_is_taken_for_a_posterior_with_a_kink():
    def tent(point):
        x = point[0]
        return -3 * abs(x) - x**2 / 50, np.array([-3 * np.sign(x) - x / 25]), np.array([[-0.04]])

    rng = np.random.default_rng(1)
    assert sample_by_surrogate(tent, np.zeros(1), np.eye(1), 4000, rng) is None


def test_evaluations_without_a_number_are_left_out():
    def half(point):
        if point[0] > 2.5:
            return np.nan, np.full(1, np.nan), np.full((1, 1), np.nan)
        return -float(point @ point) * 5, -10 * point, -10 * np.eye(1)

    rng = np.random.default_rng(1)
    sample = sample_by_surrogate(half, np.zeros(1), np.eye(1), 4000, rng)
    assert sample is None or np.isfinite(sample.points).all()


def test_the_t_distribution_has_its_density_and_draws_from_it():
    student = Student(CENTRE, ROOT, 6.0)
    points = student.draw(100_000, np.random.default_rng(2))
    reference = multivariate_t(CENTRE, ROOT @ ROOT.T, df=6)
    assert_allclose(student.log_density(points[:50]), reference.logpdf(points[:50]), rtol=1e-10)
    assert_allclose(np.cov(points.T), ROOT @ ROOT.T * 6 / 4, rtol=0.05)


def test_a_mixture_draws_from_its_density():
    narrow, wide = Student(CENTRE, ROOT, 6.0), Student(-CENTRE, 3 * ROOT, 6.0)
    mixture = Mixture((narrow, wide), (300, 100))
    points = mixture.draw(40_000, np.random.default_rng(3))
    assert len(points) == 40_000
    errors = points.std(axis=0) / 200
    assert np.all(np.abs(points.mean(axis=0) - 0.5 * CENTRE) < 4.5 * errors)
    cover = Student(np.zeros(2), 3 * np.eye(2), 3.0)
    elsewhere = cover.draw(40_000, np.random.default_rng(4))
    ratio = np.exp(mixture.log_density(elsewhere) - cover.log_density(elsewhere))
    assert ratio.mean() == pytest.approx(1, abs=4.5 * ratio.std() / 200)


def test_the_curvature_of_a_quartic_is_its_own():
    surrogate = fitted(quartic, CENTRE, ROOT, 4, 10)
    point = np.array([0.4, -0.7])
    assert_allclose(
        surrogate.curvature(point), ROOT.T @ quartic(point)[2] @ ROOT, rtol=1e-5, atol=1e-8
    )


def test_a_root_of_a_curvature_is_never_wider_than_allowed():
    prior_root = np.diag([2.0, 0.5])
    saddle = np.array([[-1.0, 0.0], [0.0, 3.0]])
    root = root_of_curvature(saddle, prior_root, 0.25)
    assert_allclose(root @ root.T, np.diag([1.0, 1.0]), atol=1e-12)
