r"""What the customers of each stage are worth, by the method that the stage allows.

What is known of customers differs by stage, and so does how they are valued. Who has not bought yet
is worth the chance to buy at all times the value of a new customer. Who has just come has no
history of their own: everybody of a stage who came in the same month gets the same value, the mean
over them of what the model says, which is the model's prior for their cohort. All others are valued
by their own history. Means keep sums, so stages add up to the value of the base.

Limits of a stage are those of the outcome. With draws ``d`` of the parameters, expectations ``E_d``
and one simulated outcome ``S_d`` each, the noise ``R_d = S_d - E_d`` hardly depends on the
parameters, so the limits are quantiles of all sums ``E_d + R_e``: far fewer simulated futures than
draws are enough, which large bases need. Of groups of ``n`` customers more than `LARGEST` as many
are drawn, ``m``: expectations are scaled to that of the group, and the noise, which is independent
between customers, by ``sqrt(n / m)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon
from clvlab.errors import InputError, Problem
from clvlab.models import FittedStudy
from clvlab.models.futures.futures import OUTCOMES
from clvlab.models.futures.limits import limits_of
from clvlab.models.study.score_table import estimates_of, futures_of
from clvlab.models.value.business_terms import PerCustomer, one_margin
from clvlab.models.value.new_customers import (
    NewCustomerTerms,
    draws_at_maximum,
    mean_margin,
    repeats_under_draws,
)
from clvlab.models.value.value import assumptions_of
from clvlab.schema import CUSTOMER_ID
from clvlab.summary.customer_summary import CustomerSummary

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
POTENTIAL, PRIOR_OF_COHORT, OWN_HISTORY = (
    "conversion x new customer",
    "cohort prior",
    "own history",
)
METHODS: Mapping[str, str] = {
    "potential": POTENTIAL,
    "upcoming": POTENTIAL,
    "new": PRIOR_OF_COHORT,
    "exploration": PRIOR_OF_COHORT,
}
"""How the customers of a stage are valued; by their own history where none is named."""
UNOBSERVED = "unobserved: needs the table leads"
NUMBERS = ["customers", "purchases", "value", "value_lower", "value_upper"]
MOST_SIMULATED = 10_000_000
"""Customers and purchases in all simulated futures together, up to which there is one a draw."""
FEWEST_FUTURES = 100
LARGEST = 20_000
"""Customers of a group whose futures are simulated at most; they stand for the others."""


@dataclass(frozen=True)
class OpenLeads:
    """Leads whose fate is open, and what became of earlier ones.

    Attributes
    ----------
    open
        Leads that may still convert.
    ended
        Earlier leads whose fate is known.
    converted
        How many of those became customers.
    """

    open: int
    ended: int
    converted: int

    def __post_init__(self) -> None:
        """Refuse numbers that are no counts of leads."""
        if self.open < 0 or not 0 <= self.converted <= self.ended:
            rule = "must be counts, with converted at most ended"
            raise InputError(Problem("the leads", rule, f"got {self}"))


@dataclass(frozen=True)
class StageValues:
    """What customers are worth, and by which method.

    Attributes
    ----------
    customers
        Indexed by ``customer_id``: ``stage``, ``value``, ``method``.
    stages
        Indexed by ``stage``: ``customers``, ``purchases`` (expected), ``value`` (expected, of the
        stage), ``value_lower``, ``value_upper`` (limits of the outcome), ``value_each`` and
        ``method``. Stages of those who have not bought are "unobserved" without leads.
    """

    customers: pd.DataFrame
    stages: pd.DataFrame


def stage_values(
    study: FittedStudy,
    summary: CustomerSummary,
    stage: pd.Series,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: PerCustomer,
    interval: float = 0.90,
    leads: OpenLeads | None = None,
) -> StageValues:
    """Value the customers of each stage.

    Parameters
    ----------
    study
        The fitted models with draws of their parameters.
    summary
        The customers.
    stage
        Each customer's stage, indexed by customer id; categorical with all stages of the scheme.
    horizon, annual_discount_rate, margin_rate
        As in `customer_lifetime_value`.
    interval
        Coverage of the limits.
    leads
        Leads, for the stage of those who have not bought; needs one margin for all.

    Raises
    ------
    InputError
        When a customer has no stage, or for what `customer_lifetime_value` refuses.
    """
    own = stage.reindex(summary.table.index)
    if own.isna().any():
        found = f"{int(own.isna().sum()):,} of {len(own):,} have none"
        raise InputError(Problem("the stages", "must name one for every customer", found))
    table, sums = sums_ahead(
        study,
        summary,
        own.astype(str),
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin_rate,
        interval=interval,
    )
    names = own.astype(str)
    method = names.map(METHODS).fillna(OWN_HISTORY)
    came = summary.table["first_purchase"].dt.to_period("M").astype(str)
    each = table["clv"].groupby([names, came]).transform("mean")
    value = table["clv"].where(method != PRIOR_OF_COHORT, each)
    customers = pd.DataFrame({"stage": names, "value": value, "method": method})
    sums.insert(sums.shape[1], "method", [METHODS.get(name, OWN_HISTORY) for name in sums.index])
    order = [str(name) for name in own.astype("category").cat.categories]
    unseen = [name for name in order if METHODS.get(name) == POTENTIAL]
    for name in unseen:
        if leads is None:
            sums.loc[name, "method"] = UNOBSERVED
            continue
        terms = NewCustomerTerms.of(
            study.model,
            horizon=horizon,
            annual_discount_rate=annual_discount_rate,
            margin_rate=_one_for_all(margin_rate),
            direct_cost=0.0,
            acquisition_cost=0.0,
        )
        sums.loc[name, "method"] = POTENTIAL
        sums.loc[name, NUMBERS] = _of_leads(study, leads, terms, interval)
    kept = sums.reindex([name for name in order if name in sums.index]).rename_axis("stage")
    kept.insert(5, "value_each", kept["value"] / kept["customers"].where(kept["customers"] > 0))
    return StageValues(customers.rename_axis(CUSTOMER_ID), kept)


def revenue_ahead(
    study: FittedStudy, summary: CustomerSummary, *, months: int = 12, interval: float = 0.90
) -> dict[str, float]:
    """What all customers will spend within so many months, undiscounted.

    Returns
    -------
    dict
        ``revenue`` (expected), ``revenue_predictive_lower``, ``revenue_predictive_upper`` (limits
        of the outcome).
    """
    last = summary.window.calendar()[1]
    until = str((pd.Timestamp(last) + pd.DateOffset(months=months)).date())
    everybody = pd.Series("total", index=summary.table.index)
    _, sums = sums_ahead(
        study,
        summary,
        everybody,
        horizon=until,
        annual_discount_rate=0.0,
        margin_rate=1.0,
        interval=interval,
    )
    names = ["revenue", "revenue_predictive_lower", "revenue_predictive_upper"]
    found = sums.loc["total", ["value", "value_lower", "value_upper"]]
    return {name: float(value) for name, value in zip(names, found, strict=True)}


def sums_ahead(
    study: FittedStudy,
    summary: CustomerSummary,
    by: pd.Series,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: PerCustomer,
    interval: float = 0.90,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sums over groups of what customers will buy and be worth, with limits of the outcome.

    Returns
    -------
    tuple of pandas.DataFrame
        Estimates of each customer (those of `customer_lifetime_value`, in ``clv``), and the groups,
        sorted: ``customers``, ``purchases``, ``value``, ``value_lower``, ``value_upper``.
    """
    terms = assumptions_of(
        summary,
        study.model,
        study.window,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin_rate,
    )
    table = estimates_of(summary, study.model, study.spend, terms)
    codes, names = pd.factorize(by.reindex(summary.table.index), sort=True)
    rng = study.random()
    rows = _standing_for_all(codes, rng)
    part = replace(summary, table=summary.table.iloc[rows])
    size = len(rows) + float(table["expected_purchases"].to_numpy()[rows].sum())
    many = int(np.clip(MOST_SIMULATED / size, min(FEWEST_FUTURES, study.n_draws), study.n_draws))
    draws = study.draws
    futures = futures_of(
        part,
        study.model,
        replace(draws, transaction=draws.transaction[:many], spend=draws.spend[:many]),
        codes[rows].astype(np.int64),
        terms.among(rows),
        interval=interval,
        rng=rng,
    )
    place = OUTCOMES.index("clv")
    expected, simulated = futures.expected_totals[place], futures.simulated_totals[place]
    value = table["clv"].to_numpy()
    whole, drawn = (
        np.bincount(codes[some], value[some], len(names)) for some in (slice(None), rows)
    )
    more = np.bincount(codes, minlength=len(names)) / np.bincount(codes[rows])
    scale = np.divide(whole, drawn, out=np.ones(len(names)), where=(more > 1) & (drawn > 0))
    noise = (simulated - expected) * np.sqrt(more)[:, None]
    lower, upper = _limits_of_sums(expected * scale[:, None], noise, interval)
    # Without a cost of serving nobody is worth less than nothing.
    lower, upper = np.maximum(lower, 0.0), np.maximum(upper, 0.0)
    grouped = table.groupby(codes)
    sums = pd.DataFrame(
        {
            "customers": grouped.size().to_numpy(),
            "purchases": grouped["expected_purchases"].sum().to_numpy(),
            "value": grouped["clv"].sum().to_numpy(),
            "value_lower": lower,
            "value_upper": upper,
        },
        index=pd.Index(names, name="group"),
    )
    return table, sums


def _standing_for_all(codes: npt.NDArray[np.intp], rng: np.random.Generator) -> Counts:
    """Rows of all customers of small groups and of some of large ones, in order."""
    chosen = []
    for group in range(int(codes.max(initial=0)) + 1):
        members = np.flatnonzero(codes == group)
        if len(members) > LARGEST:
            members = np.sort(rng.choice(members, LARGEST, replace=False))
        chosen.append(members)
    return np.sort(np.concatenate(chosen))


def _limits_of_sums(expected: Array, noise: Array, interval: float) -> tuple[Array, Array]:
    """Limits of all sums of an expectation and a noise of the same group, (groups,) each."""
    pairs = ((one[:, None] + other).ravel() for one, other in zip(expected, noise, strict=True))
    lower, upper = zip(*(limits_of(sums, interval) for sums in pairs), strict=True)
    return np.array(lower), np.array(upper)


def _one_for_all(margin_rate: PerCustomer) -> float:
    """The margin, where it is the same for all: leads have none of their own."""
    if isinstance(margin_rate, (int, float)):
        return one_margin(margin_rate)
    rule = "must be one number for all where leads are valued"
    raise InputError(Problem("parameter 'margin_rate'", rule, f"got {type(margin_rate).__name__}"))


def _of_leads(
    study: FittedStudy, leads: OpenLeads, terms: NewCustomerTerms, interval: float
) -> list[float]:
    """The numbers of those who have not bought: conversions times the value of a new customer."""
    worth, repeats = [], []
    for draws in (draws_at_maximum(study.model, study.spend, None), study.draws):
        again = repeats_under_draws(draws.of_process, terms.horizon, terms.log_discount)
        worth.append(mean_margin(draws.spend, terms.margin_rate) * (1 + again))
        repeats.append(again)
    rng = study.random()
    chance = rng.beta(leads.converted + 0.5, leads.ended - leads.converted + 0.5, study.n_draws)
    lower, upper = limits_of(rng.binomial(leads.open, chance) * worth[1], interval)
    expected = leads.open * (leads.converted + 0.5) / (leads.ended + 1)
    purchases = expected * (1 + float(repeats[0][0]))
    value = expected * float(worth[0][0])
    return [float(leads.open), purchases, value, float(lower), float(upper)]
