"""The entries of the customers' file, as complete and as fresh as salespeople keep them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from clvlab.data.company.contracts import CONTRACTS
from clvlab.simulate.company.draws import Array, Days, Labels, Whole, looked_up, picked
from clvlab.simulate.company.parameters import CompanyParameters
from clvlab.simulate.company.period import Period, plus_days
from clvlab.simulate.company.traits import Traits

_MOST_YEARS_FOUNDED_BEFORE = 40
_FROM_TEXTS = (
    "sales_capacity",
    "potential",
    "business_policy",
    "management",
    "attitude",
    "strategy",
)


def draw_customers(
    rng: np.random.Generator,
    traits: Traits,
    identities: pd.DataFrame,
    terms: Whole,
    rates: CompanyParameters,
    period: Period,
    words: Mapping[str, Any],
) -> pd.DataFrame:
    """The contract's customers, in the order of their numbers.

    Cells are missing at the rate of their column, times a factor of the person who looks after
    the entry. No entry is older than the maximum age or than the customer.
    """
    n, texts = traits.n, words["texts"]
    owners = [f"sales {number:02d}" for number in range(1, rates.base["owners"] + 1)]
    owner = rng.integers(0, len(owners), n)
    sales = np.round(traits.employees * rng.lognormal(11.5, 0.6, n), -3)
    columns: dict[str, Any] = {
        "customer_id": traits.ids,
        **{str(name): identities[name].to_numpy() for name in identities},
        "founded_on": _founded(rng, traits.since),
        "customer_since": traits.since,
        "legal_form": _legal_forms(rng, traits.industry, words),
        "industry": traits.industry,
        "assets": np.round(sales * rng.lognormal(-0.3, 0.5, n), -3),
        "region": traits.region,
        "customer_type": traits.customer_type,
        "employees": traits.employees.astype(float),
        **{name: picked(rng, texts[name], n) for name in _FROM_TEXTS},
        "annual_sales": sales,
        "main_competitor": picked(rng, texts["competitors"], n),
        "share_of_wallet": np.round(rng.beta(3, 2, n), 2),
        "payment_terms_days": terms.astype(float),
        "credit_limit": np.round(traits.size * rng.lognormal(11.2, 0.5, n), -3),
        "credit_rating": _ratings(rng, traits.industry, rates),
        "open_problem": picked(rng, texts["open_problem"], n),
        "owner": np.array(owners)[owner],
        "source": traits.source,
        "updated_on": _updated(rng, traits.since, rates, period),
    }
    table = pd.DataFrame(
        {name: columns[name] for name in CONTRACTS["customers"].columns if name in columns}
    )
    for name in ("founded_on", "customer_since", "updated_on"):
        table[name] = table[name].astype("datetime64[ns]")
    care = np.exp(rates.file["owner_spread"] * rng.standard_normal(len(owners)))[owner]
    for name, rate in rates.file["missing"].items():
        table[name] = table[name].mask(rng.random(n) < rate * care)
    table["open_problem"] = table["open_problem"].mask(rng.random(n) > rates.file["open_problem"])
    return table


def _founded(rng: np.random.Generator, since: Days) -> Days:
    before = rng.integers(1, _MOST_YEARS_FOUNDED_BEFORE, len(since))
    years = (since.astype("datetime64[Y]") - before).astype("datetime64[D]")
    return plus_days(years, rng.integers(0, 360, len(since)))


def _legal_forms(rng: np.random.Generator, industry: Labels, words: Mapping[str, Any]) -> Labels:
    forms = np.full(len(industry), "", dtype=object)
    for name, choices in words["legal_forms"].items():
        some = np.flatnonzero(industry == name)
        forms[some] = picked(rng, choices, len(some))
    return forms.astype(str)


def _ratings(rng: np.random.Generator, industry: Labels, rates: CompanyParameters) -> Labels:
    """A, B or C: the later an industry pays, the worse."""
    late: Array = looked_up(industry, rates.invoices["late_probability"])
    worse = late + 0.15 * rng.standard_normal(len(late))
    return np.array(["A", "B", "C"])[np.searchsorted([0.15, 0.35], worse)]


def _updated(
    rng: np.random.Generator, since: Days, rates: CompanyParameters, period: Period
) -> Days:
    age = np.floor(rng.beta(1, 2, len(since)) * rates.file["maximum_age_days"]).astype(np.int64)
    out: Days = np.maximum(plus_days(np.full(len(since), period.last), -age), since)
    return out
