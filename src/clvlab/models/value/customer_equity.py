"""Customer equity: what the base is worth, those still to be acquired, and what it hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import DAYS_PER_YEAR
from clvlab.errors import InputError, Problem
from clvlab.models.customers.histories import Histories, histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.futures.alive_weights import AliveWeights
from clvlab.models.futures.futures import Assumptions, Draws
from clvlab.models.futures.if_alive_under_draws import ParameterDraws
from clvlab.models.futures.limits import limits_of
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel
from clvlab.models.gamma_gamma.spending import spend_of
from clvlab.models.value.business_terms import money, one_margin
from clvlab.models.value.elasticity import arrivals, arrivals_slope, elasticities_of, slope
from clvlab.models.value.new_customers import mean_margin, repeats_under_draws
from clvlab.summary.customer_summary import CustomerSummary

Array = npt.NDArray[np.float64]

BEYOND_NOTICE = 14.0
"""Continuous discount over a horizon after which draws are not followed. Expected purchases only
become rarer, so limits are off by exp(-14) of their value at most, less than a millionth part."""


@dataclass(frozen=True)
class Acquisition:
    """Customers who will be acquired, evenly over some years from today.

    Attributes
    ----------
    per_year
        New customers per year.
    cost
        What acquiring one costs, in money.
    years
        For how long; ``math.inf`` without end.
    margin_rate, direct_cost
        Theirs, where it is not one number for all customers.
    covariates
        Theirs, by column, for a model with covariates.
    """

    per_year: float
    cost: float
    years: float
    margin_rate: float | None = None
    direct_cost: float | None = None
    covariates: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        money(self.cost, "cost", "customer")
        for name in ("per_year", "years"):
            value = getattr(self, name)
            if not value >= 0 or (name == "per_year" and value == np.inf):
                rule = "must be a number of at least 0"
                raise InputError(Problem(f"parameter '{name}'", rule, f"got {value!r}"))

    def terms(self, assumptions: Assumptions) -> tuple[float, float]:
        """Margin rate and direct cost of new customers: their own, or those of all customers.

        Raises
        ------
        InputError
            When neither is known.
        """
        found = []
        for name in ("margin_rate", "direct_cost"):
            own, general = getattr(self, name), getattr(assumptions, name)
            if own is None and isinstance(general, np.ndarray):
                raise InputError(
                    Problem(
                        f"the acquisition's '{name}'",
                        "must be given where customers have their own",
                        "got none",
                    )
                )
            found.append(general if own is None else own)
        return one_margin(found[0]), money(found[1], "direct_cost", "purchase")


@dataclass(frozen=True)
class CustomerEquity:
    """The value of a customer base, in money of today.

    Attributes
    ----------
    table
        Indexed by ``part``: ``existing_customers`` (what is still to come from them),
        ``new_customers`` (those to be acquired, first purchase included), ``acquisition_cost``
        (below 0) and their sum ``customer_equity``; columns ``estimate``, ``credible_lower``,
        ``credible_upper``. Limits are of sums over all customers under each draw.
    elasticities
        Indexed by ``driver``: by how many percent the equity changes when the driver rises by one
        percent; columns ``elasticity``, ``credible_lower``, ``credible_upper``. Drivers are the
        annual ``retention``, ``margin``, ``direct_cost``, ``discount_rate``, the number of
        ``new_customers`` and the ``acquisition_cost``. Missing where the equity is not positive
        or not finite; limits are over the draws under which it is.
    interval
        Coverage of all limits.
    """

    table: pd.DataFrame
    elasticities: pd.DataFrame
    interval: float


def equity_of(
    summary: CustomerSummary,
    model: TransactionModel,
    spend: GammaGammaModel,
    draws: Draws,
    assumptions: Assumptions,
    acquisition: Acquisition | None,
    *,
    interval: float,
) -> CustomerEquity:
    """Equity at the maximum-likelihood parameters, with limits from the draws."""
    base = _Base(histories_of(summary), spend_of(summary)[1], model, assumptions)
    at_maximum = Draws(model.process, model.estimates_[None], np.array([list(spend.params_)]))
    coming = acquisition
    if coming is None or coming.per_year * coming.years == 0:
        coming = Acquisition(0.0, 0.0, 0.0, 0.0, 0.0)
    found = [_under_draws(base, some, coming) for some in (at_maximum, draws)]
    (parts, drivers), (drawn_parts, drawn_drivers) = found
    return CustomerEquity(
        _with_limits(parts, drawn_parts, interval, "part", "estimate"),
        _with_limits(drivers, drawn_drivers, interval, "driver", "elasticity"),
        interval,
    )


@dataclass(frozen=True)
class _Base:
    """The customers there are, and what is assumed of them."""

    histories: Histories
    amounts: Array
    model: TransactionModel
    assumptions: Assumptions

    @property
    def years(self) -> float:
        """The length of a year in the model's unit."""
        return DAYS_PER_YEAR / self.model.unit_.days

    def under(self, draws: Draws) -> tuple[Array, Array]:
        """Margins and costs of all customers, (2, draws), and how they change with discounting."""
        horizon, discount = self.assumptions.horizon, self.assumptions.log_discount
        value, change = np.zeros((2, 2, len(draws)))
        for rows, own in self.model.by_covariates(self.histories, draws.transaction):
            table = HistoryTable.of(
                self.histories.of(rows),
                self.model.unit_,
                memoryless=self.model.process.memoryless,
            )
            alike = replace(draws, transaction=own)
            terms = self.assumptions.among(rows)
            weights = AliveWeights.of(table, self.amounts[rows], alike, terms)
            part, slopes = slope(
                partial(_totals, weights, alike.of_process, _followed(horizon, discount, draws)),
                discount,
                horizon,
                accurate=len(draws) == 1,
            )
            value, change = value + part, change + slopes
        return value, change


def _followed(horizon: float, discount: float, draws: Draws) -> float:
    """How far draws are followed; the estimate, one draw, all the way."""
    if len(draws) == 1 or discount == 0:
        return horizon
    return min(horizon, BEYOND_NOTICE / discount)


def _totals(weights: AliveWeights, draws: ParameterDraws, horizon: float, at: float) -> Array:
    """Margins and costs at a discount rate, (2, draws)."""
    return np.stack(weights.totals(draws.discounted_purchases(weights.grid, horizon, at)))


def _under_draws(
    base: _Base, draws: Draws, acquisition: Acquisition
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Parts of the equity and its elasticities under every draw, (draws,) each."""
    margin_rate, direct_cost = acquisition.terms(base.assumptions)
    horizon, discount = base.assumptions.horizon, base.assumptions.log_discount
    years = base.years
    (earned, cost), (d_earned, d_cost) = base.under(draws)
    repeats = d_repeats = np.zeros(len(draws))
    if acquisition.per_year:
        own = base.model.draws_of_new_customer(draws.transaction, acquisition.covariates)
        new_ones = replace(draws, transaction=own).of_process
        repeats, d_repeats = slope(
            partial(repeats_under_draws, new_ones, _followed(horizon, discount, draws)),
            discount,
            horizon,
            accurate=len(draws) == 1,
        )
    per_purchase = mean_margin(draws.spend, margin_rate)
    arriving = acquisition.per_year * arrivals(discount * years, acquisition.years)
    d_arriving = acquisition.per_year * arrivals_slope(discount * years, acquisition.years)
    each = (per_purchase - direct_cost) * (1 + repeats)
    spent = acquisition.cost * arriving
    new = arriving * each if arriving else np.zeros(len(draws))
    parts = {
        "existing_customers": earned - cost,
        "new_customers": new,
        "acquisition_cost": np.full(len(draws), -spent),
        "customer_equity": earned - cost + new - spent,
    }
    # Per year: a discount rate is one of a year.
    later = (d_earned - d_cost) / years
    d_new = arriving * (per_purchase - direct_cost) * d_repeats / years
    drivers = elasticities_of(
        parts["customer_equity"],
        retention=-(later + d_new),
        margin=earned + arriving * per_purchase * (1 + repeats),
        direct_cost=-(cost + arriving * direct_cost * (1 + repeats)),
        discount=later + d_new + d_arriving * (each - acquisition.cost),
        annual_log_discount=discount * years,
        new_customers=new - spent,
        acquisition_cost=np.full(len(draws), -spent),
    )
    return parts, drivers


def _with_limits(
    estimates: dict[str, Array], draws: dict[str, Array], interval: float, index: str, column: str
) -> pd.DataFrame:
    rows = []
    for name, (estimate,) in estimates.items():
        known = draws[name][~np.isnan(draws[name])]
        limits = limits_of(known, interval) if len(known) else np.full(2, np.nan)
        rows.append((estimate, *limits))
    return pd.DataFrame(
        rows,
        columns=[column, "credible_lower", "credible_upper"],
        index=pd.Index(list(estimates), name=index),
    )
