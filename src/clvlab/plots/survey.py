"""Figures of satisfaction and loyalty: how high, what goes with it, and how each side sees it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from clvlab.plots.style import (
    AT_RISK,
    EXPECTED,
    INCREMENTAL,
    LAPSED,
    LINE,
    OBSERVED,
    SOFT,
    SQUARE,
    axes_for,
    style,
)

SHARES = PercentFormatter(1.0, decimals=0, symbol=" %")


def plot_index_scores(scores: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """The mean of each construct with its limits.

    Parameters
    ----------
    scores
        `clvlab.relations.survey.index_scores`.
    ax
        Axes to draw on; a new figure by default.
    """
    place = np.arange(len(scores))[::-1]
    with style():
        ax = axes_for(ax)
        ax.hlines(place, scores["index_lower"], scores["index_upper"], color=EXPECTED, linewidth=2)
        ax.plot(scores["index_score"], place, "o", color=EXPECTED)
        ax.set_yticks(place, [str(name) for name in scores.index])
        ax.set_ylim(-0.6, len(scores) - 0.4)
        ax.set_xlabel("mean answer, from 0 (worst possible) to 100 (best possible)")
        ax.grid(axis="x")
        ax.margins(x=0.08)
    return ax


def plot_importance_performance(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Importance against performance with the limits of both, cut at the averages.

    Parameters
    ----------
    table
        `clvlab.relations.survey.importance_performance`.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax, SQUARE)
        ax.axvline(table["index_score"].mean(), color=SOFT, linewidth=0.9, linestyle=":")
        ax.axhline(table["importance"].mean(), color=SOFT, linewidth=0.9, linestyle=":")
        ax.errorbar(
            table["index_score"],
            table["importance"],
            xerr=_reach(table, "index_score", "index"),
            yerr=_reach(table, "importance", "importance"),
            fmt="o",
            color=EXPECTED,
            ecolor="#9dbad7",
            elinewidth=1.4,
        )
        for name, row in table.iterrows():
            ax.annotate(
                str(name),
                (row["index_score"], row["importance"]),
                (6, 6),
                textcoords="offset points",
                fontweight="bold",
            )
        corners = {
            (0.01, 0.98, "left", "top"): "improve first",
            (0.99, 0.98, "right", "top"): "keep up",
            (0.01, 0.02, "left", "bottom"): "low priority",
            (0.99, 0.02, "right", "bottom"): "possible overkill",
        }
        for (x, y, across, along), text in corners.items():
            ax.text(x, y, text, transform=ax.transAxes, ha=across, va=along, color=SOFT)
        ax.margins(0.12)
        ax.set_xlabel("performance: mean answer from 0 to 100")
        ax.set_ylabel("importance: share of what is explained")
        ax.yaxis.set_major_formatter(SHARES)
    return ax


def plot_both_sides(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """What customers say beside what employees believe that they say.

    Parameters
    ----------
    table
        `clvlab.relations.survey.views_of_both_sides` by construct.
    ax
        Axes to draw on; a new figure by default.
    """
    place = np.arange(len(table))[::-1]
    with style():
        ax = axes_for(ax)
        ax.hlines(
            place, table["customers_say"], table["employees_believe"], color=LINE, linewidth=4
        )
        ax.plot(table["customers_say"], place, "o", color=EXPECTED, label="customers say")
        ax.plot(table["employees_believe"], place, "D", color=AT_RISK, label="employees believe")
        ax.set_yticks(place, [str(name) for name in table.index])
        ax.set_ylim(-0.6, len(table) - 0.4)
        ax.set_xlabel("mean answer, from 0 to 100")
        ax.margins(x=0.12)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax


def plot_response(groups: pd.DataFrame, overall: float, *, ax: Axes | None = None) -> Axes:
    """Response by group with its limits, beside that of all.

    Parameters
    ----------
    groups
        `clvlab.relations.survey.Response.by_group`; groups with missing rates are left out.
    overall
        The response of all.
    ax
        Axes to draw on; a new figure by default.
    """
    shown = groups.dropna(subset=["response_rate"])
    place = np.arange(len(shown))[::-1]
    with style():
        ax = axes_for(ax, (SQUARE[0], max(SQUARE[1], 0.26 * len(shown) + 1.0)))
        ax.axvline(overall, color=SOFT, linewidth=0.9, linestyle=":")
        ax.hlines(place, shown["response_lower"], shown["response_upper"], color=OBSERVED)
        ax.plot(shown["response_rate"], place, "o", color=OBSERVED, markersize=4.5)
        names = [f"{what}: {group}".replace("_", " ") for what, group in shown.index]
        ax.set_yticks(place, names, fontsize=9)
        ax.set_ylim(-0.6, len(shown) - 0.4)
        ax.set_xlim(left=0)
        ax.set_xlabel("share who answered, of those who had bought; dotted: of all")
        ax.xaxis.set_major_formatter(SHARES)
    return ax


def plot_later_purchases(bands: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share who bought later by thirds of a score, with limits.

    Parameters
    ----------
    bands
        `clvlab.relations.survey.later_by_score`.
    ax
        Axes to draw on; a new figure by default.
    """
    place = np.arange(len(bands))
    with style():
        ax = axes_for(ax)
        ax.bar(place, bands["bought_share"], 0.55, color=[LAPSED, EXPECTED, INCREMENTAL])
        ax.errorbar(
            place,
            bands["bought_share"],
            yerr=_reach(bands, "bought_share", "bought"),
            fmt="none",
            ecolor=OBSERVED,
            capsize=4,
        )
        ax.set_xticks(place, [str(name) for name in bands.index])
        ax.set_ylim(0, 1)
        ax.set_ylabel("bought again")
        ax.set_xlabel("customers by what they answered")
        ax.yaxis.set_major_formatter(SHARES)
    return ax


def _reach(table: pd.DataFrame, value: str, prefix: str) -> np.ndarray:
    """Distances of the limits from the value, (2, n), never negative."""
    below = table[value] - table[f"{prefix}_lower"]
    above = table[f"{prefix}_upper"] - table[value]
    return np.maximum(np.array([below, above], dtype=np.float64), 0.0)
