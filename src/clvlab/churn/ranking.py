"""How well scores order customers: pure functions of arrays, with weights of rows.

The positive class is churn unless a function says otherwise: ``churned`` is 1 for a customer who
did not buy, and a high ``score`` means likely to churn. Equal scores count as what they are, in no
order.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
TENTH: Final = 0.1


def roc_auc(
    churned: npt.ArrayLike, score: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Chance that a churner has a higher score than a buyer, ties counting half.

    Missing where there is only one of the two.

    Examples
    --------
    >>> roc_auc([0, 1, 1], [0.2, 0.2, 0.9])
    0.75
    """
    lost, kept = _steps(churned, score, weights)
    total = float(lost.sum()) * float(kept.sum())
    # From high to low: each step's churners are above every buyer of the later steps.
    below = kept.sum() - np.cumsum(kept)
    return float(lost @ (below + kept / 2) / total) if total else float("nan")


def pr_auc(
    churned: npt.ArrayLike, score: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Average precision with churn as the positive class; by chance it is the churn rate.

    For buyers as the positive class pass ``1 - churned`` and the negative score.

    Examples
    --------
    >>> round(pr_auc([1, 0, 1], [0.9, 0.5, 0.1]), 4)
    0.8333
    """
    lost, kept = _steps(churned, score, weights)
    found = np.cumsum(lost)
    precision = found / np.maximum(found + np.cumsum(kept), 1e-300)
    return float(lost @ precision / found[-1]) if found[-1] else float("nan")


def capture(
    churned: npt.ArrayLike,
    score: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    share: float = TENTH,
    value: npt.ArrayLike | None = None,
) -> float:
    """Share of all churners, or of the value that they take along, among the highest scores.

    Parameters
    ----------
    churned, score, weights
        As in `roc_auc`.
    share
        How many of the customers are looked at, from 0 to 1. Where the cut goes through equal
        scores it takes the same part of all of them.
    value
        What each customer is worth; by default all the same.

    Examples
    --------
    >>> capture([1, 0, 1, 0], [0.9, 0.8, 0.3, 0.1], share=0.5)
    0.5
    >>> capture([1, 0, 1, 0], [0.9, 0.8, 0.3, 0.1], share=0.5, value=[30.0, 1.0, 10.0, 1.0])
    0.75
    """
    y = np.asarray(churned, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    worth = y if value is None else y * np.asarray(value, dtype=np.float64)
    taken, count = _steps_of(score, w * worth, w)
    total = float(taken.sum())
    if not total:
        return float("nan")
    upto = np.concatenate([[0.0], np.cumsum(count)])
    gained = np.concatenate([[0.0], np.cumsum(taken)])
    return float(np.interp(share * upto[-1], upto, gained) / total)


def lift(
    churned: npt.ArrayLike,
    score: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    share: float = TENTH,
    value: npt.ArrayLike | None = None,
) -> float:
    """How many times the average the highest scores churn, or take value along.

    See `capture` for the parameters.

    Examples
    --------
    >>> lift([1, 0, 0, 0], [0.9, 0.8, 0.3, 0.1], share=0.25)
    4.0
    """
    return capture(churned, score, weights, share=share, value=value) / share


def table_of_deciles(
    churned: npt.ArrayLike, score: npt.ArrayLike, value: npt.ArrayLike | None = None
) -> pd.DataFrame:
    """Tenths of the customers from the highest score down.

    Returns
    -------
    pandas.DataFrame
        One row per tenth, indexed by ``decile`` from 1: ``customers`` in all tenths so far,
        ``capture`` of the churners and ``lift`` so far, and ``value_capture`` with `value`.
    """
    tenths = np.arange(1, 11)
    n = len(np.asarray(churned))
    columns: dict[str, object] = {
        "customers": np.rint(tenths * n / len(tenths)).astype(np.int64),
        "capture": [capture(churned, score, share=one * TENTH) for one in tenths],
        "lift": [lift(churned, score, share=one * TENTH) for one in tenths],
    }
    if value is not None:
        columns["value_capture"] = [
            capture(churned, score, share=one * TENTH, value=value) for one in tenths
        ]
    return pd.DataFrame(columns, index=pd.Index(tenths, name="decile"))


def _steps(
    churned: npt.ArrayLike, score: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[Array, Array]:
    """Weights of churners and of buyers by different score, from high to low."""
    y = np.asarray(churned, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    return _steps_of(score, w * y, w * (1 - y))


def _steps_of(score: npt.ArrayLike, one: Array, other: Array) -> tuple[Array, Array]:
    """Sums of two columns over equal scores, from the highest score down."""
    s = np.asarray(score, dtype=np.float64)
    order = np.argsort(-s, kind="stable")
    descending, one, other = s[order], one[order], other[order]
    starts = np.flatnonzero(np.r_[True, np.diff(descending) != 0])
    if len(starts) == len(s):
        return one, other
    return np.add.reduceat(one, starts), np.add.reduceat(other, starts)
