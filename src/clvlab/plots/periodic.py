"""Figures of the periodic pack: key figures so far, and where the last one was expected."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from clvlab.plots.lifecycle import THOUSANDS, date_axis
from clvlab.plots.style import AT_RISK, BAND_OPACITY, EXPECTED, OBSERVED, style

COLUMNS = 3
SIZE = (2.3, 1.55)
"""Width and height of one of the small pictures, in inches."""
TITLE = 30
"""Letters in a line of a title."""
PERCENT = FuncFormatter(lambda value, _: f"{100 * value:.0f} %")


def plot_key_figures(
    history: pd.DataFrame, *, axes: npt.NDArray[Any] | None = None
) -> npt.NDArray[Any]:
    """Each watched figure over the last periods, with the range expected for the last of them.

    Parameters
    ----------
    history
        `PeriodicPack.history`.
    axes
        At least as many axes as figures; a new figure by default.
    """
    names = list(dict.fromkeys(history["figure"]))
    with style():
        if axes is None:
            rows = -(-len(names) // COLUMNS)
            size = (SIZE[0] * COLUMNS, SIZE[1] * rows)
            axes = plt.subplots(rows, COLUMNS, figsize=size, squeeze=False)[1]
        for ax in axes.flat[len(names) :]:
            ax.set_axis_off()
        for name, ax in zip(names, axes.flat, strict=False):
            _draw(ax, history[history["figure"] == name])
    return axes


def _draw(ax: Axes, rows: pd.DataFrame) -> None:
    last = rows.iloc[-1]
    ax.plot(rows["last_day"], rows["value"], color=OBSERVED, linewidth=1.2)
    if not np.isnan(last["lower"]):
        outside = not last["lower"] <= last["value"] <= last["upper"]
        ax.errorbar(
            last["last_day"],
            (last["lower"] + last["upper"]) / 2,
            yerr=(last["upper"] - last["lower"]) / 2,
            color=EXPECTED,
            alpha=2.5 * BAND_OPACITY,
            linewidth=5,
        )
        ax.plot(
            last["last_day"],
            last["value"],
            marker="D" if outside else "o",
            markersize=5.5 if outside else 3.5,
            color=AT_RISK if outside else OBSERVED,
        )
    ax.set_title(fill(last["label"], TITLE), fontsize=8, loc="left")
    ax.tick_params(labelsize=7.5)
    ax.margins(x=0.06)
    ax.yaxis.set_major_formatter(PERCENT if last["kind"] == "share" else THOUSANDS)
    date_axis(ax)
    if last["kind"] != "share":
        ax.set_ylim(bottom=0)
