"""What customers did in a period that came after their segments were cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from clvlab.clock import days_since
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary.period import MARGIN, ORDERS, Period, customers_in

RATE, COUNT, MONEY, LEVEL = "rate", "count", "money", "level"


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Metrics of customers in one period, the same days for everybody.

    Attributes
    ----------
    period
        The days.
    metrics
        Indexed by ``customer_id``, one column per metric; missing where a metric says nothing of
        a customer, as a basket of somebody who bought nothing.
    kinds
        Kind of each metric: ``"rate"`` (0 or 1 of each customer), ``"count"``, ``"money"`` or
        ``"level"``.
    not_available
        Metrics that the data can't give, and what they would need.
    """

    period: Period
    metrics: pd.DataFrame
    kinds: Mapping[str, str]
    not_available: Mapping[str, str]


def outcomes_in(
    log: TransactionLog,
    period: Period,
    customers: pd.Index,
    *,
    last_day: date | None = None,
    margin_rate: float | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> Outcomes:
    """The metrics of some customers in a period.

    ``retained`` (bought), ``orders`` and ``spend`` count everybody, with 0 where nothing was
    bought; ``basket`` is the amount of an order of those who bought. ``margin`` is the log's own,
    or `margin_rate` of what was spent. ``churned`` comes from a table of losses, ``overdue_days``
    (days after the due date, of invoices issued in the period) from invoices, and
    ``satisfaction`` (0 to 1, from the lowest answer possible to the highest) from surveys.

    Parameters
    ----------
    log
        The purchases.
    period
        The days; they must all have been seen.
    customers
        Ids of the customers, who must all have come before the period.
    last_day
        Last day seen, by default that of the last purchase.
    margin_rate
        Share of an amount that is earned, where the log has no margin. None leaves it out.
    tables
        The company's tables ``losses``, ``invoices`` and ``surveys``, as far as there are any.

    Raises
    ------
    InputError
        When the period was not seen to its end.

    Examples
    --------
    >>> import clvlab
    >>> log = clvlab.load_cdnow(sample=True)
    >>> period = Period.of("1997-10-01", "1998-06-30")
    >>> found = outcomes_in(log, period, pd.Index(["0004", "0018"]))
    >>> found.metrics[["retained", "orders"]].to_numpy().tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    seen = log.table[DATE].max().date() if last_day is None else last_day
    if period.last > seen:
        found = f"it ends {period.last}, and the last day seen is {seen}"
        rule = "must have been seen to its end, so that everybody had the same time"
        raise InputError(Problem("the period of the comparison", rule, found))
    inside = customers_in(log, period).reindex(customers)
    bought = inside[ORDERS].notna()
    orders, spend = inside[ORDERS].fillna(0.0), inside[AMOUNT].fillna(0.0)
    columns = {
        "retained": bought.astype(float),
        "orders": orders,
        "spend": spend,
        "basket": (spend / orders).where(bought),
    }
    kinds = {"retained": RATE, "orders": COUNT, "spend": MONEY, "basket": MONEY}
    absent: dict[str, str] = {}
    if MARGIN in inside and inside[MARGIN].notna().equals(bought):
        columns["margin"], kinds["margin"] = inside[MARGIN].fillna(0.0), MONEY
    elif margin_rate is not None:
        columns["margin"], kinds["margin"] = spend * margin_rate, MONEY
    else:
        absent["margin"] = "the column margin"
    _add_tables(columns, kinds, absent, tables or {}, period, customers)
    values = pd.DataFrame(columns, index=customers.rename(CUSTOMER_ID))
    return Outcomes(period, values, kinds, absent)


def _add_tables(
    columns: dict[str, pd.Series],
    kinds: dict[str, str],
    absent: dict[str, str],
    tables: Mapping[str, pd.DataFrame],
    period: Period,
    customers: pd.Index,
) -> None:
    """Metrics from the company's tables; what is not there is noted."""
    made = {"churned": ("losses", RATE, _churned), "overdue_days": ("invoices", LEVEL, _overdue),
            "satisfaction": ("surveys", LEVEL, _satisfaction)}  # fmt: skip
    for name, (table, kind, make) in made.items():
        if table in tables:
            columns[name], kinds[name] = make(tables[table], period, customers), kind
        else:
            absent[name] = f"the table {table}"


def _churned(losses: pd.DataFrame, period: Period, customers: pd.Index) -> pd.Series:
    lost = losses.loc[_during(losses["lost_on"], period), CUSTOMER_ID]
    return pd.Series(customers.isin(lost).astype(float), customers)


def _overdue(invoices: pd.DataFrame, period: Period, customers: pd.Index) -> pd.Series:
    rows = invoices[_during(invoices["issued_on"], period) & invoices["due_on"].notna()]
    last = pd.Timestamp(period.last)
    # An invoice that is not paid is as late as the last day of the period makes it.
    paid = rows["paid_on"].where(rows["paid_on"] <= last, last)
    late = days_since(paid, rows["due_on"]).clip(lower=0)
    return late.groupby(rows[CUSTOMER_ID]).mean().reindex(customers)


def _satisfaction(surveys: pd.DataFrame, period: Period, customers: pd.Index) -> pd.Series:
    rows = surveys[surveys["role"].eq("customer") & _during(surveys["date"], period)]
    width = rows["scale_most"] - rows["scale_least"]
    level = ((rows["answer"] - rows["scale_least"]) / width).where(width > 0)
    return level.groupby(rows[CUSTOMER_ID]).mean().reindex(customers)


def _during(days: pd.Series, period: Period) -> pd.Series:
    return (days >= pd.Timestamp(period.first)) & (days <= pd.Timestamp(period.last))
