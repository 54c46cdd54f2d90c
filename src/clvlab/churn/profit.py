r"""Whether contacting those at risk pays: the profit of a campaign by how many it reaches.

Whoever is contacted costs the contact. A contacted churner is kept with the acceptance rate
:math:`\gamma`, takes the incentive and stays worth a lifetime value; a contacted customer who would
have bought anyway takes the incentive for nothing. With the first k customers contacted, in the
order of the scores, the profit is

.. math:: \Pi_k(\gamma) = \gamma B_k - C_k, \qquad
    B_k = \sum_{i \le k} y_i (v_i - d), \qquad
    C_k = \sum_{i \le k} [y_i f + (1 - y_i)(d + f)]

with ``v`` the customer's lifetime value, ``d`` the incentive and ``f`` the contact (Neslin et al.
2006; Verbraken, Verbeke and Baesens 2013, IEEE Transactions on Knowledge and Data Engineering 25,
961-973). Nobody has measured :math:`\gamma` here: it is an assumption, and so is that churners
react to an offer at all. An experiment is needed to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, ndtri

from clvlab.errors import Problems

Array = npt.NDArray[np.float64]
ACCEPTANCE: Final = (6.0, 14.0)
"""Parameters of the Beta distribution of the acceptance rate in Verbraken et al.; mean .3."""
FEW: Final = 64
"""Lines from which their envelope is found one by one."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """The assumptions of a campaign against churn; money in the currency of the values.

    Attributes
    ----------
    incentive_cost
        What whoever accepts the offer takes, in money.
    contact_cost
        What each contact costs, in money.
    acceptance
        Parameters of the Beta distribution of the share of contacted churners who are kept; both
        above 0.
    """

    incentive_cost: float
    contact_cost: float
    acceptance: tuple[float, float] = ACCEPTANCE

    def __post_init__(self) -> None:
        problems = Problems()
        for name in ("incentive_cost", "contact_cost"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0):
                problems.add(f"parameter '{name}'", "must be at least 0", f"got {value!r}")
        if len(self.acceptance) != len(ACCEPTANCE) or not all(
            np.isfinite(one) and one > 0 for one in self.acceptance
        ):
            rule = "must be two numbers above 0, the parameters of a Beta distribution"
            problems.add("parameter 'acceptance'", rule, f"got {self.acceptance!r}")
        problems.raise_if_any()

    @property
    def mean_acceptance(self) -> float:
        """The expected acceptance rate."""
        a, b = self.acceptance
        return a / (a + b)


def expected_profit(
    probability: npt.ArrayLike, *, value: npt.ArrayLike, campaign: Campaign
) -> Array:
    r"""What contacting each customer is expected to bring, (n,).

    .. math:: p [\bar\gamma (v - d) - f] - (1 - p) (d + f)

    A campaign contacts those for whom it is above 0.

    Examples
    --------
    >>> campaign = Campaign(incentive_cost=10, contact_cost=1)
    >>> expected_profit([0.9, 0.1], value=200, campaign=campaign).round(2).tolist()
    [49.3, -4.3]
    """
    p = np.asarray(probability, dtype=np.float64)
    v = np.asarray(value, dtype=np.float64)
    d, f = campaign.incentive_cost, campaign.contact_cost
    return np.asarray(p * (campaign.mean_acceptance * (v - d) - f) - (1 - p) * (d + f))


def profit_curve(
    churned: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    value: npt.ArrayLike,
    campaign: Campaign,
    weights: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Profit of contacting the customers with the highest scores, by how many.

    Parameters
    ----------
    churned
        1 for customers who did not buy, (n,).
    score
        What they are ordered by, (n,); customers with equal scores are contacted together.
    value
        Lifetime value of a customer who is kept: one for all or (n,).
    campaign
        Costs and acceptance.
    weights
        How often each row counts, (n,); once by default.

    Returns
    -------
    pandas.DataFrame
        One row per threshold, from contacting nobody to contacting everybody: ``threshold`` (lowest
        score contacted; missing for nobody), ``customers`` contacted, ``share`` of all, ``kept``
        (B, value less incentive of all churners among them), ``cost`` (C), and ``profit`` at the
        mean acceptance rate, both of all customers together.
    """
    y = np.asarray(churned, dtype=np.float64)
    s = np.asarray(score, dtype=np.float64)
    v = np.broadcast_to(np.asarray(value, dtype=np.float64), y.shape)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    order = np.argsort(-s, kind="stable")
    descending = s[order]
    last = np.flatnonzero(np.r_[np.diff(descending) != 0, True])
    d, f = campaign.incentive_cost, campaign.contact_cost
    kept = np.r_[0.0, np.cumsum((w * y * (v - d))[order])[last]]
    cost = np.r_[0.0, np.cumsum((w * (y * f + (1 - y) * (d + f)))[order])[last]]
    customers = np.r_[0.0, np.cumsum(w[order])[last]]
    return pd.DataFrame(
        {
            "threshold": np.r_[np.nan, descending[last]],
            "customers": customers,
            "share": customers / customers[-1],
            "kept": kept,
            "cost": cost,
            "profit": campaign.mean_acceptance * kept - cost,
        }
    )


def maximum_profit(
    churned: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    value: npt.ArrayLike,
    campaign: Campaign,
    weights: npt.ArrayLike | None = None,
) -> dict[str, float]:
    """MPC: the best profit per customer at the mean acceptance rate, and where it is reached.

    See `profit_curve` for the parameters.

    Returns
    -------
    dict
        ``profit`` per customer of the base, ``share`` of customers contacted and ``threshold``,
        the lowest score contacted (missing where it is best to contact nobody).

    Examples
    --------
    >>> best = maximum_profit(
    ...     [0, 1, 0, 1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9],
    ...     value=200, campaign=Campaign(incentive_cost=10, contact_cost=1),
    ... )
    >>> best["profit"], best["share"]
    (23.875, 0.875)
    """
    curve = profit_curve(churned, score, value=value, campaign=campaign, weights=weights)
    best = curve.iloc[int(curve["profit"].to_numpy().argmax())]
    customers = float(curve["customers"].iloc[-1])
    return {
        "profit": float(best["profit"]) / customers,
        "share": float(best["share"]),
        "threshold": float(best["threshold"]),
    }


def expected_maximum_profit(
    churned: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    value: npt.ArrayLike,
    campaign: Campaign,
    weights: npt.ArrayLike | None = None,
) -> dict[str, float]:
    r"""EMPC: the best profit per customer, on average over the acceptance rate; exact.

    .. math:: \frac1n \int_0^1 \max_k [\gamma B_k - C_k] \, h(\gamma) \, d\gamma

    The maximum is the upper envelope of straight lines, so the integral is a sum of incomplete
    beta functions over the pieces; lifetime values may differ from customer to customer.

    Parameters
    ----------
    churned, score, value, campaign, weights
        As in `profit_curve`.

    Returns
    -------
    dict
        ``profit`` per customer of the base, and ``share``, that of customers contacted on average.

    Examples
    --------
    >>> best = expected_maximum_profit(
    ...     [0, 1, 0, 1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9],
    ...     value=200, campaign=Campaign(incentive_cost=10, contact_cost=1),
    ... )
    >>> round(best["profit"], 5), round(best["share"], 5)
    (23.87559, 0.87437)
    """
    curve = profit_curve(churned, score, value=value, campaign=campaign, weights=weights)
    kept, cost = curve["kept"].to_numpy(), curve["cost"].to_numpy()
    lines = _upper_envelope(kept, cost)
    kept, cost, share = kept[lines], cost[lines], curve["share"].to_numpy()[lines]
    crossings = np.diff(cost) / np.diff(kept)
    ends = np.clip(np.r_[0.0, crossings, 1.0], 0.0, 1.0)
    a, b = campaign.acceptance
    mass = np.diff(betainc(a, b, ends))
    first_moment = np.diff(betainc(a + 1, b, ends)) * campaign.mean_acceptance
    customers = float(curve["customers"].iloc[-1])
    return {
        "profit": float(kept @ first_moment - cost @ mass) / customers,
        "share": float(share @ mass),
    }


def policy_profit(
    churned: npt.ArrayLike,
    contacted: npt.ArrayLike,
    *,
    value: npt.ArrayLike,
    campaign: Campaign,
    interval: float = 0.90,
) -> dict[str, float]:
    """What a campaign would have brought that contacts given customers, at the mean acceptance.

    Parameters
    ----------
    churned
        1 for customers who did not buy, (n,).
    contacted
        True for those who are contacted, (n,).
    value, campaign
        As in `profit_curve`.
    interval
        Coverage of the limits, which are normal and hold for other customers of the same kind;
        acceptance and values are taken as given.

    Returns
    -------
    dict
        ``customers`` contacted, ``profit`` in total, ``lower`` and ``upper``.

    Examples
    --------
    >>> campaign = Campaign(incentive_cost=10, contact_cost=1)
    >>> policy_profit([1, 0], [True, True], value=200, campaign=campaign)["profit"]
    45.0
    """
    y, chosen = np.asarray(churned, dtype=np.float64), np.asarray(contacted, dtype=bool)
    each = np.where(chosen, expected_profit(y, value=value, campaign=campaign), 0.0)
    reach = float(ndtri(0.5 + interval / 2)) * float(each.std()) * len(each) ** 0.5
    profit = float(each.sum())
    return {
        "customers": int(chosen.sum()),
        "profit": profit,
        "lower": profit - reach,
        "upper": profit + reach,
    }


def _upper_envelope(slope: Array, cost: Array) -> npt.NDArray[np.int64]:
    """The lines ``slope * x - cost`` that are highest somewhere, in order of their slopes."""
    order = np.lexsort((cost, slope))
    lines = order[np.r_[True, np.diff(slope[order]) > 0]]
    parity, idle = 1, 0
    # Of every second line at once: what its neighbours hide stays hidden when others go.
    while len(lines) > FEW and idle < 2:
        middle = np.arange(1 + parity, len(lines) - 1, 2)
        before, line, after = lines[middle - 1], lines[middle], lines[middle + 1]
        hidden = _hidden(slope, cost, before, line, after)
        idle = 0 if hidden.any() else idle + 1
        lines = np.delete(lines, middle[hidden])
        parity = 1 - parity
    hull: list[int] = []
    for line in lines.tolist():
        while len(hull) > 1 and _hidden(slope, cost, hull[-2], hull[-1], line):
            hull.pop()
        hull.append(line)
    return np.array(hull, dtype=np.int64)


def _hidden(slope: Array, cost: Array, before: Any, line: Any, after: Any) -> Any:  # noqa: ANN401
    """Whether lines are nowhere above both of their neighbours."""
    rise, run = cost[line] - cost[before], slope[line] - slope[before]
    rise_after, run_after = cost[after] - cost[line], slope[after] - slope[line]
    return rise * run_after >= rise_after * run
