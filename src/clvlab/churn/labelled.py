"""Snapshots with features and outcome: what classifiers learn from and are judged by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.churn.feature_list import scaled_into
from clvlab.churn.features import FeatureSet, churn_features
from clvlab.churn.purchase_history import PurchaseHistory
from clvlab.churn.snapshots import Eligibility, Snapshot, label_snapshot
from clvlab.errors import InputError, Problem

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LabelledSnapshot:
    """One snapshot with what was known then and what followed.

    Attributes
    ----------
    snapshot
        The dates.
    features
        Indexed by ``customer_id``, without missing values.
    churned
        True for no purchase in the label window, indexed like `features`.
    """

    snapshot: Snapshot
    features: pd.DataFrame
    churned: pd.Series

    def __post_init__(self) -> None:
        if not self.features.index.equals(self.churned.index):
            raise InputError(
                Problem(
                    f"the outcome of the snapshot {self.snapshot.as_of}",
                    "must have the same customers in the same order as the features",
                    f"got {len(self.churned):,} outcomes for {len(self.features):,} customers",
                )
            )

    def with_features(self, more: pd.DataFrame) -> LabelledSnapshot:
        """The same snapshot with further columns, indexed like the features."""
        joined = pd.concat([self.features, more.reindex(self.features.index)], axis=1)
        return LabelledSnapshot(self.snapshot, joined, self.churned)


def label_and_describe(
    history: PurchaseHistory,
    snapshots: Iterable[Snapshot],
    feature_set: FeatureSet,
    eligibility: Eligibility | None = None,
) -> list[LabelledSnapshot]:
    """Features and outcomes of several snapshots."""
    return [
        LabelledSnapshot(
            one,
            churn_features(history, one, feature_set, eligibility),
            label_snapshot(history, one, eligibility),
        )
        for one in snapshots
    ]


def stacked_features(snapshots: Sequence[LabelledSnapshot]) -> Array:
    """All rows of several snapshots on the scale of models, (n, k), one snapshot after the other.

    Raises
    ------
    InputError
        When there is none, columns differ, or a value is missing or not finite.
    """
    if not snapshots:
        raise InputError(Problem("the snapshots", "must be one or more", "got none"))
    names = list(snapshots[0].features.columns)
    rows = [len(one.features) for one in snapshots]
    out = np.empty((sum(rows), len(names)))
    start = 0
    for one, count in zip(snapshots, rows, strict=True):
        require_columns(one.features, names)
        scaled_into(out[start : start + count], one.features)
        start += count
    return out


def stacked_labels(snapshots: Sequence[LabelledSnapshot]) -> Array:
    """The outcomes of all rows, 1 for churned, (n,).

    Raises
    ------
    InputError
        When all outcomes are the same: then there is nothing to tell apart.
    """
    labels = np.concatenate([one.churned.to_numpy(np.float64) for one in snapshots])
    if len(labels) == 0 or labels.min() == labels.max():
        found = f"all {len(labels):,} are {'churned' if labels.sum() else 'buyers'}"
        remedy = "Choose another horizon, or more snapshots."
        raise InputError(Problem("the outcomes", "must be of both kinds", found, remedy))
    return labels


def stacked_customers(snapshots: Sequence[LabelledSnapshot]) -> npt.NDArray[np.int64]:
    """The customer of every row as a number, the same in every snapshot, (n,)."""
    ids = np.concatenate([one.features.index.to_numpy() for one in snapshots])
    return pd.factorize(ids)[0].astype(np.int64)


def require_columns(features: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse features that are not those that were learnt from.

    Raises
    ------
    InputError
        When columns are missing, new or in another order, or values are missing or not finite.
    """
    got = [str(name) for name in features.columns]
    if got != list(names):
        missing = [name for name in names if name not in got]
        more = [name for name in got if name not in names]
        said = f"missing: {', '.join(missing) or 'none'}; not known: {', '.join(more) or 'none'}"
        raise InputError(Problem("the features", "must be those of the other snapshots", said))
    for name in got:
        bad = int((~np.isfinite(features[name].to_numpy(np.float64))).sum())
        if bad:
            rule = "must hold finite numbers"
            found = f"{bad:,} of {len(features):,} do not"
            raise InputError(Problem(f"the feature '{name}'", rule, found))
