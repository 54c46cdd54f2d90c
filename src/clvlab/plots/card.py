"""Figure of the customer card: what happened with one customer, and when."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from clvlab.plots.lifecycle import THOUSANDS, date_axis
from clvlab.plots.style import AT_RISK, EXPECTED, INCREMENTAL, LAPSED, RETURNED, axes_for, style

KINDS = {
    "contact": (EXPECTED, "|"),
    "survey": (RETURNED, "s"),
    "benefit": (INCREMENTAL, "^"),
    "invoice": (LAPSED, "."),
    "loss noted": (AT_RISK, "X"),
}
"""Colour and sign of what is no purchase, from the top down."""


def plot_timeline(timeline: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Purchases as bars, and everything else that is dated in rows below.

    Parameters
    ----------
    timeline
        `CustomerCard.timeline`.
    currency
        Of the amounts.
    ax
        Axes to draw on; a new figure by default.
    """
    with style():
        ax = axes_for(ax)
        bought = timeline[timeline["kind"] == "purchase"]
        top = float(bought["amount"].max()) if len(bought) else 1.0
        ax.vlines(bought["date"], 0, bought["amount"], color=EXPECTED, linewidth=2.2)
        there = [kind for kind in KINDS if (timeline["kind"] == kind).any()]
        step = 0.13 * top
        for place, kind in enumerate(there, start=1):
            days = timeline.loc[timeline["kind"] == kind, "date"]
            colour, sign = KINDS[kind]
            ax.plot(
                days, [-place * step] * len(days), sign, color=colour, markersize=7, linestyle=""
            )
        ax.axhline(0, color=LAPSED, linewidth=0.8)
        ax.set_ylim(-(len(there) + 0.6) * step, 1.05 * top)
        ticks = [tick for tick in ax.get_yticks() if 0 <= tick <= top]
        places = [-place * step for place in range(1, len(there) + 1)]
        ax.set_yticks([*ticks, *places], [*(THOUSANDS(tick, 0) for tick in ticks), *there])
        ax.set_ylabel(f"purchase, {currency or 'amount'}", loc="top")
        date_axis(ax)
    return ax
