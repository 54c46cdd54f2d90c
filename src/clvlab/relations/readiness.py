"""Whether a company is ready for recovery management: what must be there before money is spent."""

from __future__ import annotations

import pandas as pd

from clvlab.clock import TimeUnit, days_since
from clvlab.data.company import Company
from clvlab.data.company.checks import CompanyCheck
from clvlab.relations.indicators import Indicator
from clvlab.schema import CUSTOMER_ID

STEP = "readiness"
SOON = TimeUnit.MONTH.days
"""Days within which a loss should be noted."""
OF_LOSSES = (
    "lost customers whose file is complete",
    "lost customers with a past that can be valued",
    "losses with a known reason",
    "losses noted within a month",
    "customers whom somebody can reach",
)
OF_CONTACTS = {
    "contacts whose answer is noted": "responded",
    "contacts whose cost is noted": "cost",
    "contacts whose hours are noted": "hours",
}


def readiness_of(
    company: Company, check: CompanyCheck, complete: pd.Series, least: float
) -> list[Indicator]:
    """The readiness list as indicators.

    Parameters
    ----------
    company
        With the tables ``losses``, ``campaigns`` and ``contacts`` as far as there are.
    check
        What `check_company` found.
    complete
        Completeness of each customer's file, indexed by the text of the id.
    least
        Completeness from which on a file is complete.
    """
    return [*_of_losses(company, check, complete, least), _control(company), *_of_contacts(company)]


def _of_losses(
    company: Company, check: CompanyCheck, complete: pd.Series, least: float
) -> list[Indicator]:
    missing = company.missing("losses")
    if missing:
        return [Indicator(STEP, name, missing=missing) for name in OF_LOSSES]
    losses = company.table("losses")
    lost = pd.Index(losses[CUSTOMER_ID].unique())
    n = float(len(lost))
    bought = pd.Index(company.purchases().table[CUSTOMER_ID].unique())
    files = company.missing("customers")
    filled = complete.reindex(lost.map(str)).fillna(0.0) >= least
    reason, noted = company.missing("losses", "reason"), company.missing("losses", "recorded_on")
    known = losses["reason"].notna() & (losses["reason"] != "unknown") if not reason else filled
    days = days_since(losses["recorded_on"], losses["lost_on"]) if not noted else filled
    return [
        Indicator(STEP, OF_LOSSES[0], float(filled.sum()), n, files),
        Indicator(STEP, OF_LOSSES[1], float(lost.isin(bought).sum()), n),
        Indicator(STEP, OF_LOSSES[2], float(known.sum()), float(len(losses)), reason),
        Indicator(STEP, OF_LOSSES[3], float((days <= SOON).sum()), float(len(losses)), noted),
        _reachable(company, check),
    ]


def _reachable(company: Company, check: CompanyCheck) -> Indicator:
    """By telephone or e-mail, of all customers: at most what is filled in of the better one."""
    name = OF_LOSSES[4]
    if company.missing("customers"):
        return Indicator(STEP, name, missing=company.missing("customers"))
    shares = check.completeness
    ways = shares[(shares["by"] == "column") & shares["name"].isin(["phone", "email"])]
    ways = ways[ways["columns"] > 0]
    if ways.empty:
        return Indicator(STEP, name, missing="not available: needs the column phone of customers")
    best, n = float(ways["filled"].max()), float(ways["customers"].iloc[0])
    return Indicator(STEP, name, best * n, n)


def _control(company: Company) -> Indicator:
    name, missing = "campaigns with a control group", company.missing("campaigns")
    if missing:
        return Indicator(STEP, name, missing=missing)
    rows = company.table("campaigns")
    has = (rows["arm"] == "control").groupby(rows["campaign_id"]).any()
    return Indicator(STEP, name, float(has.sum()), float(len(has)))


def _of_contacts(company: Company) -> list[Indicator]:
    found = []
    for name, column in OF_CONTACTS.items():
        missing = company.missing("contacts", column)
        if missing:
            found.append(Indicator(STEP, name, missing=missing))
        else:
            noted = company.table("contacts")[column].notna()
            found.append(Indicator(STEP, name, float(noted.sum()), float(len(noted))))
    return found
