"""A campaign that had no control group: bounds of what it returned, and a comparison."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.recovery.case import CampaignCase
from clvlab.recovery.effects import bounds_without_control
from clvlab.recovery.experiment import RETURNED


def bounds_of_return(case: CampaignCase, natural: float) -> pd.DataFrame:
    """What each arm's net return lies between when nothing says what would have happened anyway.

    Parameters
    ----------
    case
        A campaign; its control group, if there is one, is not looked at.
    natural
        Share who came back by themselves among comparable customers whom nobody asked, missing
        where there are none: a comparison, no control.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``arm`` and ``bound`` (``least``: every return would have come anyway;
        ``compared with natural return``; ``most``: none would have, the gross reading):
        ``customers``, ``returned`` (share), ``uplift``, ``benefit`` (uplift times the mean value
        of the arm's returns), ``cost``, ``net_return``. Descriptive, not causal.
    """
    rows = {}
    for arm in case.experiment.arms:
        table = case.experiment.of(arm)
        n, back = len(table), table[RETURNED] == 1
        worth = float(table.loc[back, "value"].mean()) if back.any() else 0.0
        rate = float(back.mean())
        cost = float(np.asarray(case.costs[arm].total(n, rate)))
        bounds = bounds_without_control(float(back.sum()), n, natural)["uplift"]
        for bound, uplift in bounds.items():
            benefit = n * uplift * worth
            net = benefit / cost - 1 if cost else np.nan
            rows[arm, str(bound)] = (n, rate, uplift, benefit, cost, net)
    columns = ["customers", "returned", "uplift", "benefit", "cost", "net_return"]
    out = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    out.index = pd.MultiIndex.from_tuples(out.index, names=["arm", "bound"])
    return out


def describe_bounds(bounds: pd.DataFrame) -> dict[str, float | str]:
    """The arm whose gross net return is highest, in numbers.

    Parameters
    ----------
    bounds
        `bounds_of_return`.

    Returns
    -------
    dict
        ``arm``, ``customers``, ``returned``, ``cost``, and its net returns ``least``,
        ``compared`` and ``most``.
    """
    most = bounds["net_return"].xs("most", level="bound")
    arm = str(most.fillna(-np.inf).idxmax())
    own = bounds.xs(arm, level="arm")
    net = own["net_return"].to_numpy(dtype=np.float64)
    return {
        "arm": arm,
        **{name: float(own[name].iloc[0]) for name in ("customers", "returned", "cost")},
        **dict(zip(("least", "compared", "most"), map(float, net), strict=True)),
    }
