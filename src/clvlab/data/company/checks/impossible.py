"""Values that can't be: numbers beyond their limits, answers off the scale, days out of order."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.checks.source import CheckedTable, in_words
from clvlab.data.company.contracts import PURCHASES, ColumnContract


def numbers_beyond_limits(table: CheckedTable, findings: Findings) -> None:
    """Note numbers beyond the contract's limits, counts that are none, and infinite numbers."""
    for name, column in table.contract.columns.items():
        if column.kind not in ("money", "number", "count") or name not in table.frame:
            continue
        numbers = table.frame[name]
        bad = pd.Series(np.isinf(numbers.to_numpy(dtype=float)))
        least = 0 if column.kind == "count" else column.least
        if least is not None:
            bad |= numbers < least
        if column.most is not None:
            bad |= numbers > column.most
        if column.kind == "count":
            bad |= numbers.notna() & (numbers != numbers.round())
        finding = Finding(
            table.name, "beyond_limits", name, in_words(numbers[bad]), _rule(column, least)
        )
        table.tell(findings, finding, bad)


def _rule(column: ColumnContract, least: float | None) -> str:
    if column.kind == "count":
        return f"the {column.en} must be a whole number of at least 0"
    limits = []
    if least is not None:
        limits.append(f"at least {least:g}")
    if column.most is not None:
        limits.append(f"at most {column.most:g}")
    return f"the {column.en} must be {' and '.join(limits) or 'finite'}"


def answers_off_the_scale(surveys: CheckedTable, findings: Findings) -> None:
    """Note answers below the lowest or above the highest that was possible."""
    missing = surveys.missing("answer") or (
        surveys.missing("scale_least", "scale_most")
        if not {"scale_least", "scale_most"} & set(surveys.frame)
        else ""
    )
    findings.looked("off_scale", surveys.name, missing)
    if missing:
        return
    answer = surveys.frame["answer"]
    nothing = pd.Series(np.nan, index=answer.index)
    least = surveys.frame.get("scale_least", nothing)
    most = surveys.frame.get("scale_most", nothing)
    off = (answer < least) | (answer > most)
    from_least = ("from " + in_words(least[off]) + " ").where(least[off].notna(), "")
    to_most = ("to " + in_words(most[off])).where(most[off].notna(), "on")
    finding = Finding(
        surveys.name,
        "off_scale",
        "answer",
        in_words(answer[off]) + " on a scale " + from_least + to_most,
        "the answer must be on its scale",
    )
    surveys.tell(findings, finding, off)


def paid_before_issued(invoices: CheckedTable, findings: Findings) -> None:
    """Note invoices that were paid before they were issued."""
    missing = invoices.missing("issued_on", "paid_on")
    findings.looked("paid_before_issued", invoices.name, missing)
    if missing:
        return
    issued, paid = invoices.frame["issued_on"], invoices.frame["paid_on"]
    early = paid < issued
    finding = Finding(
        invoices.name,
        "paid_before_issued",
        "paid_on",
        "paid " + in_words(paid[early]) + ", issued " + in_words(issued[early]),
        "an invoice can't be paid before it is issued",
    )
    invoices.tell(findings, finding, early)


def lost_before_bought(tables: Mapping[str, CheckedTable], findings: Findings) -> None:
    """Note customers lost before their first purchase, or, without one, before they were any."""
    losses = tables["losses"]
    missing = losses.missing("customer_id", "lost_on")
    if missing:
        findings.looked("lost_before_bought", losses.name, missing)
        return
    first, missing = first_purchases(tables)
    since, no_customers = customers_since(tables)
    if missing and no_customers:
        findings.looked("lost_before_bought", losses.name, missing)
        return
    findings.looked("lost_before_bought", losses.name)
    ids, lost = losses.frame["customer_id"], losses.frame["lost_on"]
    bought = day_of(ids, first)
    begun = bought.fillna(day_of(ids, since))
    early = lost < begun
    what = np.where(bought[early].notna(), "first bought ", "customer since ")
    finding = Finding(
        losses.name,
        "lost_before_bought",
        "lost_on",
        "lost " + in_words(lost[early]) + ", " + what + in_words(begun[early]),
        "a customer can't be lost before the first purchase",
    )
    losses.tell(findings, finding, early)


def first_purchases(tables: Mapping[str, CheckedTable]) -> tuple[pd.Series, str]:
    """Each customer's first day with a purchase, and what is missing to say so.

    Returns come after what was bought, so days on which money only went back do not count.
    """
    nothing = pd.Series(dtype="datetime64[ns]")
    if PURCHASES not in tables:
        return nothing, f"not available: needs the table {PURCHASES}"
    purchases = tables[PURCHASES]
    missing = purchases.missing("customer_id", "date")
    if missing:
        return nothing, missing
    rows = purchases.frame
    if "amount" in rows:
        rows = rows[~(rows["amount"] < 0)]
    rows = rows.dropna(subset=["customer_id", "date"])
    return rows.groupby("customer_id")["date"].min(), ""


def day_of(ids: pd.Series, days: pd.Series) -> pd.Series:
    """The day of each id, missing where it has none."""
    found = days.reindex(ids.to_numpy()).to_numpy(dtype="datetime64[ns]")
    return pd.Series(found, index=ids.index)


def customers_since(tables: Mapping[str, CheckedTable]) -> tuple[pd.Series, str]:
    """The day since when each is a customer, and what is missing to say so."""
    nothing = pd.Series(dtype="datetime64[ns]")
    if "customers" not in tables:
        return nothing, "not available: needs the table customers"
    customers = tables["customers"]
    missing = customers.missing("customer_id", "customer_since")
    if missing:
        return nothing, missing
    rows = customers.frame.dropna(subset=["customer_id", "customer_since"])
    return rows.groupby("customer_id")["customer_since"].min(), ""
