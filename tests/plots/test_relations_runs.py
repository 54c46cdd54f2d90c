"""Figures of the relationship: drawn on the axes that are given, with what they are of."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from clvlab.plots import plot_indicators, plot_key_figures, plot_timeline


def test_a_timeline_has_a_row_for_each_kind_that_there_is():
    days = pd.to_datetime(["2024-01-05", "2024-02-01", "2024-02-03"])
    kinds = ["purchase", "contact", "survey"]
    table = pd.DataFrame({"date": days, "kind": kinds, "amount": [120.0, None, None]})
    ax = plt.subplots()[1]
    assert plot_timeline(table, currency="EUR", ax=ax) is ax
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[-2:] == ["contact", "survey"]
    assert ax.get_ylabel() == "purchase, EUR"


def test_indicators_without_a_share_are_left_out():
    index = pd.MultiIndex.from_tuples([("one", "a"), ("one", "b"), ("two", "c")])
    table = pd.DataFrame(
        {
            "share": [0.5, None, 0.9],
            "lower": [0.4, None, None],
            "upper": [0.6, None, None],
            "target": [0.7, 0.5, None],
            "verdict": ["missed", "not available", "no target"],
        },
        index=index,
    )
    ax = plot_indicators(table)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "c"]


def test_each_key_figure_has_its_small_picture():
    days = pd.date_range("2024-01-31", periods=3, freq="ME")
    parts = [
        pd.DataFrame(
            {
                "figure": name,
                "label": name,
                "kind": kind,
                "last_day": days,
                "value": [1.0, 2.0, 3.0],
                "lower": [None, None, 0.5],
                "upper": [None, None, 2.5],
            }
        )
        for name, kind in (("orders", "count"), ("conversion", "share"))
    ]
    axes = plot_key_figures(pd.concat(parts, ignore_index=True).astype({"lower": float}))
    titles = [ax.get_title(loc="left") for ax in axes.flat if ax.axison]
    assert titles == ["orders", "conversion"]
