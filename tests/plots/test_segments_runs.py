"""Figures of segments are drawn, labelled and say what stands in their tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clvlab import plots
from clvlab.plots.segments import squarified


def forest():
    index = pd.MultiIndex.from_product(
        [["spend", "orders"], ["A", "B"]], names=["metric", "segment"]
    )
    middle = np.array([0.4, -0.3, 0.1, -0.05])
    limits = {"relative_lower": middle - 0.1, "relative_upper": middle + 0.1}
    return pd.DataFrame(
        {"relative": middle} | limits | {"differs": [True, True, False, False]}, index
    )


def test_the_forest_has_a_row_for_each_segment_below_its_metric():
    ax = plots.plot_forest(forest(), words={"spend": "spend", "orders": "purchase days"})
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert rows == ["spend", "A", "B", "purchase days", "A", "B"]
    assert "average of all segments" in ax.get_xlabel()
    top, bottom = ax.get_ylim()
    assert top > bottom
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["differs from another segment", "not told apart from any"]


def test_cells_of_the_heat_map_say_their_share():
    table = pd.DataFrame([[0.62, 0.08], [0.2, 0.1]], ["A", "B"], ["GROCERY", "FUEL"])
    ax = plots.plot_cross_table(table, xlabel="category", ylabel="segment")
    assert [text.get_text() for text in ax.texts] == ["62", "8.0", "20", "10"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["grocery", "fuel"]


def test_areas_of_the_treemap_are_shares_and_fill_the_figure():
    areas = np.array([6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0])
    found = squarified(areas, 6.0, 4.0)
    np.testing.assert_allclose([w * h for _, _, w, h in found], areas)
    assert max(x + w for x, _, w, _ in found) == pytest.approx(6.0)
    assert max(y + h for _, y, _, h in found) == pytest.approx(4.0)
    ax = plots.plot_treemap(pd.Series(areas / 24, list("abcdefg")), most=4)
    assert len(ax.patches) == 4


def test_losses_fall_from_certain_to_none():
    losses = pd.DataFrame({"with a common shock": [5.0, 1.0, 3.0], "each for themselves": 2.0})
    ax = plots.plot_losses(losses, 3.0, currency="USD")
    line = ax.get_lines()[0]
    assert line.get_xdata().tolist() == [1.0, 3.0, 5.0]
    assert line.get_ydata()[0] == 1.0
    assert ax.get_xlabel().endswith("USD")


def test_allocations_stand_side_by_side():
    table = pd.DataFrame(
        {"equal": [1.0, 2.0], "proportional": [2.0, 1.0], "best": [3.0, 0.0]}, list("AB")
    )
    ax = plots.plot_allocation(table)
    assert len(ax.patches) == 6
    assert ax.get_legend() is not None
