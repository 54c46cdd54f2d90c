"""From a transaction log to the customer summary."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from clvlab.clock import Horizon, StudyWindow, TimeUnit, days_since, parse_date
from clvlab.data import TransactionLog, load_transactions
from clvlab.data.exact_money import sum_runs, to_amounts, to_minor_units
from clvlab.errors import Problems, name_rows
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE, FREQUENCY, MONETARY_VALUE
from clvlab.summary.customer_summary import (
    HISTORY_COMPLETE,
    HOLDOUT_AMOUNT,
    HOLDOUT_FREQUENCY,
    LOG_GAPS,
    RECENCY_DAYS,
    T_DAYS,
    CustomerSummary,
)
from clvlab.summary.log_gaps import LOG_UNITS, log_units

Day = date | str


def summarize(
    log: TransactionLog | pd.DataFrame,
    *,
    calibration_end: Day | None = None,
    holdout_end: Day | None = None,
    unit: TimeUnit | str = "week",
    observed_until: Day | None = None,
    burn_in: Horizon | None = None,
    customer_since: pd.Series | None = None,
) -> CustomerSummary:
    """Gather a transaction log into one row per customer.

    Parameters
    ----------
    log
        What `load_transactions` returned, or a frame with its columns.
    calibration_end
        Last day used for fitting (inclusive); the last day of the log by default.
    holdout_end
        Last day of the holdout (inclusive). The holdout starts the day after `calibration_end`
        and is left out by default.
    unit
        Unit of the model's parameters and of shown times: day, week, month or year.
    observed_until
        Last day that the log covers (inclusive), when no purchase fell on it; by default the
        day of the last purchase.
    burn_in
        For a log that began later than the company: customers first seen within this span from
        the log's first day (a number in `unit`, a span such as ``"13 weeks"``, or its last day)
        are marked as having an incomplete history. They are scored, but neither used for fitting
        nor called new.
    customer_since
        For such a log, when it is known: each customer's true first day, indexed by customer id.
        Customers who came before the log's first day are marked as with `burn_in`.

    Returns
    -------
    CustomerSummary
        One row per customer with a purchase by the calibration end.

    Raises
    ------
    InputError
        When an end lies outside the log or the ends are in the wrong order, or `customer_since`
        does not hold one day per customer.

    Examples
    --------
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "a", "a", "b"],
    ...         "date": ["2024-01-01", "2024-01-08", "2024-01-22", "2024-01-15"],
    ...         "amount": [10.0, 20.0, 30.0, 5.0],
    ...     }
    ... )
    >>> summarize(log, calibration_end="2024-01-15", unit="day").to_frame()
                 frequency  recency     T  monetary_value
    customer_id
    a                    1      7.0  14.0            20.0
    b                    0      0.0   0.0             0.0
    """
    log = log if isinstance(log, TransactionLog) else load_transactions(log)
    dates = log.table[DATE]
    window = window_of(
        dates.min().date(),
        dates.max().date(),
        calibration_end=calibration_end,
        holdout_end=holdout_end,
        unit=unit,
        observed_until=observed_until,
    )
    _, end = window.calendar()
    calibration = log.table[dates <= pd.Timestamp(end)]
    table = _count_purchases(calibration, end)
    table[HISTORY_COMPLETE] = _history_complete(table, window, burn_in, customer_since)
    if window.holdout_end is not None:
        seen = (dates > pd.Timestamp(end)) & (dates <= pd.Timestamp(window.holdout_end))
        table = table.join(_count_holdout(log.table[seen], table.index))
    return CustomerSummary(table, window, log.name, log.currency, log.simulated)


def window_of(
    first: date,
    last: date,
    *,
    calibration_end: Day | None,
    holdout_end: Day | None,
    unit: TimeUnit | str,
    observed_until: Day | None,
) -> StudyWindow:
    """The window of a log whose first and last purchase are known; see `summarize`.

    Raises
    ------
    InputError
        When an end lies outside the log, or the ends are in the wrong order.
    """
    covered = last if observed_until is None else parse_date(observed_until, "observed_until")
    end = covered if calibration_end is None else parse_date(calibration_end, "calibration_end")
    holdout = None if holdout_end is None else parse_date(holdout_end, "holdout_end")
    problems = Problems()
    spans = f"the log spans {first} to {covered}"
    if covered < last:
        problems.add(
            "parameter 'observed_until'",
            "can't lie before the last purchase",
            f"got {covered}, {spans.replace(str(covered), str(last))}",
            "Leave it out, or cut the log with as_of when loading it.",
        )
    if end < first:
        problems.add(
            "parameter 'calibration_end'",
            "must not lie before the first purchase",
            f"got {end}, {spans}",
            "Choose a later day.",
        )
    longer = "Choose an earlier day, or pass observed_until if the log covers more days."
    if end > covered:
        problems.add(
            "parameter 'calibration_end'",
            "must not lie after the last day of the log",
            f"got {end}, {spans}",
            longer,
        )
    if holdout is not None and holdout <= end:
        problems.add(
            "parameter 'holdout_end'",
            "must lie after the calibration end",
            f"got {holdout}, the calibration ends on {end}",
            "Choose a later day, or leave it out for a study without a holdout.",
        )
    if holdout is not None and holdout > max(covered, end):
        problems.add(
            "parameter 'holdout_end'",
            "must not lie after the last day of the log",
            f"got {holdout}, {spans}",
            longer,
        )
    problems.raise_if_any()
    return StudyWindow(TimeUnit.parse(unit), first, end, holdout)


def _count_purchases(purchases: pd.DataFrame, end: date) -> pd.DataFrame:
    """Counts, days and means per customer; `purchases` has one row per customer and day."""
    codes, ids = pd.factorize(purchases[CUSTOMER_ID])
    days = purchases[DATE].to_numpy("datetime64[D]").astype(np.int64)
    # The log is sorted by date, so a customer's first row is the first purchase.
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(codes[order]) > 0])
    ends = np.r_[starts[1:], len(order)] - 1
    first, last = days[order[starts]], days[order[ends]]
    frequency = (ends - starts).astype(np.int64)
    gaps = np.diff(days[order], prepend=0)
    gaps[starts] = 1  # before the first purchase there is no gap, and log 1 adds nothing
    money = to_minor_units(purchases[AMOUNT].to_numpy(np.float64)[order])
    total = sum_runs(money.units, starts)
    repeats = to_amounts(total - money.units[starts], money.decimals)
    return pd.DataFrame(
        {
            "first_purchase": purchases[DATE].to_numpy()[order[starts]],
            FREQUENCY: frequency,
            RECENCY_DAYS: last - first,
            T_DAYS: int(np.datetime64(end, "D").astype(np.int64)) - first,
            LOG_GAPS: np.add.reduceat(log_units(gaps), starts) / LOG_UNITS,
            MONETARY_VALUE: np.where(frequency > 0, repeats / np.maximum(frequency, 1), np.nan),
            "total_amount": to_amounts(total, money.decimals),
        },
        index=pd.Index(ids, name=CUSTOMER_ID),
    )


def _count_holdout(purchases: pd.DataFrame, customers: pd.Index) -> pd.DataFrame:
    codes = customers.get_indexer(pd.Index(purchases[CUSTOMER_ID]))
    known = codes >= 0
    order = np.argsort(codes[known], kind="stable")
    buyers, starts = np.unique(codes[known][order], return_index=True)
    money = to_minor_units(purchases[AMOUNT].to_numpy(np.float64)[known][order])
    amount = np.zeros(len(customers))
    amount[buyers] = to_amounts(sum_runs(money.units, starts), money.decimals)
    return pd.DataFrame(
        {
            HOLDOUT_FREQUENCY: np.bincount(codes[known], minlength=len(customers)).astype(np.int64),
            HOLDOUT_AMOUNT: amount,
        },
        index=customers,
    )


def _history_complete(
    table: pd.DataFrame,
    window: StudyWindow,
    burn_in: Horizon | None,
    customer_since: pd.Series | None,
) -> np.ndarray:
    first_day, _ = window.calendar()
    complete = np.ones(len(table), dtype=bool)
    if burn_in is not None:
        days = days_since(table["first_purchase"], first_day)
        complete &= (days >= burn_in_days(window, burn_in)).to_numpy()
    if customer_since is not None:
        since = _days_by_customer(customer_since, table.index)
        complete &= ~(since < pd.Timestamp(first_day)).to_numpy()
    return complete


def burn_in_days(window: StudyWindow, burn_in: Horizon) -> float:
    """Length of a burn-in: whoever came fewer days after the first day may have come before it."""
    first_day, _ = window.calendar()
    # The span begins on the first day, so one that is given by its last day includes both.
    start = StudyWindow(window.unit, calibration_end=first_day - timedelta(days=1))
    return start.horizon_days(burn_in, "burn_in")


def _days_by_customer(customer_since: pd.Series, customers: pd.Index) -> pd.Series:
    """The known first days in the customers' order; missing where nothing is known."""
    problems = Problems()
    subject = "parameter 'customer_since'"
    twice = customer_since.index[customer_since.index.duplicated()].unique()
    if len(twice):
        problems.add(
            subject,
            "must hold one day per customer",
            f"{len(twice):,} ids come more than once: {', '.join(map(str, twice[:5]))}",
            "Keep each customer's earliest day.",
        )
    if not customers.isin(customer_since.index).any():
        problems.add(
            subject,
            "must be indexed by customer id",
            f"none of its {len(customer_since):,} ids is in the log",
            f"Ids in the log look like {customers[0]!r}.",
        )
    days = pd.to_datetime(customer_since, errors="coerce", format="ISO8601")
    rows = np.flatnonzero(days.isna() & customer_since.notna())
    if len(rows):
        problems.add(
            subject,
            "must hold dates in ISO form, year-month-day",
            f"{len(rows):,} of {len(days):,} rows do not: {name_rows(rows.tolist())}",
            "Write them as in 1997-09-30.",
        )
    problems.raise_if_any()
    return days.reindex(customers)
