"""The importance-performance map: where it matters most that we are not good (enough)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.relations.survey.drivers import Drivers

QUADRANTS = {
    "improve first": "matters much, goes badly",
    "keep up": "matters much, goes well",
    "low priority": "matters little, goes badly",
    "possible overkill": "matters little, goes well",
    "not told apart": "its limits reach over an average",
}
"""The quadrants of Martilla and James (1977), and what is said where the data do not decide."""


def importance_performance(drivers: Drivers, scores: pd.DataFrame) -> pd.DataFrame:
    """Importance beside performance, cut at the averages of the drivers.

    A quadrant is named only where the limits of both lie on one side of the average; the limits
    are those of single numbers, and the averages move with them.

    Parameters
    ----------
    drivers
        `drivers_of`.
    scores
        `index_scores` of the same constructs.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``construct``: ``importance``, ``importance_lower``, ``importance_upper``,
        ``index_score``, ``index_lower``, ``index_upper``, ``quadrant`` (by the estimates) and
        ``verdict`` (the quadrant where the limits agree with it, else ``"not told apart"``).
    """
    names = ["importance", "importance_lower", "importance_upper"]
    out = drivers.table[names].join(scores[["index_score", "index_lower", "index_upper"]])
    matters = out["importance"].mean()
    usual = out["index_score"].mean()
    high, good = out["importance"] > matters, out["index_score"] > usual
    out["quadrant"] = np.select(
        [high & ~good, high & good, ~high & ~good], list(QUADRANTS)[:3], list(QUADRANTS)[3]
    )
    sure = (out["importance_lower"] > matters) | (out["importance_upper"] < matters)
    sure &= (out["index_lower"] > usual) | (out["index_upper"] < usual)
    out["verdict"] = out["quadrant"].where(sure, "not told apart")
    return out
