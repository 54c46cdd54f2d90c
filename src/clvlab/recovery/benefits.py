"""Benefits of a regained customer that are not his purchases: replacement, talk, information.

A customer who comes back spares the acquisition of another one, but only where the firm would have
acquired him, and then the other one's margin is spared as well. So per additional return

    second lifetime value + replaced * (acquisition cost - value of a new customer)

with ``replaced`` the share of lost customers for whom another one would have been acquired: 0 for
a firm that grows anyway, 1 for one that keeps its stock. Adding the acquisition cost alone counts
twice, and is an upper bound.
"""

from __future__ import annotations

import pandas as pd

from clvlab.errors import InputError, Problem
from clvlab.recovery.costs import Numbers

SIXTH_RULE = 6.0
"""Acquiring costs so many times as much as retaining: folklore; others say 5, or 16."""


def acquisition_cost_by_rule(retention_cost: float, ratio: float = SIXTH_RULE) -> float:
    """Cost of acquiring a customer from that of retaining one, by the one-sixth rule.

    Only for those who ask for it: a rule of thumb with no source, so its sensitivity
    (`sixth_rule_sensitivity`) belongs beside it.

    Examples
    --------
    >>> acquisition_cost_by_rule(10.0)
    60.0
    """
    if not retention_cost >= 0 or not ratio > 0:
        raise InputError(
            Problem(
                "parameters 'retention_cost' and 'ratio'",
                "must be an amount of at least 0 and a ratio above 0",
                f"got {retention_cost!r} and {ratio!r}",
            )
        )
    return retention_cost * ratio


def sixth_rule_sensitivity(
    retention_cost: float, ratios: tuple[float, ...] = (3, 4, 5, 6, 7, 8, 9, 10)
) -> pd.Series:
    """Acquisition cost by ratio, 3 to 10.

    Examples
    --------
    >>> sixth_rule_sensitivity(10.0).loc[[3, 10]].tolist()
    [30.0, 100.0]
    """
    costs = [acquisition_cost_by_rule(retention_cost, ratio) for ratio in ratios]
    return pd.Series(costs, index=pd.Index(ratios, name="ratio"), name="acquisition_cost")


def benefit_per_return(
    second_lifetime_value: Numbers,
    *,
    replaced: Numbers,
    acquisition_cost: Numbers,
    new_customer_value: Numbers,
) -> Numbers:
    """What one additional return is worth, with the replacement that it spares.

    Examples
    --------
    >>> [benefit_per_return(150, replaced=share, acquisition_cost=60, new_customer_value=100)
    ...  for share in (0, 1)]
    [150, 110]
    """
    return second_lifetime_value + replaced * (acquisition_cost - new_customer_value)


def communication_benefit(
    returns: Numbers,
    *,
    negative_contacts_avoided: float,
    probability_of_loss: float,
    referrals: float,
    probability_of_gain: float,
    customer_value: float,
) -> Numbers:
    """Worth of talk: bad talk that ends and good talk that begins with each additional return.

    ``returns * (avoided * P(loss) + referrals * P(gain)) * customer value``.

    Examples
    --------
    >>> communication_benefit(40, negative_contacts_avoided=3, probability_of_loss=0.01,
    ...                       referrals=0.5, probability_of_gain=0.02, customer_value=100)
    160.0
    """
    shift = negative_contacts_avoided * probability_of_loss + referrals * probability_of_gain
    return returns * shift * customer_value


def information_benefit(*, faults_mended: float, cost_of_a_fault: float) -> float:
    """Worth of what lost customers told: faults mended, times what each would have cost.

    Examples
    --------
    >>> information_benefit(faults_mended=2, cost_of_a_fault=750.0)
    1500.0
    """
    return faults_mended * cost_of_a_fault
