"""Errors in the customers' file: entered twice, one number for two, out of date, misplaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from clvlab.simulate.company.identities import draw_identities
from clvlab.simulate.company.mistakes import HOW, gossip, how_of, other_address, other_phone
from clvlab.simulate.company.parameters import CompanyParameters, words
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.planting import Planter

Wanted = Mapping[str, Any]

_DAY = np.timedelta64(1, "D")
_MOST_DAYS_STALE = 700
_LEAST_DAYS_STALE = 30
_DAYS_AHEAD = 90
_SETTLED_DAYS = 60


def plant_in_customers(
    planter: Planter, wanted: Wanted, rates: CompanyParameters, period: Period
) -> pd.DataFrame:
    """All errors of the customers' table.

    Returns
    -------
    DataFrame
        Pairs of near-duplicates: ``customer_id``, ``duplicate_id``, ``how``.
    """
    pairs = _near_duplicates(planter, wanted["near_duplicate"], period)
    _two_with_one_number(planter, wanted["same_key"]["customers"], period)
    for row in planter.choose("customers", wanted["exact_duplicate"]["customers"]):
        planter.add("customers", row, "exact_duplicate")
    _stale(planter, wanted["stale"], rates, period)
    _beyond_limits(planter, wanted["beyond_limits"]["customers"])
    for row in planter.choose("customers", wanted["personal_in_text"]["customers"]):
        planter.change("customers", row, "open_problem", gossip(planter.rng), "personal_in_text")
    for row in planter.choose("customers", wanted["in_the_future"]["customers"]):
        ahead = period.last + int(planter.rng.integers(1, _DAYS_AHEAD)) * _DAY
        planter.change("customers", row, "updated_on", pd.Timestamp(ahead), "in_the_future")
    _without_number(planter, wanted["missing_required"]["customers"])
    return pairs


def _near_duplicates(planter: Planter, count: int, period: Period) -> pd.DataFrame:
    rng, frame = planter.rng, planter.frames["customers"]
    known = frame["phone"].notna() & frame["address"].notna()
    # The second entry is younger than the customer, so the customer is not quite new.
    settled = frame["customer_since"] < pd.Timestamp(period.last - _SETTLED_DAYS * _DAY)
    pairs = []
    for number, row in enumerate(planter.choose("customers", count, known & settled)):
        how = how_of(number, str(frame["name"].iloc[row]))
        duplicate_id = f"K{len(frame) + number + 1:05d}"
        own = {name: frame[name].iloc[row] for name in ("name", "phone", "address", "email")}
        changes = _once_more(rng, own, how, number)
        updated = period.last - int(rng.integers(0, _SETTLED_DAYS)) * _DAY
        owner = str(frame["owner"].iloc[(row + 1) % len(frame)])
        planter.add(
            "customers",
            row,
            "near_duplicate",
            customer_id=duplicate_id,
            owner=owner,
            contact_person=None,
            strategy=None,
            updated_on=pd.Timestamp(updated),
            **changes,
        )
        pairs.append((str(frame["customer_id"].iloc[row]), duplicate_id, how))
    return pd.DataFrame(pairs, columns=["customer_id", "duplicate_id", "how"])


def _once_more(
    rng: np.random.Generator, own: Mapping[str, Any], how: str, number: int
) -> dict[str, Any]:
    """The same customer as somebody else types it; every third time with the address alone."""
    bare = number % 3 == 2 and how != "phone_format"
    return {
        "name": HOW[how](rng, str(own["name"])),
        "phone": None if bare else other_phone(rng, str(own["phone"])),
        "email": None if bare else own["email"],
        "address": other_address(str(own["address"])) if number % 2 else own["address"],
    }


def _two_with_one_number(planter: Planter, count: int, period: Period) -> None:
    """An older entry of somebody else, under the number of a customer."""
    frame = planter.frames["customers"]
    fresh = frame["updated_on"] > pd.Timestamp(period.last - 200 * _DAY)
    rows = planter.choose("customers", count, fresh)
    industry = frame["industry"].iloc[rows].fillna("school").to_numpy().astype(str)
    # Names of the same kind as the others; one of them again is too unlikely to matter.
    others = draw_identities(planter.rng, industry, 0.5, words())
    for place, row in enumerate(rows):
        updated = frame["updated_on"].iloc[row] - 20 * _DAY
        changes = {str(name): others[name].iloc[place] for name in others}
        planter.add("customers", row, "same_key", **changes, updated_on=updated)


def _stale(planter: Planter, count: int, rates: CompanyParameters, period: Period) -> None:
    frame = planter.frames["customers"]
    age = rates.file["maximum_age_days"]
    oldest = pd.Timestamp(period.last - (age + _LEAST_DAYS_STALE) * _DAY)
    for row in planter.choose("customers", count, frame["customer_since"] < oldest):
        days = age + int(planter.rng.integers(_LEAST_DAYS_STALE, _MOST_DAYS_STALE))
        updated = max(pd.Timestamp(period.last - days * _DAY), frame["customer_since"].iloc[row])
        planter.change("customers", row, "updated_on", updated, "stale")


def _beyond_limits(planter: Planter, count: int) -> None:
    values = (("share_of_wallet", 1.4), ("employees", -12.0), ("share_of_wallet", 45.0))
    for number, row in enumerate(planter.choose("customers", count)):
        column, value = values[number % len(values)]
        planter.change("customers", row, column, value, "beyond_limits")


def _without_number(planter: Planter, count: int) -> None:
    """An entry that never got a number: a copy of nobody, so that no table refers to it."""
    rows = planter.choose("customers", count)
    industry = np.full(len(rows), "school")
    others = draw_identities(planter.rng, industry, 0.5, words())
    for place, row in enumerate(rows):
        changes = {str(name): others[name].iloc[place] for name in others}
        planter.add(
            "customers", row, "missing_required", "customer_id", customer_id=None, **changes
        )
