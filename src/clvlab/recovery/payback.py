"""When a campaign has earned its cost, at the pace at which second lives earn."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from clvlab.clock import days_since
from clvlab.data.log import TransactionLog
from clvlab.recovery.economics import payback_day
from clvlab.recovery.losses import whole_days
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE


def earning_pace(
    returned: pd.DataFrame,
    log: TransactionLog,
    *,
    offered_on: date,
    window: str,
    horizon: str,
) -> pd.Series:
    """Share of what second lives bring that is in by each day since the offer.

    Parameters
    ----------
    returned
        Customers who came back: ``observed`` and ``extrapolated`` values.
    log
        Their purchases within the window.
    offered_on
        Day 0.
    window, horizon
        The observed part comes in as it was seen in the window, the extrapolated part evenly over
        the horizon after it.

    Returns
    -------
    pandas.Series
        Indexed by ``day`` from 0, ascending to 1 at the end of the horizon.
    """
    seen, beyond = whole_days(window, "window"), whole_days(horizon, "horizon")
    observed, later = (float(returned[name].sum()) for name in ("observed", "extrapolated"))
    start = pd.Timestamp(offered_on)
    rows = log.table[log.table[DATE] > start]
    rows = rows[returned.index.get_indexer(pd.Index(rows[CUSTOMER_ID])) >= 0]
    day = days_since(rows[DATE], start).to_numpy(np.int64)
    inside = day <= seen
    by_day = np.bincount(day[inside], rows[AMOUNT].to_numpy(np.float64)[inside], seen + 1)
    total = float(by_day.sum())
    early = np.cumsum(by_day) / total if total > 0 else np.linspace(0, 1, seen + 1)
    late = np.arange(1, beyond + 1) / beyond
    earned = np.concatenate([observed * early, observed + later * late])
    days = pd.RangeIndex(len(earned), name="day")
    return pd.Series(earned / max(observed + later, np.finfo(float).tiny), days, name="share")


def payback(pace: pd.Series, returns: pd.Series) -> pd.DataFrame:
    """Days after which the incremental benefit has paid the cost.

    Parameters
    ----------
    pace
        `earning_pace`. The whole cost counts from the first day, incentives too.
    returns
        A row of `MeasuredReturn.table`.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``benefit_is`` (``as estimated``, ``at its lower limit``, ``at its upper
        limit``): ``benefit``, ``cost``, ``payback_days`` (missing when it never pays).

    Examples
    --------
    >>> pace = pd.Series([0.0, 0.5, 1.0])
    >>> row = pd.Series({"benefit": 200.0, "cost": 100.0, "profit_lower": -50.0,
    ...                  "profit_upper": 300.0})
    >>> payback(pace, row)["payback_days"].tolist()
    [1.0, nan, 1.0]
    """
    cost = float(returns["cost"])
    benefits = {
        "as estimated": float(returns["benefit"]),
        "at its lower limit": float(returns["profit_lower"]) + cost,
        "at its upper limit": float(returns["profit_upper"]) + cost,
    }
    rows = {
        name: (benefit, cost, payback_day(pace * benefit, cost))
        for name, benefit in benefits.items()
    }
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["benefit", "cost", "payback_days"]
    )
    return table.rename_axis("benefit_is")


def payback_in_words(table: pd.DataFrame) -> str:
    """When the cost is paid, in words.

    Examples
    --------
    >>> payback_in_words(pd.DataFrame({"payback_days": [90.0, float("nan"), 40.0]}))
    'The cost is paid back after 90 days (40 days to not within the horizon).'
    """
    words = [
        "not within the horizon" if np.isnan(days) else f"{days:.0f} days"
        for days in table["payback_days"]
    ]
    when = f"after {words[0]}" if not words[0].startswith("not") else words[0]
    return f"The cost is paid back {when} ({words[2]} to {words[1]})."
