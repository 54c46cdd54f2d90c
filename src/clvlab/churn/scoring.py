"""Probabilities for all customers of a day, a block at a time, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from clvlab.churn.churn_model import PROBABILITY, ChurnModel
from clvlab.churn.features import FeatureSet, describe_purchases, fit_purchases, purchase_chance
from clvlab.churn.purchase_history import PurchaseHistory
from clvlab.churn.snapshots import Eligibility, Snapshot
from clvlab.models.fitting.whole_numbers import whole_number

BLOCK: Final = 100_000
RHYTHM: Final = ["frequency", "recency_days", "tenure_days"]


def score_in_blocks(
    history: PurchaseHistory,
    snapshot: Snapshot,
    model: ChurnModel,
    feature_set: FeatureSet,
    eligibility: Eligibility | None = None,
    *,
    block: int = BLOCK,
) -> Iterator[pd.DataFrame]:
    """Score the customers of a day, in order, without all their features at once.

    Parameters
    ----------
    history
        The purchases.
    snapshot
        The day.
    model
        A fitted model, which learnt from the features of the set.
    feature_set, eligibility
        As in `churn_features`.
    block
        Customers at a time, at least 1.

    Yields
    ------
    pandas.DataFrame
        Indexed by ``customer_id``: ``churn_probability``. One frame per block; together they are
        the same as of all customers at once.

    Examples
    --------
    >>> import clvlab
    >>> from datetime import date
    >>> from clvlab.churn import BaseRate, label_and_describe
    >>> history = PurchaseHistory.of(clvlab.load_cdnow(sample=True))
    >>> first = Snapshot(date(1997, 9, 30), 91)
    >>> chosen = FeatureSet.of(history, first)
    >>> model = BaseRate().fit(label_and_describe(history, [first], chosen))
    >>> now = first.at(date(1998, 6, 30))
    >>> [len(part) for part in score_in_blocks(history, now, model, chosen, block=1000)]
    [1000, 1000, 357]
    """
    size = whole_number("block", block, 1)
    who = (eligibility or Eligibility()).places(history, snapshot.as_of)
    rhythm = _rhythm_of_all(history, snapshot, who, size) if feature_set.model_based else None
    purchases = None if rhythm is None else fit_purchases(rhythm)
    for start in range(0, len(who), size):
        part = who[start : start + size]
        table = describe_purchases(history, snapshot, feature_set, part)
        if purchases is not None:
            table["probability_purchase"] = purchase_chance(purchases, table, snapshot)
        yield model.churn_probability(table).to_frame(PROBABILITY)


def _rhythm_of_all(
    history: PurchaseHistory,
    snapshot: Snapshot,
    who: np.ndarray[tuple[int], np.dtype[np.int64]],
    size: int,
) -> pd.DataFrame:
    """The three columns of everybody that the model of purchases is fitted to."""
    bare = FeatureSet(windows=(), season=False, breadth=(), model_based=False)
    parts = [
        describe_purchases(history, snapshot, bare, who[start : start + size])[RHYTHM]
        for start in range(0, len(who), size)
    ]
    return pd.concat(parts)
