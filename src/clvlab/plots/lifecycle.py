"""Figures of the customer-base audit and of the stages of life."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, PercentFormatter, StrMethodFormatter

from clvlab.plots.style import (
    AT_RISK,
    BAND_OPACITY,
    EXPECTED,
    INCREMENTAL,
    LAPSED,
    LOW_TO_HIGH,
    OBSERVED,
    RETURNED,
    SOFT,
    SQUARE,
    axes_for,
    style,
)

THOUSANDS = StrMethodFormatter("{x:,.0f}")
SHARES = PercentFormatter(1.0, decimals=0, symbol=" %")
LIGHT = "#a9c4de"
STAGE_COLOURS: Mapping[str, str] = {
    **dict.fromkeys(["loyal", "stability", "current"], INCREMENTAL),
    "formation": EXPECTED,
    **dict.fromkeys(["new", "exploration", "potential", "upcoming"], LIGHT),
    "recovery": RETURNED,
    **dict.fromkeys(["decline", "occasional", "old"], AT_RISK),
    **dict.fromkeys(["lapsed", "termination", "past"], LAPSED),
}
"""A stage has the same colour in every scheme and figure that shows it; the living stand below."""
MOST_NAMED = 8
"""Cohorts up to this many are named in a legend; more are told by a scale of colours."""


def plot_orders(by_orders: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Customers and their money by how many orders they placed.

    Parameters
    ----------
    by_orders
        `OnePeriod.by_orders`.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        place = np.arange(len(by_orders))
        ax.bar(place - 0.2, by_orders["share"], 0.4, color=LIGHT, label="of the customers")
        ax.bar(place + 0.2, by_orders["amount_share"], 0.4, color=EXPECTED, label="of the amount")
        labels = [str(orders) for orders in by_orders.index]
        ax.set_xticks(place, [*labels[:-1], f"{labels[-1]}+"])
        ax.set_xlabel("orders of a customer in the period")
        ax.set_ylabel("share")
        ax.yaxis.set_major_formatter(SHARES)
        ax.legend(loc="upper right")
    return ax


def plot_lorenz(lorenz: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Lorenz curve: what share of the amount the customers who spend least account for.

    Parameters
    ----------
    lorenz
        `OnePeriod.lorenz`.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax, SQUARE)
        ax.plot([0, 1], [0, 1], color=SOFT, linestyle=":", linewidth=1.2, label="all alike")
        ax.plot(lorenz["customers"], lorenz["value"], color=EXPECTED, label="observed")
        ax.fill_between(
            lorenz["customers"],
            lorenz["customers"],
            lorenz["value"],
            color=EXPECTED,
            alpha=BAND_OPACITY,
            linewidth=0,
        )
        ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
        ax.set_xlabel("customers, those who spend least first")
        ax.set_ylabel("share of the amount")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(SHARES)
        ax.legend(loc="upper left")
    return ax


def plot_bridge(
    bridge: pd.DataFrame,
    *,
    before: str,
    after: str,
    currency: str = "",
    ax: Axes | None = None,
) -> Axes:
    """From the amount of one period to that of the next, by what customers did.

    Parameters
    ----------
    bridge
        `TwoPeriods.bridge`.
    before, after
        Words for the two periods.
    currency
        Code of the currency, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    parts = bridge.loc[bridge["change"] != 0, "change"]
    start, end = float(bridge["before"].sum()), float(bridge["after"].sum())
    names = [before, *[str(name) for name in parts.index], after]
    bottoms = start + np.concatenate([[0.0], np.cumsum(parts.to_numpy())])[:-1]
    with style():
        ax = axes_for(ax)
        ax.bar([0, len(names) - 1], [start, end], color=OBSERVED, width=0.62)
        gains = parts.to_numpy() >= 0
        colours = np.where(gains, INCREMENTAL, AT_RISK)
        ax.bar(np.arange(1, len(names) - 1), parts, 0.62, bottom=bottoms, color=list(colours))
        tops = np.concatenate([[start], np.maximum(bottoms, bottoms + parts), [end]])
        values = [
            f"{start:,.0f}",
            *[f"{part:+,.0f}".replace("-", "\u2212") for part in parts],
            f"{end:,.0f}",
        ]
        for place, (top, value) in enumerate(zip(tops, values, strict=True)):
            ax.annotate(
                value, (place, top), (0, 3), textcoords="offset points", ha="center", fontsize=8.5
            )
        ax.set_xticks(np.arange(len(names)), names)
        ax.set_ylim(0, tops.max() * 1.12)
        ax.set_ylabel(f"amount{f', {currency}' if currency else ''}")
        ax.yaxis.set_major_formatter(THOUSANDS)
    return ax


def plot_cohorts(
    by_age: pd.DataFrame,
    value: str = "cumulative_per_customer",
    *,
    label: str,
    step: str,
    ax: Axes | None = None,
) -> Axes:
    """What a member of each cohort is at each age; later cohorts are darker.

    Parameters
    ----------
    by_age
        `Cohorts.by_age`.
    value
        The column to draw.
    label
        What it is, with its unit, for the axis.
    step
        Length of an age step in words, such as ``"30 days"``.
    ax
        Axes to draw on; a new figure by default.
    """
    names = sorted(by_age["cohort"].unique())
    with style():
        ax = axes_for(ax)
        for place, name in enumerate(names):
            rows = by_age[by_age["cohort"] == name]
            shade = LOW_TO_HIGH(0.35 + 0.65 * place / max(len(names) - 1, 1))
            shown = f"until {pd.Timestamp(name):%Y-%m-%d}" if len(names) <= MOST_NAMED else None
            ax.plot(rows["age"], rows[value], color=shade, linewidth=1.7, label=shown)
        ax.set_xlabel(f"age, in steps of {step}")
        ax.set_ylabel(label)
        ax.set_ylim(bottom=0)
        ax.yaxis.set_major_formatter(SHARES if value.startswith("share") else THOUSANDS)
        if len(names) <= MOST_NAMED:
            ax.legend(title="first purchase", title_fontsize=9.5, loc="best")
    return ax


def plot_amount_by_cohort(
    by_cohort: pd.DataFrame, *, currency: str = "", ax: Axes | None = None
) -> Axes:
    """What each cohort spent in each period, on top of each other; later cohorts are darker.

    Parameters
    ----------
    by_cohort
        `amount_by_cohort`.
    currency
        Code of the currency, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    place, bottom = np.arange(len(by_cohort)), np.zeros(len(by_cohort))
    names = list(by_cohort.columns)
    with style():
        ax = axes_for(ax)
        for number, name in enumerate(names):
            shade = LOW_TO_HIGH(0.2 + 0.8 * number / max(len(names) - 1, 1))
            shown = f"until {name:%Y-%m-%d}" if len(names) <= MOST_NAMED else None
            values = by_cohort[name].to_numpy()
            ax.bar(place, values, 0.86, bottom=bottom, color=shade, label=shown)
            bottom += values
        many = -(-len(place) // 6)
        ax.set_xticks(place[::many], [f"{day:%Y-%m}" for day in by_cohort.index[::many]])
        ax.set_xlabel("period ending in")
        ax.set_ylabel(f"amount{f', {currency}' if currency else ''}")
        ax.yaxis.set_major_formatter(THOUSANDS)
        if len(names) <= MOST_NAMED:
            ax.legend(title="first purchase", title_fontsize=9.5, loc="upper right")
    return ax


def plot_time_to_event(
    curve: pd.DataFrame,
    *,
    label: str,
    since: str = "the first purchase",
    most_days: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Share to whom it has happened by each day, with its limits.

    Parameters
    ----------
    curve
        `kaplan_meier`; with groups one line for each.
    label
        What has happened, for the axis.
    since
        What days are counted from, for the axis.
    most_days
        Where the axis ends.
    ax
        Axes to draw on; a new figure by default.
    """
    groups = curve["group"].unique() if "group" in curve else [None]
    with style():
        ax = axes_for(ax)
        for place, name in enumerate(groups):
            rows = curve if name is None else curve[curve["group"] == name]
            shade = LOW_TO_HIGH(0.4 + 0.6 * place / max(len(groups) - 1, 1))
            colour = EXPECTED if name is None else shade
            ax.step(
                rows["day"], rows["share"], where="post", color=colour, linewidth=1.6, label=name
            )
            ax.fill_between(
                rows["day"],
                rows["lower"],
                rows["upper"],
                step="post",
                color=colour,
                alpha=BAND_OPACITY,
                linewidth=0,
            )
        ax.set_xlim(0, most_days)
        ax.set_ylim(bottom=0)
        ax.set_xlabel(f"days since {since}")
        ax.set_ylabel(label)
        ax.yaxis.set_major_formatter(SHARES)
        if groups[0] is not None:
            ax.legend(loc="lower right")
    return ax


def date_axis(ax: Axes) -> None:
    """Few dates along the axis, each as short as it can be."""
    dates = mdates.AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(dates)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(dates))  # type: ignore[no-untyped-call]


def plot_stage_counts(counts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Customers by stage at each date, on top of each other.

    Parameters
    ----------
    counts
        `StageHistory.counts`; stages that nobody was ever in are left out.
    ax
        Axes to draw on; a new figure by default.
    """
    order = [name for name in STAGE_COLOURS if name in counts and counts[name].sum() > 0]
    there = counts[order]
    with style():
        ax = axes_for(ax, SQUARE)
        colours = [STAGE_COLOURS[name] for name in order]
        ax.stackplot(
            there.index,
            there.to_numpy(dtype=float).T,
            labels=[str(name) for name in there],
            colors=colours,
            edgecolor="white",
            linewidth=0.4,
        )
        date_axis(ax)
        ax.set_xlim(there.index[0], there.index[-1])
        ax.set_ylim(bottom=0)
        ax.set_ylabel("customers")
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax
