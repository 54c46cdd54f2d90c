"""Orders and their lines: products, pieces, prices, margins, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clvlab.simulate.company.draws import Array, Labels, Mask, Whole, labels, looked_up
from clvlab.simulate.company.parameters import CompanyParameters, Section
from clvlab.simulate.company.period import Period, plus_days, working_days
from clvlab.simulate.company.relationships import Relationships
from clvlab.simulate.company.traits import Traits

LAST_RESORT = "accessory"
"""What an order without anything else holds."""


@dataclass(frozen=True)
class Spending:
    """What customers' orders differ by, (n,) each.

    Attributes
    ----------
    pieces
        Factor of quantities.
    discount
        Share of list prices.
    """

    pieces: Array
    discount: Array


def draw_spending(rng: np.random.Generator, traits: Traits, rates: CompanyParameters) -> Spending:
    """Gamma factors of quantities, and discounts around that of the customer's type."""
    section = rates.orders
    shape = section["spend_shape"]
    usual = looked_up(traits.customer_type, section["discount"])
    drawn = usual + section["discount_spread"] * rng.standard_normal(traits.n)
    return Spending(
        rng.gamma(shape, 1.0 / shape, traits.n) * traits.size,
        np.round(np.clip(drawn, 0.0, 0.5), 3),
    )


def category_probabilities(categories: Section) -> dict[str, float]:
    """Chance that an order holds each category, the last resort included."""
    own = {name: one["probability"] for name, one in categories.items()}
    nothing = float(np.prod([1.0 - p for p in own.values()]))
    return {**own, LAST_RESORT: own[LAST_RESORT] + nothing}


def expected_order(spending: Spending, rates: CompanyParameters) -> tuple[Array, Array]:
    """Expected amount and margin of one order at first-day list prices, before returns, (n,)."""
    section = rates.orders
    amount, margin = np.zeros(len(spending.pieces)), np.zeros(len(spending.pieces))
    for name, chance in category_probabilities(section["categories"]).items():
        category = section["categories"][name]
        pieces = 1.0 + category["extra_pieces"] * spending.pieces
        price = sum(one[1] * one[2] for one in section["products"][name])
        amount += chance * pieces * price * (1.0 - spending.discount)
        margin += chance * pieces * price * (1.0 - spending.discount - category["cost_share"])
    return amount, margin


def price_index(months: Whole, rates: CompanyParameters, period: Period) -> Array:
    """List prices over those of the first day; each rise lasts."""
    rises = [period.at(share) for share in rates.price_rise["starts_at"]]
    steps = np.sum([np.asarray(months) >= rise for rise in rises], axis=0)
    out: Array = (1.0 + rates.price_rise["increase"]) ** steps
    return out


def draw_purchases(
    rng: np.random.Generator,
    traits: Traits,
    past: Relationships,
    spending: Spending,
    rates: CompanyParameters,
    period: Period,
) -> pd.DataFrame:
    """Lines of all orders, by day and order; returned pieces are lines of their own.

    Returns
    -------
    DataFrame
        ``customer_id``, ``date``, ``order_id``, ``product``, ``category``, ``quantity``,
        ``unit_price``, ``amount``, ``margin``, ``channel``, ``region``, and ``place``, the
        customer's place.
    """
    section = rates.orders
    place, month = np.divmod(
        np.repeat(np.arange(past.orders.size), past.orders.ravel()), period.n_months
    )
    day = period.days_in(rng, month)
    first = (traits.start[place] == month) & ~traits.began_before[place]
    day[first] = traits.since[place[first]]
    order = np.lexsort((place, day))
    place, month, day = place[order], month[order], day[order]
    factor = past.price_factor[place, month] * price_index(month, rates, period)
    factor = factor * (1.0 - spending.discount[place])
    channel = labels(rng, section["channels"], len(place))
    lines = _lines(rng, section, spending.pieces[place])
    at = lines["order"].to_numpy()
    listed, quantity = lines["list_price"].to_numpy(), lines["quantity"].to_numpy()
    unit = np.round(listed * factor[at], 2)
    cost = np.round(listed * lines["cost_share"].to_numpy(), 2)
    table = pd.DataFrame(
        {
            "customer_id": traits.ids[place[at]],
            "date": day[at].astype("datetime64[ns]"),
            "order_id": at,
            "product": lines["product"],
            "category": lines["category"],
            "quantity": quantity,
            "unit_price": unit,
            "amount": np.round(quantity * unit, 2),
            "margin": np.round(quantity * (unit - cost), 2),
            "channel": channel[at],
            "region": traits.region[place[at]],
            "place": place[at],
        }
    )
    table = pd.concat([table, _returned(rng, table, section, period)], ignore_index=True)
    table = table.sort_values(["date", "order_id", "quantity"], kind="stable", ascending=True)
    table["order_id"] = [f"A{number + 1:06d}" for number in table["order_id"]]
    return table.reset_index(drop=True)


def _lines(rng: np.random.Generator, section: Section, pieces: Array) -> pd.DataFrame:
    """At most one line of each category for each order."""
    n = len(pieces)
    held: dict[str, Mask] = {
        name: rng.random(n) < one["probability"] for name, one in section["categories"].items()
    }
    held[LAST_RESORT] |= ~np.any(list(held.values()), axis=0)
    parts = []
    for name, category in section["categories"].items():
        rows = np.flatnonzero(held[name])
        products = section["products"][name]
        chosen = rng.choice(len(products), len(rows), p=[one[2] for one in products])
        names: Labels = np.array([one[0] for one in products])[chosen]
        parts.append(
            pd.DataFrame(
                {
                    "order": rows,
                    "category": name,
                    "product": names,
                    "list_price": np.array([float(one[1]) for one in products])[chosen],
                    "cost_share": category["cost_share"],
                    "quantity": 1 + rng.poisson(category["extra_pieces"] * pieces[rows]),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values("order", kind="stable")


def _returned(
    rng: np.random.Generator, table: pd.DataFrame, section: Section, period: Period
) -> pd.DataFrame:
    """Lines that come back, in part or whole, some days later and before the last day."""
    some = table[rng.random(len(table)) < section["return_probability"]].copy()
    least, most = section["return_days"]
    wait = rng.integers(least, most + 1, len(some))
    day = working_days(plus_days(some["date"].to_numpy().astype("datetime64[D]"), wait))
    back = 1 + np.floor(rng.random(len(some)) * some["quantity"]).astype(np.int64)
    share = back / some["quantity"]
    some["date"] = day.astype("datetime64[ns]")
    some["quantity"] = -back
    some["amount"] = np.round(-back * some["unit_price"], 2)
    some["margin"] = np.round(-share * some["margin"], 2)
    seen: pd.DataFrame = some[day <= period.last]
    return seen
