"""Recency, frequency, money: scores with a stated rule for ties, and segments that exclude each
other.

More than half of the customers of many shops bought once, so cutting frequency into fifths by
rank would put equal customers into different fifths. Here equal customers have equal scores.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.errors import InputError, Problem
from clvlab.segments.segmentation import Segmentation, segmentation_of
from clvlab.summary.period import Period

SEGMENTS = ("champions", "loyal", "recent", "slipping", "gone")


def rfm_scores(behaviour: pd.DataFrame, groups: int = 5) -> pd.DataFrame:
    """Scores from 1 to `groups`, the highest is best.

    A value's score is ``ceil(groups * r / n)`` with ``r`` its middle rank among the ``n``
    customers, counted from the worst: equal values share a score, and a score that a large group
    of equals skips is given to nobody.

    Parameters
    ----------
    behaviour
        With ``recency_days`` (fewer are better), ``orders`` and ``amount``; see `behaviour_in`.
    groups
        How many scores there are, at least 2.

    Returns
    -------
    pandas.DataFrame
        Indexed like `behaviour`: ``recency_score``, ``frequency_score``, ``money_score``.

    Raises
    ------
    InputError
        For fewer than two groups.

    Examples
    --------
    >>> behaviour = pd.DataFrame(
    ...     {"recency_days": [1, 9, 5, 5], "orders": [1, 1, 1, 7], "amount": [5.0, 1.0, 2.0, 9.0]}
    ... )
    >>> rfm_scores(behaviour, 2).to_numpy().tolist()
    [[2, 1, 2], [1, 1, 1], [2, 1, 1], [2, 2, 2]]
    """
    if groups < 2:
        raise InputError(Problem("parameter 'groups'", "must be at least 2", f"got {groups!r}"))
    better = {
        "recency_score": -behaviour["recency_days"],
        "frequency_score": behaviour["orders"],
        "money_score": behaviour["amount"],
    }
    scores = {
        name: np.ceil(groups * values.rank(method="average") / len(values)).astype(np.int64)
        for name, values in better.items()
    }
    return pd.DataFrame(scores)


def rfm(behaviour: pd.DataFrame, *, groups: int = 5, cut_in: Period | None) -> Segmentation:
    """Five segments that exclude each other, by recency and the mean of the other two scores.

    Parameters
    ----------
    behaviour, groups
        As in `rfm_scores`.
    cut_in
        The days that they come from.
    """
    scores = rfm_scores(behaviour, groups)
    high, low = 0.6 * groups, 0.4 * groups
    recency = scores["recency_score"]
    strength = (scores["frequency_score"] + scores["money_score"]) / 2
    recent, old, strong = recency > high, recency <= low, strength > high
    labels = pd.Series(
        np.select([recent & strong, strong & ~old, recent, ~old | strong], SEGMENTS[:4], "gone"),
        behaviour.index,
    )
    of = f"of {groups}"
    rules = {
        "champions": f"recency above {high:g} {of}, frequency and money above {high:g} on average",
        "loyal": f"recency above {low:g} up to {high:g} {of}, frequency and money above {high:g}",
        "recent": f"recency above {high:g} {of}, frequency and money up to {high:g}",
        "slipping": f"recency above {low:g} up to {high:g} {of}, or lower with frequency and money "
        f"above {high:g}",
        "gone": f"recency up to {low:g} {of}, frequency and money up to {high:g}",
    }
    return segmentation_of(labels, scheme="recency, frequency, money", rules=rules, cut_in=cut_in)
