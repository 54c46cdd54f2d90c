"""The method on real card holders: the same classifiers and calibration, on data that all know."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from clvlab.churn import (
    CLASSIFIERS,
    BaseRate,
    LabelledSnapshot,
    Snapshot,
    calibrated,
    calibration_summary,
    compare_classifiers,
)
from clvlab.data.credit_default import OUTCOME

PARTS = (0.6, 0.8)
"""Shares of the card holders that are learnt from, and learnt from or calibrated on."""
_SEEN = Snapshot(date(2005, 9, 30), 31)


def card_holders_test(
    table: pd.DataFrame, *, classifier: str = "boosting", interval: float = 0.90, seed: int
) -> pd.DataFrame:
    """Learn, calibrate and test who defaults, on card holders drawn apart.

    There is one month of outcomes, so the parts are drawn by chance and not by time: this tests
    the classifier and its calibration, not how they last.

    Parameters
    ----------
    table
        `clvlab.data.credit_default.load_credit_default`.
    classifier
        Name of one of `clvlab.churn.CLASSIFIERS`.
    interval
        Coverage of the limits.
    seed
        Of the parts and of the limits.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``name`` (the classifier and the base rate): ``customers`` tested,
        ``churn_rate`` (share that defaulted), ``roc_auc`` with ``roc_auc_lower`` and
        ``roc_auc_upper``, ``brier``, ``ece``, ``ece_by_chance``, ``slope``.
    """
    order = np.random.default_rng(seed).permutation(len(table))
    ends = [round(share * len(table)) for share in PARTS]
    learnt, mended, tested = (
        _labelled(table.iloc[np.sort(places)]) for places in np.split(order, ends)
    )
    models = [BaseRate(), CLASSIFIERS[classifier]()]
    given = {
        one.name: calibrated(one.fit([learnt]), mended, "platt" if number else "offset")
        for number, one in enumerate(models)
    }
    chances = {name: model.churn_probability(tested.features) for name, model in given.items()}
    compared = compare_classifiers(
        tested.churned, chances, n_draws=100, interval=interval, seed=seed
    )
    holds = calibration_summary(tested.churned, chances, interval)
    out = compared.table[["roc_auc", "roc_auc_lower", "roc_auc_upper", "brier"]].join(
        holds[["churn_rate", "ece", "ece_by_chance", "slope"]]
    )
    out.insert(0, "customers", len(tested.churned))
    return out


def _labelled(rows: pd.DataFrame) -> LabelledSnapshot:
    features = rows.drop(columns=OUTCOME).astype(np.float64)
    return LabelledSnapshot(_SEEN, features, rows[OUTCOME].rename("churned"))
