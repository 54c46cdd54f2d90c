"""What a comparison says, as sentences over recorded results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clvlab.segments.compare import Comparison

METRICS: Mapping[str, str] = {
    "retained": "bought again",
    "orders": "purchase days",
    "spend": "spend",
    "basket": "amount of a purchase day",
    "margin": "margin",
    "churned": "noted as lost",
    "overdue_days": "days overdue",
    "satisfaction": "satisfaction",
}
"""What metrics are called where people read them."""


def metric_in_words(metric: str) -> str:
    """What a metric is called.

    Examples
    --------
    >>> metric_in_words("retained"), metric_in_words("own_metric")
    ('bought again', 'own metric')
    """
    return METRICS.get(metric, metric.replace("_", " "))


def recorded_comparison(comparison: Comparison) -> dict[str, Any]:
    """`Comparison.describe` with metrics in words, to be recorded as ``found``."""
    numbers = comparison.describe()
    for name in ("metric", "most_explained_metric"):
        if name in numbers:
            numbers[name] = metric_in_words(numbers[name])
    return numbers


def comparison_in_a_sentence(comparison: Comparison) -> str:
    """The answer, as a template over ``found``.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> nothing = SimpleNamespace(describe=lambda: {"different": 0, "tests": 12})
    >>> comparison_in_a_sentence(nothing)
    'None of {found.tests:count} comparisons between the {found.segments:count} segments shows a
    difference that chance would not: nothing here says that they should be treated differently.'
    """
    numbers = comparison.describe()
    if not numbers["different"]:
        return (
            "None of {found.tests:count} comparisons between the {found.segments:count} segments "
            "shows a difference that chance would not: nothing here says that they should be "
            "treated differently."
        )
    sentence = (
        "**{found.different:count} of {found.tests:count}** comparisons between the "
        "{found.segments:count} segments show a difference that chance would not. The clearest: "
        "{found.segment} against {found.other} in *{found.metric}*"
    )
    known = numbers["ratio"] == numbers["ratio"]
    sentence += ", {found.ratio:plain} to 1." if known else "."
    return (
        f"{sentence} Knowing the segment explains at most **{{found.most_explained:percent}}** of "
        "the differences between customers ({found.most_explained_metric})."
    )
