"""Contacts with customers: the usual ones, those about late support, and those of campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from clvlab.simulate.company.campaigns import Campaign, contacted
from clvlab.simulate.company.draws import Labels, Whole, labels, looked_up, money, picked
from clvlab.simulate.company.parameters import CompanyParameters, Section
from clvlab.simulate.company.period import Period, working_days
from clvlab.simulate.company.relationships import Relationships
from clvlab.simulate.company.stages import NOT_YET, TERMINATED
from clvlab.simulate.company.traits import Traits

_DAYS_TO_CONTACT = 5
_CHANNELS = {"call": "phone", "discount": "email", "visit": "visit"}


def campaign_table(campaigns: list[Campaign], work: Section, period: Period) -> pd.DataFrame:
    """The contract's campaigns: one row for each arm."""
    rows = [
        {
            "campaign_id": one.campaign_id,
            "arm": arm,
            "measure": arm if arm in _CHANNELS else None,
            "start": period.starts(np.array([one.month]))[0],
            "end": period.starts(np.array([one.month + one.months]))[0] - 1,
            "cost": work["fixed_cost"][arm],
            "hours": work["fixed_hours"][arm],
        }
        for one in campaigns
        for arm in one.arm_names
    ]
    columns = ["campaign_id", "arm", "measure", "start", "end", "cost", "hours"]
    table = pd.DataFrame(rows, columns=columns)
    days = {name: table[name].astype("datetime64[ns]") for name in ("start", "end")}
    return table.assign(**days)


def draw_contacts(
    rng: np.random.Generator,
    traits: Traits,
    past: Relationships,
    rates: CompanyParameters,
    period: Period,
    words: Mapping[str, Any],
) -> pd.DataFrame:
    """All contacts by day, those of campaigns with their arm; the control arm has none but a row.

    Returns
    -------
    DataFrame
        The contract's columns, and ``place``, the customer's place.
    """
    parts = [_usual(rng, past, rates, period, words), _about_late_support(rng, past, rates, period)]
    parts[1]["topic"] = words["texts"]["late_support"]
    parts += [_of_campaign(rng, one, rates, period) for one in past.campaigns]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    table.insert(0, "customer_id", traits.ids[table["place"].to_numpy()])
    distinct = table.drop(columns="place").columns
    table = table.drop_duplicates(list(distinct)).sort_values(["date", "place"], kind="stable")
    columns = ["customer_id", "date", "campaign_id", "arm", "measure", "channel", "topic"]
    return table[[*columns, "responded", "cost", "hours", "place"]].reset_index(drop=True)


def _usual(
    rng: np.random.Generator,
    past: Relationships,
    rates: CompanyParameters,
    period: Period,
    words: Mapping[str, Any],
) -> pd.DataFrame:
    here = (past.stage != NOT_YET) & (past.stage != TERMINATED)
    counts = rng.poisson(rates.contacts["monthly_rate"], here.shape) * here
    place, month = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), period.n_months)
    channel = labels(rng, rates.contacts["channels"], len(place))
    part = _made(rng, place, period.days_in(rng, month), channel, rates)
    return part.assign(topic=picked(rng, words["texts"]["topics"], len(place)))


def _about_late_support(
    rng: np.random.Generator, past: Relationships, rates: CompanyParameters, period: Period
) -> pd.DataFrame:
    place, month = np.nonzero(past.late)
    channel = labels(rng, {"phone": 0.7, "email": 0.3}, len(place))
    return _made(rng, place, period.days_in(rng, month), channel, rates)


def _made(
    rng: np.random.Generator,
    place: Whole,
    day: np.ndarray[Any, Any],
    channel: Labels,
    rates: CompanyParameters,
) -> pd.DataFrame:
    section = rates.contacts
    return pd.DataFrame(
        {
            "place": place,
            "date": day.astype("datetime64[ns]"),
            "campaign_id": None,
            "arm": None,
            "measure": None,
            "channel": channel,
            "responded": rng.random(len(place)) < looked_up(channel, section["responded"]),
            "cost": money(rng, looked_up(channel, section["mean_cost"])),
            "hours": np.round(money(rng, looked_up(channel, section["mean_hours"])), 1),
        }
    )


def _of_campaign(
    rng: np.random.Generator, campaign: Campaign, rates: CompanyParameters, period: Period
) -> pd.DataFrame:
    work, arms = rates.campaigns["work"], campaign.arms
    n, asked = len(arms), contacted(campaign)
    # Control customers are assigned on the first day; the others are contacted in the days after.
    start = period.starts(np.full(n, campaign.month))
    day = np.where(asked, working_days(start + rng.integers(0, _DAYS_TO_CONTACT, n)), start)
    channel = pd.Series(arms).map(_CHANNELS)
    return pd.DataFrame(
        {
            "place": campaign.customers,
            "date": day.astype("datetime64[ns]"),
            "campaign_id": campaign.campaign_id,
            "arm": arms,
            "measure": pd.Series(arms).where(asked),
            "channel": channel.where(asked),
            "topic": pd.Series(np.full(n, f"campaign {campaign.kind}")).where(asked),
            "responded": pd.Series(rng.random(n) < looked_up(arms, work["responded"]))
            .astype("boolean")
            .where(asked),
            "cost": looked_up(arms, work["cost"]),
            "hours": looked_up(arms, work["hours"]),
        }
    )
