"""Rows that contradict themselves or another table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.checks.impossible import day_of, first_purchases
from clvlab.data.company.checks.source import CheckedTable, in_words

KIND = "inconsistent"


def contradictions(tables: Mapping[str, CheckedTable], findings: Findings) -> None:
    """Look at every table for which there is a rule."""
    if "customers" in tables:
        _since_first_purchase(tables, findings)
    if "leads" in tables:
        _leads(tables["leads"], findings)
    if "invoices" in tables:
        invoices = tables["invoices"]
        rule = "an invoice can't be due before it is issued"
        _in_order(invoices, ("issued_on", "due_on"), ("issued", "due"), rule, findings)
    if "campaigns" in tables:
        rule = "a campaign can't end before it starts"
        _in_order(tables["campaigns"], ("start", "end"), ("starts", "ends"), rule, findings)
    if "budgets" in tables:
        rule = "a budget can't end before it begins"
        _in_order(tables["budgets"], ("first_day", "last_day"), ("begins", "ends"), rule, findings)
    if "contacts" in tables:
        _contacts(tables, findings)


def _in_order(
    table: CheckedTable,
    columns: tuple[str, str],
    words: tuple[str, str],
    rule: str,
    findings: Findings,
) -> None:
    """Note rows in which the second day comes before the first."""
    missing = table.missing(*columns)
    findings.looked(KIND, table.name, missing)
    if missing:
        return
    first, second = (table.frame[name] for name in columns)
    wrong = second < first
    found = f"{words[1]} " + in_words(second[wrong]) + f", {words[0]} " + in_words(first[wrong])
    table.tell(findings, Finding(table.name, KIND, columns[1], found, rule), wrong)


def _since_first_purchase(tables: Mapping[str, CheckedTable], findings: Findings) -> None:
    """Note customers who bought before they were any."""
    customers = tables["customers"]
    first, missing = first_purchases(tables)
    missing = customers.missing("customer_id", "customer_since") or missing
    findings.looked(KIND, customers.name, missing)
    if missing:
        return
    since = customers.frame["customer_since"]
    bought = day_of(customers.frame["customer_id"], first)
    late = since > bought
    found = "customer since " + in_words(since[late]) + ", first bought " + in_words(bought[late])
    rule = "nobody can buy before they are a customer"
    customers.tell(findings, Finding(customers.name, KIND, "customer_since", found, rule), late)


def _leads(leads: CheckedTable, findings: Findings) -> None:
    rule = "a lead can't become a customer before it came about"
    _in_order(leads, ("date", "converted_on"), ("came", "converted"), rule, findings)
    missing = leads.missing("converted_on", "customer_id")
    findings.looked(KIND, leads.name, missing)
    if missing:
        return
    alone = leads.frame["converted_on"].notna() & leads.frame["customer_id"].isna()
    found = "converted " + in_words(leads.frame.loc[alone, "converted_on"]) + ", without a customer"
    rule = "a lead that became a customer must say which"
    leads.tell(findings, Finding(leads.name, KIND, "customer_id", found, rule), alone)


def _contacts(tables: Mapping[str, CheckedTable], findings: Findings) -> None:
    """Note contacts of an arm that their campaign does not have, and outside of its dates."""
    contacts = tables["contacts"]
    missing = contacts.missing("campaign_id")
    if not missing and "campaigns" not in tables:
        missing = "not available: needs the table campaigns"
    missing = missing or tables["campaigns"].missing("campaign_id", "arm")
    findings.looked(KIND, contacts.name, missing)
    if missing:
        return
    campaigns = tables["campaigns"].frame.dropna(subset=["campaign_id", "arm"])
    campaigns = campaigns.drop_duplicates(["campaign_id", "arm"])
    rows = contacts.frame[contacts.frame["campaign_id"].isin(campaigns["campaign_id"])]
    _arms(contacts, rows, campaigns, findings)
    missing = contacts.missing("date") or tables["campaigns"].missing("start")
    findings.looked(KIND, contacts.name, missing)
    if not missing:
        _dates(contacts, rows, campaigns, findings)


def _arms(
    contacts: CheckedTable, rows: pd.DataFrame, campaigns: pd.DataFrame, findings: Findings
) -> None:
    if "arm" not in rows:
        return
    known = set(zip(campaigns["campaign_id"], campaigns["arm"], strict=True))
    armed = rows[rows["arm"].notna()]
    pairs = zip(armed["campaign_id"], armed["arm"], strict=True)
    wrong = armed[[pair not in known for pair in pairs]]
    arms = campaigns.groupby("campaign_id")["arm"].agg(", ".join)
    # The arm itself is free text, and what it is is not needed to find the row.
    finding = Finding(
        contacts.name,
        KIND,
        "arm",
        "the campaign has no such arm",
        "the arm must be one of the campaign's",
        other=[f"{one}: {arms[one]}" for one in wrong["campaign_id"]],
    )
    contacts.tell(findings, finding, wrong.index.tolist())


def _dates(
    contacts: CheckedTable, rows: pd.DataFrame, campaigns: pd.DataFrame, findings: Findings
) -> None:
    """By the dates of the contact's own arm where it is known, else by those of all arms."""
    if "end" not in campaigns:
        campaigns = campaigns.assign(end=pd.Series(pd.NaT, index=campaigns.index))
    # A campaign that ends before it starts is told as such; its contacts are not to blame.
    campaigns = campaigns[~(campaigns["end"] < campaigns["start"])]
    of_all = campaigns.groupby("campaign_id").agg(
        start=("start", lambda days: days.min(skipna=False)),
        end=("end", lambda days: days.max(skipna=False)),
    )
    start = pd.to_datetime(rows["campaign_id"].map(of_all["start"]))
    end = pd.to_datetime(rows["campaign_id"].map(of_all["end"]))
    if "arm" in rows:
        own = rows[["campaign_id", "arm"]].merge(
            campaigns[["campaign_id", "arm", "start", "end"]], how="left", indicator=True
        )
        known = (own["_merge"] == "both").to_numpy()
        own.index = rows.index
        start, end = start.mask(known, own["start"]), end.mask(known, own["end"])
    date = rows["date"]
    wrong = rows.index[((date < start) | (date > end)).to_numpy(dtype=bool)]
    until = ("to " + in_words(end[wrong])).where(end[wrong].notna(), "on")
    lasts = in_words(start[wrong]) + " " + until
    finding = Finding(
        contacts.name,
        KIND,
        "date",
        "contacted " + in_words(date[wrong]) + ", the campaign lasts from " + lasts,
        "a contact must be within its campaign's dates",
    )
    contacts.tell(findings, finding, wrong.tolist())
