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


def _none(index: str, *columns: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[index, *columns]).set_index(index)


_NO_STAGES, _NO_CLASSES = _none("scheme", "stage", "rule"), _none("scheme", "class", "rule")
_NO_ESTIMATES = _none("what", "estimate", "lower", "upper", "possible_lower", "possible_upper")


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
    year = Period(as_of - timedelta(days=int(DAYS_PER_YEAR) - 1), as_of)
    one = summary.table.loc[[found]] if found in summary.table.index else None
    stages, classes = _NO_STAGES, _NO_CLASSES
    estimates, chance = _NO_ESTIMATES, None
    if one is not None:
        stages = stages_of_customer(company, found, study, as_of, look_ahead, stage_terms)
        classes = classes_of_customer(company, found, year)
        estimates, chance = _estimates(
            study,
            replace(summary, table=one),
            horizon=horizon,
            look_ahead=look_ahead,
            interval=interval,
            margin_rate=margin_rate,
            annual_discount_rate=annual_discount_rate,
        )
    entry, invoices = rows_of(company, "customers", found), open_invoices(company, found, as_of)
    owner = entry["owner"].iloc[0] if len(entry) and "owner" in entry else None
    card = CustomerCard(
        customer_id=found,
        as_of=as_of,
        stages=stages,
        classes=classes,
        estimates=estimates,
        exchange=given_and_received(company, found, year),
        invoices=invoices,
        satisfaction=satisfaction_of(company, found, year),
        contacts=contacts_of(company, found),
        timeline=timeline_of(company, found),
        fields=file_fields(company, found, source),
        credit=credit_of_customer(entry, invoices),
        owner=str(owner) if isinstance(owner, str) else "",
        next_action=NextAction("", "", ""),
        missing=_missing(company, found),
    )
    situation = _situation(card, company, chance, load_stage_policy(policy, "relationship"))
    return replace(card, next_action=suggest_action(situation, action_terms))


def _estimates(
    study: FittedStudy,
    one: CustomerSummary,
    *,
    horizon: Horizon,
    look_ahead: Horizon,
    interval: float,
    **business: float,
) -> tuple[pd.DataFrame, float]:
    """What is expected of a customer who bought, and the chance of a purchase soon."""
    scores = study.scores(one, horizon=horizon, interval=interval, **business)
    near = study.scores(one, horizon=look_ahead, interval=interval, **business).table.iloc[0]
    return values_of_customer(scores.table.iloc[0], near), float(near["probability_purchase"])


def _situation(
    card: CustomerCard, company: Company, chance: float | None, policy: pd.DataFrame
) -> Situation:
    """What the rules of the next action look at."""
    entry = rows_of(company, "customers", card.customer_id)
    stage = str(card.stages["stage"].get("relationship", ""))
    overdue = card.credit["overdue"] or 0.0
    last = None if card.contacts.empty else card.contacts[DATE].max()
    return Situation(
        stage=stage,
        treatment=str(policy["treatment_en"].get(stage, "")),
        value_class=str(card.classes["class"].get(CLASS_SCHEMES["abc"], "")),
        overdue=overdue,
        days_late=float(card.invoices["days_late"].max()) if overdue else 0.0,
        headroom=card.credit["headroom"],
        satisfaction_gap=number_or_none(card.satisfaction["gap"].get("satisfaction")),
        open_problem="open_problem" in entry and bool(entry["open_problem"].notna().any()),
        lost_reason=_last_reason(rows_of(company, "losses", card.customer_id)),
        probability_purchase=chance,
        days_since_contact=None if last is None else (pd.Timestamp(card.as_of) - last).days,
        missing=len(card.fields) - int(card.fields["filled"].astype(bool).sum()),
    )


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
