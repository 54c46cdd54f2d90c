"""Every feature of a log: what it is called, on which scale models see it, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Scale = Literal["log", "plain", "logit"]
NEAREST: Final = 1e-6
"""How near a probability may come to 0 and 1 before its log odds are cut off."""


@dataclass(frozen=True, slots=True)
class Feature:
    """What a model is told of a customer.

    Attributes
    ----------
    label
        What it is called on a page.
    scale
        How models see it: ``"log"`` as log(1 + value), for what is never below 0; ``"logit"`` as
        log odds, for probabilities; ``"plain"`` as it is.
    high, low
        What is said of a customer whose value is above or below the usual, with `value` and
        `usual` to fill in.
    style
        How the value is written there, as in `format`.
    """

    label: str
    scale: Scale
    high: str
    low: str
    style: str = ",.0f"


FEATURES: Final = {
    "silence_days": Feature(
        "days since the last purchase",
        "log",
        "silent for {value} days (usual: {usual})",
        "bought {value} days ago (usual: {usual})",
    ),
    "tenure_days": Feature(
        "days since the first purchase",
        "log",
        "first bought {value} days ago (usual: {usual})",
        "new: first bought {value} days ago (usual: {usual})",
    ),
    "frequency": Feature(
        "repeat purchases",
        "log",
        "{value} repeat purchases (usual: {usual})",
        "only {value} repeat purchases (usual: {usual})",
    ),
    "recency_days": Feature(
        "days from first to last purchase",
        "log",
        "{value} days from first to last purchase (usual: {usual})",
        "only {value} days from first to last purchase (usual: {usual})",
    ),
    "own_gap_days": Feature(
        "usual days between purchases",
        "log",
        "buys rarely, every {value} days (usual: {usual})",
        "buys often, every {value} days (usual: {usual})",
    ),
    "silence_ratio": Feature(
        "silence in own gaps",
        "log",
        "silent for {value} times the own gap (usual: {usual})",
        "silent for only {value} times the own gap (usual: {usual})",
        ",.1f",
    ),
    "gap_variation": Feature(
        "irregularity of gaps",
        "plain",
        "buys irregularly (variation of gaps {value}, usual {usual})",
        "buys regularly (variation of gaps {value}, usual {usual})",
        ".2f",
    ),
    "purchases_third": Feature(
        "purchases in a third of the horizon",
        "log",
        "{value} purchases lately (usual: {usual})",
        "{value} purchases lately (usual: {usual})",
    ),
    "purchases_one": Feature(
        "purchases in the last horizon",
        "log",
        "{value} purchases in the last horizon (usual: {usual})",
        "{value} purchases in the last horizon (usual: {usual})",
    ),
    "purchases_two": Feature(
        "purchases in the last two horizons",
        "log",
        "{value} purchases in the last two horizons (usual: {usual})",
        "{value} purchases in the last two horizons (usual: {usual})",
    ),
    "amount_one": Feature(
        "amount in the last horizon",
        "log",
        "spent {value} in the last horizon (usual: {usual})",
        "spent {value} in the last horizon (usual: {usual})",
    ),
    "mean_amount": Feature(
        "average purchase",
        "log",
        "spends {value} a purchase (usual: {usual})",
        "spends {value} a purchase (usual: {usual})",
    ),
    "last_amount_ratio": Feature(
        "last purchase over the average one",
        "log",
        "last purchase {value} times the average one (usual: {usual})",
        "last purchase {value} times the average one (usual: {usual})",
        ".2f",
    ),
    "weekend_share": Feature(
        "share of purchases on weekends",
        "plain",
        "{value} of the purchases on weekends (usual: {usual})",
        "{value} of the purchases on weekends (usual: {usual})",
        ".0%",
    ),
    "season_purchases": Feature(
        "purchases in the same season a year before",
        "log",
        "{value} purchases in the same season a year before (usual: {usual})",
        "{value} purchases in the same season a year before (usual: {usual})",
    ),
    "products": Feature(
        "different products",
        "log",
        "bought {value} products (usual: {usual})",
        "bought only {value} products (usual: {usual})",
    ),
    "categories": Feature(
        "different categories",
        "log",
        "bought from {value} categories (usual: {usual})",
        "bought from only {value} categories (usual: {usual})",
    ),
    "channels": Feature(
        "different channels",
        "log",
        "uses {value} channels (usual: {usual})",
        "uses only {value} channels (usual: {usual})",
    ),
    "probability_purchase": Feature(
        "chance of a purchase by BG/NBD",
        "logit",
        "rhythm of purchases: {value} chance of another (usual: {usual})",
        "rhythm of purchases: {value} chance of another (usual: {usual})",
        ".1%",
    ),
}
"""The features that a log alone gives."""


def feature_of(name: str) -> Feature:
    """What is known of a feature; one that is not ours is taken as it is."""
    said = name.replace("_", " ")
    text = f"{said} {{value}} (usual: {{usual}})"
    return FEATURES.get(name) or COMPANY_FEATURES.get(name) or Feature(said, "plain", text, text)


def _counted(label: str) -> Feature:
    text = f"{label}: {{value}} (usual: {{usual}})"
    return Feature(label, "log", text, text)


COMPANY_FEATURES: Final = {
    "relationship_days": _counted("days since becoming a customer"),
    "company_age_days": _counted("days since the customer was founded"),
    "contacts_one": _counted("contacts in the last horizon"),
    "contact_silence_days": _counted("days since the last contact"),
    "responses_one": _counted("contacts answered in the last horizon"),
    "overdue_invoices": _counted("invoices overdue"),
    "overdue_amount": _counted("amount overdue"),
    "mean_days_late": _counted("days late on average"),
    "disputed_invoices": _counted("invoices disputed"),
    "returns_one": _counted("returns in the last horizon"),
    "returned_amount": _counted("amount returned"),
}
"""The features that a company's other tables give."""


def on_model_scale(features: pd.DataFrame) -> Array:
    """What models see: every column on its scale, (n, k), float64.

    Examples
    --------
    >>> on_model_scale(pd.DataFrame({"frequency": [0, 1], "probability_purchase": [0.5, 0.5]}))
    array([[0.        , 0.        ],
           [0.69314718, 0.        ]])
    """
    out = np.empty(features.shape)
    scaled_into(out, features)
    return out


def scaled_into(out: Array, features: pd.DataFrame) -> None:
    """Write every column on its scale into `out`, (n, k)."""
    for place, name in enumerate(features.columns):
        out[:, place] = scaled(features[name].to_numpy(np.float64), feature_of(str(name)).scale)


def scaled(values: Array, scale: Scale) -> Array:
    """Values of one feature as models see them."""
    if scale == "log":
        return np.log1p(np.maximum(values, 0.0))
    if scale == "logit":
        inside = np.clip(values, NEAREST, 1 - NEAREST)
        return np.asarray(np.log(inside) - np.log1p(-inside))
    return values


def labels_of(names: Sequence[str]) -> dict[str, str]:
    """What features are called on a page, by name."""
    return {name: feature_of(name).label for name in names}
