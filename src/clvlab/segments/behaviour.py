"""What each customer did in the days that segments are cut by."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.clock import days_since
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary.period import ORDERS, Period, customers_in


def behaviour_in(log: TransactionLog, period: Period) -> pd.DataFrame:
    """What the customers known by the end of a period did in it.

    Parameters
    ----------
    log
        The purchases; those after the period are not looked at.
    period
        The days, first and last included.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, sorted, all who bought by the period's last day: ``orders``
        and ``amount`` in the period, 0 where there are none, ``margin`` where the log has one;
        ``recency_days`` from the last purchase to the period's last day, ``tenure_days`` from the
        first purchase to it; ``regularity``, the share of the calendar months since the customer
        came, or since the period began, in which they bought.

    Raises
    ------
    InputError
        When nobody bought by then.

    Examples
    --------
    >>> import clvlab
    >>> log = clvlab.load_cdnow(sample=True)
    >>> found = behaviour_in(log, Period.of("1997-01-01", "1997-09-30"))
    >>> found.loc["0004", ["orders", "amount", "recency_days", "tenure_days"]].tolist()
    [1.0, 13.97, 272.0, 272.0]
    """
    rows = log.table[log.table[DATE] <= pd.Timestamp(period.last)]
    if not len(rows):
        found = f"none up to {period.last}"
        raise InputError(Problem("the log", "must hold purchases by the period's end", found))
    days = rows.groupby(CUSTOMER_ID, sort=True, observed=True)[DATE].agg(["min", "max"])
    inside = customers_in(log, period).reindex(days.index)
    out = inside.fillna(dict.fromkeys(inside.columns, 0.0) | {ORDERS: 0})
    if "margin" in inside:
        # Missing stays missing for those who bought without a known margin.
        out["margin"] = inside["margin"].where(inside[ORDERS].notna(), 0.0)
    out[ORDERS] = out[ORDERS].astype(np.int64)
    out["recency_days"] = -days_since(days["max"], period.last)
    out["tenure_days"] = -days_since(days["min"], period.last)
    out["regularity"] = _regularity(rows, days["min"], period)
    return out


def _regularity(rows: pd.DataFrame, came: pd.Series, period: Period) -> pd.Series:
    inside = rows[rows[DATE] >= pd.Timestamp(period.first)]
    months = _months(inside[DATE])
    bought = months.groupby(inside[CUSTOMER_ID], observed=True).nunique()
    begin = pd.Timestamp(period.first)
    first = _months(came.where(came > begin, begin))
    last = int(_months(pd.Series([pd.Timestamp(period.last)])).iloc[0])
    return bought.reindex(came.index).fillna(0) / (last - first + 1)


def _months(days: pd.Series) -> pd.Series:
    months: pd.Series = days.dt.year * 12 + days.dt.month
    return months


def value_column(behaviour: pd.DataFrame, basis: str) -> pd.Series:
    """The column that customers are valued by.

    Raises
    ------
    InputError
        When there is no such column, or some customers lack a value.
    """
    if basis not in behaviour:
        there = ", ".join(map(str, behaviour.columns))
        raise InputError(Problem("parameter 'basis'", f"must be one of {there}", f"got {basis!r}"))
    values = behaviour[basis]
    if values.isna().any():
        found = f"{int(values.isna().sum()):,} of {len(values):,} have none"
        remedy = f"Value customers by {AMOUNT} instead."
        raise InputError(Problem(f"column '{basis}'", "must be known of everybody", found, remedy))
    return values
