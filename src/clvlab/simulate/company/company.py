"""A company that does not exist, with every table that a company may have, and its truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from clvlab.errors import Problems
from clvlab.simulate.company.errors import plant_errors
from clvlab.simulate.company.parameters import CompanyParameters, default_parameters
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.tables import draw_tables

FIRST_YEAR = 2020
LEAST_CUSTOMERS, MOST_CUSTOMERS = 20, 100_000
LEAST_YEARS, MOST_YEARS = 1, 20


@dataclass(frozen=True)
class SimulatedCompany:
    """A simulated company and the truth behind it.

    Attributes
    ----------
    tables
        By name: ``purchases`` and every table of `clvlab.data.company.CONTRACTS`, with planted
        errors unless there are none.
    truth
        Tables that no loader reads: ``stages`` (customer and month), ``customers`` (latent
        opinions, what is to be expected), ``losses`` (true reasons), ``leads`` (chances to
        convert), ``effects`` (of campaigns, by customer and arm), ``overruns`` (of budgets),
        ``duplicates`` (pairs) and ``errors``; see `plant_errors`.
    parameters
        Every rate.
    period
        The months that the tables cover.
    seed
        What it was drawn with.
    """

    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    truth: Mapping[str, pd.DataFrame] = field(repr=False)
    parameters: CompanyParameters = field(repr=False)
    period: Period
    seed: int


def simulate_company(
    n_customers: int = 600,
    *,
    seed: int,
    years: int = 4,
    errors: bool = True,
    parameters: CompanyParameters | None = None,
) -> SimulatedCompany:
    """Draw a seller of interactive blackboards: customers, orders, and all that happens with them.

    Each customer has a latent stage that changes from month to month: with satisfaction, late
    support and price rises. Orders, losses, payments, answers and the effects of campaigns come
    from known rates, which `default_parameters` holds by name.

    Parameters
    ----------
    n_customers
        From 20 to 100,000.
    seed
        Of every draw; the same seed gives the same company.
    years
        Calendar years from 2020 that the tables cover, 1 to 20.
    errors
        Whether errors, near-duplicates and stale entries are planted; see `plant_errors`.
    parameters
        Other rates than the default ones.

    Returns
    -------
    SimulatedCompany

    Raises
    ------
    InputError
        For a number of customers or years out of range, or a negative seed.

    Examples
    --------
    >>> company = simulate_company(60, seed=1, errors=False)
    >>> len(company.tables["customers"]), str(company.period.as_of)
    (60, '2023-12-31')
    """
    _refuse_impossible(n_customers, seed, years)
    rates = parameters or default_parameters()
    period = Period(FIRST_YEAR, years)
    tables, truth = draw_tables(n_customers, seed, period, rates)
    if not errors:
        return SimulatedCompany(tables, truth, rates, period, seed)
    rng = np.random.default_rng([seed, 1])
    planted = plant_errors(rng, tables, rates, period, n_customers)
    truth = {**truth, "errors": planted.errors, "duplicates": planted.duplicates}
    return SimulatedCompany(planted.tables, truth, rates, period, seed)


def _refuse_impossible(n_customers: int, seed: int, years: int) -> None:
    problems = Problems()
    for name, value, least, most in (
        ("n_customers", n_customers, LEAST_CUSTOMERS, MOST_CUSTOMERS),
        ("years", years, LEAST_YEARS, MOST_YEARS),
    ):
        if not least <= value <= most:
            rule = f"must be from {least:,} to {most:,}"
            problems.add(f"parameter '{name}'", rule, f"got {value:,}")
    if seed < 0:
        problems.add("parameter 'seed'", "must be at least 0", f"got {seed}")
    problems.raise_if_any()
