"""What to do next with a customer, and why: the first rule that holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ENDED = frozenset({"termination"})
NEW = frozenset({"exploration", "formation", "recovery"})


@dataclass(frozen=True)
class Situation:
    """What the rules look at.

    Attributes
    ----------
    stage
        Stage of the relationship; empty where nothing was ever bought.
    treatment
        What the policy intends for the stage.
    value_class
        ABC class of the last year; empty without one.
    overdue
        Amount that is due and not paid.
    days_late
        Days that the oldest of it is late.
    headroom
        Credit limit less what is open; missing (None) where there is no limit.
    satisfaction_gap
        Satisfaction less that of all customers, None where the customer was not asked.
    open_problem
        Whether the file notes a problem that is open.
    lost_reason
        Reason of a loss that is noted; empty without one.
    probability_purchase
        Chance of a purchase within the look ahead; None where it can't be told.
    days_since_contact
        None where there was no contact.
    missing
        Fields of the file that are empty.
    """

    stage: str
    treatment: str
    value_class: str = ""
    overdue: float = 0.0
    days_late: float = 0.0
    headroom: float | None = None
    satisfaction_gap: float | None = None
    open_problem: bool = False
    lost_reason: str = ""
    probability_purchase: float | None = None
    days_since_contact: float | None = None
    missing: int = 0


@dataclass(frozen=True)
class ActionTerms:
    """The numbers in the rules.

    Attributes
    ----------
    late_days
        Days that an invoice may be late before money is asked for first.
    dissatisfied
        How far below all customers' satisfaction, as a share of the scale, a visit is due.
    silent_days
        Days without a contact after which a customer of class A is to be contacted.
    """

    late_days: int = 30
    dissatisfied: float = 0.15
    silent_days: int = 90


@dataclass(frozen=True)
class NextAction:
    """What to do and why.

    Attributes
    ----------
    action, reason
        In words.
    rule
        The rule's name.
    """

    action: str
    reason: str
    rule: str


Rule = Callable[[Situation, ActionTerms], tuple[str, str] | None]


def _never_bought(s: Situation, _: ActionTerms) -> tuple[str, str] | None:
    if s.stage:
        return None
    return "qualify, and answer what was asked", "nothing was ever bought"


def _collect(s: Situation, terms: ActionTerms) -> tuple[str, str] | None:
    if not s.overdue > 0 or s.days_late <= terms.late_days:
        return None
    seen = f"{s.overdue:,.0f} overdue, the oldest for {s.days_late:,.0f} days"
    return "settle what is overdue before anything else is sold on credit", seen


def _solve(s: Situation, _: ActionTerms) -> tuple[str, str] | None:
    if not s.open_problem or s.stage in ENDED:
        return None
    return "solve the open problem", "the customer file notes one"


def _reconcile(s: Situation, terms: ActionTerms) -> tuple[str, str] | None:
    gap = s.satisfaction_gap
    if gap is None or gap > -terms.dissatisfied or s.stage in ENDED:
        return None
    seen = f"satisfaction is {-gap:.0%} of the scale below that of all customers"
    return "visit, and ask what went wrong", seen


def _win_back(s: Situation, _: ActionTerms) -> tuple[str, str] | None:
    if s.stage not in ENDED:
        return None
    because = f", noted reason: {s.lost_reason.replace('_', ' ')}" if s.lost_reason else ""
    return s.treatment, f"the relationship has ended{because}"


def _keep_in_touch(s: Situation, terms: ActionTerms) -> tuple[str, str] | None:
    silent = s.days_since_contact is None or s.days_since_contact > terms.silent_days
    if s.value_class != "A" or not silent:
        return None
    since = "no contact is noted"
    if s.days_since_contact is not None:
        since = f"the last contact was {s.days_since_contact:,.0f} days ago"
    return "contact personally", f"class A, and {since}"


def _by_stage(s: Situation, _: ActionTerms) -> tuple[str, str] | None:
    return s.treatment, f"stage of the relationship: {s.stage}"


RULES: tuple[tuple[str, Rule], ...] = (
    ("never bought", _never_bought),
    ("overdue", _collect),
    ("open problem", _solve),
    ("dissatisfied", _reconcile),
    ("ended", _win_back),
    ("out of touch", _keep_in_touch),
    ("stage", _by_stage),
)
"""The rules in their order: money that is owed and what hurts come before what sells."""


def suggest_action(situation: Situation, terms: ActionTerms | None = None) -> NextAction:
    """The first rule that holds.

    Examples
    --------
    >>> found = suggest_action(Situation("stability", "Keep what was promised", overdue=900,
    ...                                  days_late=45))
    >>> found.rule, found.reason
    ('overdue', '900 overdue, the oldest for 45 days')
    """
    numbers = terms or ActionTerms()
    for name, rule in RULES:
        said = rule(situation, numbers)
        if said is not None:
            return NextAction(*said, name)
    raise AssertionError("the last rule always holds")
