"""What customers are: type, industry, region, size, and when they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clvlab.simulate.company.draws import Array, Days, Labels, Mask, Whole, labels, looked_up
from clvlab.simulate.company.leads import Conversions
from clvlab.simulate.company.parameters import Section
from clvlab.simulate.company.period import Period, working_days

_LEAST_EMPLOYEES = 2


@dataclass(frozen=True)
class Traits:
    """Customers in the order in which they came, one entry of each array per customer.

    Attributes
    ----------
    ids
        ``"K00001"`` and so on.
    customer_type
        ``"project"`` or ``"end"``.
    industry, region, source
        Labels.
    employees
        Number of people.
    size
        Factor of purchases: employees over the industry's median, to the power of an elasticity.
    since
        Day on which they became customers.
    began_before
        Whether that was before the tables begin.
    start
        Month of the first purchase seen, counted from 0; 0 for those who began before.
    from_lead
        Which customer each converted lead became, in the order of the leads.
    """

    ids: Labels
    customer_type: Labels
    industry: Labels
    region: Labels
    source: Labels
    employees: Whole
    size: Array
    since: Days
    began_before: Mask
    start: Whole
    from_lead: Whole

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.ids)


def type_of(industry: Labels, types: Mapping[str, list[str]]) -> Labels:
    """Project or end customer, by industry."""
    by_industry = {name: kind for kind, names in types.items() for name in names}
    return np.array([by_industry[str(name)] for name in industry])


def draw_traits(
    rng: np.random.Generator, n: int, base: Section, period: Period, converted: Conversions
) -> Traits:
    """Customers, of whom the converted leads are some.

    Those from before the first day came evenly over the years before, the others evenly over the
    period; a converted lead has the industry, region and source of the lead.
    """
    n_before = round(base["share_started_before"] * n)
    n_leads = len(converted.since)
    industry = labels(rng, base["industries"], n)
    region = labels(rng, base["regions"], n)
    source = labels(rng, base["sources"], n)
    first = np.datetime64(period.first_day, "D")
    earliest = np.datetime64(f"{period.first_year - base['founded_years_before']}-01-01", "D")
    before = earliest + rng.integers(0, (first - earliest).astype(int), n_before)
    own = period.days_in(rng, rng.integers(0, period.n_months, n - n_before - n_leads))
    since = np.concatenate([working_days(before), converted.since, own])
    new = slice(n_before, n_before + n_leads)
    industry[new], region[new], source[new] = converted.industry, converted.region, converted.source
    order = np.argsort(since, kind="stable")
    place = np.empty(n, np.int64)
    place[order] = np.arange(n)
    industry, region, source, since = industry[order], region[order], source[order], since[order]
    median = looked_up(industry, base["median_employees"])
    drawn = median * np.exp(base["employees_spread"] * rng.standard_normal(n))
    employees = np.maximum(np.round(drawn), _LEAST_EMPLOYEES).astype(np.int64)
    return Traits(
        ids=np.array([f"K{number:05d}" for number in range(1, n + 1)]),
        customer_type=type_of(industry, base["customer_type"]),
        industry=industry,
        region=region,
        source=source,
        employees=employees,
        size=(employees / median) ** base["size_elasticity"],
        since=since,
        began_before=since < first,
        start=np.maximum(period.month_of(since), 0),
        from_lead=place[new],
    )
