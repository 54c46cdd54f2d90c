"""Fifth lens of the customer-base audit: how healthy is the whole base?

After P. S. Fader, B. G. S. Hardie and M. Ross (2022), The Customer-Base Audit, Wharton School
Press, chapter 7.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.clock import period_end
from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE


def amount_by_cohort(
    log: TransactionLog, *, cohort: str = "quarter", period: str = "quarter"
) -> pd.DataFrame:
    """What each cohort spent in each calendar period: the picture of the whole base.

    Parameters
    ----------
    log
        The purchases.
    cohort, period
        ``"week"``, ``"month"`` or ``"quarter"``: that of the first purchase, and the period in
        which amounts are counted.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``period_end``, one column per cohort (last day of the period of the first
        purchase), both datetime64 and sorted; amounts, 0 where nothing was bought. A last period
        that has not ended is there as far as it was seen.
    """
    rows = log.table
    first = rows.groupby(CUSTOMER_ID, observed=True)[DATE].transform("min")
    keys = [_ends(rows[DATE], period).rename("period_end"), _ends(first, cohort).rename("cohort")]
    sums = sum_by(rows[AMOUNT], keys).reset_index()
    whole = sums.pivot_table(AMOUNT, "period_end", "cohort", aggfunc="first", fill_value=0.0)
    return whole.astype("float64")


def dependence_on_acquisition(by_cohort: pd.DataFrame) -> pd.DataFrame:
    """How much of each period's amount came from customers who were new in it.

    Parameters
    ----------
    by_cohort
        What `amount_by_cohort` returns, with cohorts and periods of the same length.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``period_end``: ``amount``, ``new`` (from customers acquired in the period),
        ``earlier``, ``new_share``; ``change`` of the amount against the period before, and
        ``change_earlier``, that of customers who were there already.
    """
    amount = by_cohort.sum(axis=1)
    columns = by_cohort.columns.get_indexer(by_cohort.index)
    own = by_cohort.to_numpy()[np.arange(len(by_cohort)), columns]
    new = pd.Series(np.where(columns >= 0, own, 0.0), index=by_cohort.index)
    earlier = amount - new
    return pd.DataFrame(
        {
            "amount": amount,
            "new": new,
            "earlier": earlier,
            "new_share": new / amount.where(amount > 0),
            "change": amount / amount.shift() - 1,
            "change_earlier": earlier / amount.shift() - 1,
        }
    )


def _ends(days: pd.Series, period: str) -> pd.Series:
    """Last day of the period that each day lies in."""
    distinct = pd.Series(days.unique())
    ends = pd.Series([period_end(day.date(), period) for day in distinct], index=distinct)
    return pd.to_datetime(days.map(ends))
