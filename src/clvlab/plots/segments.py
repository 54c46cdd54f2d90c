"""Figures of segments: who differs, what they are made of, what would be lost with them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, PercentFormatter

from clvlab.plots.style import (
    EXPECTED,
    LAPSED,
    LINE,
    OBSERVED,
    SOFT,
    axes_for,
    style,
)

ROW_HEIGHT = 0.22
WIDTH = 6.6
SHARES = PercentFormatter(1.0, decimals=0, symbol=" %")


def plot_forest(
    forest: pd.DataFrame, *, words: Mapping[str, str] | None = None, ax: Axes | None = None
) -> Axes:
    """Each segment beside the average of all, metric by metric, with its limits.

    Full marks are segments that differ from another one in that metric, after correction; hollow
    ones are those of whom that can't be said.

    Parameters
    ----------
    forest
        `Comparison.forest`; metrics and segments stand in its order.
    words
        What metrics are called.
    ax
        Axes to draw on; a new figure as high as its rows by default.
    """
    metrics = list(dict.fromkeys(forest.index.get_level_values("metric")))
    places, labels, heads, place = [], [], [], 0.0
    for metric in metrics:
        heads.append(place)
        place += 1
        for segment in forest.loc[metric].index:
            places.append(place)
            labels.append(str(segment))
            place += 1
        place += 0.5
    with style():
        ax = axes_for(ax, (WIDTH, 0.8 + ROW_HEIGHT * place))
        middle = forest["relative"].to_numpy()
        for differs, face in ((True, EXPECTED), (False, "white")):
            rows = (forest["differs"] == differs).to_numpy() & np.isfinite(middle)
            at = np.array(places)[rows]
            colour = EXPECTED if differs else LAPSED
            some = forest[rows]
            ax.hlines(
                at, some["relative_lower"], some["relative_upper"], color=colour, linewidth=1.6
            )
            label = "differs from another segment" if differs else "not told apart from any"
            ax.plot(
                middle[rows],
                at,
                "o",
                color=colour,
                markerfacecolor=face,
                markersize=5.5,
                label=label,
            )
        ax.axvline(0, color=SOFT, linewidth=0.9, linestyle=":")
        names = words or {}
        heading = [names.get(metric, str(metric)) for metric in metrics]
        ticks = sorted([*zip(heads, heading, strict=True), *zip(places, labels, strict=True)])
        ax.set_yticks([at for at, _ in ticks], [text for _, text in ticks])
        for tick, (at, _) in zip(ax.get_yticklabels(), ticks, strict=True):
            if at in heads:
                tick.set_fontweight("bold")
                tick.set_color(OBSERVED)
        for at in heads:
            ax.axhline(at - 0.6, color=LINE, linewidth=0.8)
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(place - 0.4, -0.8)
        ax.set_xlabel("mean of a customer, beside the average of all segments")
        ax.xaxis.set_major_formatter(FuncFormatter(_signed))
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax


def _signed(value: float, _: object) -> str:
    text = f"{100 * value:+,.0f} %" if abs(value) > 1e-9 else "average"
    return text.replace("-", "\u2212")
