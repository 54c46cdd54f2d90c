"""The customer card: everything that is known of one customer, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from clvlab.clock import DAYS_PER_YEAR, Horizon
from clvlab.data.company import CONTRACTS, Company
from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.lifecycle.stage_policy import load_stage_policy
from clvlab.lifecycle.stages import StageParameters
from clvlab.models import FittedStudy
from clvlab.relations.card_records import (
    contacts_of,
    file_fields,
    given_and_received,
    open_invoices,
    rows_of,
    satisfaction_of,
    timeline_of,
)
from clvlab.relations.card_tables import (
    CLASS_SCHEMES,
    classes_of_customer,
    credit_of_customer,
    number_or_none,
    stages_of_customer,
    values_of_customer,
)
from clvlab.relations.next_action import ActionTerms, NextAction, Situation, suggest_action
from clvlab.schema import CUSTOMER_ID, DATE
from clvlab.summary import CustomerSummary
from clvlab.summary.period import Period

TABLES = ("customers", "contacts", "invoices", "losses", "surveys", "costs", "benefits")
"""The tables that a card draws on, besides the purchases."""


@dataclass(frozen=True, eq=False)
class CustomerCard:
    """One customer.

    Attributes
    ----------
    customer_id, as_of
        Whom, and as of which day.
    stages
        Indexed by ``scheme``: ``stage``, ``rule`` in words.
    classes
        Indexed by ``scheme``: ``class``, ``rule``.
    estimates
        Indexed by ``what``: ``estimate``, ``lower`` and ``upper`` (of the expectation),
        ``possible_lower`` and ``possible_upper`` (of the outcome); without rows where nothing was
        bought.
    exchange
        What the customer gave us in the last year and what we gave; see `given_and_received`.
    invoices, satisfaction, contacts, timeline
        See `open_invoices`, `satisfaction_of`, `contacts_of`, `timeline_of`.
    fields
        The entry in the customer file; see `file_fields`.
    credit
        ``terms`` (days), ``limit``, ``exposure`` (open), ``overdue``, ``headroom``; None where
        not known.
    owner
        Who looks after the customer; empty where nobody is noted.
    next_action
        What to do, and why.
    missing
        What the card can't say, by subject.
    """

    customer_id: object
    as_of: date
    stages: pd.DataFrame
    classes: pd.DataFrame
    estimates: pd.DataFrame
    exchange: pd.DataFrame
    invoices: pd.DataFrame
    satisfaction: pd.DataFrame
    contacts: pd.DataFrame
    timeline: pd.DataFrame = field(repr=False)
    fields: pd.DataFrame = field(repr=False)
    credit: dict[str, float | None]
    owner: str
    next_action: NextAction
    missing: dict[str, str]

    def describe(self) -> dict[str, float | str | None]:
        """What the page quotes."""
        value = self.estimates["estimate"] if len(self.estimates) else pd.Series(dtype=float)
        bought = self.timeline[self.timeline["kind"] == "purchase"]
        clv = dict(self.estimates.T["lifetime value"]) if len(self.estimates) else None
        return {
            "customer": str(self.customer_id),
            "stage": str(self.stages["stage"].get("relationship", "never bought")),
            "value_class": str(self.classes["class"].get(CLASS_SCHEMES["abc"], "none")),
            "purchases": len(bought),
            "last_purchase": None if bought.empty else bought[DATE].max().date(),
            "clv": None if clv is None else float(clv["estimate"]),
            "clv_lower": None if clv is None else float(clv["lower"]),
            "clv_upper": None if clv is None else float(clv["upper"]),
            "probability_purchase": value.get("chance of a purchase"),
            "action": self.next_action.action,
            "reason": self.next_action.reason,
            "owner": self.owner or "nobody",
            "filled": int(self.fields["filled"].sum()) if len(self.fields) else 0,
            "kept": len(self.fields),
            **self.credit,
        }

    def empty_fields(self) -> pd.DataFrame:
        """Fields of the customer file that are empty, by group."""
        gone = self.fields[~self.fields["filled"].astype(bool)]
        listed = gone.groupby("group", sort=False)["field"].agg(", ".join)
        kept = self.fields.groupby("group", sort=False)["filled"].agg(["sum", "size"])
        out = kept.rename(columns={"sum": "filled", "size": "kept"})
        return out.assign(empty=listed.reindex(out.index).fillna("none"))


def make_card(
    company: Company,
    customer_id: str,
    summary: CustomerSummary,
    study: FittedStudy,
    *,
    as_of: date,
    source: str | Path,
    horizon: Horizon,
    look_ahead: Horizon,
    margin_rate: float,
    annual_discount_rate: float,
    interval: float = 0.90,
    policy: str | Path | None = None,
    stage_terms: StageParameters | None = None,
    action_terms: ActionTerms | None = None,
) -> CustomerCard:
    """Make the card of one customer.

    Parameters
    ----------
    company
        With purchases; what else there is of `TABLES` is used.
    customer_id
        Whom, as in the tables.
    summary, study
        All customers as of the day, and the models fitted to them.
    as_of
        Last day seen (inclusive).
    source
        What the company was loaded from.
    horizon, look_ahead
        How far ahead the value and the chance of a purchase look.
    margin_rate, annual_discount_rate
        Assumptions, as in `score_customers`.
    interval
        Coverage of the limits.
    policy
        What is intended for stages; see `load_stage_policy`.
    stage_terms, action_terms
        The numbers in the rules of stages and of the next action.

    Raises
    ------
    InputError
        When nobody of that id is in the purchases or in the customer file.
    """
    found = find_customer(company, customer_id)
    log = company.purchases()
    bought = bool((log.table[CUSTOMER_ID] == found).any())
    year = Period(as_of - timedelta(days=int(DAYS_PER_YEAR) - 1), as_of)
    stages = (
        stages_of_customer(company, found, study, as_of, look_ahead, stage_terms)
        if bought
        else _none("scheme", "stage", "rule")
    )
    classes = (
        classes_of_customer(company, found, year) if bought else _none("scheme", "class", "rule")
    )
    values = _none("what", "estimate", "lower", "upper", "possible_lower", "possible_upper")
    chance = None
    if bought:
        one = replace(summary, table=summary.table.loc[[found]])
        terms = {"margin_rate": margin_rate, "annual_discount_rate": annual_discount_rate}
        scores = study.scores(one, horizon=horizon, interval=interval, **terms)
        near = study.scores(one, horizon=look_ahead, interval=interval, **terms)
        values = values_of_customer(scores.table.iloc[0], near.table.iloc[0])
        chance = float(near.table["probability_purchase"].iloc[0])
    invoices = open_invoices(company, found, as_of)
    fields = file_fields(company, found, source)
    contacts = contacts_of(company, found)
    answers = satisfaction_of(company, found, year)
    entry = rows_of(company, "customers", found)
    credit = credit_of_customer(entry, invoices)
    stage = str(stages["stage"].get("relationship", ""))
    intended = load_stage_policy(policy, "relationship")["treatment_en"]
    losses = rows_of(company, "losses", found)
    last_contact = None if contacts.empty else (pd.Timestamp(as_of) - contacts[DATE].max()).days
    abc_class = str(classes["class"].get(CLASS_SCHEMES["abc"], ""))
    situation = Situation(
        stage=stage,
        treatment=str(intended.get(stage, "")),
        value_class=abc_class,
        overdue=credit["overdue"] or 0.0,
        days_late=float(invoices["days_late"].max()) if credit["overdue"] else 0.0,
        headroom=credit["headroom"],
        satisfaction_gap=number_or_none(answers["gap"].get("satisfaction")),
        open_problem=bool(len(entry) and "open_problem" in entry
                          and entry["open_problem"].notna().any()),
        lost_reason=_last_reason(losses),
        probability_purchase=chance,
        days_since_contact=last_contact,
        missing=int((~fields["filled"].astype(bool)).sum()) if len(fields) else 0,
    )  # fmt: skip
    owner = entry["owner"].iloc[0] if len(entry) and "owner" in entry else None
    return CustomerCard(
        found, as_of, stages, classes, values, given_and_received(company, found, year),
        invoices, answers, contacts, timeline_of(company, found), fields, credit,
        str(owner) if isinstance(owner, str) else "",
        suggest_action(situation, action_terms), _missing(company, found),
    )  # fmt: skip


def find_customer(company: Company, customer_id: str) -> object:
    """The id of a customer as the tables have it.

    Raises
    ------
    InputError
        When nobody of that id is in the purchases or in the customer file.
    """
    known = [company.purchases().table[CUSTOMER_ID]]
    if company.has("customers"):
        known.append(company.table("customers")[CUSTOMER_ID])
    ids = pd.Index(pd.concat(known).unique())
    texts = pd.Index(ids.map(str))
    if str(customer_id) not in texts:
        hint = did_you_mean(str(customer_id), [str(one) for one in texts])
        rule = "must be in the purchases or in the table customers"
        raise InputError(Problem("the customer", rule, f"got {str(customer_id)!r}", hint))
    return ids[texts.get_loc(str(customer_id))]


def _none(index: str, *columns: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[index, *columns]).set_index(index)


def _last_reason(losses: pd.DataFrame) -> str:
    if losses.empty or "reason" not in losses:
        return ""
    reason = losses.sort_values("lost_on")["reason"].iloc[-1]
    return reason if isinstance(reason, str) else ""


def _missing(company: Company, customer: object) -> dict[str, str]:
    """Tables that there are not, or in which the customer does not occur."""
    said = {}
    for table in TABLES:
        words = CONTRACTS[table].en
        if company.missing(table):
            said[words] = company.missing(table)
        elif CUSTOMER_ID in company.table(table) and rows_of(company, table, customer).empty:
            said[words] = "nothing is noted of this customer"
    return said
