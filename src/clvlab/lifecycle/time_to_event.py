"""How long until something happens: Kaplan-Meier curves, with groups compared.

Customers to whom it has not happened yet were seen until the last day and count until then, and
no longer: the share to whom it has happened is neither of those seen long enough nor of all.
"""

from __future__ import annotations

import warnings
from datetime import date

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from clvlab.clock import days_since
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import CUSTOMER_ID, DATE


def time_to_second_purchase(log: TransactionLog, last_day: date | None = None) -> pd.DataFrame:
    """Days from each customer's first to the second purchase day.

    Parameters
    ----------
    log
        The purchases.
    last_day
        Last day that was seen, by default that of the last purchase.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``: ``first_purchase``; ``days`` to the second purchase, or until
        the last day where there is none; ``happened``.
    """
    end = pd.Timestamp(last_day or log.table[DATE].max().date())
    rows = log.table[log.table[DATE] <= end]
    order = rows.groupby(CUSTOMER_ID, observed=True).cumcount()
    first = rows[order == 0].set_index(CUSTOMER_ID)[DATE].sort_index()
    second = rows[order == 1].set_index(CUSTOMER_ID)[DATE].reindex(first.index)
    return pd.DataFrame(
        {
            "first_purchase": first,
            "days": days_since(second.fillna(end), first),
            "happened": second.notna(),
        }
    )


def kaplan_meier(
    days: pd.Series, happened: pd.Series, *, by: pd.Series | None = None, interval: float = 0.90
) -> pd.DataFrame:
    """Share to whom it has happened by each day, with pointwise limits.

    Product-limit estimate (Kaplan and Meier 1958) with Greenwood's variance on the scale of
    log(-log): limits stay between 0 and 1.

    Parameters
    ----------
    days
        Days until it happened, or until the customer was last seen.
    happened
        Whether it did.
    by
        Groups, one curve each; customers without one are left out.
    interval
        Coverage of the limits.

    Returns
    -------
    pandas.DataFrame
        ``group`` (with `by`), ``day``, ``share`` to whom it has happened by then, ``lower``,
        ``upper`` (missing where nothing is known of the variance), ``at_risk`` (seen that long and
        not happened before).

    Examples
    --------
    >>> found = kaplan_meier(pd.Series([1, 2, 2, 3]), pd.Series([True, True, False, False]))
    >>> found[["day", "share", "at_risk"]].values.tolist()
    [[1.0, 0.25, 4.0], [2.0, 0.5, 3.0], [3.0, 0.5, 1.0]]
    """
    _refuse_negative(days)
    if by is None:
        return _curve(days, happened, interval)
    curves = [
        _curve(days[by == name], happened[by == name], interval).assign(group=name)
        for name in sorted(by.dropna().unique())
    ]
    return pd.concat(curves, ignore_index=True)


def _curve(days: pd.Series, happened: pd.Series, interval: float) -> pd.DataFrame:
    from scipy.stats import CensoredData, ecdf

    times, known = days.to_numpy(dtype=np.float64), happened.to_numpy(dtype=bool)
    still = ecdf(CensoredData(uncensored=times[known], right=times[~known])).sf
    with warnings.catch_warnings():
        # Where all or none are left the variance is not defined, and the limits are missing.
        warnings.simplefilter("ignore", RuntimeWarning)
        limits = still.confidence_interval(interval, method="log-log")
    day = still.quantiles
    at_risk = len(times) - np.searchsorted(np.sort(times), day, side="left")
    return pd.DataFrame(
        {
            "day": day,
            "share": 1 - still.probabilities,
            "lower": 1 - limits.high.probabilities,
            "upper": 1 - limits.low.probabilities,
            "at_risk": at_risk,
        }
    )


def compare_times(days: pd.Series, happened: pd.Series, by: pd.Series) -> dict[str, float]:
    r"""Log-rank test of whether it happens equally fast in all groups (Mantel 1966).

    With :math:`O - E` the events above those expected in each group but the last, and ``V`` their
    covariance under the hypothesis, :math:`(O - E)^\top V^{-1} (O - E)` is chi-square.

    Returns
    -------
    dict
        ``statistic``, ``degrees_of_freedom``, ``p_value``.
    """
    _refuse_negative(days)
    names = sorted(by.dropna().unique())
    if len(names) < 2:
        found = f"got {len(names)}"
        raise InputError(Problem("parameter 'by'", "must have two groups or more", found))
    inside = by.notna()
    member = np.array([(by[inside] == name).to_numpy() for name in names[:-1]], dtype=np.float64)
    time, known = days[inside].to_numpy(np.float64), happened[inside].to_numpy(bool)
    order = np.argsort(time, kind="stable")
    time, known, member = time[order], known[order], member[:, order]
    start = np.flatnonzero(np.diff(time, prepend=-1.0))
    n = len(time)
    events = np.add.reduceat(known.astype(np.float64), start)
    own_events = np.add.reduceat(member * known, start, axis=1)
    at_risk = n - start
    own_risk = (member.sum(axis=1, keepdims=True) - np.cumsum(member, axis=1) + member)[:, start]
    share = own_risk / at_risk
    excess = (own_events - events * share).sum(axis=1)
    weight = events * (at_risk - events) / np.maximum(at_risk - 1, 1)
    covariance = np.diag((weight * share).sum(axis=1)) - (weight * share) @ share.T
    statistic = float(excess @ np.linalg.pinv(covariance) @ excess)
    freedom = int(np.linalg.matrix_rank(covariance))
    return {
        "statistic": statistic,
        "degrees_of_freedom": freedom,
        "p_value": float(chdtrc(freedom, statistic)) if freedom else 1.0,
    }


def _refuse_negative(days: pd.Series) -> None:
    if len(days) and not (days >= 0).all():
        found = f"{int((~(days >= 0)).sum()):,} of {len(days):,} are negative or missing"
        raise InputError(Problem("the days", "must be at least 0", found))
