"""Leads: where they come from, how good they are, and which of them become customers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clvlab.simulate.company.draws import (
    Array,
    Days,
    Labels,
    Whole,
    labels,
    looked_up,
    money,
    picked,
)
from clvlab.simulate.company.parameters import CompanyParameters
from clvlab.simulate.company.period import Period, working_days


@dataclass(frozen=True)
class Conversions:
    """What is known of the customers that leads became, in the order of the leads."""

    since: Days
    industry: Labels
    region: Labels
    source: Labels


def conversion_probability(
    source: Labels, level: Labels, qualification: Labels, rates: CompanyParameters
) -> Array:
    """Chance that a lead ever becomes a customer: that of its source, times two factors."""
    section = rates.leads
    chance: Array = (
        looked_up(source, section["conversion_by_source"])
        * looked_up(level, section["level_factor"])
        * looked_up(qualification, section["qualification_factor"])
    )
    return np.minimum(chance, 1.0)


def draw_leads(
    rng: np.random.Generator, n: int, rates: CompanyParameters, period: Period
) -> pd.DataFrame:
    """Leads by day, without the persons behind them.

    Returns
    -------
    DataFrame
        The contract's columns other than ``name``, ``phone``, ``customer_id`` and ``owner``, and
        ``conversion_probability``. A lead that will convert after the last day has not yet.
    """
    section, base = rates.leads, rates.base
    day = np.sort(period.days_in(rng, rng.integers(0, period.n_months, n)))
    source = labels(rng, base["sources"], n)
    level = labels(rng, section["levels"], n)
    qualification = labels(rng, section["qualification"], n)
    chance = conversion_probability(source, level, qualification, rates)
    wait = 1 + np.floor(rng.exponential(section["mean_days_to_convert"], n)).astype(np.int64)
    converted = working_days(day + wait)
    seen = (rng.random(n) < chance) & (converted <= period.last)
    return pd.DataFrame(
        {
            "lead_id": [f"L{number:05d}" for number in range(1, n + 1)],
            "date": day.astype("datetime64[ns]"),
            "converted_on": pd.Series(converted.astype("datetime64[ns]")).where(seen),
            "source": source,
            "qualification": qualification,
            "level": level,
            "industry": labels(rng, base["industries"], n),
            "region": labels(rng, base["regions"], n),
            "cost": money(rng, looked_up(source, section["mean_cost"])),
            "conversion_probability": chance,
        }
    )


def conversions(leads: pd.DataFrame) -> Conversions:
    """The leads that became customers."""
    rows = leads[leads["converted_on"].notna()]
    return Conversions(
        rows["converted_on"].to_numpy().astype("datetime64[D]"),
        rows["industry"].to_numpy().astype(str),
        rows["region"].to_numpy().astype(str),
        rows["source"].to_numpy().astype(str),
    )


def named_leads(
    rng: np.random.Generator,
    leads: pd.DataFrame,
    ids: Labels,
    became: Whole,
    identities: pd.DataFrame,
    rates: CompanyParameters,
) -> pd.DataFrame:
    """The leads with the persons behind them.

    Parameters
    ----------
    leads
        As `draw_leads` made them.
    ids
        Of the customers.
    became
        Places of the customers that converted leads became.
    identities
        Of the customers, and after them of the leads that did not convert.
    """
    converted = leads["converted_on"].notna().to_numpy()
    who = np.empty(len(leads), np.int64)
    who[converted] = became
    who[~converted] = len(ids) + np.arange(int((~converted).sum()))
    customer = np.full(len(leads), None, dtype=object)
    customer[converted] = ids[became]
    owners = [f"sales {number:02d}" for number in range(1, rates.base["owners"] + 1)]
    return leads.assign(
        customer_id=customer,
        name=identities["name"].to_numpy()[who],
        phone=identities["phone"].to_numpy()[who],
        owner=picked(rng, owners, len(leads)),
    )
