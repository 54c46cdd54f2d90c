"""Features that tell of the same thing, and what is said of a customer for whom it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from clvlab.churn.feature_list import feature_of

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "rhythm": (
        "silence_days",
        "tenure_days",
        "frequency",
        "recency_days",
        "own_gap_days",
        "silence_ratio",
        "probability_purchase",
    ),
    "lately": ("purchases_third", "purchases_one", "purchases_two"),
    "spend": ("mean_amount", "last_amount_ratio"),
    "regularity": ("gap_variation",),
    "breadth": ("products", "categories", "channels"),
    "returns": ("returned_share", "returns_per_purchase", "return_silence_days"),
    "season": ("season_purchases",),
    "weekends": ("weekend_share",),
    "relationship": ("relationship_days", "company_age_days"),
    "contacts": ("contacts_one", "contact_silence_days", "responses_one"),
    "invoices": ("overdue_invoices", "overdue_amount", "mean_days_late"),
}
"""Which features belong together; one that is in none stands alone."""

_SAID: Final = {
    "rhythm": (
        "silent for {silence_days:,.0f} days after {frequency:,.0f} repeat purchases "
        "(usual: {usual_silence_days:,.0f} after {usual_frequency:,.0f})"
    ),
    "lately": (
        "purchases of late: {purchases_one:,.0f}, most recently {purchases_third:,.0f} "
        "(usual: {usual_purchases_one:,.0f} and {usual_purchases_third:,.0f})"
    ),
    "spend": "{mean_amount:,.2f} a purchase (usual: {usual_mean_amount:,.2f})",
    "regularity": (
        "gaps vary by {gap_variation:.0%} of their mean (usual: {usual_gap_variation:.0%})"
    ),
    "returns": "{returned_share:.0%} of the money given back (usual: {usual_returned_share:.0%})",
    "season": "{season_purchases:,.0f} purchases in this season last year "
    "(usual: {usual_season_purchases:,.0f})",
    "weekends": "{weekend_share:.0%} of purchases on weekends (usual: {usual_weekend_share:.0%})",
    "relationship": "a customer for {relationship_days:,.0f} days "
    "(usual: {usual_relationship_days:,.0f})",
    "contacts": "{contacts_one:,.0f} contacts, the last {contact_silence_days:,.0f} days ago "
    "(usual: {usual_contacts_one:,.0f} and {usual_contact_silence_days:,.0f})",
    "invoices": "{overdue_invoices:,.0f} invoices overdue, paid {mean_days_late:,.0f} days late "
    "(usual: {usual_mean_days_late:,.0f})",
}


def groups_of(names: Sequence[str]) -> dict[str, list[str]]:
    """The groups that some features form, in the order of the first of each.

    Examples
    --------
    >>> groups_of(["silence_days", "mean_amount", "frequency", "region=north"])
    {'rhythm': ['silence_days', 'frequency'], 'spend': ['mean_amount'],
     'region=north': ['region=north']}
    """
    home = {name: group for group, members in GROUPS.items() for name in members}
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(home.get(name, name), []).append(name)
    return found


def group_in_words(group: str, own: Mapping[str, float], usual: Mapping[str, float]) -> str:
    """What is said of a customer for whom a group of features counts.

    Parameters
    ----------
    group
        Name of a group, or of a feature that stands alone.
    own, usual
        Values of the customer and usual ones, by feature.

    Examples
    --------
    >>> group_in_words("spend", {"mean_amount": 8.0}, {"mean_amount": 35.5})
    '8.00 a purchase (usual: 35.50)'
    """
    values = {**own, **{f"usual_{name}": value for name, value in usual.items()}}
    if group in _SAID:
        try:
            return _SAID[group].format(**values)
        except KeyError:
            # The feature that would be told is not among those of this study.
            pass
    known = [name for name in GROUPS.get(group, (group,)) if name in own]
    return ", ".join(
        f"{feature_of(name).label}: {own[name]:,.4g} (usual: {usual[name]:,.4g})" for name in known
    )
