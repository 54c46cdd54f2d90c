"""One recovery campaign with all that its report asks: customers, arms, costs, truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from clvlab.recovery.contactable import NEEDS
from clvlab.recovery.costs import CostRates
from clvlab.recovery.design import (
    customers_per_arm,
    customers_per_arm_for_value,
    power_of_test,
)
from clvlab.recovery.economics import break_even_uplift
from clvlab.recovery.experiment import RETURNED, Experiment, read_experiment
from clvlab.recovery.losses import funnel
from clvlab.recovery.lost_base import LostBase
from clvlab.recovery.measured_return import MeasuredReturn, net_value_of_a_contact
from clvlab.recovery.reasons import REASON
from clvlab.schema import CUSTOMER_ID
from clvlab.simulate.campaign import EXAMPLE_PLAN, CampaignPlan, simulate_campaign

OUTCOMES = (RETURNED, "regained", "orders", "observed", "extrapolated", "value")
COVARIATES = ("purchases", "silent_days", "lifetime")


@dataclass(frozen=True, eq=False)
class CampaignCase:
    """A campaign on lost customers.

    Attributes
    ----------
    experiment
        Customers by arm with their outcomes.
    costs
        Of each arm.
    simulated
        Whether the campaign never happened.
    truth
        Indexed by ``arm``, of a simulated campaign; None of a real one.
    policy
        `read_reasons`: what follows from each reason.
    contactable, contactable_basis
        Who may be contacted and can be reached, None where that is not on record, and in words
        what it rests on; see `clvlab.recovery.contactable`.
    comparison
        Lost customers of the same time whom nobody asked, where there is no control group.
    """

    experiment: Experiment
    costs: Mapping[str, CostRates]
    simulated: bool
    truth: pd.DataFrame | None
    policy: pd.DataFrame
    contactable: pd.Series | None = None
    contactable_basis: str = NEEDS
    comparison: LostBase | None = None

    def untouched(self, base: LostBase) -> LostBase:
        """Those of the lost whom nobody asked back.

        All where the campaign is simulated, the control group where there is one, and otherwise
        customers who are a comparison and no control.
        """
        if self.simulated:
            return base
        if self.experiment.control is None:
            return base if self.comparison is None else self.comparison
        return base.among(self.experiment.of(self.experiment.control).index)

    def true_net_return(self, arm: str) -> float | None:
        """The incremental net return that was simulated, for as many as the arm has."""
        if self.truth is None:
            return None
        n = len(self.experiment.of(arm))
        cost = self.costs[arm].total(n, float(self.truth["return_rate"][arm]))
        return float(n * float(self.truth["value_effect"][arm]) / cost - 1)

    def eligible(self) -> pd.DataFrame:
        """Who may be asked back, by value, by reason, and by whether they can be.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``customer_id``: ``valuable`` (classes A and B) and ``recoverable`` (reasons
            to be targeted, and of those that take a high price class A alone), and
            ``contactable`` where that is on record.
        """
        table = self.experiment.table
        recover = table[REASON].map(self.policy["recover"])
        high = (recover == "high_price") & (table["class"] == "A")
        steps = {
            "valuable": table["class"] != "C",
            "recoverable": (recover == "target") | high,
        }
        if self.contactable is not None:
            steps["contactable"] = self.contactable.reindex(table.index).astype(bool)
        return pd.DataFrame(steps)

    def funnel(self, targeted: pd.Series | None) -> pd.DataFrame:
        """From lost over `eligible` to targeted, if somebody is; with lifetime values."""
        kept = {str(name): holds for name, holds in self.eligible().items()}
        if targeted is not None:
            kept["targeted"] = targeted
        return funnel(self.experiment.table, kept, "lifetime")

    def power(self, measured: Mapping[str, MeasuredReturn]) -> pd.DataFrame:
        """What this test could see, and what one would take that sees it.

        Parameters
        ----------
        measured
            The arms' measured returns.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``arm``: ``customers``, ``uplift``, ``break_even`` (uplift that pays for
            the arm, its fixed costs spread), ``per_arm_effect`` and ``per_arm_value`` (customers
            per arm that show the uplift, and a net value above zero, with 80 % power, if they are
            what was measured), ``power`` (of this test to show such a net value). Sizes are
            missing where there is nothing to show.
        """
        control = len(self.experiment.of(str(self.experiment.control)))
        rows = {}
        for arm, found in measured.items():
            n, costs, rates = len(self.experiment.of(arm)), self.costs[arm], found.rates
            net = net_value_of_a_contact(self.experiment, arm, costs)
            mean = float(net["mean"]) - costs.fixed / n
            variance = float(net["variance"])
            uplift = float(rates["effect"])
            even = break_even_uplift(
                return_control=float(rates["return_control"]),
                value=float(rates["value_per_return"]),
                contact_cost=costs.per_contact + costs.fixed / n,
                incentive=costs.incentive,
            )
            one, none = float(rates["return_treated"]), float(rates["return_control"])
            rows[arm] = (
                n,
                uplift,
                even,
                customers_per_arm(one, none) if uplift > 0 else np.nan,
                customers_per_arm_for_value(mean, variance) if mean > 0 else np.nan,
                power_of_test(mean, variance, 2 / (1 / n + 1 / control)) if mean > 0 else np.nan,
            )
        columns = ["customers", "uplift", "break_even", "per_arm_effect", "per_arm_value", "power"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("arm")


def simulated_case(
    base: LostBase,
    *,
    communication: float,
    incentive: float,
    hours: float,
    hourly_rate: float,
    set_up: float,
    overhead: float,
    incentive_arms: Sequence[str] = ("incentive",),
    policy: pd.DataFrame,
    plan: CampaignPlan = EXAMPLE_PLAN,
    seed: int,
) -> CampaignCase:
    """A campaign simulated on real lost customers, with dialogue and incentive as arms.

    Parameters
    ----------
    base
        The lost customers, with what they did by themselves.
    communication, incentive, hours, hourly_rate
        Per contact; per return, in the arm ``incentive``; per dialogue; of an hour.
    set_up, overhead
        Of the campaign, in equal parts on the arms.
    incentive_arms
        Arms in which returns are paid for; the others are dialogues.
    policy
        `read_reasons`.
    plan
        Arms, reasons and effects.
    seed
        Of every draw.
    """
    campaign = simulate_campaign(base.lost, plan, seed=seed)
    arms = [arm for arm in plan.shares if arm != "control"]
    rates = CostRates(
        communication=communication,
        incentive=0.0,
        hours=0.0,
        hourly_rate=hourly_rate,
        set_up=set_up / len(arms),
        overhead=overhead / len(arms),
    )
    costs = {
        arm: replace(rates, incentive=incentive)
        if arm in incentive_arms
        else replace(rates, hours=hours)
        for arm in arms
    }
    experiment = read_experiment(
        campaign.table.rename_axis(CUSTOMER_ID),
        shares=plan.shares,
        control="control",
        outcomes=OUTCOMES,
        covariates=COVARIATES,
    )
    return CampaignCase(experiment, costs, simulated=True, truth=campaign.truth, policy=policy)
