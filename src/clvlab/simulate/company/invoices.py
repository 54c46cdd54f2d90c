"""Invoices: one for each order, a credit note for what comes back, and how they are paid."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.simulate.company.draws import Array, Labels, Mask, Whole, looked_up
from clvlab.simulate.company.parameters import CompanyParameters
from clvlab.simulate.company.period import Period, plus_days, working_days
from clvlab.simulate.company.traits import Traits


def draw_terms(rng: np.random.Generator, traits: Traits, rates: CompanyParameters) -> Whole:
    """Days to pay that each customer was given, (n,)."""
    terms = np.zeros(traits.n, np.int64)
    for name, choices in rates.invoices["terms_days"].items():
        some = traits.customer_type == name
        terms[some] = rng.choice(choices, int(some.sum()))
    return terms


def late_probability(industry: Labels, rates: CompanyParameters) -> Array:
    """Chance that an invoice is not paid when it is due, by industry."""
    return looked_up(industry, rates.invoices["late_probability"])


def draw_invoices(
    rng: np.random.Generator,
    purchases: pd.DataFrame,
    traits: Traits,
    terms: Whole,
    rates: CompanyParameters,
    period: Period,
) -> pd.DataFrame:
    """Invoices of orders, and credit notes of returns, which are settled at once.

    Their amounts add up to those of the purchases. Payments after the last day are not known.

    Returns
    -------
    DataFrame
        The contract's columns.
    """
    notes = _notes(purchases)
    place, credit = notes["place"].to_numpy(), notes["credit"].to_numpy(bool)
    ordered = notes["date"].to_numpy().astype("datetime64[D]")
    wait = rng.integers(0, rates.invoices["days_to_issue"] + 1, len(notes))
    issued = np.maximum(working_days(plus_days(ordered, wait)), ordered)
    issued = np.minimum(issued, period.last)
    days = np.where(credit, 0, terms[place])
    due = plus_days(issued, days)
    after, disputed = _payments(rng, days, traits.industry[place], rates)
    paid = np.where(credit, issued, plus_days(issued, np.maximum(after, 0)))
    known = (credit | (after >= 0)) & (paid <= period.last)
    return pd.DataFrame(
        {
            "invoice_id": [f"R{number:06d}" for number in range(1, len(notes) + 1)],
            "customer_id": traits.ids[place],
            "issued_on": issued.astype("datetime64[ns]"),
            "due_on": due.astype("datetime64[ns]"),
            "paid_on": pd.Series(paid.astype("datetime64[ns]")).where(known),
            "amount": notes["cents"] / 100,
            # A dispute is raised when payment is due, so one that lies ahead is not known.
            "disputed": disputed & ~credit & (due <= period.last),
        }
    )


def _notes(purchases: pd.DataFrame) -> pd.DataFrame:
    """One row for each order, and for each day on which something of it came back."""
    lines = purchases.assign(
        cents=np.round(purchases["amount"] * 100).astype(np.int64), credit=purchases["amount"] < 0
    )
    grouped = lines.groupby(["date", "order_id", "credit"], sort=True)
    return grouped.agg(place=("place", "first"), cents=("cents", "sum")).reset_index()


def _payments(
    rng: np.random.Generator, days: Whole, industry: Labels, rates: CompanyParameters
) -> tuple[Whole, Mask]:
    """Days from issue to payment, -1 for never, and whether payment is refused at first."""
    section, n = rates.invoices, len(days)
    late = rng.random(n) < late_probability(industry, rates)
    disputed = late & (rng.random(n) < section["disputed_when_late"])
    never = late & (rng.random(n) < section["never_paid_when_late"])
    in_time = np.floor(rng.random(n) * (days + 1)).astype(np.int64)
    overdue = 1 + np.floor(rng.gamma(1.5, section["mean_days_late"] / 1.5, n)).astype(np.int64)
    return np.where(never, -1, np.where(late, days + overdue, in_time)), disputed
