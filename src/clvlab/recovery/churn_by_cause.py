"""How many customers are lost in a year, by who could have held them: natural churn and others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammainccinv, gammaincinv

from clvlab.clock import DAYS_PER_YEAR, days_since
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.recovery.losses import LOST_ON
from clvlab.recovery.reasons import REASON, UNKNOWN
from clvlab.schema import CUSTOMER_ID, DATE

NATURAL = "natural"
CAUSES: Mapping[str, str] = {
    "pushed_intentionally": "our decision",
    "pushed_unintentionally": "our failure",
    "pulled": "a rival",
    "bought": "a rival",
    "left_unintentionally": NATURAL,
    "moved": NATURAL,
}
"""What lies behind each reason. Natural is what the customer's own circumstances end."""
ALL = "all"


def customer_years(
    log: TransactionLog, losses: pd.DataFrame, *, as_of: date
) -> tuple[float, pd.DataFrame]:
    """Time in which customers could be lost, and the losses that fall into it.

    A customer can be lost from the first purchase on until the day of a recorded loss, and again
    from the first purchase after it on.

    Parameters
    ----------
    log
        Purchases; later ones than `as_of` are not looked at.
    losses
        The table ``losses``: ``customer_id``, ``lost_on``.
    as_of
        Last day seen (inclusive).

    Returns
    -------
    tuple
        Customer-years, and the rows of `losses` on a day on which their customer could be lost.
    """
    end = pd.Timestamp(as_of)
    bought = log.table.loc[log.table[DATE] <= end, [CUSTOMER_ID, DATE]]
    days = days_since(bought.groupby(CUSTOMER_ID)[DATE].min(), as_of)
    total = float(-days.sum())
    gone = losses[losses[LOST_ON] <= end].sort_values([CUSTOMER_ID, LOST_ON], kind="stable")
    of = {str(name): rows.to_numpy() for name, rows in bought.groupby(CUSTOMER_ID)[DATE]}
    counted: list[object] = []
    for name, rows in gone.groupby(CUSTOMER_ID, sort=True):
        purchases = of.get(str(name), np.array([], "datetime64[ns]"))
        back = purchases.min() if len(purchases) else end.to_datetime64()
        for label, lost in rows[LOST_ON].items():
            if back > lost or not len(purchases):
                continue
            counted.append(label)
            later = purchases[purchases > lost.to_datetime64()]
            back = later.min() if len(later) else np.datetime64("9999-12-31")
            total -= (min(pd.Timestamp(end), pd.Timestamp(back)) - lost).days
    return total / DAYS_PER_YEAR, gone.loc[counted]


def churn_by_cause(
    log: TransactionLog, losses: pd.DataFrame, *, as_of: date, interval: float = 0.90
) -> pd.DataFrame:
    r"""Customers lost in a year by cause, as a share of those who could be lost.

    With :math:`k` losses of a cause among :math:`K` of :math:`N` whose reason is known, in
    :math:`E` customer-years, the rate is :math:`k N / (K E)`: losses without a reason are shared
    out as the others are. Given the losses, :math:`k` is binomial among :math:`K`, and :math:`N` is
    a Poisson count, so that the logarithm of the rate has the variance :math:`1/k - 1/K + 1/N`.
    Limits are those of a Poisson count (Garwood 1936) with this variance, of
    :math:`1 / (1/k - 1/K + 1/N)` losses.

    Parameters
    ----------
    log, losses, as_of
        See `customer_years`; losses with ``reason``.
    interval
        Coverage, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``cause``: ``customers`` (lost, with a known reason; who was lost twice counts
        twice), ``churn_rate`` (a year), ``churn_rate_lower``, ``churn_rate_upper``; in a row
        ``"all"`` those without a reason, too.

    Raises
    ------
    InputError
        When `interval` is not between 0 and 1, the losses have no column ``reason``, or nobody
        could be lost by `as_of`.

    Examples
    --------
    >>> import clvlab
    >>> company = clvlab.simulate_company(60, seed=1, errors=False)
    >>> log = clvlab.load_transactions(company.tables["purchases"])
    >>> table = churn_by_cause(log, company.tables["losses"], as_of=company.period.as_of)
    >>> table.index.tolist()
    ['our decision', 'our failure', 'a rival', 'natural', 'all']
    """
    if not 0 < interval < 1:
        rule = "must be between 0 and 1"
        raise InputError(Problem("parameter 'interval'", rule, f"got {interval!r}"))
    if REASON not in losses:
        rule = f"must have the column '{REASON}'"
        raise InputError(
            Problem("the table losses", rule, f"it has {', '.join(map(str, losses.columns))}")
        )
    years, counted = customer_years(log, losses, as_of=as_of)
    if not years > 0:
        rule = "must hold customers who could be lost"
        raise InputError(Problem("the log", rule, f"nobody bought before {as_of}"))
    known = counted[REASON].dropna().astype(str)
    cause = known[known != UNKNOWN].map(lambda one: CAUSES.get(one, one.replace("_", " ")))
    found = cause.value_counts()
    order = [*dict.fromkeys(CAUSES.values()), *sorted(set(found.index) - set(CAUSES.values()))]
    count = found.reindex(order, fill_value=0)
    out = pd.DataFrame({"customers": count}).rename_axis("cause")
    n, with_reason = len(counted), len(cause)
    scale = n / with_reason if with_reason else np.nan
    out["churn_rate"] = count * scale / years
    losses_of = np.asarray(count, dtype=np.float64)
    lower, upper = shared_limits(losses_of, with_reason, n, interval)
    out["churn_rate_lower"], out["churn_rate_upper"] = lower / years, upper / years
    low, high = poisson_limits(np.array([float(n)]), interval)
    out.loc[ALL] = [n, n / years, low[0] / years, high[0] / years]
    return out


def shared_limits(
    count: npt.NDArray[np.float64], known: int, total: int, interval: float
) -> tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.floating[Any]]]:
    """Limits of the mean number of losses of a cause, those without a reason shared out.

    Parameters
    ----------
    count
        Losses of each cause.
    known, total
        Losses with a known reason, and all.
    interval
        Coverage, between 0 and 1.
    """
    scale = total / known if known else np.nan
    variance = 1 / np.maximum(count, 1.0) - (1 / known - 1 / total if known else 0.0)
    worth = np.where(count > 0, 1 / variance, 0.0)
    lower, upper = poisson_limits(worth, interval)
    each = scale * np.where(count > 0, count * variance, 1.0)
    return lower * each, upper * each


def poisson_limits(
    count: npt.NDArray[np.floating[Any]], interval: float
) -> tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.floating[Any]]]:
    """Exact limits of the mean of Poisson counts (Garwood 1936).

    Examples
    --------
    >>> lower, upper = poisson_limits(np.array([0.0, 10.0]), 0.95)
    >>> lower.round(2).tolist(), upper.round(2).tolist()
    ([0.0, 4.8], [3.69, 18.39])
    """
    tail = (1 - interval) / 2
    lower = np.where(count > 0, gammaincinv(np.maximum(count, 1e-300), tail), 0.0)
    return lower, np.asarray(gammainccinv(count + 1, tail))
