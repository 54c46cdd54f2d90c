"""Figures of moves between stages: between dates, and what is to come."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clvlab.plots.lifecycle import STAGE_COLOURS, THOUSANDS, date_axis
from clvlab.plots.style import BAND_OPACITY, SQUARE, axes_for, style

BAR = 0.06
"""Half the width of a date's bar, where dates are one apart."""
GAP = 0.015
"""Space between stages, as a share of all customers."""
POINTS = 40


def plot_moves_between(moves: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Alluvial picture: how customers moved between stages from date to date.

    Parameters
    ----------
    moves
        `StageHistory.moves_between`.
    ax
        Axes to draw on; a new figure by default.
    """
    dates = sorted({*moves["from_date"], *moves["to_date"]})
    order = [name for name in STAGE_COLOURS if name in {*moves["from_stage"], *moves["to_stage"]}]
    heights = [_heights(moves, day, order) for day in dates]
    gap = GAP * max((float(one.sum()) for one in heights), default=0.0)
    bottoms = [np.concatenate([[0.0], np.cumsum(one + gap)[:-1]]) for one in heights]
    with style():
        ax = axes_for(ax, SQUARE)
        for place, day in enumerate(dates[:-1]):
            rows = moves[moves["from_date"] == day]
            _bands(ax, rows, order, place, bottoms[place].copy(), bottoms[place + 1].copy())
        for place, (height, bottom) in enumerate(zip(heights, bottoms, strict=True)):
            colours = [STAGE_COLOURS[name] for name in order]
            ax.bar(place, height, 2 * BAR, bottom=bottom, color=colours, edgecolor="white")
        for name in order:
            ax.bar(0, 0, color=STAGE_COLOURS[name], label=name)
        ax.set_xticks(range(len(dates)), [f"{day:%Y-%m-%d}" for day in dates])
        ax.set_xlim(-0.15, max(len(dates) - 1, 0) + 0.15)
        ax.set_ylim(bottom=0)
        ax.set_ylabel("customers")
        ax.yaxis.set_major_formatter(THOUSANDS)
        ax.grid(visible=False)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax


def _heights(moves: pd.DataFrame, day: pd.Timestamp, order: list[str]) -> np.ndarray:
    """Customers by stage at a date: those who leave it, or who arrive, whichever are more."""
    sides = []
    for side in ("from", "to"):
        rows = moves[moves[f"{side}_date"] == day]
        sides.append(rows.groupby(f"{side}_stage", observed=True)["customers"].sum())
    both = [one.reindex(order, fill_value=0).to_numpy(dtype=np.float64) for one in sides]
    return np.asarray(np.maximum(both[0], both[1]))


def _bands(
    ax: Axes, rows: pd.DataFrame, order: list[str], place: int, left: np.ndarray, right: np.ndarray
) -> None:
    """One band for each pair of stages; `left` and `right` are where the next one begins."""
    along = np.linspace(0, 1, POINTS)
    bend = along**2 * (3 - 2 * along)
    many = rows.set_index(["from_stage", "to_stage"])["customers"]
    for i, one in enumerate(order):
        for j, other in enumerate(order):
            size = float(many.get((one, other), 0))
            if not size:
                continue
            low = left[i] + (right[j] - left[i]) * bend
            x = place + BAR + along * (1 - 2 * BAR)
            ax.fill_between(x, low, low + size, color=STAGE_COLOURS[one], alpha=0.4, linewidth=0)
            left[i] += size
            right[j] += size


def plot_stage_forecast(
    counts: pd.DataFrame, forecast: pd.DataFrame, *, ax: Axes | None = None
) -> Axes:
    """Populations of the stages so far, and forecast with limits.

    Parameters
    ----------
    counts
        `StageHistory.counts`.
    forecast
        The table of `StageForecast`.
    ax
        Axes to draw on; a new figure by default.
    """
    order = [name for name in STAGE_COLOURS if name in counts and counts[name].sum() > 0]
    with style():
        ax = axes_for(ax, SQUARE)
        for name in order:
            rows = forecast[forecast["stage"] == name]
            colour = STAGE_COLOURS[name]
            seen = counts[counts.index < rows["date"].min()]
            ax.plot(seen.index, seen[name], color=colour, linewidth=1.6, label=name)
            dates = [*seen.index[-1:], *rows["date"]]
            middle, low, high = (
                [*seen[name].iloc[-1:], *rows[side]] for side in ("customers", "lower", "upper")
            )
            ax.plot(dates, middle, color=colour, linewidth=1.6, linestyle=":")
            ax.fill_between(
                dates,
                low,
                high,
                color=colour,
                alpha=2 * BAND_OPACITY,
                linewidth=0,
            )
        date_axis(ax)
        ax.set_ylim(bottom=0)
        ax.set_ylabel("customers")
        ax.yaxis.set_major_formatter(THOUSANDS)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax
