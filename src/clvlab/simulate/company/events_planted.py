"""Errors in the tables of what happened: leads, contacts, invoices, losses, answers, costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from clvlab.simulate.company.mistakes import gossip
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.planting import Planter

Wanted = Mapping[str, Any]

_NO_CAMPAIGN = "sales-1999-01"
_REFERENCES = {
    "invoices": "customer_id",
    "contacts": "campaign_id",
    "losses": "customer_id",
    "leads": "customer_id",
    "surveys": "customer_id",
    "benefits": "customer_id",
}
_LIMITS = {"contacts": ("hours", -2.0), "leads": ("cost", -50.0), "benefits": ("cost", -300.0)}
_REQUIRED = {
    "invoices": ("issued_on", pd.NaT),
    "contacts": ("date", pd.NaT),
    "losses": ("lost_on", pd.NaT),
    "surveys": ("answer", np.nan),
    "costs": ("category", None),
}
_DATED = {"contacts": "date", "costs": "date", "invoices": "paid_on"}
_GOSSIP = {"losses": "evidence", "contacts": "topic"}
_OFF_SCALE = (9.0, 0.0, 77.0)
_DAY = pd.Timedelta(days=1)


def plant_in_events(planter: Planter, wanted: Wanted, period: Period) -> None:
    """All errors of the other tables; those that few rows qualify for come first."""
    _lost_before_bought(planter, wanted["lost_before_bought"], period)
    _outside_campaigns(planter, wanted["inconsistent"]["contacts"])
    frame = planter.frames["leads"]
    converted = frame["converted_on"].notna()
    for row in planter.choose("leads", wanted["inconsistent"]["leads"], converted):
        planter.change("leads", row, "customer_id", None, "inconsistent")
    _broken_references(planter, wanted["broken_reference"])
    _paid_before_issued(planter, wanted["paid_before_issued"])
    for number, row in enumerate(planter.choose("surveys", wanted["off_scale"])):
        value = _OFF_SCALE[number % len(_OFF_SCALE)]
        planter.change("surveys", row, "answer", value, "off_scale")
    _single_cells(planter, wanted, period)
    _repeated(planter, wanted)


def _lost_before_bought(planter: Planter, count: int, period: Period) -> None:
    """Only of customers whose first purchase is in the tables."""
    customers = planter.frames["customers"]
    since = customers.set_index("customer_id")["customer_since"]
    first = planter.frames["losses"]["customer_id"].map(since)
    seen = first >= pd.Timestamp(period.first_day)
    for row in planter.choose("losses", count, seen):
        day = first.iloc[row] - int(planter.rng.integers(30, 200)) * _DAY
        planter.change("losses", row, "lost_on", day, "lost_before_bought")


def _outside_campaigns(planter: Planter, count: int) -> None:
    campaigns = planter.frames["campaigns"].drop_duplicates("campaign_id")
    starts = campaigns.set_index("campaign_id")["start"]
    begin = planter.frames["contacts"]["campaign_id"].map(starts)
    asked = begin.notna() & planter.frames["contacts"]["measure"].notna()
    for row in planter.choose("contacts", count, asked):
        day = pd.Timestamp(begin.iloc[row]) - int(planter.rng.integers(20, 60)) * _DAY
        planter.change("contacts", row, "date", day, "inconsistent")


def _broken_references(planter: Planter, wanted: Mapping[str, int]) -> None:
    for table, count in wanted.items():
        column = _REFERENCES[table]
        there = planter.frames[table][column].notna()
        for row in planter.choose(table, count, there):
            nobody = f"Z{int(planter.rng.integers(0, 10**5)):05d}"
            value = _NO_CAMPAIGN if column == "campaign_id" else nobody
            planter.change(table, row, column, value, "broken_reference")


def _paid_before_issued(planter: Planter, count: int) -> None:
    frame = planter.frames["invoices"]
    for row in planter.choose("invoices", count, frame["paid_on"].notna() & (frame["amount"] > 0)):
        day = frame["issued_on"].iloc[row] - int(planter.rng.integers(1, 40)) * _DAY
        planter.change("invoices", row, "paid_on", day, "paid_before_issued")


def _single_cells(planter: Planter, wanted: Wanted, period: Period) -> None:
    """Numbers below their limits, gossip, empty cells and days to come."""
    for table, (column, value) in _LIMITS.items():
        for row in planter.choose(table, wanted["beyond_limits"][table]):
            planter.change(table, row, column, value, "beyond_limits")
    for table, column in _GOSSIP.items():
        for row in planter.choose(table, wanted["personal_in_text"][table]):
            planter.change(table, row, column, gossip(planter.rng), "personal_in_text")
    for table, (column, nothing) in _REQUIRED.items():
        for row in planter.choose(table, wanted["missing_required"][table]):
            planter.change(table, row, column, nothing, "missing_required")
    for table, column in _DATED.items():
        frame = planter.frames[table]
        happened = frame[column].notna()
        if table == "contacts":
            happened &= frame["campaign_id"].isna()
        for row in planter.choose(table, wanted["in_the_future"][table], happened):
            day = pd.Timestamp(period.as_of) + int(planter.rng.integers(3, 120)) * _DAY
            planter.change(table, row, column, day, "in_the_future")


def _repeated(planter: Planter, wanted: Wanted) -> None:
    """Rows that occur twice, and numbers that were given twice."""
    for table in ("invoices", "leads", "contacts", "costs"):
        for row in planter.choose(table, wanted["exact_duplicate"][table]):
            planter.add(table, row, "exact_duplicate")
    invoices = planter.frames["invoices"]
    positive = invoices["amount"] > 0
    for row in planter.choose("invoices", wanted["same_key"]["invoices"], positive):
        amount = round(float(invoices["amount"].iloc[row]) * 1.1, 2)
        planter.add("invoices", row, "same_key", amount=amount)
    for row in planter.choose("leads", wanted["same_key"]["leads"]):
        other = "B" if planter.frames["leads"]["level"].iloc[row] == "A" else "A"
        planter.add("leads", row, "same_key", level=other)
