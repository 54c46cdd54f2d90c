"""Figures of leads and products show what the tables say."""

import numpy as np
import pandas as pd
import pytest

from clvlab import plots
from clvlab.plots.leads import MOST_PRODUCTS


@pytest.fixture
def cycles():
    ends = pd.to_datetime(["2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"])
    parts = [
        pd.DataFrame(
            {
                "product": f"product {place}",
                "period_end": ends,
                "orders": [10 - place, 8, 6, 1],
                "smoothed": [10.0 - place, 8, 6, 1],
                "share": [0.1, 0.2, 0.3, 0.4 - place / 100],
                "phase": ["growth", "maturity", "maturity", "decline"],
            }
        )
        for place in range(8)
    ]
    return pd.concat(parts, ignore_index=True)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_funnel_has_a_bar_and_words_for_each_step():
    steps = pd.DataFrame(
        {"leads": [2000, 800, 300], "of_previous": [np.nan, 0.4, 0.375]},
        index=pd.Index(["lead", "qualified", "customer"], name="step"),
    )
    ax = plots.plot_funnel(steps)
    assert [bar.get_width() for bar in ax.patches] == [2000, 800, 300]
    assert texts(ax) == ["2,000", "800  40% of the step before", "300  38% of the step before"]


def test_conversion_has_limits_for_each_group_with_a_share():
    table = pd.DataFrame(
        {
            "characteristic": ["all leads", "source", "source"],
            "group": ["all leads", "trade_fair", "site"],
            "conversion": [0.3, 0.5, np.nan],
            "lower": [0.2, 0.3, np.nan],
            "upper": [0.4, 0.7, np.nan],
        }
    )
    ax = plots.plot_conversion(table)
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "all leads",
        "source: trade fair",
    ]
    assert ax.lines[0].get_xdata().tolist() == [0.3, 0.5]


def test_product_lives_are_coloured_by_phase_and_named_once(cycles):
    ax = plots.plot_product_lives(cycles)
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["growth", "maturity", "decline"]
    assert sorted(texts(ax)) == [f"product {place}" for place in range(MOST_PRODUCTS)]
    assert ax.lines[0].get_ydata().tolist() == [10]


def test_adoption_has_a_line_for_each_product_bought_most(cycles):
    ax = plots.plot_adoption(cycles)
    assert len(ax.lines) == MOST_PRODUCTS
    heights = sorted(text.xy[1] for text in ax.texts)
    assert (np.diff(heights) > 0.02).all()
