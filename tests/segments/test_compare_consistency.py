"""What must not matter to a comparison: the order of customers, names, units, and the run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clvlab.segments import Outcomes, compare_segments, segmentation_of
from clvlab.segments.effect_sizes import cliffs_delta_of_all
from clvlab.segments.resampling import gather
from clvlab.segments.segmentation import Segmentation


@pytest.fixture
def base(make_base):
    return make_base(np.random.default_rng(1), (80, 60, 15), (1, 1.6, 1))


def test_the_same_seed_gives_the_same_digits(base):
    one, two = (compare_segments(*base, resamples=199, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(one.pairs, two.pairs, check_exact=True)
    pd.testing.assert_frame_equal(one.by_segment, two.by_segment, check_exact=True)


def test_the_order_of_customers_does_not_matter(base):
    cut, outcomes = base
    metrics = outcomes.metrics.iloc[::-1]
    turned = Outcomes(outcomes.period, metrics, outcomes.kinds, {})
    one = compare_segments(cut, outcomes, resamples=199)
    two = compare_segments(cut, turned, resamples=199)
    pd.testing.assert_frame_equal(one.pairs, two.pairs, check_exact=True)


def test_the_unit_of_money_does_not_matter(base):
    cut, outcomes = base
    metrics = outcomes.metrics.assign(spend=outcomes.metrics["spend"] * 1024)
    scaled = Outcomes(outcomes.period, metrics, outcomes.kinds, {})
    one = compare_segments(cut, outcomes, resamples=199).pairs.loc["spend"]
    two = compare_segments(cut, scaled, resamples=199).pairs.loc["spend"]
    np.testing.assert_allclose(two["difference"], 1024 * one["difference"])
    np.testing.assert_allclose(two["lower"], 1024 * one["lower"], rtol=1e-6)
    for name in ("ratio", "delta", "p_value", "p_adjusted"):
        np.testing.assert_allclose(two[name], one[name])


def test_segments_that_are_too_small_are_named_and_not_shown(base):
    found = compare_segments(*base, resamples=199, fewest=20)
    assert found.small.to_dict() == {"s2": 15}
    for table in (found.by_segment, found.pairs):
        assert "s2" not in set(np.concatenate([list(map(str, key)) for key in table.index]))
    assert found.describe()["customers"] == 140


def test_what_everybody_did_is_no_comparison(base):
    cut, outcomes = base
    metrics = outcomes.metrics.assign(retained=1.0)
    found = compare_segments(
        cut, Outcomes(outcomes.period, metrics, outcomes.kinds, {}), resamples=199, fewest=5
    )
    assert "retained" not in found.pairs.index.unique("metric")
    assert "retained" not in found.forest().index.unique("metric")
    assert found.describe()["metrics"] == 2
    assert np.isnan(found.explained.loc["retained", "explained"])
    limits = found.by_segment.loc["retained"]
    assert (limits["lower"] < 1).all()


def test_corrected_p_values_are_never_below_single_ones(base):
    pairs = compare_segments(*base, resamples=199, fewest=5).pairs
    assert (pairs["p_adjusted"] >= pairs["p_value"]).all()
    assert (pairs["p_adjusted"] <= 1).all()
    assert (pairs["lower"] <= pairs["difference"]).all()
    assert (pairs["difference"] <= pairs["upper"]).all()


def test_different_and_not_told_apart_are_all_pairs(base):
    found = compare_segments(*base, resamples=199, fewest=5)
    both = [*found.different().index, *found.not_told_apart().index]
    assert sorted(both) == sorted(found.pairs.index)
    told = found.describe()
    assert told["different"] + told["not_different"] == told["tests"] == 9


def test_a_circular_comparison_is_marked(base):
    cut, outcomes = base
    same = Outcomes(cut.cut_in, outcomes.metrics, outcomes.kinds, {})
    assert compare_segments(cut, same, resamples=199, allow_circular=True).circular
    assert not compare_segments(cut, outcomes, resamples=199).circular
    fixed = Segmentation(cut.scheme, cut.labels, cut.rules, None)
    assert not compare_segments(fixed, same, resamples=199).circular


values_and_groups = st.lists(
    st.tuples(st.integers(-5, 5), st.integers(0, 2)), min_size=6, max_size=60
)


@given(values_and_groups)
@settings(max_examples=60)
def test_deltas_are_opposite_and_within_their_range(rows):
    rows = sorted([*rows, (0, 0), (1, 1), (2, 2)])
    values = np.array([value for value, _ in rows], dtype=float)
    groups = np.array([group for _, group in rows])
    deltas, variances = cliffs_delta_of_all(values, groups, 3)
    np.testing.assert_allclose(deltas, -deltas.T, atol=1e-12)
    assert (np.abs(deltas) <= 1 + 1e-12).all()
    assert (variances >= 0).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=900))
@settings(max_examples=40)
def test_cells_hold_every_value_once(values):
    ordered = np.sort(np.array(values))
    cells = gather(ordered)
    assert cells.counts.sum() == len(values)
    assert (cells.counts > 0).all()
    assert (cells.variances >= 0).all()
    np.testing.assert_allclose(
        cells.counts @ cells.means, ordered.sum(), atol=1e-6 * max(np.abs(ordered).sum(), 1)
    )


def test_a_segmentation_keeps_the_order_of_its_rules():
    labels = pd.Series(["b", "a"], index=[1, 2])
    found = segmentation_of(labels, scheme="x", rules={"b": "", "a": "", "c": ""}, cut_in=None)
    assert found.table().index.tolist() == ["b", "a"]
