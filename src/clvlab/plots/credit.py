"""Figures of credit: what is owed and since when, how late payments are, and what to expect."""

from __future__ import annotations

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from clvlab.plots.churn import plot_reliability
from clvlab.plots.style import (
    AT_RISK,
    BAND_OPACITY,
    EXPECTED,
    INCREMENTAL,
    LAPSED,
    OBSERVED,
    SOFT,
    axes_for,
    style,
)

SHARES = PercentFormatter(1.0, decimals=0, symbol=" %")
THOUSANDS = StrMethodFormatter("{x:,.0f}")
_DUE_COLOURS = (INCREMENTAL, "#e9c46a", AT_RISK, "#b5651d", "#7d3c0a", LAPSED)


def plot_ageing(table: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """What is owed, by how long it is overdue.

    Parameters
    ----------
    table
        `clvlab.relations.credit.ageing`.
    currency
        Code of the currency, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    place = np.arange(len(table))
    with style():
        ax = axes_for(ax)
        ax.bar(place, table["owed"], 0.62, color=_DUE_COLOURS[: len(table)])
        for where, (owed, share) in enumerate(zip(table["owed"], table["owed_share"], strict=True)):
            ax.annotate(
                f"{share:.0%}", (where, owed), (0, 3), textcoords="offset points", ha="center"
            )
        ax.set_xticks(place, [str(name) for name in table.index])
        ax.set_xlabel("overdue")
        ax.set_ylabel(f"owed{f', {currency}' if currency else ''}")
        ax.yaxis.set_major_formatter(THOUSANDS)
        ax.margins(y=0.12)
    return ax


def plot_days_sales_outstanding(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Days sales outstanding month by month, beside the best that the terms allow.

    Parameters
    ----------
    table
        `clvlab.relations.credit.outstanding_by_month`.
    ax
        Axes to draw on; a new figure by default.
    """
    days = table.index.to_numpy()
    with style():
        ax = axes_for(ax)
        ax.plot(days, table["dso"], color=AT_RISK, linewidth=1.8, label="days sales outstanding")
        ax.plot(
            days, table["best_dso"], "--", color=INCREMENTAL, linewidth=1.6, label="best possible"
        )
        ax.fill_between(
            days, table["best_dso"], table["dso"], color=AT_RISK, alpha=BAND_OPACITY, linewidth=0
        )
        ax.set_ylim(bottom=0)
        ax.set_ylabel("days of sales owed")
        ax.set_xlabel("end of month")
        locator = mdates.AutoDateLocator(maxticks=8)  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax


def plot_lateness(table: pd.DataFrame, overall: float, *, ax: Axes | None = None) -> Axes:
    """Share of late invoices by class with its limits, beside that of all.

    Parameters
    ----------
    table
        `clvlab.relations.credit.lateness_by_class`; classes with missing shares are left out.
    overall
        The share of all invoices.
    ax
        Axes to draw on; a new figure by default.
    """
    shown = table.dropna(subset=["late_share"])
    place = np.arange(len(shown))[::-1]
    with style():
        ax = axes_for(ax)
        ax.axvline(overall, color=SOFT, linewidth=0.9, linestyle=":")
        ax.hlines(place, shown["late_lower"], shown["late_upper"], color=OBSERVED, linewidth=1.6)
        ax.plot(shown["late_share"], place, "o", color=OBSERVED)
        ax.set_yticks(place, [str(name).replace("_", " ") for name in shown.index])
        ax.set_ylim(-0.6, len(shown) - 0.4)
        ax.set_xlim(left=0)
        ax.set_xlabel("invoices paid late, of those due; dotted: of all")
        ax.xaxis.set_major_formatter(SHARES)
    return ax


def plot_late_chances(curve: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share paid late by the chance that was expected, with limits; on the line it holds.

    Parameters
    ----------
    curve
        `clvlab.relations.credit.LatePaymentStudy.curve`.
    ax
        Axes to draw on; a new figure by default.
    """
    ax = plot_reliability(curve, ax=ax)
    ax.set_xlabel("expected chance to be paid late")
    ax.set_ylabel("paid late")
    return ax


def plot_net_value(table: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """What credit takes off the value of all customers, step by step.

    Parameters
    ----------
    table
        `clvlab.relations.credit.value_net_of_credit`.
    currency
        Code of the currency, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    steps = table[["clv", "financing", "bad_debt", "net_clv"]].sum()
    words = ["lifetime value", "waiting for money", "expected loss", "net of credit"]
    bottoms = [0.0, steps.iloc[0] - steps.iloc[1], steps.iloc[3], 0.0]
    with style():
        ax = axes_for(ax)
        colours = [EXPECTED, AT_RISK, AT_RISK, INCREMENTAL]
        ax.bar(np.arange(4), steps, 0.6, bottom=bottoms, color=colours)
        for where, (value, bottom) in enumerate(zip(steps, bottoms, strict=True)):
            sign = "\u2212" if where in (1, 2) else ""
            text = f"{sign}{value:,.0f}"
            ax.annotate(
                text, (where, bottom + value), (0, 3), textcoords="offset points", ha="center"
            )
        ax.set_xticks(np.arange(4), words)
        ax.set_ylabel(f"value of all{f', {currency}' if currency else ''}")
        ax.yaxis.set_major_formatter(THOUSANDS)
        ax.margins(y=0.12)
    return ax
