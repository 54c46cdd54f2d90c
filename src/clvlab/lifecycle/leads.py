"""Leads: who asked, when, how good they looked, and which of them became customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from clvlab.clock import days_since
from clvlab.data.company import Company
from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, NotAvailableError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

CHARACTERISTICS = ("qualification", "source", "region", "level", "industry")
"""Columns of the table leads that groups are made of."""
LEADS, CONVERTED, COST = "leads", "converted_on", "cost"


@dataclass(frozen=True)
class Leads:
    """Leads up to a day, with what became of them by then.

    Attributes
    ----------
    table
        Indexed by ``lead_id``, sorted by it: ``date``; ``days`` until the lead became a customer,
        or until the last day; ``happened``, whether it did; those of `CHARACTERISTICS` that are
        known; ``cost`` (what the lead itself cost; missing where none, or one below 0, is
        recorded); ``later_cost`` (of contacts and in the ledger, from the lead's day to the day of
        the first purchase, for leads that became a customer who is known; 0 otherwise), where one
        of these tables has costs; and, with purchases, ``orders`` (purchase days) and ``amount``
        since then, both missing for customers who are not known.
    last_day
        Last day seen (inclusive).
    left_out
        Leads that can't be one, by reason: ``"already a customer"`` (bought before the lead came
        about) and ``"a customer before it came about"`` (by the leads' own dates).
    """

    table: pd.DataFrame = field(repr=False)
    last_day: date
    left_out: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.table)

    @property
    def characteristics(self) -> tuple[str, ...]:
        """Columns that groups can be made of."""
        return tuple(name for name in CHARACTERISTICS if name in self.table)


def leads_of(company: Company, last_day: date | None = None) -> Leads:
    """The leads of a company, each with the day on which it became a customer.

    That day is the one that the table states. Where it states none, it is the first purchase of
    the customer whom it names as what the lead became.

    Parameters
    ----------
    company
        With the table ``leads``; purchases, contacts and costs are used where they are.
    last_day
        Last day that was seen (inclusive), by default the last one in leads and purchases. Later
        leads, purchases and costs are not known.

    Raises
    ------
    NotAvailableError
        When there are no leads, or nothing says which of them became customers.
    InputError
        When none of them had come about by the last day.
    """
    rows = company.table(LEADS).set_index("lead_id").sort_index()
    log = company.log
    if CONVERTED not in rows and (CUSTOMER_ID not in rows or log is None):
        needs = "the column converted_on of leads, or customer_id and the table purchases"
        raise NotAvailableError(f"not available: needs {needs}")
    end = pd.Timestamp(last_day) if last_day else _last_day(rows, log)
    rows = rows[rows[DATE] <= end]
    if rows.empty:
        found = f"none is dated up to {end:%Y-%m-%d}"
        raise InputError(Problem("the table leads", "must hold leads", found))
    bought = _first_purchases(rows, log, end)
    stated = rows[CONVERTED] if CONVERTED in rows else pd.Series(pd.NaT, index=rows.index)
    stated = stated.mask(stated > end)
    before = {
        "already a customer": bought < rows[DATE],
        "a customer before it came about": (stated < rows[DATE]) & ~(bought < rows[DATE]),
    }
    kept = ~np.logical_or.reduce([mask.to_numpy(dtype=bool) for mask in before.values()])
    rows, became = rows[kept], stated.fillna(bought)[kept]
    table = pd.DataFrame(
        {
            DATE: rows[DATE],
            "days": days_since(became.fillna(end), rows[DATE]),
            "happened": became.notna(),
        }
    )
    for name in CHARACTERISTICS:
        if name in rows:
            table[name] = rows[name]
    if COST in rows:
        table[COST] = rows[COST].mask(rows[COST] < 0)
    _add_later_costs(table, rows, became, company)
    _add_purchases(table, rows, became, log, end)
    return Leads(table, end.date(), {why: int(mask.sum()) for why, mask in before.items()})


def _last_day(rows: pd.DataFrame, log: TransactionLog | None) -> pd.Timestamp:
    days: list[pd.Timestamp] = [rows[DATE].max()]
    days += [rows[CONVERTED].max()] if CONVERTED in rows else []
    days += [log.table[DATE].max()] if log is not None else []
    return max(day for day in days if not pd.isna(day))


def _first_purchases(
    rows: pd.DataFrame, log: TransactionLog | None, end: pd.Timestamp
) -> pd.Series:
    """Day of the first purchase of the customer that each lead names; missing where none."""
    if log is None or CUSTOMER_ID not in rows:
        return pd.Series(pd.NaT, index=rows.index, dtype="datetime64[ns]")
    seen = log.table[log.table[DATE] <= end]
    first = seen.groupby(CUSTOMER_ID, observed=True)[DATE].min()
    return rows[CUSTOMER_ID].map(first).astype("datetime64[ns]")


def _add_later_costs(
    table: pd.DataFrame, rows: pd.DataFrame, became: pd.Series, company: Company
) -> None:
    """Costs between a lead and the first purchase, booked to the customer that it became."""
    sources = [
        company.table(name)
        for name, column in (("contacts", COST), ("costs", AMOUNT))
        if company.has(name, CUSTOMER_ID, column)
    ]
    if not sources or CUSTOMER_ID not in rows:
        return
    whose = pd.DataFrame({CUSTOMER_ID: rows[CUSTOMER_ID], "came": rows[DATE], "became": became})
    whose = whose.dropna().reset_index()
    paid = pd.concat([_paid(one) for one in sources], ignore_index=True)
    both = whose.merge(paid, on=CUSTOMER_ID)
    between = both[(both[DATE] >= both["came"]) & (both[DATE] <= both["became"])]
    sums = sum_by(between["paid"], between["lead_id"]) if len(between) else pd.Series(dtype=float)
    table["later_cost"] = sums.reindex(table.index).fillna(0.0)


def _paid(rows: pd.DataFrame) -> pd.DataFrame:
    amount = rows[COST] if COST in rows else rows[AMOUNT]
    paid = pd.DataFrame({CUSTOMER_ID: rows[CUSTOMER_ID], DATE: rows[DATE], "paid": amount})
    return paid[paid["paid"] >= 0].dropna()


def _add_purchases(
    table: pd.DataFrame,
    rows: pd.DataFrame,
    became: pd.Series,
    log: TransactionLog | None,
    end: pd.Timestamp,
) -> None:
    if log is None or CUSTOMER_ID not in rows:
        return
    whose = pd.DataFrame({CUSTOMER_ID: rows[CUSTOMER_ID], "became": became}).dropna().reset_index()
    both = whose.merge(log.table[[CUSTOMER_ID, DATE, AMOUNT]], on=CUSTOMER_ID)
    since = both[(both[DATE] >= both["became"]) & (both[DATE] <= end)]
    table["orders"] = since.groupby("lead_id").size().reindex(table.index).astype("Int64")
    sums = sum_by(since[AMOUNT], since["lead_id"]) if len(since) else pd.Series(dtype=float)
    table[AMOUNT] = sums.reindex(table.index)
