"""A company's invoices with what else a report of credit needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from clvlab.churn.company_features import LASTING
from clvlab.data.company import Company
from clvlab.relations.company_source import company_at
from clvlab.relations.credit.ledger import Receivables, receivables_of
from clvlab.schema import CUSTOMER_ID


@dataclass(frozen=True, eq=False)
class OpenedCredit:
    """Invoices with the company that wrote them.

    Attributes
    ----------
    name
        What it is called on a page.
    company
        The company, with customers and purchases where it has them.
    receivables
        Its invoices.
    classes
        Class of each customer in words, indexed by ``customer_id``; None where none is known.
    """

    name: str
    company: Company
    receivables: Receivables
    classes: pd.Series | None = field(repr=False)

    @property
    def currency(self) -> str:
        """Code of the currency, empty where it is not known."""
        log = self.company.log
        return (log.currency or "") if log is not None else ""

    @property
    def customers(self) -> pd.DataFrame | None:
        """The table of customers, None without one."""
        return self.company.table("customers") if self.company.has("customers") else None

    @property
    def characteristics(self) -> pd.DataFrame | None:
        """What hardly ever changes of the customers; see `features_at_issue`."""
        return self._columns(*LASTING)

    @property
    def agreed(self) -> pd.Series | None:
        """Days to pay agreed with each customer."""
        found = self._columns("payment_terms_days")
        return None if found is None else found["payment_terms_days"]

    def _columns(self, *names: str) -> pd.DataFrame | None:
        there = [name for name in names if self.company.has("customers", name)]
        if not there:
            return None
        known = self.company.table("customers", *there).drop_duplicates(CUSTOMER_ID)
        return known.set_index(CUSTOMER_ID)[there]


def open_credit(
    data: str | Path,
    *,
    as_of: date | None = None,
    paid_before_issued: str = "drop",
    group: str = "industry",
) -> OpenedCredit:
    """Open the invoices of a company.

    Parameters
    ----------
    data
        What `clvlab.load_company` takes, ``"env:NAME"``, or ``"simulated"``.
    as_of
        Last day that is seen (inclusive).
    paid_before_issued
        See `read_receivables`.
    group
        Column of the customers that makes classes; where it is not known there is one class.

    Raises
    ------
    NotAvailableError
        When the company has no invoices with due and payment days.
    InputError
        When something can't be read.
    """
    wanted = {"invoices", "customers", "purchases"}
    with company_at(data, tables=wanted, as_of=as_of) as (company, name):
        owing = receivables_of(company, as_of=as_of, paid_before_issued=paid_before_issued)
    classes = None
    if company.has("customers", group):
        known = company.table("customers", group).drop_duplicates(CUSTOMER_ID)
        classes = known.set_index(CUSTOMER_ID)[group].str.replace("_", " ")
    return OpenedCredit(name, company, owing, classes)
