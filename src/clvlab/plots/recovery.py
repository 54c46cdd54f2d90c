"""Figures of a recovery campaign: who is lost, who comes back, what it brings."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter, StrMethodFormatter

from clvlab.plots.style import (
    AT_RISK,
    BAND_OPACITY,
    EXPECTED,
    INCREMENTAL,
    LAPSED,
    LINE,
    OBSERVED,
    RETURNED,
    SOFT,
    SQUARE,
    axes_for,
    style,
)

SHARES = PercentFormatter(1.0, decimals=0, symbol=" %")
THOUSANDS = StrMethodFormatter("{x:,.0f}")
_BAR = 0.62


def plot_recovery_funnel(
    funnel: pd.DataFrame, value: str, *, label: str, ax: Axes | None = None
) -> Axes:
    """Customers at each step from lost to targeted, with what they are worth.

    Parameters
    ----------
    funnel
        `clvlab.recovery.funnel`.
    value
        Its column of money.
    label
        What that is, with its currency.
    ax
        Axes to draw on; a new figure by default.
    """
    place = np.arange(len(funnel))[::-1]
    with style():
        ax = axes_for(ax)
        ax.barh(place, funnel["customers"], _BAR, color=EXPECTED)
        for where, (customers, money) in zip(
            place, funnel[["customers", value]].itertuples(index=False), strict=True
        ):
            ax.annotate(
                f"{customers:,.0f}, {label} {money:,.0f}",
                (customers, where),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
        ax.set_yticks(place, [str(step) for step in funnel.index])
        ax.set_xlim(0, funnel["customers"].max() * 1.5)
        ax.set_xlabel("customers")
        ax.xaxis.set_major_formatter(THOUSANDS)
    return ax


def plot_natural_return(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Who came back by themselves, against what the model expected.

    Parameters
    ----------
    table
        `clvlab.recovery.natural_return`, with ``expected`` where a model was asked.
    ax
        Axes to draw on; a new figure by default.
    """
    place = np.arange(len(table))[::-1]
    with style():
        ax = axes_for(ax)
        ax.hlines(place, table["lower"], table["upper"], color=OBSERVED, linewidth=1.6)
        ax.plot(table["share"], place, "o", color=OBSERVED, label="came back by themselves")
        if "expected" in table:
            ax.plot(table["expected"], place, "D", color=EXPECTED, label="expected by the model")
        ax.set_yticks(place, [str(name) for name in table.index])
        ax.set_ylim(-0.6, len(table) - 0.4)
        ax.set_xlim(left=0)
        ax.set_xlabel("share of the lost customers")
        ax.xaxis.set_major_formatter(SHARES)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax


def plot_second_life(curve: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Mean cumulative margin of second lives by their age, as they were seen.

    Parameters
    ----------
    curve
        `SecondLives.curve`.
    currency
        For the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        ax.plot(curve["age_days"], curve["margin"], color=RETURNED, marker="o", markersize=3.5)
        ax.set_ylim(bottom=0)
        ax.set_xlabel("days since the return")
        ax.set_ylabel(f"margin per customer{f', {currency}' if currency else ''}")
    return ax


def plot_effects(table: pd.DataFrame, *, label: str, ax: Axes | None = None) -> Axes:
    """Effects with their limits, one line each.

    Parameters
    ----------
    table
        ``effect``, ``lower``, ``upper``; the index names the lines.
    label
        What the effect is of, with its unit.
    ax
        Axes to draw on; a new figure by default.
    """
    known = table[table["effect"].notna()]
    place = np.arange(len(known))[::-1]
    names = [
        ": ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in known.index
    ]
    with style():
        ax = axes_for(ax, (SQUARE[0], 0.9 + 0.34 * max(len(known), 3)))
        ax.axvline(0, color=SOFT, linewidth=1, linestyle=":")
        ax.hlines(place, known["lower"], known["upper"], color=INCREMENTAL, linewidth=1.8)
        ax.plot(known["effect"], place, "o", color=INCREMENTAL)
        ax.set_yticks(place, names)
        ax.set_ylim(-0.6, len(known) - 0.4)
        ax.set_xlabel(label)
        if known[["lower", "upper"]].abs().to_numpy().max(initial=0.0) < 1:
            ax.xaxis.set_major_locator(MaxNLocator(6))
            ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    return ax


def plot_net_returns(
    table: pd.DataFrame, quoted: tuple[float, float], *, ax: Axes | None = None
) -> Axes:
    """The net return in every reading, with limits, beside what the seed quotes.

    Parameters
    ----------
    table
        Indexed by reading: ``net_return``, ``net_return_lower``, ``net_return_upper``.
    quoted
        The band of net returns that it is compared with.
    ax
        Axes to draw on; a new figure by default.
    """
    place = np.arange(len(table))[::-1]
    caused = [str(name) != "gross" and "seed" not in str(name) for name in table.index]
    colours = [INCREMENTAL if one else LAPSED for one in caused]
    with style():
        ax = axes_for(ax)
        ax.axvspan(
            *quoted, color=AT_RISK, alpha=BAND_OPACITY, linewidth=0, label="quoted: 41 % to 102 %"
        )
        ax.axvline(0, color=SOFT, linewidth=1, linestyle=":")
        for where, colour, (net, low, high) in zip(
            place,
            colours,
            table[["net_return", "net_return_lower", "net_return_upper"]].itertuples(index=False),
            strict=True,
        ):
            ax.hlines(where, low, high, color=colour, linewidth=2)
            ax.plot(net, where, "o", color=colour)
        ax.set_yticks(place, [str(name) for name in table.index])
        ax.set_ylim(-0.6, len(table) - 0.4)
        ax.set_xlabel("net return, benefit over cost minus one")
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    return ax


def plot_tornado(
    table: pd.DataFrame, *, centre: float, labels: dict[str, str], ax: Axes | None = None
) -> Axes:
    """How far each input alone moves the net return.

    Parameters
    ----------
    table
        `clvlab.recovery.tornado`.
    centre
        The net return at the means of all inputs.
    labels
        Words for inputs.
    ax
        Axes to draw on; a new figure by default.
    """
    place = np.arange(len(table))[::-1]
    low = table[["net_return_low", "net_return_high"]].min(axis=1)
    high = table[["net_return_low", "net_return_high"]].max(axis=1)
    with style():
        ax = axes_for(ax)
        ax.barh(place, high - low, _BAR, left=low, color=EXPECTED)
        ax.axvline(centre, color=OBSERVED, linewidth=1.2)
        ax.axvline(0, color=SOFT, linewidth=1, linestyle=":")
        ax.set_yticks(place, [labels.get(str(name), str(name)) for name in table.index])
        ax.set_xlabel("net return")
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    return ax


def plot_break_even_map(
    table: pd.DataFrame, *, uplift: float, value: float, label: str, ax: Axes | None = None
) -> Axes:
    """Net return over uplift and worth of a return, with the line on which nothing is earned.

    Parameters
    ----------
    table
        `clvlab.recovery.break_even_map`.
    uplift, value
        Where the campaign stands.
    label
        What the value is, with its currency.
    ax
        Axes to draw on; a new figure by default.
    """
    x, y = table.columns.to_numpy(dtype=float), table.index.to_numpy(dtype=float)
    with style():
        ax = axes_for(ax, SQUARE)
        levels = [-0.5, 0.0, 0.41, 1.02, 2.0]
        lines = ax.contour(
            x,
            y,
            table.to_numpy(),
            levels=levels,
            colors=[LAPSED, OBSERVED, AT_RISK, AT_RISK, INCREMENTAL],
        )
        ax.clabel(lines, fmt=lambda level: f"{level * 100:.0f} %", fontsize=8.5)
        ax.plot(value, uplift, "o", color=RETURNED, markersize=8, label="this campaign")
        ax.set_xlabel(label)
        ax.set_ylabel("uplift of the return rate")
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1, symbol=" %"))
        ax.grid(color=LINE, linewidth=0.6)
        ax.legend(loc="upper right")
    return ax


def plot_qini(curve: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Money gained by contacting the best share of customers, with a band.

    Parameters
    ----------
    curve
        `clvlab.recovery.qini_curve`.
    currency
        For the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        ax.fill_between(
            curve["share"],
            curve["lower"],
            curve["upper"],
            color=INCREMENTAL,
            alpha=BAND_OPACITY,
            linewidth=0,
        )
        ax.plot(curve["share"], curve["gain"], color=INCREMENTAL, label="best first, by the model")
        ends = curve["gain"].iloc[[0, -1]]
        ax.plot([0, 1], ends, color=SOFT, linestyle=":", label="in any order")
        ax.axhline(0, color=SOFT, linewidth=0.8)
        ax.set_xlabel("share of the customers contacted")
        ax.set_ylabel(f"gain after costs{f', {currency}' if currency else ''}")
        ax.xaxis.set_major_formatter(SHARES)
        ax.yaxis.set_major_formatter(THOUSANDS)
        ax.legend(loc="best")
    return ax


def plot_sample_sizes(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Power of a test by its size.

    Parameters
    ----------
    table
        Indexed by customers per arm; a column of powers for each question.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        for name, colour in zip(table, (INCREMENTAL, AT_RISK, EXPECTED), strict=False):
            ax.plot(table.index, table[name], color=colour, label=str(name))
        ax.axhline(0.8, color=SOFT, linestyle=":", linewidth=1)
        ax.set_xscale("log")
        ax.set_ylim(0, 1.02)
        ax.set_xlabel("customers in each arm")
        ax.set_ylabel("power")
        ax.xaxis.set_major_formatter(THOUSANDS)
        ax.yaxis.set_major_formatter(SHARES)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax
