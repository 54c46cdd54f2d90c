"""Figure of the health report: indicators with their limits beside what is aimed at."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clvlab.plots.lifecycle import SHARES
from clvlab.plots.style import AT_RISK, EXPECTED, LAPSED, OBSERVED, SOFT, WIDE, axes_for, style

COLOURS = {"met": EXPECTED, "missed": AT_RISK}
HEIGHT = 0.27
"""Inches for each indicator."""
HALF = 0.36
"""Half the length of a target's line, where indicators are one apart."""


def plot_indicators(indicators: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Each indicator with its limits, and its target as a line.

    Parameters
    ----------
    indicators
        The indicators of one step or of all: ``share``, ``lower``, ``upper``, ``target``,
        ``verdict``, the last level of the index being their names. Those without a share are left
        out.
    ax
        Axes to draw on; a new figure by default.
    """
    rows = indicators.dropna(subset="share")
    with style():
        ax = axes_for(ax, (WIDE[0], 0.8 + HEIGHT * len(rows)))
        numbers = rows[["share", "lower", "upper", "target"]].to_numpy(dtype=float)
        for place, (share, lower, upper, target) in enumerate(numbers):
            verdict = str(rows["verdict"].iloc[place])
            colour = COLOURS.get(verdict, LAPSED)
            if np.isfinite(lower):
                ax.plot([lower, upper], [place, place], color=colour, linewidth=2.2)
            sign = "D" if verdict == "missed" else "o"
            ax.plot(share, place, sign, color=colour, markersize=5.5)
            if np.isfinite(target):
                ends = [place - HALF, place + HALF]
                ax.plot([target, target], ends, color=OBSERVED, linewidth=1.4)
        names = rows.index.get_level_values(-1)
        ax.set_yticks(range(len(rows)), [str(name) for name in names], fontsize=8.5)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(-0.02, 1.02)
        ax.xaxis.set_major_formatter(SHARES)
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="x")
        for step, first in _steps(rows):
            if first:
                ax.axhline(first - 0.5, color=SOFT, linewidth=0.6)
            ax.annotate(
                step, (1.02, first), xycoords=("axes fraction", "data"), fontsize=8.5, va="center"
            )
    return ax


def _steps(rows: pd.DataFrame) -> list[tuple[str, int]]:
    """Where each step begins; nothing where there is one step only."""
    if rows.index.nlevels < 2:
        return []
    steps = rows.index.get_level_values(0)
    return [(str(step), int(np.argmax(steps == step))) for step in dict.fromkeys(steps)]
