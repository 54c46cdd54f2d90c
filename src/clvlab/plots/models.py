"""Figures of the models: what they expect, and how it compares with what happened."""

from __future__ import annotations

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, StrMethodFormatter

from clvlab.plots.style import (
    AT_RISK,
    BAND_OPACITY,
    EXPECTED,
    INCREMENTAL,
    LOW_TO_HIGH,
    OBSERVED,
    SOFT,
    SQUARE,
    axes_for,
    style,
)

THOUSANDS = StrMethodFormatter("{x:,.0f}")


def plot_tracking(
    tracking: pd.DataFrame,
    *,
    cumulative: bool = False,
    period: str = "week",
    ax: Axes | None = None,
) -> Axes:
    """Repeat purchases per period, or in total: observed and expected with predictive limits.

    Parameters
    ----------
    tracking
        What `track_repeat_purchases` returned.
    cumulative
        Total from the first day instead of the number in each period.
    period
        Word for the period, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    prefix = "cumulative_" if cumulative else ""
    days = tracking.index
    with style():
        ax = axes_for(ax)
        ax.fill_between(
            days,
            tracking[f"{prefix}predictive_lower"],
            tracking[f"{prefix}predictive_upper"],
            color=EXPECTED,
            alpha=BAND_OPACITY,
            linewidth=0,
            label="expected, with predictive limits",
        )
        ax.plot(days, tracking[f"{prefix}expected"], color=EXPECTED, linewidth=1.8)
        ax.plot(
            days,
            tracking[f"{prefix}observed"],
            color=OBSERVED,
            linewidth=1.1,
            marker="o",
            markersize=2.4,
            label="observed",
        )
        mark_holdout(ax, tracking["holdout"])
        ax.set_ylim(bottom=0)
        ax.set_xlabel(f"{period} ending")
        ax.set_ylabel("repeat purchases in total" if cumulative else f"repeat purchases a {period}")
        ax.yaxis.set_major_formatter(THOUSANDS)
        dates = mdates.AutoDateLocator(minticks=4, maxticks=7)  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_locator(dates)
        ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(dates))  # type: ignore[no-untyped-call]
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax


def mark_holdout(ax: Axes, holdout: pd.Series) -> None:
    """Shade the periods of the holdout."""
    if not holdout.any():
        return
    start = holdout.index[holdout][0]
    ax.axvspan(start, holdout.index[-1], color=EXPECTED, alpha=0.06, linewidth=0)
    ax.annotate(
        "holdout",
        (start, 0.02),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        color=EXPECTED,
        fontsize=9.5,
        va="bottom",
    )


def plot_holdout_by_frequency(by_frequency: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Purchases per customer in the holdout by repeat purchases before it.

    Parameters
    ----------
    by_frequency
        `HoldoutCheck.by_frequency`.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        labels = [f"{frequency}" for frequency in by_frequency.index]
        labels[-1] += "+"
        position = np.arange(len(labels))
        ax.plot(position, by_frequency["observed"], color=OBSERVED, marker="o", label="observed")
        ax.plot(
            position,
            by_frequency["expected"],
            color=EXPECTED,
            marker="s",
            linestyle="--",
            label="expected",
        )
        ax.set_xticks(position, labels)
        ax.set_ylim(bottom=0)
        ax.set_xlabel("repeat purchases in the calibration")
        ax.set_ylabel("purchases per customer\nin the holdout")
        ax.legend(loc="upper left")
    return ax


def plot_grid(
    grid: pd.DataFrame,
    value: str,
    *,
    label: str,
    unit: str = "weeks",
    ax: Axes | None = None,
) -> Axes:
    """A map over frequency and recency.

    Parameters
    ----------
    grid
        What `frequency_recency_grid` returned.
    value
        The column to show: ``probability_alive`` or ``expected_purchases``.
    label
        What the colours mean.
    unit
        Unit of the recency axis.
    ax
        Axes to draw on; a new figure by default.
    """
    table = grid.pivot_table(index="recency", columns="frequency", values=value)
    with style():
        ax = axes_for(ax, SQUARE)
        mesh = ax.pcolormesh(
            table.columns.to_numpy(),
            table.index.to_numpy(),
            table.to_numpy(),
            cmap=LOW_TO_HIGH,
            shading="nearest",
            vmin=0,
            vmax=1 if value.startswith("probability") else None,
            rasterized=True,
        )
        bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02)
        bar.set_label(label)
        bar.outline.set_visible(False)
        ax.set_xlabel("repeat purchases")
        ax.set_ylabel(f"{unit} from first to last purchase")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def plot_spend_by_frequency(
    by_frequency: pd.DataFrame, *, currency: str, ax: Axes | None = None
) -> Axes:
    """Mean repeat purchase by number of repeat purchases: middle half, median and mean.

    Parameters
    ----------
    by_frequency
        `SpendIndependence.by_frequency`.
    currency
        Currency of the amounts, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        position = np.arange(len(by_frequency))
        ax.vlines(
            position,
            by_frequency["lower_quartile"],
            by_frequency["upper_quartile"],
            color=EXPECTED,
            alpha=0.35,
            linewidth=9,
            label="middle half of the customers",
        )
        ax.plot(
            position,
            by_frequency["median"],
            "_",
            color=OBSERVED,
            markersize=14,
            markeredgewidth=2,
            label="median",
        )
        ax.plot(position, by_frequency["mean"], "o", color=AT_RISK, markersize=6, label="mean")
        ax.set_xticks(
            position,
            [
                f"{label}\n({count:,})"
                for label, count in zip(by_frequency.index, by_frequency["customers"], strict=True)
            ],
        )
        ax.set_ylim(bottom=0)
        ax.set_xlabel("repeat purchases (number of customers)")
        ax.set_ylabel(f"average repeat purchase{_in(currency)}")
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax


def plot_value_by_decile(deciles: pd.DataFrame, *, currency: str, ax: Axes | None = None) -> Axes:
    """Customer lifetime value by tenth of the customers, with both kinds of limits.

    Parameters
    ----------
    deciles
        `CustomerScores.deciles`.
    currency
        Currency of the values, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        position = deciles.index.to_numpy()
        ax.bar(position, deciles["clv"], color=INCREMENTAL, width=0.72, label="expected")
        for kind, width, colour in (("predictive", 1.2, SOFT), ("credible", 4.0, OBSERVED)):
            ax.vlines(
                position,
                deciles[f"clv_{kind}_lower"],
                deciles[f"clv_{kind}_upper"],
                color=colour,
                linewidth=width,
                label=f"{kind} limits",
            )
        total = deciles["clv"].sum()
        for tenth, value, top in zip(
            position, deciles["clv"], deciles["clv_predictive_upper"], strict=True
        ):
            ax.annotate(
                f"{value / total:.0%}",
                (tenth, top),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                color=SOFT,
            )
        ax.set_xticks(position)
        ax.set_xlabel("tenth of the customers, 1 worth most (share of the total above the bar)")
        ax.set_ylabel(f"lifetime value{_in(currency)}")
        ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
        ax.legend(loc="upper right")
    return ax


def _in(currency: str) -> str:
    return f", {currency}" if currency else ""
