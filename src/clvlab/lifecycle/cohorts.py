"""Third and fourth lens: how a cohort behaves as it ages, and how cohorts compare.

A cohort is everybody whose first purchase lies in one calendar period. Ages are counted for each
customer from the own first purchase, in steps of equal length, and only steps that have ended for
every member of a cohort are shown: nobody is compared by what could not be seen yet.

After P. S. Fader, B. G. S. Hardie and M. Ross (2022), The Customer-Base Audit, Wharton School
Press, chapters 5 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from clvlab.clock import StudyWindow, TimeUnit, days_since, period_end
from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

COHORT = "cohort"
AGE = "age"


@dataclass(frozen=True)
class Cohorts:
    """Customers by when they came, and what each cohort did at each age.

    Attributes
    ----------
    customers
        Indexed by ``customer_id``: ``first_purchase`` (datetime64), ``cohort`` (last day of the
        period of the first purchase, datetime64).
    table
        One row per cohort and age that has ended for all of its members, sorted: ``cohort``,
        ``age`` (steps since the first purchase, from 0), ``customers`` (of the cohort),
        ``active`` (who bought at that age), ``orders``, ``amount`` (at age 0 with the first
        purchase), and the same summed since the first purchase as ``cumulative_orders`` and
        ``cumulative_amount``.
    step_days
        Length of an age step.
    last_day
        Last day seen.
    """

    customers: pd.DataFrame
    table: pd.DataFrame
    step_days: float
    last_day: date

    def by_age(self) -> pd.DataFrame:
        """What a member of each cohort is, at each age.

        Returns
        -------
        pandas.DataFrame
            ``cohort``, ``age``, ``customers``, ``share_active``, ``orders_per_active``,
            ``basket``, ``amount_per_customer``, ``cumulative_per_customer``.
        """
        t = self.table
        return pd.DataFrame(
            {
                COHORT: t[COHORT],
                AGE: t[AGE],
                "customers": t["customers"],
                "share_active": t["active"] / t["customers"],
                "orders_per_active": t["orders"] / t["active"].where(t["active"] > 0),
                "basket": t[AMOUNT] / t["orders"].where(t["orders"] > 0),
                "amount_per_customer": t[AMOUNT] / t["customers"],
                "cumulative_per_customer": t["cumulative_amount"] / t["customers"],
            }
        )

    def summary(self) -> pd.DataFrame:
        """The cohorts side by side.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``cohort``: ``customers``, ``first_basket`` (mean first purchase), ``ages``
            (steps that have ended), ``amount_per_customer`` up to there, and ``comparable``, the
            same up to the age that every cohort has reached.
        """
        last = self.table.groupby(COHORT).tail(1).set_index(COHORT)
        shared = int(last[AGE].min())
        same_age = self.table[self.table[AGE] == shared].set_index(COHORT)
        return pd.DataFrame(
            {
                "customers": last["customers"],
                "first_basket": self.customers.groupby(COHORT)["first_amount"].mean(),
                "ages": last[AGE] + 1,
                "amount_per_customer": last["cumulative_amount"] / last["customers"],
                "comparable": same_age["cumulative_amount"] / same_age["customers"],
            }
        )


def cohorts_of(
    log: TransactionLog,
    *,
    period: str = "month",
    step: str = "30 days",
    last_day: date | None = None,
) -> Cohorts:
    """Group customers by when they came and follow them by age.

    Parameters
    ----------
    log
        The purchases.
    period
        Calendar period that makes a cohort: ``"week"``, ``"month"`` or ``"quarter"``.
    step
        Length of an age step, a span such as ``"30 days"`` or ``"13 weeks"``.
    last_day
        Last day that was seen, by default that of the last purchase.

    Raises
    ------
    InputError
        For an unknown period, a step that is no span of days, or when no cohort has been seen for
        a whole step.

    Examples
    --------
    >>> import clvlab
    >>> found = cohorts_of(clvlab.load_cdnow(), step="365 days")
    >>> found.table["customers"].tolist()
    [7846, 8476, 7248]
    """
    days = StudyWindow(TimeUnit.DAY).horizon_days(step, "step")
    end = last_day or log.table[DATE].max().date()
    rows = log.table[log.table[DATE] <= pd.Timestamp(end)]
    first = rows.groupby(CUSTOMER_ID, observed=True)[DATE].transform("min")
    opening = rows[rows[DATE] == first].set_index(CUSTOMER_ID)
    distinct = pd.Series(first.unique())
    ends = pd.Series([period_end(day.date(), period) for day in distinct], index=distinct)
    cohort = pd.to_datetime(first.map(ends))
    customers = pd.DataFrame(
        {
            "first_purchase": opening[DATE],
            COHORT: pd.to_datetime(opening[DATE].map(ends)),
            "first_amount": opening[AMOUNT],
        }
    ).sort_index()
    age = (days_since(rows[DATE], first) // days).astype("int64").rename(AGE)
    table = _table(rows, cohort.rename(COHORT), age, customers, days, end)
    if not len(table):
        rule = "must be shorter than the time that some cohort was seen"
        raise InputError(Problem("parameter 'step'", rule, f"got {step!r}, seen until {end}"))
    return Cohorts(customers, table, days, end)


def _table(
    rows: pd.DataFrame,
    cohort: pd.Series,
    age: pd.Series,
    customers: pd.DataFrame,
    days: float,
    end: date,
) -> pd.DataFrame:
    """The rows of the cohorts at the ages that all of their members have lived through."""
    sizes, latest = (
        customers.groupby(COHORT)["first_purchase"].agg(how) for how in ("size", "max")
    )
    keys = [cohort, age]
    cells = pd.DataFrame(
        {
            "active": rows[CUSTOMER_ID].groupby(keys).nunique(),
            "orders": rows[CUSTOMER_ID].groupby(keys).size(),
            AMOUNT: sum_by(rows[AMOUNT], keys),
        }
    )
    # The step of age k ends for the youngest member (k + 1) steps after the own first purchase.
    seen = days_since(pd.Series(pd.Timestamp(end) + timedelta(days=1), latest.index), latest)
    lived = np.floor(seen / days).astype("int64")
    index = pd.MultiIndex.from_tuples(
        [(name, k) for name, many in lived.items() for k in range(many)], names=[COHORT, AGE]
    )
    whole = cells.reindex(index, fill_value=0)
    by_cohort = whole.groupby(level=COHORT)
    whole["cumulative_orders"] = by_cohort["orders"].cumsum()
    whole["cumulative_amount"] = by_cohort[AMOUNT].cumsum()
    whole.insert(0, "customers", sizes.reindex(index.get_level_values(COHORT)).to_numpy())
    return whole.reset_index()
