"""Figures of leads and of products: the way to a first purchase, and what is bought when."""

from __future__ import annotations

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from clvlab.plots.style import (
    AT_RISK,
    EXPECTED,
    INCREMENTAL,
    LOW_TO_HIGH,
    OBSERVED,
    SOFT,
    SQUARE,
    axes_for,
    style,
)

SHARES = PercentFormatter(1.0, decimals=0, symbol=" %")
PHASE_COLOURS = {
    "introduction": LOW_TO_HIGH(0.3),
    "growth": INCREMENTAL,
    "maturity": EXPECTED,
    "decline": AT_RISK,
}
MOST_PRODUCTS = 6
"""Products with most orders, up to this many, are drawn."""


def plot_funnel(steps: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """How many leads reached each step, and which share of the step before they are.

    Parameters
    ----------
    steps
        `funnel`.
    ax
        Axes to draw on; a new figure by default.
    """
    place = np.arange(len(steps))[::-1]
    with style():
        ax = axes_for(ax)
        ax.barh(place, steps["leads"], 0.62, color=EXPECTED)
        for at, (leads, before) in zip(
            place, steps[["leads", "of_previous"]].itertuples(index=False), strict=True
        ):
            said = "" if np.isnan(before) else f"  {before:.0%} of the step before"
            ax.annotate(
                f"{leads:,.0f}{said}",
                (leads, at),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=OBSERVED,
            )
        ax.set_yticks(place, [str(name) for name in steps.index])
        ax.set_xlim(0, float(steps["leads"].max()) * 1.12)
        ax.set_xlabel("leads")
        # Room for the words beside the longest bar that has some.
        if len(steps) > 1:
            widest = float(steps["leads"].iloc[1:].max())
            ax.set_xlim(right=max(ax.get_xlim()[1], widest * 1.9))
    return ax


def plot_conversion(development: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share of leads that became customers, by group, with limits.

    Parameters
    ----------
    development
        `conversion_within` or `lead_development`; groups without a share are left out.
    ax
        Axes to draw on; a new figure by default.
    """
    rows = development[development["conversion"].notna()]
    place = np.arange(len(rows))[::-1]
    with style():
        ax = axes_for(ax, (SQUARE[0], max(SQUARE[1], 0.28 * len(rows) + 0.8)))
        share = rows["conversion"].to_numpy()
        ax.hlines(place, rows["lower"], rows["upper"], color=EXPECTED, linewidth=1.6)
        ax.plot(share, place, "o", color=EXPECTED, markersize=5)
        ax.axvline(share[0], color=SOFT, linestyle=":", linewidth=1.2)
        same = rows["characteristic"] == rows["group"]
        names = np.where(same, rows["group"], rows["characteristic"] + ": " + rows["group"])
        ax.set_yticks(place, [name.replace("_", " ") for name in names])
        ax.set_xlim(left=0)
        ax.xaxis.set_major_formatter(SHARES)
        ax.set_xlabel("share of leads that became customers")
    return ax


def plot_product_lives(cycles: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Smoothed orders of the products that are bought most, coloured by phase of life.

    Parameters
    ----------
    cycles
        `product_life_cycles`.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax, SQUARE)
        seen: set[str] = set()
        for name in _most_bought(cycles):
            life = cycles[cycles["product"] == name]
            days, orders = life["period_end"].to_numpy(), life["smoothed"].to_numpy()
            for phase, colour in PHASE_COLOURS.items():
                inside = np.flatnonzero((life["phase"] == phase).to_numpy())
                if len(inside):
                    # A stretch begins where the one before it ended, so that no gap is seen.
                    part = slice(max(int(inside[0]) - 1, 0), int(inside[-1]) + 1)
                    label = None if phase in seen else phase
                    ax.plot(days[part], orders[part], color=colour, linewidth=1.8, label=label)
                    seen.add(phase)
        _name_ends(ax, cycles, "smoothed")
        _dated(ax)
        ax.set_ylabel("orders in a period, smoothed")
        ax.set_ylim(bottom=0)
        handles, labels = ax.get_legend_handles_labels()
        order = sorted(range(len(labels)), key=lambda at: list(PHASE_COLOURS).index(labels[at]))
        ax.legend(
            [handles[at] for at in order],
            [labels[at] for at in order],
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=4,
            borderaxespad=0.2,
        )
    return ax


def plot_adoption(cycles: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share of all customers so far who ever bought each of the products bought most.

    Parameters
    ----------
    cycles
        `product_life_cycles`.
    ax
        Axes to draw on; a new figure by default.
    """
    names = _most_bought(cycles)
    with style():
        ax = axes_for(ax, SQUARE)
        for place, name in enumerate(names):
            life = cycles[cycles["product"] == name]
            shade = LOW_TO_HIGH(0.4 + 0.6 * (len(names) - 1 - place) / max(len(names) - 1, 1))
            ax.plot(life["period_end"], life["share"], color=shade, linewidth=1.8)
        _name_ends(ax, cycles, "share")
        _dated(ax)
        ax.set_ylabel("customers who ever bought it")
        ax.set_ylim(bottom=0)
        ax.yaxis.set_major_formatter(SHARES)
    return ax


def _most_bought(cycles: pd.DataFrame) -> list[str]:
    orders = cycles.groupby("product")["orders"].sum().sort_values(ascending=False, kind="stable")
    return [str(name) for name in orders.index[:MOST_PRODUCTS]]


def _name_ends(ax: Axes, cycles: pd.DataFrame, column: str) -> None:
    """Write each product's name at the end of its line, spread where lines end close together."""
    last = cycles.groupby("product").tail(1).set_index("product")
    ends = last.loc[_most_bought(cycles), ["period_end", column]].sort_values(column)
    apart = 0.055 * float(cycles[column].max() or 1.0)
    height = -np.inf
    for name, day, value in ends.itertuples():
        height = max(float(value), height + apart)
        ax.annotate(
            str(name),
            (day, height),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=SOFT,
            annotation_clip=False,
        )


def _dated(ax: Axes) -> None:
    dates = mdates.AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(dates)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(dates))  # type: ignore[no-untyped-call]
