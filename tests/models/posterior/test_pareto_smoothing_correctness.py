"""Pareto-smoothed weights against distributions with known tails and against arviz."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import genpareto

from clvlab.models.posterior.pareto_smoothing import (
    fit_generalized_pareto,
    generalized_pareto_quantiles,
    largest_k_hat,
    resample,
    smooth_weights,
)


@pytest.mark.parametrize("shape", [-0.8, -0.3, 0.0, 0.2, 0.5, 0.9, 1.5])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 40.0])
def test_shape_and_scale_are_recovered(shape, scale):
    values = np.sort(genpareto.rvs(shape, scale=scale, size=20_000, random_state=3))
    found, width = fit_generalized_pareto(values)
    assert found == pytest.approx(shape, abs=0.04)
    assert width == pytest.approx(scale, rel=0.05)


@pytest.mark.parametrize("shape", [-1.0, -0.3, 0.0, 1e-9, 0.5, 2.0])
def test_quantiles_are_those_of_the_distribution(shape):
    levels = np.array([0.01, 0.5, 0.9, 0.999])
    assert_allclose(
        generalized_pareto_quantiles(levels, shape, 2.0),
        genpareto.ppf(levels, shape, scale=2.0),
        rtol=1e-6,
    )


@pytest.mark.parametrize("shape", [0.1, 0.3, 0.5, 0.7, 1.0, 2.0])
def test_k_hat_is_the_tail_of_weights_that_are_exactly_pareto(shape):
    """The exponential of k times an exponential variable is Pareto with shape k."""
    exponential = np.random.default_rng(11).standard_exponential(200_000)
    assert smooth_weights(shape * exponential).k_hat == pytest.approx(shape, abs=0.1)


def test_a_proposal_that_is_too_narrow_is_found_out():
    """A normal proposal with a third of the target's spread; the reverse is harmless."""
    x = np.random.default_rng(5).standard_normal(20_000)
    assert not smooth_weights(x**2 / 2 - (x / 3) ** 2 / 2).trustworthy
    assert smooth_weights((x / 3) ** 2 / 2 - x**2 / 2).k_hat < 0.2


# Of arviz 0.23.4, arviz.psislw.
@pytest.mark.parametrize(
    ("slope", "n", "seed", "k_hat", "effective", "largest"),
    [
        (0.2, 1000, 0, 0.35392493800915686, 936.5816159249376, 0.004065399898431637),
        (0.5, 4000, 1, 0.4337136362409554, 1761.950323820723, 0.0086077193215149),
        (1.5, 4000, 2, 1.488530267876389, 7.8945027108644155, 0.263344881479094),
        (4.0, 2000, 3, 4.0559461081371815, 1.2725078097055353, 0.880608170752987),
        (-0.5, 3000, 4, -0.9814274998287664, 2671.339966454093, 0.0004997735076783993),
    ],
)
def test_weights_are_those_of_arviz(slope, n, seed, k_hat, effective, largest):
    logs = slope * np.random.default_rng(seed).standard_exponential(n)
    smoothed = smooth_weights(logs)
    assert smoothed.k_hat == pytest.approx(k_hat, rel=1e-9)
    assert smoothed.effective_draws == pytest.approx(effective, rel=1e-9)
    assert smoothed.weights.max() == pytest.approx(largest, rel=1e-9)


def test_smoothing_takes_noise_out_of_a_mean():
    """With infinite variance of the weights, over 300 samples: root mean square error."""
    rng = np.random.default_rng(2)
    plain, smooth = [], []
    for _ in range(300):
        x = rng.standard_exponential(1000)
        # Of an exponential with mean 2.5, from one with mean 1.
        logs = 0.6 * x
        weights = np.exp(logs - logs.max())
        plain.append(weights @ x / weights.sum() - 2.5)
        smooth.append(smooth_weights(logs).weights @ x - 2.5)
    assert np.mean(np.square(smooth)) < np.mean(np.square(plain))


def test_weights_sum_to_one_and_keep_their_order_below_the_tail():
    logs = np.random.default_rng(4).standard_exponential(2000) * 0.6 + 700
    weights = smooth_weights(logs).weights
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert np.all(np.diff(weights[np.argsort(logs)]) >= 0)


def test_equal_weights_are_perfect():
    smoothed = smooth_weights(np.full(500, 3.0))
    assert_allclose(smoothed.weights, 1 / 500)
    assert smoothed.effective_draws == pytest.approx(500)
    assert smoothed.trustworthy


@pytest.mark.parametrize("positive", [0, 1, 5, 40])
def test_few_positive_weights_are_not_trusted(positive):
    logs = np.full(1000, -np.inf)
    logs[:positive] = np.linspace(0, 1, positive)
    smoothed = smooth_weights(logs)
    assert not smoothed.trustworthy
    assert smoothed.weights.sum() == pytest.approx(1)


def test_weights_of_which_nearly_all_underflow_are_not_trusted():
    logs = 1e4 * np.random.default_rng(1).standard_normal(1000)
    smoothed = smooth_weights(logs)
    assert not smoothed.trustworthy
    assert smoothed.effective_draws == pytest.approx(1)


def test_a_small_sample_bears_less():
    assert largest_k_hat(100) == pytest.approx(0.5)
    assert largest_k_hat(2000) == pytest.approx(1 - 1 / np.log10(2000))
    assert largest_k_hat(1_000_000) == 0.7


def test_resampling_keeps_shares_as_whole_numbers_allow():
    rng = np.random.default_rng(9)
    weights = rng.dirichlet(np.full(40, 0.3))
    counts = np.bincount(resample(weights, 1000, rng), minlength=40)
    assert counts.sum() == 1000
    # One draw from each stratum: two ends of an interval can add or take one each.
    assert np.all(np.abs(counts - 1000 * weights) < 2)


def test_resampling_is_unbiased():
    rng = np.random.default_rng(10)
    weights = np.array([0.05, 0.15, 0.8])
    counts = sum(np.bincount(resample(weights, 3, rng), minlength=3) for _ in range(20_000))
    assert_allclose(counts / counts.sum(), weights, atol=0.01)


def test_quantiles_of_a_very_large_shape_are_infinite_without_a_warning():
    quantiles = generalized_pareto_quantiles(np.array([0.1, 0.5, 0.999]), 400.0, 1.0)
    assert np.isfinite(quantiles[:2]).all()
    assert np.isinf(quantiles[2])
