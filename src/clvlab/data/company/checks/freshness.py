"""How old the entries of the customer file are, and whose are too old."""

from __future__ import annotations

import pandas as pd

from clvlab.clock import days_since
from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.checks.source import CheckedTable, in_words
from clvlab.data.company.masking import masked

FRESHNESS_COLUMNS = (
    "owner",
    "customers",
    "dated",
    "median_days",
    "p90_days",
    "within",
    "stale",
    "oldest",
)


def freshness_of(
    customers: CheckedTable | None,
    rows: pd.Series | None,
    as_of: pd.Timestamp,
    max_age_days: float,
    findings: Findings,
) -> tuple[pd.DataFrame, str]:
    """Ages of the entries by who looks after them, and what is missing to say so.

    Entries of more than `max_age_days` are findings; those without a date are counted only.

    Parameters
    ----------
    rows
        Which rows of the table count: those that do not repeat another.

    Returns
    -------
    DataFrame
        First all customers (``owner`` is ``"all"``), then each owner, the oldest first:
        ``customers``, ``dated`` (with a date), ``median_days`` and ``p90_days`` of their ages,
        ``within`` (share of the dated that are at most `max_age_days` old), ``stale`` (number
        that are older), ``oldest`` (day). Empty when there is nothing to tell.
    str
        What is missing; empty when nothing is.
    """
    empty = pd.DataFrame(columns=list(FRESHNESS_COLUMNS))
    if customers is None or rows is None:
        return empty, "not available: needs the table customers"
    missing = customers.missing("updated_on")
    findings.looked("stale", customers.name, missing)
    if missing:
        return empty, missing
    updated = customers.frame["updated_on"]
    age = days_since(updated, as_of) * -1.0
    stale = (age > max_age_days) & rows
    finding = Finding(
        customers.name,
        "stale",
        "updated_on",
        "updated " + in_words(updated[stale]) + [f", {days:,.0f} days ago" for days in age[stale]],
        f"an entry must have been looked at within {max_age_days:,.0f} days of {as_of:%Y-%m-%d}",
        other=_owners(customers)[stale],
    )
    customers.tell(findings, finding, stale)
    ages = pd.DataFrame({"age": age, "updated": updated, "owner": _owners(customers)})[rows]
    table = [_ages("all", ages, max_age_days)]
    if "owner" in customers.frame:
        by_owner = [_ages(str(owner), of, max_age_days) for owner, of in ages.groupby("owner")]
        table += sorted(by_owner, key=_median, reverse=True)
    return pd.DataFrame(table, columns=list(FRESHNESS_COLUMNS)), ""


def _median(row: dict[str, object]) -> float:
    days = row["median_days"]
    return days if isinstance(days, float) else -1.0


def _owners(customers: CheckedTable) -> pd.Series:
    if "owner" not in customers.frame:
        return pd.Series("", index=customers.frame.index, dtype=object)
    owners = customers.frame["owner"].astype(object)
    return owners.map(masked, na_action="ignore").fillna("nobody")


def _ages(owner: str, rows: pd.DataFrame, max_age_days: float) -> dict[str, object]:
    age = rows["age"].dropna()
    none = not len(age)
    return {
        "owner": owner,
        "customers": len(rows),
        "dated": len(age),
        "median_days": None if none else float(age.median()),
        "p90_days": None if none else float(age.quantile(0.9)),
        "within": None if none else float((age <= max_age_days).mean()),
        "stale": int((age > max_age_days).sum()),
        "oldest": None if none else rows["updated"].min(),
    }
