"""Customers and money period by period, from the purchases alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary.period import Period

Days = npt.NDArray[np.datetime64]


def purchase_figures(
    log: TransactionLog, periods: Sequence[Period], *, lapse_days: int
) -> pd.DataFrame:
    r"""Customers who came, stayed, left and returned in each period, and what was sold.

    A customer lapses on the day that completes `lapse_days` days without a purchase, and returns
    with the next purchase, on that day or later. So for every period

    .. math:: active_t = active_{t-1} + new_t + returned_t - lapsed_t.

    Parameters
    ----------
    log
        The purchases.
    periods
        In order, each beginning the day after the one before ends.
    lapse_days
        Length of the silence, in days, at least 1.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``last_day`` of the periods: ``customers`` (who had ever bought), ``new``
        (first purchase in the period), ``active`` (at its end), ``lapsed``, ``returned``,
        ``buyers`` (who bought in it), ``orders`` (purchase days) and ``revenue``. A log does not
        know who bought before it began: what depends on it (``new``, ``active``, ``lapsed``,
        ``returned``) is missing in periods that begin within `lapse_days` of its first day.

    Raises
    ------
    InputError
        When `lapse_days` is below 1.

    Examples
    --------
    >>> from datetime import date
    >>> import clvlab
    >>> from clvlab.summary import calendar_periods
    >>> log = clvlab.load_cdnow(sample=True)
    >>> months = calendar_periods(date(1997, 1, 1), date(1998, 6, 30), "month")
    >>> purchase_figures(log, months, lapse_days=91).loc["1997-06-30", "lapsed"]
    np.float64(662.0)
    """
    if lapse_days < 1:
        raise InputError(Problem("parameter 'lapse_days'", "must be at least 1", f"{lapse_days}"))
    rows = log.table[[CUSTOMER_ID, DATE, AMOUNT]].sort_values([CUSTOMER_ID, DATE], kind="stable")
    ends = pd.DatetimeIndex([pd.Timestamp(one.last) for one in periods], name="last_day")
    edges = np.array([pd.Timestamp(periods[0].first) - pd.Timedelta(days=1), *ends], "M8[ns]")
    first, lapsed, returned = _events(rows, lapse_days)
    customers = _until(first, edges)
    active = customers + _until(returned, edges) - _until(lapsed, edges)
    out = pd.DataFrame(
        {
            "customers": customers[1:],
            "new": np.diff(customers),
            "active": active[1:],
            "lapsed": np.diff(_until(lapsed, edges)),
            "returned": np.diff(_until(returned, edges)),
        },
        index=ends,
    ).astype("float64")
    known_from = rows[DATE].min() + pd.Timedelta(days=lapse_days)
    early = np.array([pd.Timestamp(one.first) < known_from for one in periods])
    out.loc[early, ["new", "active", "lapsed", "returned"]] = np.nan
    return out.join(_sold(rows, edges, ends))


def _events(rows: pd.DataFrame, lapse_days: int) -> tuple[Days, Days, Days]:
    """Days of first purchases, of lapses and of returns, each sorted."""
    days = rows[DATE].to_numpy("M8[ns]")
    same = rows[CUSTOMER_ID].eq(rows[CUSTOMER_ID].shift()).to_numpy()
    silence = np.timedelta64(lapse_days, "D")
    back = same & (np.diff(days, prepend=days[:1]) >= silence)
    last = np.append(~same[1:], True)
    ended = last | np.append(back[1:], False)
    return np.sort(days[~same]), np.sort(days[ended] + silence), np.sort(days[back])


def _until(days: Days, edges: Days) -> npt.NDArray[np.int64]:
    return np.searchsorted(days, edges, side="right")


def _sold(rows: pd.DataFrame, edges: Days, ends: pd.DatetimeIndex) -> pd.DataFrame:
    place = np.searchsorted(edges, rows[DATE].to_numpy("M8[ns]"), side="left") - 1
    inside = (place >= 0) & (place < len(ends))
    bought, period = rows[inside], pd.Series(place[inside], index=rows.index[inside])
    counts = bought.groupby(period)[CUSTOMER_ID].agg(["nunique", "size"])
    table = pd.DataFrame(
        {
            "buyers": counts["nunique"],
            "orders": counts["size"],
            "revenue": sum_by(bought[AMOUNT], period),
        }
    )
    return table.reindex(range(len(ends))).fillna(0.0).astype("float64").set_axis(ends)
