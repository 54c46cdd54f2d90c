"""Who might become a customer: everything that a page says of leads, or why it can't."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from clvlab.clock import Horizon
from clvlab.data.company import Company
from clvlab.data.small_groups import hide_small_groups
from clvlab.errors import NotAvailableError
from clvlab.lifecycle.conversion import funnel, lead_development, potential_value
from clvlab.lifecycle.leads import leads_of
from clvlab.lifecycle.stage_value import OpenLeads
from clvlab.lifecycle.time_to_event import kaplan_meier


@dataclass(frozen=True)
class Prospects:
    """What leads became and are worth.

    Attributes
    ----------
    absent
        Why nothing is known, as a sentence; empty when the tables are there.
    too_young
        Why no share and no value is known of the leads that there are, as a sentence; empty when
        some were seen for the whole horizon.
    development
        Of `lead_development`, with the values of `potential_value`.
    steps
        Of `funnel`.
    curve
        Of `kaplan_meier`: time from lead to first purchase.
    left_out
        Leads that can't be one; see `Leads`.
    """

    absent: str = ""
    too_young: str = ""
    development: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    steps: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    curve: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    left_out: int = 0

    def describe(self) -> dict[str, float]:
        """The numbers of all leads together; none when nothing is known."""
        if self.absent:
            return {}
        numbers = self.development.iloc[0].drop(["characteristic", "group"])
        told = {str(name): float(number) for name, number in numbers.items()}
        return {**told, "left_out": float(self.left_out)}

    @property
    def open_leads(self) -> OpenLeads | None:
        """Those that are no customers yet, and what became of those seen for the whole horizon."""
        if self.absent:
            return None
        found = self.development.iloc[0]
        leads, gained = int(found["leads"]), int(found["gained"])
        return OpenLeads(leads - gained, int(found["seen_long_enough"]), int(found["within"]))

    def shown(self, fewest: int) -> pd.DataFrame:
        """`development` without the numbers of small groups, nor what would give them away.

        Each characteristic is looked at alone: its groups sum to all leads that have it.
        """
        by = self.development.groupby("characteristic", sort=False)
        parts = [hide_small_groups(rows, fewest, count="leads")[0] for _, rows in by]
        return pd.concat(parts)


def study_prospects(
    company: Company,
    horizon: Horizon,
    *,
    value: float,
    lower: float,
    upper: float,
    last_day: date | None = None,
    interval: float = 0.90,
) -> Prospects:
    """Follow the leads of a company to their first purchase, and value them.

    Parameters
    ----------
    company
        With the table ``leads``; see `leads_of`.
    horizon
        Within which a lead must convert: days, or a span.
    value, lower, upper
        Of a new customer, in money, with limits at `interval`.
    last_day
        Last day that was seen (inclusive).
    interval
        Coverage of all limits.

    Raises
    ------
    InputError
        When a parameter can't be; never for tables that are not there.
    """
    try:
        leads = leads_of(company, last_day)
    except NotAvailableError as absent:
        sentence = str(absent)
        return Prospects(f"{sentence[:1].upper()}{sentence[1:]}.")
    rates = lead_development(leads, horizon, interval=interval)
    seen, gained = (int(rates[name].iloc[0]) for name in ("seen_long_enough", "gained"))
    too_young = (
        f"Of {len(leads):,} leads {gained:,} became customers so far. "
        f"Conversion and value: not available, no lead was seen for {horizon}."
    )
    return Prospects(
        too_young="" if seen else too_young,
        development=potential_value(rates, value=value, lower=lower, upper=upper),
        steps=funnel(leads, interval=interval),
        curve=kaplan_meier(leads.table["days"], leads.table["happened"], interval=interval),
        left_out=sum(leads.left_out.values()),
    )
