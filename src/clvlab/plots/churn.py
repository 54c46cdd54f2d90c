"""Figures of churn: how good a model is, what it goes by, and where a campaign pays."""

from __future__ import annotations

from typing import Final

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

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

LOOKS: Final = {
    "base rate": (LAPSED, ":", "v"),
    "silence rule": (AT_RISK, "--", "s"),
    "BG/NBD": (INCREMENTAL, "-.", "^"),
    "logistic": (EXPECTED, "-", "o"),
    "boosting": (RETURNED, (0, (5, 1, 1, 1)), "D"),
    "LightGBM": (SOFT, (0, (1, 1)), "P"),
}
"""A model looks the same in every figure: colour, line and marker."""
SHARES: Final = PercentFormatter(1.0, decimals=0)
MOST_POINTS: Final = 500
"""Points of a curve beyond which nobody sees a difference, but a file grows."""


def plot_classifiers(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """How well each model orders customers, with its limits.

    Parameters
    ----------
    table
        `ClassifierComparison.table`.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        ax.axvline(0.5, color=SOFT, linewidth=0.8)
        places = np.arange(len(table))[::-1]
        for place, (name, row) in zip(places, table.iterrows(), strict=True):
            color, _, marker = LOOKS.get(str(name), (OBSERVED, "-", "X"))
            reach = [
                [row["roc_auc"] - row["roc_auc_lower"]],
                [row["roc_auc_upper"] - row["roc_auc"]],
            ]
            ax.errorbar(
                row["roc_auc"],
                place,
                xerr=reach,
                fmt=marker,
                color=color,
                elinewidth=1.6,
                capsize=3,
            )
        ax.set_yticks(places, [str(name) for name in table.index])
        ax.set_ylim(-0.6, len(table) - 0.4)
        ax.set_xlabel("AUC: chance that a churner stands above a buyer (0.5: no order)")
    return ax


def plot_reliability(curve: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Share that churned by what was expected, with its limits; on the line probabilities hold.

    Parameters
    ----------
    curve
        What `calibration_curve` returned.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        ax.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8)
        reach = [curve["observed"] - curve["lower"], curve["upper"] - curve["observed"]]
        ax.errorbar(
            curve["expected"],
            curve["observed"],
            yerr=np.maximum(reach, 0.0),
            fmt="o-",
            color=EXPECTED,
            elinewidth=1.4,
            capsize=3,
            linewidth=1.2,
        )
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1)
        ax.xaxis.set_major_formatter(SHARES)
        ax.yaxis.set_major_formatter(SHARES)
        ax.set_xlabel("expected to churn")
        ax.set_ylabel("churned")
    return ax


def plot_profit(
    curves: dict[str, pd.DataFrame], *, currency: str = "", ax: Axes | None = None
) -> Axes:
    """Profit of a campaign by the share of customers that it contacts, for each way to choose them.

    Parameters
    ----------
    curves
        `profit_curve` by name.
    currency
        Code or sign of the currency, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        ax.axhline(0, color=SOFT, linewidth=0.8)
        for place, (name, curve) in enumerate(curves.items()):
            fallback = [(EXPECTED, "-"), (AT_RISK, "--"), (INCREMENTAL, "-."), (LAPSED, ":")]
            color, line = LOOKS[name][:2] if name in LOOKS else fallback[place % len(fallback)]
            shown = curve.iloc[:: max(len(curve) // MOST_POINTS, 1)]
            ax.plot(
                shown["share"],
                shown["profit"],
                color=color,
                linestyle=line,
                linewidth=1.6,
                label=name,
            )
            best = int(curve["profit"].to_numpy().argmax())
            ax.plot(curve["share"].iloc[best], curve["profit"].iloc[best], "o", color=color)
        ax.set_xlim(0, 1)
        ax.xaxis.set_major_formatter(SHARES)
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        ax.set_xlabel("customers contacted")
        ax.set_ylabel(f"profit{f', {currency}' if currency else ''}")
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax


def plot_rolling_auc(backtested: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """How well each model ordered customers on several days.

    Parameters
    ----------
    backtested
        What `rolling_origin` returned.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        for name, own in backtested.groupby("name", sort=False):
            color, line, marker = LOOKS.get(str(name), (OBSERVED, "-", "X"))
            ax.plot(
                own["as_of"],
                own["roc_auc"],
                color=color,
                linestyle=line,
                marker=marker,
                linewidth=1.6,
                label=str(name),
            )
        dates = mdates.AutoDateLocator(minticks=3, maxticks=6)  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_locator(dates)
        ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(dates))  # type: ignore[no-untyped-call]
        ax.set_xlabel("day of the test")
        ax.set_ylabel("AUC")
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2)
    return ax


def plot_importance(importance: pd.DataFrame, *, most: int = 10, ax: Axes | None = None) -> Axes:
    """How much worse a model gets without each feature.

    Parameters
    ----------
    importance
        What `permutation_importance` returned.
    most
        How many features are shown.
    ax
        Axes to draw on; a new figure by default.
    """
    shown = importance.head(most).iloc[::-1]
    with style():
        ax = axes_for(ax, (6.6, 0.9 + 0.27 * len(shown)))
        ax.barh(np.arange(len(shown)), shown["log_loss_rise"], 0.7, color=EXPECTED)
        ax.set_yticks(np.arange(len(shown)), list(shown["label"]))
        ax.axvline(0, color=SOFT, linewidth=0.8)
        ax.set_xlabel("rise of the log loss when the feature is shuffled")
    return ax


def plot_dependence(
    curve: pd.DataFrame, *, label: str, share: bool = False, ax: Axes | None = None
) -> Axes:
    """Mean probability of churn by the value of one feature.

    Parameters
    ----------
    curve
        What `partial_dependence` returned.
    label
        What the feature is called, for the axis.
    share
        Whether the feature is a share.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        ax.plot(
            curve["value"],
            curve["churn_probability"],
            "o-",
            color=EXPECTED,
            linewidth=1.6,
            markersize=4,
        )
        ax.fill_between(
            curve["value"],
            0,
            curve["churn_probability"],
            color=EXPECTED,
            alpha=BAND_OPACITY,
            linewidth=0,
        )
        ax.set_ylim(0, 1)
        ax.yaxis.set_major_formatter(SHARES)
        if share:
            ax.xaxis.set_major_formatter(SHARES)
        ax.set_xlabel(label)
        ax.set_ylabel("mean chance of churn")
    return ax
