"""Posterior draws against dense grids, against maximum likelihood and against the prior."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import digamma, gammaln, polygamma
from scipy.stats import kstest, nbinom

from clvlab.models.fitting.newton import in_logarithms, maximize
from clvlab.models.posterior.default_priors import gamma_rates
from clvlab.models.posterior.mixture_sampling import sample_by_mixture
from clvlab.models.posterior.pareto_smoothing import resample
from clvlab.models.posterior.posterior import (
    BY_MIXTURE,
    BY_POLYNOMIAL,
    PosteriorError,
    draw_posterior,
)
from clvlab.models.posterior.priors import Prior, Quantity

MANY_DRAWS = 20_000
PRIOR = Prior(("r", "alpha"), tuple(gamma_rates("r", "alpha", 1.0, 10.0)))
REGULAR = np.random.default_rng(8).negative_binomial(0.8, 0.35, 150)
FEW = np.array([0, 0, 1, 0, 0, 3])


def purchases(counts, time=10.0, copies=1.0):
    """Log-likelihood of gamma-Poisson counts over `time`, in logarithms of r and alpha."""

    def evaluate(point):
        r, alpha = np.exp(point)
        n, total, since = len(counts), counts.sum(), alpha + time
        value = (
            (gammaln(r + counts) - gammaln(r)).sum()
            + n * r * np.log(alpha / since)
            - total * np.log(since)
        )
        gradient = np.array(
            [
                (digamma(r + counts) - digamma(r)).sum() + n * np.log(alpha / since),
                n * r * (1 / alpha - 1 / since) - total / since,
            ]
        )
        cross = n * (1 / alpha - 1 / since)
        hessian = np.array(
            [
                [(polygamma(1, r + counts) - polygamma(1, r)).sum(), cross],
                [cross, n * r * (since**-2 - alpha**-2) + total / since**2],
            ]
        )
        weighed = copies * value, copies * gradient, copies * hessian
        return in_logarithms(weighed, (r, alpha))

    return evaluate


def on_a_grid(log_likelihood, prior):
    """Points of a dense grid in the prior's coordinates, (n, 2), and their probabilities."""
    axes = np.meshgrid(*[np.linspace(-7, 7, 501)] * 2, indexing="ij")
    points = prior.centre + np.stack([axis.ravel() for axis in axes], axis=1) @ prior.root.T
    logs = log_likelihood(points) + prior.log_density(points)
    density = np.exp(logs - logs.max())
    return points, density / density.sum()


def negative_binomial(counts, time=10.0):
    """The same likelihood by another road, at points (n, 2)."""
    values, copies = np.unique(counts, return_counts=True)

    def evaluate(points):
        r, alpha = np.exp(points.T)
        logs = [nbinom.logpmf(value, r, alpha / (alpha + time)) for value in values]
        return copies @ np.array(logs)

    return evaluate


def agrees(found, effective, points, density):
    """Means, standard deviations and tenths of each coordinate within 4.5 standard errors."""
    for axis in range(points.shape[1]):
        mean = density @ points[:, axis]
        away = points[:, axis] - mean
        sd = np.sqrt(density @ away**2)
        kurtosis = density @ away**4 / sd**4
        assert abs(found[:, axis].mean() - mean) < 4.5 * sd / np.sqrt(effective)
        assert abs(found[:, axis].std() / sd - 1) < 4.5 * np.sqrt((kurtosis - 1) / 4 / effective)
        order = np.argsort(points[:, axis])
        levels = np.array([0.05, 0.5, 0.95])
        cuts = points[order, axis][np.searchsorted(np.cumsum(density[order]), levels)]
        shares = (found[:, axis, None] < cuts).mean(axis=0)
        # A step of the grid is worth as much as the noise of the draws.
        tolerance = 4.5 * np.sqrt(levels * (1 - levels) / effective) + 0.01
        assert np.all(np.abs(shares - levels) < tolerance)


@pytest.mark.parametrize("counts", [REGULAR, FEW], ids=["regular", "few"])
def test_draws_agree_with_a_dense_grid(counts):
    posterior = draw_posterior(purchases(counts), PRIOR, np.zeros(2), n_draws=MANY_DRAWS, seed=3)
    agrees(
        np.log(posterior.draws),
        posterior.effective_draws,
        *on_a_grid(negative_binomial(counts), PRIOR),
    )


@pytest.mark.parametrize("counts", [REGULAR, FEW], ids=["regular", "few"])
def test_the_adaptive_mixture_agrees_with_a_dense_grid(counts):
    """From proposals that know nothing of the posterior."""
    rng = np.random.default_rng(4)
    log_posterior = PRIOR.added_to(purchases(counts))
    sample = sample_by_mixture(log_posterior, PRIOR, PRIOR.centre, PRIOR.root, 4000, rng)
    assert sample.smoothed.trustworthy
    found = sample.points[resample(sample.smoothed.weights, MANY_DRAWS, rng)]
    agrees(found, sample.smoothed.effective_draws, *on_a_grid(negative_binomial(counts), PRIOR))


def test_the_adaptive_mixture_finds_a_second_peak():
    def two_peaks(point):
        x = point[0]
        logs = np.array([np.log(0.3), np.log(0.7)]) - 0.5 * ((x - np.array([-3, 2])) / 0.2) ** 2
        value = np.logaddexp(*logs)
        shares = np.exp(logs - value)
        slopes = (np.array([-3, 2]) - x) / 0.04
        slope = shares @ slopes
        return (
            float(value),
            np.array([slope]),
            np.array([[shares @ (slopes**2 - 25) - slope**2]]),
        )

    # So wide that it changes the peaks' shares by less than their noise.
    prior = Prior(("x",), (Quantity({"x": 1}, 1.0, 20.0),))
    rng = np.random.default_rng(1)
    sample = sample_by_mixture(two_peaks, prior, np.array([2.0]), np.array([[0.2]]), 1000, rng)
    left = sample.smoothed.weights[sample.points[:, 0] < 0].sum()
    assert sample.smoothed.trustworthy
    assert left == pytest.approx(0.3, abs=4.5 * np.sqrt(0.21 / sample.smoothed.effective_draws))


def test_with_many_customers_it_is_the_maximum_with_its_standard_errors():
    objective = purchases(REGULAR, copies=2000.0)
    optimum = maximize(objective, np.zeros(2))
    posterior = draw_posterior(objective, PRIOR, np.zeros(2), n_draws=MANY_DRAWS, seed=1)
    logs = np.log(posterior.draws)
    covariance = np.linalg.inv(-optimum.hessian)
    errors = np.sqrt(np.diag(covariance))
    assert_allclose(logs.mean(axis=0), optimum.point, atol=0.05 * errors.max())
    assert_allclose(np.cov(logs.T), covariance, rtol=0.05)
    assert posterior.method == BY_POLYNOMIAL
    assert posterior.diagnosis == ()


def test_without_data_it_is_the_prior():
    def nothing(point):
        return 0.0, np.zeros(2), np.zeros((2, 2))

    posterior = draw_posterior(nothing, PRIOR, np.zeros(2), n_draws=2000, seed=6)
    away = PRIOR.standardized(np.log(posterior.draws))
    assert min(kstest(away[:, j], "norm").pvalue for j in range(2)) > 0.001
    assert posterior.error < 1e-9
    assert len(posterior.diagnosis) == 1
    assert "say little about r and r / alpha" in posterior.diagnosis[0]


def test_a_parameter_that_is_not_identified_keeps_its_prior_and_is_named():
    """The likelihood knows the ratio alone."""

    def ratio_only(point):
        away = point[0] - point[1] + 2
        slope = -400 * away * np.array([1.0, -1.0])
        return -200 * away**2, slope, -400 * np.array([[1.0, -1.0], [-1.0, 1.0]])

    posterior = draw_posterior(ratio_only, PRIOR, np.zeros(2), n_draws=2000, seed=6)
    away = PRIOR.standardized(np.log(posterior.draws))
    assert kstest(away[:, 0], "norm").pvalue > 0.001
    assert np.std(np.log(posterior.draws) @ [1, -1]) == pytest.approx(0.05, rel=0.1)
    assert "little about r:" in posterior.diagnosis[0]


def test_a_ridge_with_a_cliff_takes_the_exact_path_and_says_so():
    """Flat below, steep above, with a corner between them: no polynomial follows it."""

    def height(point):
        return np.maximum(point[0] - point[1] + 2, 0.0)

    def cliff(point):
        over = float(height(point))
        slope = -400 * over * np.array([1.0, -1.0])
        bend = -400 * (over > 0) * np.array([[1.0, -1.0], [-1.0, 1.0]])
        return -200 * over**2, slope, bend

    posterior = draw_posterior(cliff, PRIOR, PRIOR.centre, n_draws=4000, seed=2)
    assert posterior.method == BY_MIXTURE
    assert posterior.error == 0
    assert "far from normal" in posterior.diagnosis[0]
    agrees(
        np.log(posterior.draws),
        posterior.effective_draws,
        *on_a_grid(lambda points: -200 * height(points.T) ** 2, PRIOR),
    )


def test_a_posterior_that_nothing_can_draw_is_refused():
    """A million needles: a few points weigh more than all others together."""

    def needles(point):
        height = 1e6 * float(np.sin(1e6 * point.sum()))
        return height, np.zeros(2), np.zeros((2, 2))

    with pytest.raises(PosteriorError, match="carry nearly all the weight"):
        draw_posterior(needles, PRIOR, np.zeros(2), n_draws=100, seed=1)


def test_an_extreme_start_is_taken_back():
    """A fit at the edge: alpha at e to the thirtieth."""
    usual = draw_posterior(purchases(REGULAR), PRIOR, np.zeros(2), seed=1)
    far = draw_posterior(purchases(REGULAR), PRIOR, np.array([30.0, 30.0]), seed=1)
    none = draw_posterior(purchases(REGULAR), PRIOR, np.array([np.nan, 0.0]), seed=1)
    assert_allclose(far.draws, usual.draws, rtol=1e-3)
    assert_allclose(none.draws, usual.draws, rtol=1e-3)
