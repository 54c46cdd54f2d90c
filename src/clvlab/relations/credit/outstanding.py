"""What is owed: ageing, days sales outstanding, and the best they could be."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from clvlab.clock import TimeUnit, last_period_end, period_ends
from clvlab.errors import InputError, Problem
from clvlab.relations.credit.ledger import Receivables, exact_sum
from clvlab.relations.credit_notes import left_to_pay, open_on
from clvlab.schema import AMOUNT, CUSTOMER_ID

BUCKETS = ("not due", "1-30 days", "31-60 days", "61-90 days", "over 90 days", "no due day")
_ENDS = (0, 30, 60, 90)


def days_sales_outstanding(receivable: float, credit_sales: float, days: int) -> float:
    """Receivables over the credit sales of a window, times its days; missing without sales.

    Of all receivables it is the DSO; of those not due yet the best possible DSO; the difference
    of the two is the average days delinquent.

    Examples
    --------
    >>> days_sales_outstanding(300.0, 900.0, 90)
    30.0
    """
    return receivable / credit_sales * days if credit_sales > 0 else float("nan")


def ageing(receivables: Receivables) -> pd.DataFrame:
    """What is open on the last day, by how long it is overdue.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``bucket``: ``invoices``, ``customers``, ``owed``, ``owed_share``, ``disputed``
        (the part of ``owed`` that is disputed). Open credit notes are set off; see
        `Receivables.owed`.
    """
    rows = receivables.owed()
    late = rows["days_overdue"].to_numpy(np.float64)
    place = np.where(np.isnan(late), len(BUCKETS) - 1, np.searchsorted(_ENDS, np.nan_to_num(late)))
    out = []
    for number, name in enumerate(BUCKETS):
        own = rows[place == number]
        refused = own[own["disputed"].fillna(value=False).astype(bool)]
        out.append(
            {
                "bucket": name,
                "invoices": len(own),
                "customers": own[CUSTOMER_ID].nunique(),
                "owed": exact_sum(own[AMOUNT]),
                "disputed": exact_sum(refused[AMOUNT]),
            }
        )
    table = pd.DataFrame(out).set_index("bucket")
    whole = table["owed"].sum()
    table.insert(3, "owed_share", table["owed"] / whole if whole else np.nan)
    return table.drop(index=[] if table["invoices"].iloc[-1] else [BUCKETS[-1]])


def outstanding_on(receivables: Receivables, day: date, *, window_days: int) -> dict[str, float]:
    """DSO as it would have been reported on a day, from what was issued and paid by then.

    Credit notes that were open then are set off.

    Parameters
    ----------
    receivables
        The invoices.
    day
        The day (inclusive).
    window_days
        Days up to it whose invoices are the credit sales.

    Returns
    -------
    dict
        ``owed``, ``overdue``, ``credit_sales``, ``dso``, ``best_dso`` (from what is not due) and
        ``delinquent_days``, their difference.

    Raises
    ------
    InputError
        When the window is shorter than a day.
    """
    if window_days < 1:
        rule = "must be at least 1"
        raise InputError(Problem("parameter 'window_days'", rule, f"got {window_days!r}"))
    end, rows = pd.Timestamp(day), receivables.invoices
    issued = rows[rows["issued_on"] <= end]
    open_ones = issued[~(issued["paid_on"] <= end)]
    left = left_to_pay(open_ones, open_on(receivables.credit_notes, end))
    due = open_ones["due_on"] < end
    recent = issued[issued["issued_on"] > end - pd.Timedelta(days=window_days)]
    owed, overdue = exact_sum(left), exact_sum(left[due])
    sales = exact_sum(recent[AMOUNT])
    whole = days_sales_outstanding(owed, sales, window_days)
    best = days_sales_outstanding(owed - overdue, sales, window_days)
    return {
        "owed": owed,
        "overdue": overdue,
        "credit_sales": sales,
        "dso": whole,
        "best_dso": best,
        "delinquent_days": whole - best,
    }


def outstanding_by_month(
    receivables: Receivables, *, window_days: int, months: int = 24
) -> pd.DataFrame:
    """`outstanding_on` at the end of each of the last whole months.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``month_end``: the columns of `outstanding_on`. Months whose window begins
        before the first invoice are left out.
    """
    last = last_period_end(receivables.as_of.date(), "month")
    first = receivables.invoices["issued_on"].min().date()
    start = date(first.year, first.month, 1)
    ends = period_ends(start, last, TimeUnit.MONTH)
    ends = [day for day in ends if day - timedelta(days=window_days - 1) >= first][-months:]
    rows = [outstanding_on(receivables, day, window_days=window_days) for day in ends]
    index = pd.DatetimeIndex(pd.to_datetime(ends), name="month_end")
    columns = ["owed", "overdue", "credit_sales", "dso", "best_dso", "delinquent_days"]
    return pd.DataFrame(rows, index=index, columns=columns)
