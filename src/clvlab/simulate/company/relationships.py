"""Relationships month by month: stages, late support, losses, campaigns, numbers of orders.

They depend on each other, so one loop over months draws them all; what a month brings depends
only on the months before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from clvlab.simulate.company import campaigns as drives
from clvlab.simulate.company.campaigns import Campaign
from clvlab.simulate.company.draws import Array, Labels, Mask, Whole, labels, looked_up
from clvlab.simulate.company.parameters import CompanyParameters
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.satisfaction import Opinions
from clvlab.simulate.company.stages import (
    EXPLORATION,
    NOT_YET,
    RECOVERED,
    STAGES,
    TERMINATED,
    next_stages,
    pressure_on,
    transition_probabilities,
)
from clvlab.simulate.company.traits import Traits

PUSHED_INTENTIONALLY = "pushed_intentionally"


@dataclass(frozen=True)
class Loss:
    """Customers lost in one month, with the true reasons, and whether the company noted it."""

    customers: Whole
    month: int
    reasons: Labels
    recorded: Mask


@dataclass
class Relationships:
    """What happened between the company and each customer, (customers, months).

    Attributes
    ----------
    stage
        Position in `STAGES`, `NOT_YET` before the first purchase.
    late
        Whether support came late.
    price_rise
        Whether a price rise is felt, (months,).
    rate
        Expected orders of the month, campaigns included; months with exactly one order, the
        first and that of a return, have what they would have had otherwise.
    orders
        Number of orders.
    price_factor
        Of list prices, below 1 while an arm gives a discount.
    losses
        Who was lost in which month and why; see `Loss`.
    campaigns
        With the customers in them.
    """

    stage: Whole
    late: Mask
    price_rise: Array
    rate: Array
    orders: Whole
    price_factor: Array
    losses: list[Loss] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)


def felt_price_rises(rates: CompanyParameters, period: Period) -> Array:
    """1 in the months in which a price rise is felt, (months,)."""
    felt = np.zeros(period.n_months)
    for share in rates.price_rise["starts_at"]:
        start = period.at(share)
        felt[start : start + rates.price_rise["months"]] = 1.0
    return felt


def usual_rates(traits: Traits, liking: Array, month: int, rates: CompanyParameters) -> Array:
    """Orders expected in a calendar month (0 for January) in each stage, (n, 6)."""
    section = rates.orders
    project = traits.customer_type == "project"
    group = np.where(project, "project", np.where(traits.industry == "school", "school", "other"))
    season = looked_up(group, {name: values[month] for name, values in section["season"].items()})
    own = liking * traits.size * season * np.where(project, section["project_rate"], 1.0)
    by_stage = np.array([section["monthly_rate"][name] for name in STAGES])
    out: Array = own[:, None] * by_stage
    return out


def draw_relationships(
    rng: np.random.Generator,
    traits: Traits,
    opinions: Opinions,
    liking: Array,
    rates: CompanyParameters,
    period: Period,
) -> Relationships:
    """Everything month by month; `liking` is the factor by which customers' rates differ."""
    n, months = traits.n, period.n_months
    past = Relationships(
        stage=np.full((n, months), NOT_YET),
        late=np.zeros((n, months), np.bool_),
        price_rise=felt_price_rises(rates, period),
        rate=np.zeros((n, months)),
        orders=np.zeros((n, months), np.int64),
        price_factor=np.ones((n, months)),
        campaigns=drives.plan_campaigns(rates.campaigns, period),
    )
    walk = _Walk(rng, traits, opinions, rates, past, np.ones((n, months)))
    for month in range(months):
        walk.begin_winbacks(month)
        walk.move(month)
        walk.begin_sales(month)
        walk.live(month, usual_rates(traits, liking, period.calendar_month(month), rates))
    return past


@dataclass
class _Walk:
    """The loop's state: who is promised to come back, why customers left last."""

    rng: np.random.Generator
    traits: Traits
    opinions: Opinions
    rates: CompanyParameters
    past: Relationships
    factor: Array

    def __post_init__(self) -> None:
        n = self.traits.n
        self.asked_until = np.full(n, -1)
        self.returns_in = np.full(n, -1)
        self.reason = np.full(n, "", dtype="<U24")
        self.noted = np.zeros(n, np.bool_)

    def pressure(self, month: int) -> Array:
        past = self.past
        weights = self.rates.stages["pressure"]
        late = past.late[:, month].astype(float)
        return pressure_on(self.opinions.satisfaction, late, past.price_rise[month], weights)

    def begin_winbacks(self, month: int) -> None:
        for place, campaign in self._beginning("winback", month):
            lost = self.past.stage[:, month - 1] == TERMINATED
            wanted = self.noted & (self.reason != PUSHED_INTENTIONALLY)
            asked = np.flatnonzero(lost & wanted)
            monthly = self.rates.stages["monthly"]
            stage = np.full(len(asked), TERMINATED)
            chances = transition_probabilities(stage, self.pressure(month - 1)[asked], monthly)
            natural = 1.0 - (1.0 - chances[:, RECOVERED]) ** campaign.months
            rule = self.rates.campaigns["winback"]
            chance = drives.return_probabilities(natural, self.reason[asked], rule)
            drawn = drives.assign(self.rng, campaign, asked, self.rates.campaigns, chance)
            own, u = drives.of_own_arm(drawn, chance), self.rng.random(len(asked))
            when = month + np.floor(u / own * campaign.months).astype(np.int64)
            self.asked_until[asked] = month + campaign.months - 1
            self.returns_in[asked] = np.where(u < own, when, -1)
            self.past.campaigns[place] = drawn
            self._cut_prices(drawn)

    def move(self, month: int) -> None:
        past, traits = self.past, self.traits
        here = np.flatnonzero(traits.start < month)
        if month and len(here):
            before = past.stage[here, month - 1]
            monthly = self.rates.stages["monthly"]
            chances = transition_probabilities(before, self.pressure(month - 1)[here], monthly)
            now = next_stages(self.rng, chances)
            asked = (before == TERMINATED) & (self.asked_until[here] >= month)
            back = self.returns_in[here] == month
            past.stage[here, month] = np.where(asked, np.where(back, RECOVERED, TERMINATED), now)
            left = here[(past.stage[here, month] == TERMINATED) & (before != TERMINATED)]
            self._lose(left, month)
        new = (traits.start == month) & ~traits.began_before
        past.stage[new, month] = EXPLORATION
        if month == 0:
            old = np.flatnonzero(traits.began_before)
            drawn = labels(self.rng, self.rates.stages["at_start"], len(old))
            past.stage[old, 0] = [STAGES.index(str(name)) for name in drawn]

    def _lose(self, left: Whole, month: int) -> None:
        past, reasons = self.past, self.rates.losses["reasons"]
        late = past.late[left, month - 1]
        cause = np.where(
            late, "late_support", "price_rise" if past.price_rise[month - 1] else "usual"
        )
        for name, shares in reasons.items():
            some = left[cause == name]
            self.reason[some] = labels(self.rng, shares, len(some))
        # A loss shows in orders that stay away: without an order in the tables nobody notes it.
        bought = past.orders[left, :month].sum(axis=1) > 0
        noted = self.rng.random(len(left)) < self.rates.losses["recorded_probability"]
        self.noted[left] = bought & noted
        past.losses.append(Loss(left, month, self.reason[left].copy(), bought & noted))

    def begin_sales(self, month: int) -> None:
        section = self.rates.campaigns
        stage = self.past.stage[:, month]
        here = np.flatnonzero((self.traits.start < month) & (stage != TERMINATED))
        for place, campaign in self._beginning("sales", month):
            some = here[self.rng.random(len(here)) < section["sales"]["share_of_customers"]]
            nothing = np.zeros((len(some), 0))
            self._run(place, drives.assign(self.rng, campaign, some, section, nothing))
        for place, campaign in self._beginning("visits", month):
            size, satisfaction = self.traits.size[here], self.opinions.satisfaction[here]
            self._run(
                place,
                drives.choose_visits(self.rng, campaign, here, size, satisfaction, section),
            )

    def _run(self, place: int, campaign: Campaign) -> None:
        types = self.traits.customer_type[campaign.customers]
        factors = drives.rate_factors(campaign, types, self.rates.campaigns)
        own = drives.of_own_arm(campaign, factors)
        self.factor[campaign.customers, campaign.window()] *= own[:, None]
        self.past.campaigns[place] = campaign
        self._cut_prices(campaign)

    def _cut_prices(self, campaign: Campaign) -> None:
        cut = looked_up(campaign.arms, self.rates.campaigns["price_cut"])
        self.past.price_factor[campaign.customers, campaign.window()] *= 1.0 - cut[:, None]

    def _beginning(self, kind: str, month: int) -> list[tuple[int, Campaign]]:
        return [
            (place, campaign)
            for place, campaign in enumerate(self.past.campaigns)
            if campaign.kind == kind and campaign.month == month
        ]

    def live(self, month: int, usual: Array) -> None:
        """Orders and late support of a month."""
        past = self.past
        stage = past.stage[:, month]
        here = stage != NOT_YET
        rate = np.where(here, usual[np.arange(len(stage)), np.maximum(stage, 0)], 0.0)
        past.rate[:, month] = rate * self.factor[:, month]
        past.orders[:, month] = self.rng.poisson(past.rate[:, month])
        past.orders[self.enters(month), month] = 1
        late = self.rng.random(len(stage)) < self.opinions.late_support_probability
        past.late[:, month] = late & here & (stage != TERMINATED)

    def enters(self, month: int) -> Mask:
        """Who buys for the first time, or comes back."""
        past = self.past
        first = (self.traits.start == month) & ~self.traits.began_before
        if month == 0:
            return np.asarray(first)
        back = past.stage[:, month] == RECOVERED
        out: Mask = first | (back & (past.stage[:, month - 1] == TERMINATED))
        return out
