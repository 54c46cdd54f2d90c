"""What the company spends on relationships, and what it gives customers beyond the product."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.simulate.company.draws import Array, Days, Whole, labels, looked_up, money
from clvlab.simulate.company.parameters import CompanyParameters
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.relationships import Relationships
from clvlab.simulate.company.stages import NOT_YET, TERMINATED
from clvlab.simulate.company.traits import Traits


def draw_costs(
    rng: np.random.Generator,
    traits: Traits,
    past: Relationships,
    purchases: pd.DataFrame,
    contacts: pd.DataFrame,
    rates: CompanyParameters,
    period: Period,
) -> pd.DataFrame:
    """The ledger by day: what contacts, deliveries, service and late support cost.

    Costs of the customer system belong to no customer.

    Returns
    -------
    DataFrame
        The contract's columns.
    """
    parts = [
        *_of_contacts(rng, contacts, rates),
        *_of_months(rng, past, rates, period),
        _of_deliveries(rng, purchases, rates),
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table.groupby(["date", "place", "category"])["amount"].sum().reset_index()
    table["customer_id"] = traits.ids[table["place"].to_numpy()]
    months = np.arange(period.n_months)
    monthly = np.full(period.n_months, rates.costs["system_monthly"])
    system = _entries("system", months, period.starts(months), money(rng, monthly, 200.0))
    table = pd.concat([table, system.assign(place=-1)], ignore_index=True)
    table["amount"] = table["amount"].round(2)
    table = table.sort_values(["date", "place", "category"], kind="stable")
    return table[["customer_id", "date", "category", "amount"]].reset_index(drop=True)


def _of_contacts(
    rng: np.random.Generator, contacts: pd.DataFrame, rates: CompanyParameters
) -> list[pd.DataFrame]:
    """Wages for hours, and the journeys and meals of visits."""
    section = rates.costs
    worked = contacts[contacts["hours"] > 0]
    visits = contacts[contacts["channel"] == "visit"]
    hosted = visits[rng.random(len(visits)) < section["hospitality_probability"]]
    wages = worked["hours"].to_numpy() * section["hourly_wage"]
    journeys = money(rng, np.full(len(visits), section["travel_per_visit"]))
    meals = money(rng, np.full(len(hosted), section["mean_hospitality"]))
    return [
        _entries("personnel", worked["place"].to_numpy(), worked["date"].to_numpy(), wages),
        _entries("travel", visits["place"].to_numpy(), visits["date"].to_numpy(), journeys),
        _entries("hospitality", hosted["place"].to_numpy(), hosted["date"].to_numpy(), meals),
    ]


def _of_months(
    rng: np.random.Generator, past: Relationships, rates: CompanyParameters, period: Period
) -> list[pd.DataFrame]:
    """Service of customers who are not lost, and compensation for late support."""
    section = rates.costs
    here = (past.stage != NOT_YET) & (past.stage != TERMINATED)
    served = here & (rng.random(here.shape) < section["service_monthly_probability"])
    late = past.late & (rng.random(here.shape) < section["compensation_probability"])
    parts = []
    for category, when, mean in (
        ("service", served, section["mean_service"]),
        ("compensation", late, section["mean_compensation"]),
    ):
        place, month = np.nonzero(when)
        amounts = money(rng, np.full(len(place), mean))
        parts.append(_entries(category, place, period.days_in(rng, month), amounts))
    return parts


def _of_deliveries(
    rng: np.random.Generator, purchases: pd.DataFrame, rates: CompanyParameters
) -> pd.DataFrame:
    bought = purchases[purchases["amount"] > 0].groupby(["date", "place"])["amount"].sum()
    mean = rates.costs["delivery_share"] * bought.to_numpy()
    days = bought.index.get_level_values("date").to_numpy()
    places = bought.index.get_level_values("place").to_numpy()
    return _entries("delivery", places, days, money(rng, mean, 20.0))


def draw_benefits(
    rng: np.random.Generator,
    traits: Traits,
    past: Relationships,
    rates: CompanyParameters,
    period: Period,
) -> pd.DataFrame:
    """What customers were given, by day: what it cost, and what it was worth to them.

    Returns
    -------
    DataFrame
        The contract's columns.
    """
    section = rates.benefits
    here = (past.stage != NOT_YET) & (past.stage != TERMINATED)
    place, month = np.nonzero(here & (rng.random(here.shape) < section["monthly_rate"]))
    benefit = labels(rng, section["kinds"], len(place))
    cost = money(rng, looked_up(benefit, section["mean_cost"]))
    worth = money(rng, cost * section["mean_worth_over_cost"], 12.0)
    table = pd.DataFrame(
        {
            "customer_id": traits.ids[place],
            "date": period.days_in(rng, month).astype("datetime64[ns]"),
            "benefit": benefit,
            "cost": cost,
            "worth": worth,
        }
    )
    return table.sort_values(["date", "customer_id"], kind="stable").reset_index(drop=True)


def _entries(category: str, place: Whole, day: Days, amount: Array) -> pd.DataFrame:
    days = day.astype("datetime64[ns]")
    return pd.DataFrame({"place": place, "date": days, "category": category, "amount": amount})
