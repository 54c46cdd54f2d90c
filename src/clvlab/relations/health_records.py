"""What the health report looks at: a company's tables with classes, checks and treatment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from clvlab.clock import DAYS_PER_YEAR
from clvlab.data.company import Company
from clvlab.data.company.checks import CompanyCheck
from clvlab.lifecycle.treatment import TreatmentCheck
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.segments.schemes import abc
from clvlab.summary.period import Period, customers_in

TABLES = ("customers", "contacts", "losses", "surveys", "benefits", "campaigns", "costs")
COMPLETE = 0.6
"""Share of its fields from which on a customer's file counts as complete."""
NO_CLASS = "none"


@dataclass(frozen=True, eq=False)
class HealthRecords:
    """What the steps look at.

    Attributes
    ----------
    company
        The company's tables.
    check
        What `check_company` found.
    treatment
        Contacts against the policy of stages; None without contacts.
    year
        The last year.
    classes
        ABC class by the revenue of the last year, of those who bought in it.
    ids
        Everybody in the customer file, or where there is none, every buyer.
    complete
        Completeness of each customer's file; empty without one.
    """

    company: Company
    check: CompanyCheck
    treatment: TreatmentCheck | None
    year: Period
    classes: pd.Series
    ids: pd.Index
    complete: pd.Series = field(repr=False)

    @classmethod
    def of(
        cls,
        company: Company,
        check: CompanyCheck,
        treatment: TreatmentCheck | None,
        as_of: date,
    ) -> HealthRecords:
        """Prepare what the steps look at, as of a day (inclusive)."""
        year = Period(as_of - timedelta(days=int(DAYS_PER_YEAR) - 1), as_of)
        spent = customers_in(company.purchases(), year)[AMOUNT]
        classes = abc(spent, cut_in=year).labels.astype(str)
        if company.has("customers"):
            ids = pd.Index(company.table("customers")[CUSTOMER_ID].unique())
        else:
            ids = pd.Index(company.purchases().table[CUSTOMER_ID].unique())
        complete = pd.Series(dtype=float)
        if len(check.customers):
            by_id = check.customers.drop_duplicates(CUSTOMER_ID).set_index(CUSTOMER_ID)
            complete = by_id["completeness"]
            complete.index = complete.index.map(str)
        return cls(company, check, treatment, year, classes, ids, complete)

    def class_of(self, ids: pd.Series) -> pd.Series:
        """The class of each id, ``"none"`` for those who did not buy in the last year."""
        return ids.map(self.classes).fillna(NO_CLASS)

    def in_year(self, table: str) -> pd.DataFrame:
        """The rows of a table that fall into the last year."""
        rows = self.company.table(table)
        begin, end = pd.Timestamp(self.year.first), pd.Timestamp(self.year.last)
        return rows.loc[rows[DATE].between(begin, end)]

    def large(self) -> pd.Index:
        """Customers of class A."""
        return self.classes.index[self.classes == "A"]

    def completeness(self, ids: pd.Index) -> pd.Series:
        """Completeness of the files of some customers; 0 of those who have none."""
        return self.complete.reindex(ids.map(str)).fillna(0.0)
