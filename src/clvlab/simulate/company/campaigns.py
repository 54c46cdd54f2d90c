"""Campaigns: when they run, who is assigned to which arm, and what that does.

Sales campaigns and win-back campaigns are randomized; the visits are not. Effects are known for
every customer under every arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clvlab.simulate.company.draws import (
    Array,
    Labels,
    Mask,
    Whole,
    labels,
    log_odds,
    logistic,
    looked_up,
)
from clvlab.simulate.company.parameters import Section
from clvlab.simulate.company.period import Period

CONTROL = "control"
VISITS_ARM = "visit"
KINDS = ("sales", "visits", "winback")


@dataclass(frozen=True)
class Campaign:
    """A campaign and the customers in it.

    Attributes
    ----------
    campaign_id, kind
        What it is called, and one of `KINDS`.
    month, months
        First month, counted from 0, and how many.
    customers, arms
        Places of the customers and their arms; both empty before it begins.
    chance
        Of a win-back: chance to come back under each arm. Of the visits: chance to be visited.
        One column per arm of `arm_names`.
    arm_names
        Names of the arms.
    """

    campaign_id: str
    kind: str
    month: int
    months: int
    arm_names: tuple[str, ...]
    customers: Whole
    arms: Labels
    chance: Array

    @property
    def randomized(self) -> bool:
        """Whether arms were drawn by lot."""
        return self.kind != "visits"

    def window(self) -> slice:
        """Its months."""
        return slice(self.month, self.month + self.months)


def plan_campaigns(section: Section, period: Period) -> list[Campaign]:
    """Campaigns that end within the period, by month, with nobody in them yet."""
    planned = []
    for kind in KINDS:
        arms = tuple(section[kind].get("arms", {VISITS_ARM: 1.0}))
        for share in section[kind]["starts_at"]:
            month, months = period.at(share), section[kind]["months"]
            if month == 0 or month + months > period.n_months:
                continue
            name = f"{kind}-{period.name_of(month)}"
            nobody = np.zeros(0, np.int64)
            planned.append(
                Campaign(
                    name,
                    kind,
                    month,
                    months,
                    arms,
                    nobody,
                    nobody.astype(str),
                    np.zeros((0, len(arms))),
                )
            )
    return sorted(planned, key=lambda one: (one.month, one.kind))


def assign(
    rng: np.random.Generator, campaign: Campaign, customers: Whole, section: Section, chance: Array
) -> Campaign:
    """The campaign with arms drawn by lot among these customers."""
    shares = section[campaign.kind]["arms"]
    return Campaign(
        campaign.campaign_id,
        campaign.kind,
        campaign.month,
        campaign.months,
        campaign.arm_names,
        customers,
        labels(rng, shares, len(customers)),
        chance,
    )


def choose_visits(
    rng: np.random.Generator,
    campaign: Campaign,
    customers: Whole,
    size: Array,
    satisfaction: Array,
    section: Section,
) -> Campaign:
    """The campaign with those whom salespeople chose to visit, by size and satisfaction."""
    rule = section["visits"]
    chance = logistic(
        rule["intercept"]
        + rule["size_coefficient"] * np.log(size)
        + rule["satisfaction_coefficient"] * satisfaction
    )
    chosen = rng.random(len(customers)) < chance
    return Campaign(
        campaign.campaign_id,
        campaign.kind,
        campaign.month,
        campaign.months,
        campaign.arm_names,
        customers[chosen],
        np.full(int(chosen.sum()), VISITS_ARM),
        chance[chosen][:, None],
    )


def rate_factors(campaign: Campaign, customer_type: Labels, section: Section) -> Array:
    """Factor of the rate of orders of each customer under each arm, (customers, arms)."""
    effects = section[campaign.kind]["log_rate_factor"]
    if campaign.kind == "visits":
        effects = {VISITS_ARM: effects}
    columns = [looked_up(customer_type, effects.get(arm, {})) for arm in campaign.arm_names]
    out: Array = np.exp(np.column_stack(columns))
    return out


def return_probabilities(natural: Array, reason: Labels, rule: Section) -> Array:
    """Chance of coming back within a win-back campaign under each arm, (customers, arms).

    Parameters
    ----------
    natural : (n,) array
        Chance of coming back without being asked, which is that of the control arm.
    reason : (n,) array
        Why each of them left.
    rule
        Section of the win-back campaigns: effects on the log-odds by arm and by reason.

    Examples
    --------
    >>> rule = {"arms": {"control": 0.5, "call": 0.5}, "log_odds": {"call": 1.0},
    ...         "by_reason": {"moved": {"call": -1.0}}}
    >>> return_probabilities(np.array([0.1, 0.1]), np.array(["moved", "pulled"]), rule).round(3)
    array([[0.1  , 0.1  ],
           [0.1  , 0.232]])
    """
    columns = []
    for arm in rule["arms"]:
        by_reason: Mapping[str, float] = {
            name: effects.get(arm, 0.0) for name, effects in rule["by_reason"].items()
        }
        effect = rule["log_odds"].get(arm, 0.0) + looked_up(reason, by_reason)
        columns.append(logistic(log_odds(natural) + (0.0 if arm == CONTROL else effect)))
    out: Array = np.column_stack(columns)
    return out


def of_own_arm(campaign: Campaign, values: Array) -> Array:
    """The value of each customer's own arm, from one column per arm."""
    column = np.array([campaign.arm_names.index(str(arm)) for arm in campaign.arms], np.int64)
    out: Array = values[np.arange(len(column)), column]
    return out


def contacted(campaign: Campaign) -> Mask:
    """Who was contacted: everyone but the control arm."""
    out: Mask = campaign.arms != CONTROL
    return out
