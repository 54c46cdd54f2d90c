"""The kinds of findings: what each is called, how bad it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Kind:
    """One kind of finding.

    Attributes
    ----------
    name
        As it stands in the table of findings.
    words
        What it is called where people read it.
    severity
        ``"error"``: something is wrong. ``"warning"``: something may be wrong, and somebody who
        knows the customer has to look.
    remedy
        What to do.
    """

    name: str
    words: str
    severity: Severity
    remedy: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("unreadable", "can't be read", "error", "Correct it, or say how it is written."),
        Kind("missing_required", "required and missing", "error", "Fill it in."),
        Kind("exact_duplicate", "rows that repeat a row", "error", "Leave all but one out."),
        Kind("same_key", "one key, other contents", "error", "Keep one, or give it an own key."),
        Kind(
            "near_duplicate",
            "may be the same customer",
            "warning",
            "Look at both; if they are one, keep one id and move what refers to the other.",
        ),
        Kind("broken_reference", "refers to nothing", "error", "Add what is meant, or correct it."),
        Kind("paid_before_issued", "paid before issued", "error", "Correct one of the two days."),
        Kind("lost_before_bought", "lost before bought", "error", "Correct one of the two days."),
        Kind("off_scale", "answers off the scale", "error", "Correct the answer or the scale."),
        Kind("beyond_limits", "impossible numbers", "error", "Correct it."),
        Kind("in_the_future", "days that have not come", "error", "Correct the day."),
        Kind("inconsistent", "contradictions", "error", "Correct what does not fit."),
        Kind(
            "personal_in_text",
            "personal data in the wrong column",
            "error",
            "Move it into the column for it, and out of this one.",
        ),
        Kind("stale", "not looked after", "warning", "Ask the owner to look at the entry."),
    )
}
"""Every kind by name, in the order in which they are told."""
