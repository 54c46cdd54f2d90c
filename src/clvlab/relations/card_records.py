"""What a company's tables say of one customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from clvlab.clock import days_since
from clvlab.data.company import CONTRACTS, Company, load_identities
from clvlab.data.company.masking import masked
from clvlab.data.exact_money import sum_by
from clvlab.errors import InputError, NotAvailableError
from clvlab.relations.credit_notes import left_to_pay
from clvlab.relations.record_figures import survey_index
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary.period import Period

FILE = "customers"
GROUP_WORDS: Mapping[str, str] = {
    "basic": "basic facts",
    "characteristics": "characteristics",
    "business": "business",
    "transactions": "terms and credit",
    "file": "the file itself",
}
"""The groups of the customer file, in words."""
TOPICS = {
    "quality": "quality",
    "service": "service",
    "price_fairness": "fair price",
    "satisfaction": "satisfaction",
    "loyalty": "loyalty",
}
"""Topics of surveys by the stem of their questions."""


def rows_of(company: Company, table: str, customer_id: object) -> pd.DataFrame:
    """One customer's rows of a table; none where there is no such table."""
    if not company.has(table, CUSTOMER_ID):
        return pd.DataFrame()
    rows = company.table(table)
    return rows[rows[CUSTOMER_ID] == customer_id]


def file_fields(company: Company, customer_id: object, source: str | Path) -> pd.DataFrame:
    """The customer's entry field by field, without what names anybody.

    Parameters
    ----------
    company
        With the table ``customers``.
    customer_id
        Whose entry.
    source
        What the company was loaded from: names and addresses are counted there, never read out.

    Returns
    -------
    pandas.DataFrame
        ``group`` and ``field`` (in words), ``filled``, ``entry`` (text; of personal fields only
        that it is noted), in the order of the contract. Columns that the company does not keep
        are not there.
    """
    entry = rows_of(company, FILE, customer_id)
    if entry.empty:
        return pd.DataFrame(columns=["group", "field", "filled", "entry"])
    known, private = entry.iloc[0], _private(source, customer_id)
    rows = []
    for name, column in CONTRACTS[FILE].columns.items():
        if name in private:
            filled = private[name]
            value = "noted, not shown" if filled else ""
        elif name in known.index:
            filled = bool(pd.notna(known[name]))
            value = _written(known[name]) if filled else ""
        else:
            continue
        rows.append((GROUP_WORDS[column.group], column.en, filled, value))
    return pd.DataFrame(rows, columns=["group", "field", "filled", "entry"])


def _private(source: str | Path, customer_id: object) -> dict[str, bool]:
    """Which personal fields are filled; their contents are let go of at once."""
    try:
        who = load_identities(source)
    except (InputError, NotAvailableError):
        return {}
    if str(customer_id) not in who.index:
        return {}
    filled = who.loc[[str(customer_id)]].drop(columns="id").notna().iloc[0]
    return {str(name): bool(there) for name, there in filled.items()}


def _written(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
    return masked(str(value))


def open_invoices(company: Company, customer_id: object, as_of: date) -> pd.DataFrame:
    """Invoices that are not paid, the oldest first.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``invoice_id``: ``issued_on``, ``due_on``, ``amount`` (what is left to pay when
        open credit notes are set off; see `left_to_pay`), ``set_off`` (where there are any),
        ``days_late`` (missing where the day has not come), ``disputed`` where that is known.
    """
    rows = rows_of(company, "invoices", customer_id)
    if rows.empty or "paid_on" not in rows:
        return pd.DataFrame(columns=["issued_on", "due_on", AMOUNT, "days_late"])
    unpaid = rows[rows["paid_on"].isna()].sort_values("issued_on", kind="stable")
    notes, unpaid = unpaid[unpaid[AMOUNT] < 0], unpaid[~(unpaid[AMOUNT] < 0)]
    left = left_to_pay(unpaid, notes)
    if len(notes):
        unpaid = unpaid.assign(set_off=unpaid[AMOUNT] - left)
    unpaid = unpaid.assign(**{AMOUNT: left})
    unpaid = unpaid[unpaid[AMOUNT] > 0]
    late = -days_since(unpaid["due_on"], pd.Timestamp(as_of)).astype("float64")
    unpaid = unpaid.assign(days_late=late.where(late > 0))
    names = ["issued_on", "due_on", AMOUNT, "set_off", "days_late", "disputed"]
    return unpaid.set_index("invoice_id")[[name for name in names if name in unpaid]]


def given_and_received(company: Company, customer_id: object, period: Period) -> pd.DataFrame:
    """What the customer gave us in a period, and what we gave.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``what``: ``to_us`` (margin, or where none is known the revenue), ``our_cost``
        and ``worth_to_them`` of benefits and service; missing where it does not apply or is not
        noted. Last the sums.
    """
    begin, end = pd.Timestamp(period.first), pd.Timestamp(period.last)
    log = company.purchases().table
    bought = log[(log[CUSTOMER_ID] == customer_id) & log[DATE].between(begin, end)]
    measure = "margin" if "margin" in log and bought["margin"].notna().all() else AMOUNT
    rows = {f"purchases: {'margin' if measure == 'margin' else 'revenue'}": (
        _total(bought[measure]), np.nan, np.nan)}  # fmt: skip
    benefits = _inside(rows_of(company, "benefits", customer_id), begin, end)
    if len(benefits):
        words = CONTRACTS["benefits"].columns["benefit"].choices
        for kind, part in benefits.groupby("benefit", sort=True):
            said = f"benefit: {str(kind).replace('_', ' ')} ({dict(words).get(str(kind), '')})"
            noted = [
                _total(part[name][part[name] >= 0]) if name in part else np.nan
                for name in ("cost", "worth")
            ]
            rows[said] = (np.nan, noted[0], noted[1])
    costs = _inside(rows_of(company, "costs", customer_id), begin, end)
    if len(costs):
        spent = costs[costs[AMOUNT] >= 0]
        for category, part in spent.groupby("category", sort=True):
            rows[f"service: {category}"] = (np.nan, _total(part[AMOUNT]), np.nan)
    names = ["to_us", "our_cost", "worth_to_them"]
    out = pd.DataFrame.from_dict(rows, orient="index", columns=names)
    out.loc["in all"] = out.sum(min_count=1)
    return out.rename_axis("what")


def _inside(rows: pd.DataFrame, begin: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    return rows[rows[DATE].between(begin, end)] if len(rows) else rows


def _total(amounts: pd.Series) -> float:
    known = amounts.dropna()
    return float(sum_by(known, pd.Series(0, known.index)).sum()) if len(known) else 0.0


def satisfaction_of(company: Company, customer_id: object, period: Period) -> pd.DataFrame:
    """The customer's latest answers by topic, beside the answers of all.

    Parameters
    ----------
    period
        Days of which the last year is looked at.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``topic``: ``index`` (0 lowest, 1 highest), ``everybody``, ``difference``;
        without rows where the customer was not asked.
    """
    names = ["topic", "index", "everybody", "gap"]
    mine = rows_of(company, "surveys", customer_id)
    if mine.empty or company.missing("surveys", "role", "date", "scale_least", "scale_most"):
        return pd.DataFrame(columns=names).set_index("topic")
    rows = []
    for stem, topic in TOPICS.items():
        own, everybody = (
            survey_index(table, stem, [period]) for table in (mine, company.table("surveys"))
        )
        if own is not None and everybody is not None and own.value.notna().all():
            value, mean = float(own.value.iloc[-1]), float(everybody.value.iloc[-1])
            rows.append((topic, value, mean, value - mean))
    return pd.DataFrame(rows, columns=names).set_index("topic")


def contacts_of(company: Company, customer_id: object) -> pd.DataFrame:
    """Contacts with the customer, the newest first: ``date``, ``channel``, ``topic``,
    ``measure``, ``responded``, as far as they are noted; personal data in them is masked.
    """
    rows = rows_of(company, "contacts", customer_id)
    names = [name for name in (DATE, "channel", "topic", "measure", "responded") if name in rows]
    out = rows.sort_values(DATE, ascending=False, kind="stable")[names] if len(rows) else rows
    for name in ("channel", "topic", "measure"):
        if name in out:
            out[name] = out[name].astype(object).map(masked, na_action="ignore")
    return out.dropna(axis="columns", how="all").reset_index(drop=True)


def timeline_of(company: Company, customer_id: object) -> pd.DataFrame:
    """Everything dated that is noted of the customer: ``date``, ``kind``, ``amount`` (missing
    where there is none), in order.
    """
    log = company.purchases().table
    own = log[log[CUSTOMER_ID] == customer_id]
    parts = [pd.DataFrame({DATE: own[DATE], "kind": "purchase", AMOUNT: own[AMOUNT]})]
    dated = {
        "contact": ("contacts", DATE, None),
        "survey": ("surveys", DATE, None),
        "invoice": ("invoices", "issued_on", AMOUNT),
        "benefit": ("benefits", DATE, "cost"),
        "loss noted": ("losses", "lost_on", None),
    }
    for kind, (table, day, money) in dated.items():
        rows = rows_of(company, table, customer_id)
        if rows.empty or day not in rows:
            continue
        amounts = rows[money] if money in rows else pd.Series(np.nan, rows.index)
        part = pd.DataFrame({DATE: rows[day], "kind": kind, AMOUNT: amounts})
        parts.append(part.drop_duplicates() if kind == "survey" else part)
    filled = [part.astype({AMOUNT: "float64"}) for part in parts if len(part)]
    if not filled:
        return pd.DataFrame({DATE: pd.to_datetime([]), "kind": [], AMOUNT: []})
    return pd.concat(filled).sort_values([DATE, "kind"], kind="stable").reset_index(drop=True)
