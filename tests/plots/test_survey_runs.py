"""Figures of surveys show what their tables hold."""

from __future__ import annotations

import pandas as pd
import pytest

from clvlab import plots


@pytest.fixture
def scores():
    return pd.DataFrame(
        {"index_score": [60.0, 70.0], "index_lower": [55.0, 66.0], "index_upper": [65.0, 74.0]},
        index=pd.Index(["quality", "service"], name="construct"),
    )


def test_index_scores_have_a_mark_and_limits_for_each_construct(scores):
    ax = plots.plot_index_scores(scores)
    assert ax.lines[0].get_xdata().tolist() == [60.0, 70.0]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["quality", "service"]
    assert "0" in ax.get_xlabel()


def test_the_map_is_cut_at_the_averages(scores):
    table = scores.assign(
        importance=[0.7, 0.3], importance_lower=[0.6, 0.2], importance_upper=[0.8, 0.4]
    )
    ax = plots.plot_importance_performance(table)
    assert ax.lines[0].get_xdata() == [65.0, 65.0]
    assert ax.lines[1].get_ydata() == [0.5, 0.5]
    said = {text.get_text() for text in ax.texts}
    assert {"quality", "service", "improve first", "possible overkill"} <= said


def test_both_sides_are_told_apart_without_colour():
    table = pd.DataFrame({"customers_say": [60.0], "employees_believe": [68.0]}, index=["quality"])
    ax = plots.plot_both_sides(table)
    marks = {line.get_label(): line.get_marker() for line in ax.lines}
    assert marks == {"customers say": "o", "employees believe": "D"}


def test_groups_that_are_hidden_are_left_out():
    keys = pd.MultiIndex.from_tuples([("region", "north"), ("region", "west")])
    table = pd.DataFrame(
        {
            "response_rate": [0.3, None],
            "response_lower": [0.2, None],
            "response_upper": [0.4, None],
        },
        index=keys,
    )
    ax = plots.plot_response(table, 0.3)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["region: north"]


def test_later_purchases_are_bars_with_limits():
    table = pd.DataFrame(
        {"bought_share": [0.4, 0.6], "bought_lower": [0.3, 0.5], "bought_upper": [0.5, 0.7]},
        index=["lowest third", "highest third"],
    )
    ax = plots.plot_later_purchases(table)
    assert [bar.get_height() for bar in ax.patches] == [0.4, 0.6]
    assert ax.get_ylim() == (0.0, 1.0)
