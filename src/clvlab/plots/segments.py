"""Figures of segments: who differs, what they are made of, what would be lost with them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from clvlab.plots.style import (
    AT_RISK,
    EXPECTED,
    INCREMENTAL,
    LAPSED,
    LINE,
    LOW_TO_HIGH,
    OBSERVED,
    SOFT,
    SQUARE,
    axes_for,
    style,
)

ROW_HEIGHT = 0.22
WIDTH = 6.6
SHARES = PercentFormatter(1.0, decimals=0, symbol=" %")


def plot_forest(
    forest: pd.DataFrame, *, words: Mapping[str, str] | None = None, ax: Axes | None = None
) -> Axes:
    """Each segment beside the average of all, metric by metric, with its limits.

    Full marks are segments that differ from another one in that metric, after correction; hollow
    ones are those of whom that can't be said.

    Parameters
    ----------
    forest
        `Comparison.forest`; metrics and segments stand in its order.
    words
        What metrics are called.
    ax
        Axes to draw on; a new figure as high as its rows by default.
    """
    metrics = list(dict.fromkeys(forest.index.get_level_values("metric")))
    places, labels, heads, place = [], [], [], 0.0
    for metric in metrics:
        heads.append(place)
        place += 1
        for segment in forest.loc[metric].index:
            places.append(place)
            labels.append(str(segment))
            place += 1
        place += 0.5
    with style():
        ax = axes_for(ax, (WIDTH, 0.8 + ROW_HEIGHT * place))
        middle = forest["relative"].to_numpy()
        for differs, face in ((True, EXPECTED), (False, "white")):
            rows = (forest["differs"] == differs).to_numpy() & np.isfinite(middle)
            at = np.array(places)[rows]
            colour = EXPECTED if differs else LAPSED
            some = forest[rows]
            ax.hlines(
                at, some["relative_lower"], some["relative_upper"], color=colour, linewidth=1.6
            )
            label = "differs from another segment" if differs else "not told apart from any"
            ax.plot(
                middle[rows],
                at,
                "o",
                color=colour,
                markerfacecolor=face,
                markersize=5.5,
                label=label,
            )
        ax.axvline(0, color=SOFT, linewidth=0.9, linestyle=":")
        names = words or {}
        heading = [names.get(metric, str(metric)) for metric in metrics]
        ticks = sorted([*zip(heads, heading, strict=True), *zip(places, labels, strict=True)])
        ax.set_yticks([at for at, _ in ticks], [text for _, text in ticks])
        for tick, (at, _) in zip(ax.get_yticklabels(), ticks, strict=True):
            if at in heads:
                tick.set_fontweight("bold")
                tick.set_color(OBSERVED)
        for at in heads:
            ax.axhline(at - 0.6, color=LINE, linewidth=0.8)
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(place - 0.4, -0.8)
        ax.set_xlabel("mean of a customer, beside the average of all segments")
        ax.xaxis.set_major_formatter(FuncFormatter(_signed))
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax


def plot_cross_table(
    shares: pd.DataFrame, *, xlabel: str, ylabel: str, ax: Axes | None = None
) -> Axes:
    """A heat map of shares by two axes; every cell says its share.

    Parameters
    ----------
    shares
        `cross_table`.
    xlabel, ylabel
        What columns and rows are.
    ax
        Axes to draw on; a new figure by default.
    """
    cells = shares.to_numpy(dtype=float)
    highest = float(cells.max(initial=0.0)) or 1.0
    with style():
        ax = axes_for(ax, (WIDTH, 1.6 + 0.3 * len(shares)))
        ax.imshow(cells, cmap=LOW_TO_HIGH, vmin=0, vmax=highest, aspect="auto")
        for (row, column), share in np.ndenumerate(cells):
            colour = "white" if share > 0.55 * highest else OBSERVED
            text = f"{100 * share:.0f}" if share >= 0.0995 else f"{100 * share:.1f}"
            ax.text(column, row, text, ha="center", va="center", fontsize=8.5, color=colour)
        names = [str(name).lower() for name in shares.columns]
        ax.set_xticks(np.arange(len(names)), names, rotation=35, ha="right", fontsize=9)
        ax.set_yticks(np.arange(len(shares)), [str(name) for name in shares.index])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        ax.set_title("share of the amount, %")
    return ax


def plot_treemap(shares: pd.Series, *, most: int = 12, ax: Axes | None = None) -> Axes:
    """Groups as areas as large as their shares (squarified; Bruls, Huizing and van Wijk, 2000).

    Parameters
    ----------
    shares
        Share of each group, not negative.
    most
        Groups with an area of their own; the rest is one.
    ax
        Axes to draw on; a new figure by default.
    """
    ordered = shares[shares > 0].sort_values(ascending=False, kind="stable")
    if len(ordered) > most:
        rest = pd.Series({"all others": ordered.iloc[most - 1 :].sum()})
        ordered = pd.concat([ordered.iloc[: most - 1], rest])
    parts = ordered.to_numpy(dtype=float) / ordered.sum()
    with style():
        ax = axes_for(ax, SQUARE)
        wide, high = SQUARE
        for name, share, (x, y, w, h) in zip(
            ordered.index, parts, squarified(parts * wide * high, wide, high), strict=True
        ):
            shade = LOW_TO_HIGH(0.25 + 0.75 * share / parts.max())
            ax.add_patch(Rectangle((x, y), w, h, facecolor=shade, edgecolor="white", linewidth=1.5))
            colour = "white" if share > 0.4 * parts.max() else OBSERVED
            text = f"{str(name).lower()}\n{100 * share:.1f} %"
            if w * h > 0.35 and w > 0.11 * len(str(name)) * 0.75:
                ax.text(x + w / 2, y + h / 2, text, ha="center", va="center", fontsize=8.5,
                        color=colour)  # fmt: skip
        ax.set(xlim=(0, wide), ylim=(0, high))
        ax.set_axis_off()
    return ax


def squarified(
    areas: np.typing.NDArray[np.float64], wide: float, high: float
) -> list[tuple[float, float, float, float]]:
    """Rectangles of given areas, largest first, that fill another; as square as a row allows.

    Returns
    -------
    list of tuple
        Left, lower, width and height of each.

    Examples
    --------
    >>> squarified(np.array([2.0, 2.0]), 2.0, 2.0)
    [(0.0, 0.0, 2.0, 1.0), (0.0, 1.0, 2.0, 1.0)]
    """
    out: list[tuple[float, float, float, float]] = []
    x = y = 0.0
    start = 0
    while start < len(areas):
        side = min(wide, high)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(
            areas[start:end], side
        ):
            end += 1
        row = areas[start:end]
        # The last row takes what is left, so that rounding leaves no gap.
        thick = float(row.sum()) / side if end < len(areas) else max(wide, high)
        at = 0.0
        for area in row:
            long = float(area) / thick
            out.append((x, y + at, thick, long) if wide >= high else (x + at, y, long, thick))
            at += long
        if wide >= high:
            x, wide = x + thick, wide - thick
        else:
            y, high = y + thick, high - thick
        start = end
    return out


def _worst(row: np.typing.NDArray[np.float64], side: float) -> float:
    """The worst ratio of sides in a row along a side."""
    total = float(row.sum())
    return float(max(side**2 * row.max() / total**2, total**2 / (side**2 * row.min())))


def plot_losses(
    losses: pd.DataFrame, expected: float, *, currency: str = "", ax: Axes | None = None
) -> Axes:
    """How likely losses of each size are, with a common shock and without.

    Parameters
    ----------
    losses
        One column per case, named as in the legend; simulated losses.
    expected
        The expected loss, the same in all cases.
    currency
        Code of the currency, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        share = 1 - np.arange(len(losses)) / len(losses)
        for name, colour, dash in zip(
            losses, (EXPECTED, AT_RISK, OBSERVED), ("-", "--", ":"), strict=False
        ):
            ax.plot(np.sort(losses[name]), share, dash, color=colour, linewidth=1.7, label=name)
        ax.axvline(expected, color=SOFT, linewidth=0.9, linestyle=":", label="expected")
        ax.set_xlabel(f"lost with customers who leave{f', {currency}' if currency else ''}")
        ax.set_ylabel("chance of losing more")
        ax.set_ylim(0, 1)
        ax.set_xlim(left=0)
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.yaxis.set_major_formatter(SHARES)
        ax.legend(loc="upper right")
    return ax


def plot_allocation(
    allocation: pd.DataFrame, *, currency: str = "", ax: Axes | None = None
) -> Axes:
    """What each way of giving a budget gives to each segment.

    Parameters
    ----------
    allocation
        `allocate_budget`.
    currency
        Code of the currency, for the axis.
    ax
        Axes to draw on; a new figure by default.
    """
    place = np.arange(len(allocation))
    ways = {"equal": LAPSED, "proportional": EXPECTED, "best": INCREMENTAL}
    words = {"equal": "the same on each customer", "proportional": "by value", "best": "best"}
    with style():
        ax = axes_for(ax)
        for shift, (name, colour) in zip((-0.27, 0.0, 0.27), ways.items(), strict=True):
            ax.bar(place + shift, allocation[name], 0.26, color=colour, label=words[name])
        ax.set_xticks(place, [str(name) for name in allocation.index])
        ax.set_ylabel(f"budget{f', {currency}' if currency else ''}")
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.margins(y=0.18)
        ax.legend(loc="upper right", ncols=3)
    return ax


def _signed(value: float, _: object) -> str:
    text = f"{100 * value:+,.0f} %" if abs(value) > 1e-9 else "average"
    return text.replace("-", "\u2212")
