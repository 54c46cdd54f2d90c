"""Figures of how wrong models are, several of them side by side."""

from __future__ import annotations

from typing import Final, NamedTuple

import matplotlib.dates as mdates
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from clvlab.plots.models import mark_holdout
from clvlab.plots.style import (
    AT_RISK,
    BAND_OPACITY,
    EXPECTED,
    INCREMENTAL,
    LAPSED,
    OBSERVED,
    RETURNED,
    SOFT,
    axes_for,
    style,
)

TWO: Final = 2.0


class _Look(NamedTuple):
    """How one model is drawn: told apart without its colour."""

    color: str
    linestyle: str | tuple[int, tuple[int, ...]]
    marker: str


LOOKS: Final = {
    "bg-nbd": _Look(EXPECTED, "-", "o"),
    "mbg-nbd": _Look(AT_RISK, "--", "s"),
    "pareto-nbd": _Look(INCREMENTAL, "-.", "^"),
    "nbd": _Look(LAPSED, ":", "v"),
    "bg-cnbd-k": _Look(RETURNED, (0, (5, 1, 1, 1, 1, 1)), "D"),
    "mbg-cnbd-k": _Look(SOFT, (0, (1, 1)), "P"),
}
"""A model looks the same in every figure."""
OTHERS: Final = (_Look(OBSERVED, (0, (3, 1)), "X"), _Look(SOFT, (0, (6, 2)), "*"))


def plot_score_differences(comparison: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """How far each model's log score is below the best, with two standard errors either way.

    Parameters
    ----------
    comparison
        `ModelComparison.table` of a summary with a holdout.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        position = np.arange(len(comparison))[::-1]
        ax.axvline(0, color=SOFT, linewidth=0.8)
        ax.errorbar(
            comparison["difference"],
            position,
            xerr=TWO * comparison["standard_error"],
            fmt="o",
            color=EXPECTED,
            ecolor=EXPECTED,
            elinewidth=1.6,
            capsize=3,
        )
        ax.set_yticks(position, list(comparison["name"]))
        ax.set_ylim(-0.6, len(comparison) - 0.4)
        ax.set_xlabel("log score per customer, difference to the best (two standard errors)")
        ax.set_ylabel("model")
    return ax


def plot_models_tracking(
    tracking: pd.DataFrame, *, period: str = "week", ax: Axes | None = None
) -> Axes:
    """Repeat purchases since the first day: observed, and expected by each model with its band.

    Parameters
    ----------
    tracking
        What `track_models` returned.
    period
        Word for the period, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        for look, name, own in _by_model(tracking):
            lower, upper = own["cumulative_predictive_lower"], own["cumulative_predictive_upper"]
            ax.fill_between(
                own["period_end"],
                lower,
                upper,
                color=look.color,
                alpha=BAND_OPACITY,
                linewidth=0,
            )
            ax.plot(
                own["period_end"],
                own["cumulative_expected"],
                color=look.color,
                linestyle=look.linestyle,
                linewidth=1.6,
                label=name,
            )
        seen = own.set_index("period_end")
        ax.plot(
            seen.index, seen["cumulative_observed"], color=OBSERVED, linewidth=2.2, label="observed"
        )
        mark_holdout(ax, seen["holdout"])
        ax.set_ylim(bottom=0)
        ax.set_xlabel(f"{period} ending")
        ax.set_ylabel("repeat purchases in total")
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        _dates(ax)
        _legend_above(ax, 4)
    return ax


def plot_calibration(
    table: pd.DataFrame,
    *,
    ylabel: str = "purchases per customer\nin the holdout",
    share: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Observed and expected by tenth of the customers, with the limits of what was expected.

    Parameters
    ----------
    table
        What `calibration_table` or `reliability_table` returned.
    ylabel
        What was counted.
    share
        Whether it is a share of the customers, written in percent.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        position = table.index.to_numpy()
        ax.vlines(
            position,
            table["predictive_lower"],
            table["predictive_upper"],
            color=EXPECTED,
            alpha=0.35,
            linewidth=9,
            label="expected, with predictive limits",
        )
        ax.plot(position, table["expected"], "_", color=EXPECTED, markersize=13, markeredgewidth=2)
        ax.plot(position, table["observed"], "o", color=OBSERVED, markersize=5, label="observed")
        ax.set_xticks(position)
        # Square roots: the lower tenths are many customers and small numbers.
        ax.set_yscale("function", functions=(_root, np.square))
        ax.set_ylim(bottom=0)
        ax.set_xlabel("tenth of the customers, 1 with the highest expectation")
        ax.set_ylabel(ylabel)
        if share:
            ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.legend(loc="upper right")
    return ax


def plot_backtest(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Relative error of the total at each origin, by model, with the limits it gave itself.

    Parameters
    ----------
    table
        What `backtest` returned.
    ax
        Axes to draw on; a new figure by default.
    """
    origins = {day: position for position, day in enumerate(sorted(table["origin"].unique()))}
    models = _by_model(table)
    with style():
        ax = axes_for(ax)
        ax.axhline(0, color=OBSERVED, linewidth=1.0)
        for which, (look, name, own) in enumerate(models):
            shift = (which - (len(models) - 1) / 2) * min(0.16, 0.8 / len(models))
            position = own["origin"].map(origins).to_numpy(np.float64) + shift
            lower, upper = (
                own[f"predictive_{side}"] / own["observed"].where(own["observed"] > 0) - 1
                for side in ("lower", "upper")
            )
            ax.vlines(position, lower, upper, color=look.color, alpha=0.45, linewidth=2.5)
            ax.plot(
                position, own["relative_error"], look.marker, color=look.color, markersize=5.5,
                label=name,
            )  # fmt: skip
        ax.set_xticks(list(origins.values()), [f"{pd.Timestamp(day):%Y-%m-%d}" for day in origins])
        ax.tick_params(axis="x", labelsize=9)
        ax.set_xlabel("last day that the models had seen")
        ax.set_ylabel("error of the total")
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        _legend_above(ax, 4)
    return ax


def plot_errors_by_frequency(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Purchases expected too many or too few in the holdout, by earlier repeat purchases.

    Parameters
    ----------
    table
        `ModelComparison.by_frequency`.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        ax.axhline(0, color=OBSERVED, linewidth=1.0)
        for look, name, own in _by_model(table):
            ax.plot(
                np.arange(len(own)),
                own["error"],
                color=look.color,
                linestyle=look.linestyle,
                marker=look.marker,
                markersize=5,
                label=name,
            )
        ax.set_xticks(np.arange(len(own)), list(own["frequency"]))
        ax.set_xlabel("repeat purchases in the calibration")
        ax.set_ylabel("expected minus observed\npurchases, all customers")
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        _legend_above(ax, 4)
    return ax


def _root(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.sqrt(np.maximum(values, 0.0))


def _by_model(table: pd.DataFrame) -> list[tuple[_Look, str, pd.DataFrame]]:
    """How each model is drawn, what it is called, and its rows; in the table's order."""
    found, others = [], 0
    for model, own in table.groupby("model", sort=False):
        look = LOOKS.get(str(model))
        if look is None:
            look, others = OTHERS[others % len(OTHERS)], others + 1
        found.append((look, str(own["name"].iloc[0]), own))
    return found


def _legend_above(ax: Axes, columns: int) -> None:
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2)


def _dates(ax: Axes) -> None:
    dates = mdates.AutoDateLocator(minticks=4, maxticks=7)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(dates)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(dates))  # type: ignore[no-untyped-call]
