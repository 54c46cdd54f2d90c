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

from clvlab.errors import InputError, Problem, Problems
from clvlab.recovery.costs import Numbers

SIXTH_RULE = 6.0
"""Acquiring costs so many times as much as retaining: folklore; others say 5, or 16."""
SENSITIVE_RATIOS = (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)


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
    retention_cost: float, ratios: tuple[float, ...] = SENSITIVE_RATIOS
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


def sixth_rule_returns(
    retention_cost: float,
    *,
    benefit: float,
    caused: float,
    cost: float,
    new_customer_value: float,
    ratios: tuple[float, ...] = SENSITIVE_RATIOS,
) -> pd.DataFrame:
    """How far a campaign's return hangs on the ratio of the one-sixth rule.

    Parameters
    ----------
    retention_cost
        Of keeping a customer.
    benefit, caused, cost
        Incremental benefit of the campaign, returns that it caused, and what it cost.
    new_customer_value
        Of the customer who is spared.
    ratios
        Acquiring over retaining.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``ratio``: ``acquisition_cost``, and the net returns ``stock_maintaining`` and
        ``full_replacement``.

    Examples
    --------
    >>> sixth_rule_returns(10.0, benefit=6000, caused=40, cost=3700, new_customer_value=100,
    ...                    ratios=(6,)).round(4).iloc[0].tolist()
    [60.0, 0.1892, 1.2703]
    """
    table = sixth_rule_sensitivity(retention_cost, ratios).to_frame()
    acquisition = table["acquisition_cost"]
    spared = caused * (acquisition - new_customer_value)
    table["stock_maintaining"] = (benefit + spared) / cost - 1
    table["full_replacement"] = (benefit + caused * acquisition) / cost - 1
    return table


def refuse_no_basis(problems: Problems, benefits: float, basis: str) -> None:
    """Note benefits of talk or information that nobody says the ground of."""
    if benefits and not basis.strip():
        problems.add(
            "parameter 'basis'",
            "must say what benefits of communication and information rest on",
            "it is empty",
            "Leave both at 0, or name the survey or record they come from.",
        )


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
