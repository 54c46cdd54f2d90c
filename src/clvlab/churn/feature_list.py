"""Every feature: what it is called, and on which scale models see it."""

from __future__ import annotations

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
    """

    label: str
    scale: Scale


FEATURES: Final = {
    "silence_days": Feature("days since the last purchase", "log"),
    "tenure_days": Feature("days since the first purchase", "log"),
    "frequency": Feature("repeat purchases", "log"),
    "recency_days": Feature("days from first to last purchase", "log"),
    "own_gap_days": Feature("usual days between purchases", "log"),
    "silence_ratio": Feature("silence in own gaps", "log"),
    "gap_variation": Feature("irregularity of gaps", "plain"),
    "purchases_third": Feature("purchases in a third of the horizon", "log"),
    "purchases_one": Feature("purchases in the last horizon", "log"),
    "purchases_two": Feature("purchases in the last two horizons", "log"),
    "mean_amount": Feature("average purchase", "log"),
    "last_amount_ratio": Feature("last purchase over the average one", "log"),
    "weekend_share": Feature("share of purchases on weekends", "plain"),
    "season_purchases": Feature("purchases in the same season a year before", "log"),
    "products": Feature("different products", "log"),
    "categories": Feature("different categories", "log"),
    "channels": Feature("different channels", "log"),
    "returned_share": Feature("share of money given back", "plain"),
    "returns_per_purchase": Feature("returned lines for each purchase", "log"),
    "return_silence_days": Feature("days since the last return", "log"),
    "probability_purchase": Feature("chance of a purchase by BG/NBD", "logit"),
}
"""The features that a log alone gives."""


def feature_of(name: str) -> Feature:
    """What is known of a feature; one that is not ours is taken as it is."""
    said = name.replace("_", " ")
    return FEATURES.get(name) or COMPANY_FEATURES.get(name) or Feature(said, "plain")


COMPANY_FEATURES: Final = {
    "relationship_days": Feature("days since becoming a customer", "log"),
    "company_age_days": Feature("days since the customer was founded", "log"),
    "contacts_one": Feature("contacts in the last horizon", "log"),
    "contact_silence_days": Feature("days since the last contact", "log"),
    "responses_one": Feature("contacts answered in the last horizon", "log"),
    "overdue_invoices": Feature("invoices overdue", "log"),
    "overdue_amount": Feature("amount overdue", "log"),
    "mean_days_late": Feature("days late on average", "log"),
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
