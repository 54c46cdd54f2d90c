"""Comparisons against other ways of computing them, and against a truth that is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from clvlab.segments import compare_segments
from clvlab.segments.effect_sizes import cliffs_delta_of_all, share_explained
from clvlab.segments.multiple_tests import compare_all_pairs, statistics_of
from clvlab.segments.one_metric import Group
from clvlab.segments.resampling import (
    bca_limits,
    bootstrap_means,
    bootstrap_medians,
    gather,
    permuted_moments,
)


def runs_that_report(make_base, runs, sizes, seed, *, factor=None, false_pairs=None):
    """How many runs report a difference, among the given pairs if there are any."""
    rng, reported = np.random.default_rng(seed), 0
    for run in range(runs):
        found = compare_segments(*make_base(rng, sizes, factor), resamples=199, seed=run)
        pairs = found.pairs
        if false_pairs is not None:
            pairs = pairs[[key[1:] in false_pairs for key in pairs.index]]
        reported += bool(pairs["differs"].any())
    return reported


def assert_at_most_five_percent(reported, runs):
    assert stats.binomtest(reported, runs, 0.05, alternative="greater").pvalue > 0.001, reported


def test_differences_that_are_not_there_are_rarely_reported(make_base):
    assert_at_most_five_percent(runs_that_report(make_base, 40, (60, 40, 25), 1), 40)


@pytest.mark.trust
@pytest.mark.parametrize("sizes", [(300, 200, 100), (60, 40, 25), (400, 21, 20, 20, 20)])
def test_differences_that_are_not_there_are_rarely_reported_in_500_runs(make_base, sizes):
    assert_at_most_five_percent(runs_that_report(make_base, 500, sizes, 2), 500)


@pytest.mark.trust
def test_two_alike_beside_one_that_differs_are_rarely_told_apart(make_base):
    reported = runs_that_report(
        make_base, 500, (200, 100, 100), 3, factor=(1, 1, 2), false_pairs={("s0", "s1")}
    )
    assert_at_most_five_percent(reported, 500)


def covered(make_base, runs, seed):
    """How often the limits hold the true difference of means, of two segments 1 to 1.5."""
    # A negative binomial of mean 1.6 or 2.4, and 20 a purchase.
    truth = {"orders": -0.8, "spend": -16.0}
    truth["retained"] = -((1 + 2.0) ** -0.8) + (1 + 3.0) ** -0.8
    rng, inside = np.random.default_rng(seed), dict.fromkeys(truth, 0)
    for run in range(runs):
        base = make_base(rng, (400, 250), (1.0, 1.5))
        pairs = compare_segments(*base, resamples=399, seed=run).pairs
        for metric, value in truth.items():
            row = pairs.loc[(metric, "s0", "s1")]
            inside[metric] += bool(row["lower"] <= value <= row["upper"])
    return inside


def test_limits_cover_a_known_difference(make_base):
    for metric, inside in covered(make_base, 40, 4).items():
        assert stats.binomtest(inside, 40, 0.90).pvalue > 0.001, (metric, inside)


@pytest.mark.trust
def test_limits_cover_a_known_difference_in_500_runs(make_base):
    for metric, inside in covered(make_base, 500, 5).items():
        assert stats.binomtest(inside, 500, 0.90).pvalue > 0.001, (metric, inside)


def test_a_large_difference_is_reported_with_its_size(make_base):
    found = compare_segments(*make_base(np.random.default_rng(6), (400, 400), (1, 2)))
    orders = found.pairs.loc[("orders", "s0", "s1")]
    assert orders["differs"]
    assert orders["ratio_lower"] < 0.5 < orders["ratio_upper"]
    assert orders["delta"] < 0
    assert found.describe()["different"] == 3


def test_cliffs_delta_is_that_of_a_count_over_all_pairs():
    rng = np.random.default_rng(7)
    groups = rng.integers(0, 3, 200)
    values = np.sort(rng.poisson(2.0, 200).astype(float))
    deltas, variances = cliffs_delta_of_all(values, groups, 3)
    for one, other in ((0, 1), (0, 2), (2, 1)):
        signs = np.sign(values[groups == one][:, None] - values[groups == other])
        assert deltas[one, other] == pytest.approx(signs.mean())
        spread = signs.mean(axis=1).var(ddof=1) / len(signs)
        spread += signs.mean(axis=0).var(ddof=1) / signs.shape[1]
        assert variances[one, other] == pytest.approx(spread)


def test_the_permutation_test_agrees_with_scipys():
    rng = np.random.default_rng(8)
    one, other = rng.gamma(1.0, 10.0, 40), rng.gamma(1.4, 10.0, 60)
    values = np.concatenate([one, other])
    order = np.argsort(values)
    groups = np.repeat([0, 1], [40, 60])[order]

    def statistic(x, y, axis):
        sums = np.stack([x.sum(axis), y.sum(axis)], -1)
        squares = np.stack([(x**2).sum(axis), (y**2).sum(axis)], -1)
        return statistics_of(sums, squares, np.array([40, 60]))[..., 0]

    theirs = stats.permutation_test(
        (one, other), statistic, vectorized=True, n_resamples=9999, rng=rng
    ).pvalue
    sizes = np.array([40, 60])
    ours = compare_all_pairs(values[order], groups, sizes, 9999, rng).p_values[0]
    assert ours == pytest.approx(theirs, abs=4 * np.sqrt(theirs / 5000))


def test_limits_agree_with_scipys_bca():
    values = np.sort(np.random.default_rng(9).lognormal(2.0, 1.0, 150))
    group = Group.of(values, "money", 20_000, np.random.default_rng(10))
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(11),
        confidence_level=0.9,
    ).confidence_interval  # fmt: skip
    assert group.mean_limits(0.9) == pytest.approx((theirs.low, theirs.high), rel=0.02)


def test_medians_have_the_law_of_resampled_ones():
    rng = np.random.default_rng(12)
    for n in (31, 30):
        values = np.sort(rng.exponential(10.0, n))
        slow = np.median(rng.choice(values, (40_000, n)), axis=1)
        quick = bootstrap_medians(values, 40_000, rng)
        levels = [0.05, 0.25, 0.5, 0.75, 0.95]
        spread = np.diff(np.quantile(slow, [0.05, 0.95]))[0]
        gap = np.abs(np.quantile(quick, levels) - np.quantile(slow, levels))
        assert gap.max() < 0.08 * spread


def test_cells_give_means_and_permutations_the_right_spread():
    rng = np.random.default_rng(13)
    values = np.sort(rng.lognormal(2.0, 1.0, 30_000))
    cells = gather(values)
    assert cells.counts.sum() == 30_000
    assert len(cells.counts) <= 256
    assert cells.counts @ cells.means == pytest.approx(values.sum())
    squares = cells.counts @ (cells.means**2 + cells.variances)
    assert squares == pytest.approx((values**2).sum())
    means = bootstrap_means(cells, 4000, rng)
    assert means.std() == pytest.approx(values.std() / np.sqrt(30_000), rel=0.06)
    sums, _ = permuted_moments(values, np.array([10_000, 20_000]), 2000, rng)
    error = values.std(ddof=1) * np.sqrt(10_000 * 20_000 / 30_000)
    assert sums[:, 0].std() == pytest.approx(error, rel=0.08)
    assert sums[:, 0].mean() == pytest.approx(values.mean() * 10_000, rel=0.001)


def test_corrected_limits_are_plain_quantiles_without_bias_and_acceleration():
    draws = np.linspace(-1, 1, 2001)
    assert bca_limits(draws, 0.0, 0.0, 0.8) == pytest.approx((-0.8, 0.8), abs=1e-3)


def test_the_share_explained_is_that_of_an_analysis_of_variance():
    groups = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    sums, squares = (np.array([sum(v**k for v in g) for g in groups]) for k in (1, 2))
    # Within 4 over 4 degrees of freedom, in all 17.5 over 5.
    expected = 1 - (4 / 4) / (17.5 / 5)
    assert share_explained(sums, squares, np.array([3, 3])) == pytest.approx(expected)
