"""What a company's other tables said of each customer on a day: customers, contacts, invoices.

Only rows dated by that day count, and of an invoice only what had happened to it by then. What has
no date is not used where it may have come later: an invoice's dispute, and every column of a
customer that an entry made later may have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from clvlab.churn.snapshots import Snapshot
from clvlab.clock import days_since
from clvlab.data.company import Company
from clvlab.data.exact_money import sum_by
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

LASTING: Final = ("region", "industry", "customer_type", "legal_form")
"""Columns of customers that hardly ever change, and not with how much somebody buys."""
LEAST_SHARE: Final = 0.05
"""Share of the customers from which a value of these columns becomes a feature."""


@dataclass(frozen=True, eq=False)
class CompanyFeatures:
    """Makes features from the tables of a company; pass it to `fit_churn_study`.

    Attributes
    ----------
    company
        The tables; those that are not there give no features.
    levels
        Column and value of every feature that says whether a customer has that value; the same
        for all snapshots.
    """

    company: Company
    levels: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, company: Company) -> CompanyFeatures:
        """The features that a company's tables give."""
        levels: list[tuple[str, str]] = []
        for column in LASTING:
            if company.has("customers", column):
                values = company.table("customers", column)[column].dropna().astype(str)
                share = values.value_counts() / max(len(company.table("customers")), 1)
                kept = sorted(str(one) for one in share.index[share >= LEAST_SHARE])
                levels += [(column, one) for one in kept]
        return cls(company, tuple(levels))

    def missing(self) -> list[str]:
        """What is not available for want of a table, as sentences for a page.

        Examples
        --------
        >>> CompanyFeatures.of(Company("Shop", {})).missing()[1]
        'not available: needs the table contacts'
        """
        said = [self.company.missing(name) for name in ("customers", "contacts", "invoices")]
        return [one for one in said if one]

    def __call__(self, snapshot: Snapshot, customers: pd.Index) -> pd.DataFrame:
        """Features of customers as known on the day of a snapshot.

        Returns
        -------
        pandas.DataFrame
            Indexed by `customers`, without missing values: ``relationship_days`` and
            ``company_age_days`` (the middle of the others where it is not known); 1 or 0 for each
            of `levels`, named as ``region=north``; ``contacts_one`` and ``responses_one`` in the
            last horizon and ``contact_silence_days`` (for those never contacted, since the first
            contact of all); ``overdue_invoices``, ``overdue_amount`` and ``mean_days_late`` of the
            invoices paid by then.
        """
        out = pd.DataFrame(index=customers)
        if self.company.has("customers"):
            out = out.join(self._customers(snapshot, customers))
        if self.company.has("contacts", DATE):
            out = out.join(self._contacts(snapshot, customers))
        if self.company.has("invoices", "due_on", "paid_on"):
            out = out.join(self._invoices(snapshot, customers))
        return out

    def _customers(self, snapshot: Snapshot, customers: pd.Index) -> pd.DataFrame:
        known = self.company.table("customers").drop_duplicates(CUSTOMER_ID)
        known = known.set_index(CUSTOMER_ID).reindex(customers)
        out = pd.DataFrame(index=customers)
        for column, name in (
            ("customer_since", "relationship_days"),
            ("founded_on", "company_age_days"),
        ):
            if column in known:
                age = -days_since(known[column], pd.Timestamp(snapshot.as_of)).astype(float)
                age = age.where(age >= 0)
                middle = age.median()
                out[name] = age.fillna(0.0 if np.isnan(middle) else middle)
        for column, value in self.levels:
            same = known[column].astype(str) == value
            out[f"{column}={value}"] = same.fillna(value=False).astype(float)
        return out

    def _contacts(self, snapshot: Snapshot, customers: pd.Index) -> pd.DataFrame:
        now = pd.Timestamp(snapshot.as_of)
        rows = self.company.table("contacts", DATE)
        rows = rows[rows[DATE] <= now]
        late = rows[days_since(rows[DATE], now) > -snapshot.horizon_days]
        out = pd.DataFrame({"contacts_one": _count(late, customers)}, index=customers)
        if "responded" in rows:
            answered = late[late["responded"].fillna(value=False).astype(bool)]
            out["responses_one"] = _count(answered, customers)
        last = rows.groupby(CUSTOMER_ID)[DATE].max().reindex(customers)
        never = rows[DATE].min() if len(rows) else now
        out["contact_silence_days"] = -days_since(last.fillna(never), now).astype(float)
        return out

    def _invoices(self, snapshot: Snapshot, customers: pd.Index) -> pd.DataFrame:
        now = pd.Timestamp(snapshot.as_of)
        rows = self.company.table("invoices", "due_on", "paid_on")
        rows = rows[(rows["issued_on"] <= now) & rows["due_on"].notna()]
        paid = rows["paid_on"] <= now
        overdue = rows[~paid & (rows["due_on"] < now)]
        owed = sum_by(overdue[AMOUNT], overdue[CUSTOMER_ID])
        settled = rows[paid]
        late = days_since(settled["paid_on"], settled["due_on"]).clip(lower=0)
        mean = late.groupby(settled[CUSTOMER_ID]).mean()
        return pd.DataFrame(
            {
                "overdue_invoices": _count(overdue, customers),
                "overdue_amount": owed.reindex(customers).fillna(0.0).clip(lower=0.0),
                "mean_days_late": mean.reindex(customers).fillna(0.0),
            },
            index=customers,
        )


def _count(rows: pd.DataFrame, customers: pd.Index) -> pd.Series:
    """How many rows each customer has."""
    counts = rows.groupby(CUSTOMER_ID).size().reindex(customers)
    return counts.fillna(0).astype(float)
