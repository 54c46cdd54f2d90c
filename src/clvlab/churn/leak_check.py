"""Features that know the future, found and named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from clvlab.churn.labelled import LabelledSnapshot
from clvlab.churn.ranking import roc_auc
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem

Build = Callable[[TransactionLog, date], pd.DataFrame]
"""Makes the features of a day from a log."""

TOO_GOOD: Final = 0.95
"""AUC that no single honest feature of a purchase history comes near."""
AHEAD: Final = 0.05
"""How far one feature may be ahead of the second best on its own."""


def features_that_see_the_future(log: TransactionLog, as_of: date, build: Build) -> list[str]:
    """Make features with and without the rows after a day, and name those that differ.

    Parameters
    ----------
    log
        The purchases, with days after `as_of`.
    as_of
        The day of the snapshot (inclusive).
    build
        What makes the features of a day from a log.

    Returns
    -------
    list of str
        Columns with other values, other rows or that are missing without the future; empty when
        the future makes no difference.

    Examples
    --------
    >>> import clvlab
    >>> log = clvlab.load_cdnow(sample=True)
    >>> def build(log, day):
    ...     rows = log.table.groupby("customer_id")["date"]
    ...     return pd.DataFrame({"first": rows.min(), "last": rows.max()})
    >>> features_that_see_the_future(log, date(1997, 12, 31), build)
    ['last']
    """
    past = log.until(as_of)
    if not len(past.table):
        rule = "must hold purchases by the day of the snapshot"
        raise InputError(Problem("the log", rule, f"there is none by {as_of}"))
    whole, blind = build(log, as_of), build(past, as_of)
    if not whole.index.equals(blind.index):
        return [str(name) for name in whole.columns]
    return [
        str(name)
        for name in whole.columns
        if name not in blind or not whole[name].equals(blind[name])
    ]


def suspicious_features(labelled: LabelledSnapshot) -> pd.DataFrame:
    """Features that alone tell churn better than can be, for those whose making is not known.

    Parameters
    ----------
    labelled
        A snapshot with its outcome.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``feature``, best first: ``auc`` of the feature alone, either way round, and
        ``suspicious``: an AUC of .95 or more, or one that is .05 ahead of all others. What is
        suspicious need not be a leak, but somebody has to look.
    """
    y = labelled.churned.to_numpy(np.float64)
    alone = {}
    for name in labelled.features.columns:
        area = roc_auc(y, labelled.features[name].to_numpy(np.float64))
        alone[str(name)] = max(area, 1 - area)
    table = pd.DataFrame({"auc": pd.Series(alone)}).rename_axis("feature")
    table = table.sort_values("auc", ascending=False, kind="stable")
    ahead = table["auc"] - table["auc"].shift(-1).fillna(0.5)
    leads = np.zeros(len(table), dtype=bool)
    if len(table) > 1:
        leads[0] = ahead.iloc[0] > AHEAD
    table["suspicious"] = (table["auc"] >= TOO_GOOD) | leads
    return table
