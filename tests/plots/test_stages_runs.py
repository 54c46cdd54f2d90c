"""Figures of moves between stages show every customer, and every stage in its colour."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from clvlab import plots

DAYS = pd.DatetimeIndex(["2024-03-31", "2024-06-30", "2024-09-30"])
MOVES = pd.DataFrame(
    [
        (DAYS[0], DAYS[1], "new", "loyal", 30),
        (DAYS[0], DAYS[1], "new", "lapsed", 20),
        (DAYS[0], DAYS[1], "loyal", "loyal", 50),
        (DAYS[1], DAYS[2], "loyal", "loyal", 60),
        (DAYS[1], DAYS[2], "loyal", "lapsed", 20),
        (DAYS[1], DAYS[2], "lapsed", "lapsed", 20),
    ],
    columns=["from_date", "to_date", "from_stage", "to_stage", "customers"],
)


def test_the_bars_of_the_alluvial_picture_hold_all_customers():
    ax = plots.plot_moves_between(MOVES)
    bars = [one for one in ax.patches if isinstance(one, Rectangle) and one.get_height() > 0]
    places = pd.Series([round(one.get_x() + one.get_width() / 2) for one in bars])
    heights = pd.Series([one.get_height() for one in bars]).groupby(places).sum()
    assert heights.tolist() == [100, 100, 100]
    assert len(ax.collections) == len(MOVES)
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        f"{day:%Y-%m-%d}" for day in DAYS
    ]


def test_bands_are_as_wide_as_the_moves_at_both_ends():
    ax = plots.plot_moves_between(MOVES)
    for band, many in zip(ax.collections, [50, 30, 20, 60, 20, 20], strict=True):
        points = band.get_paths()[0].vertices
        for end in (points[:, 0].min(), points[:, 0].max()):
            there = points[np.isclose(points[:, 0], end), 1]
            assert np.ptp(there) == pytest.approx(many)


def test_a_forecast_goes_on_from_what_was_seen():
    seen = pd.DataFrame({"new": [5, 7], "loyal": [9, 8]}, index=DAYS[:2])
    rows = [(DAYS[2], "new", 6.0, 4, 9), (DAYS[2], "loyal", 9.0, 7, 11)]
    ahead = pd.DataFrame(rows, columns=["date", "stage", "customers", "lower", "upper"])
    ax = plots.plot_stage_forecast(seen, ahead)
    lines = {line.get_label(): line.get_ydata().tolist() for line in ax.lines}
    assert lines["new"] == [5, 7]
    assert [7.0, 6.0] in [line.get_ydata().tolist() for line in ax.lines]
    assert len(ax.collections) == 2
