"""What a customer who is yet to be acquired is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon, StudyWindow, log_discount_per_day
from clvlab.models.fitting.purchase_process import Parameters, PurchaseProcess
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.futures.futures import Draws
from clvlab.models.futures.if_alive_under_draws import ParameterDraws
from clvlab.models.futures.limits import limits_of
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel, expected_spend
from clvlab.models.value.business_terms import money, one_margin
from clvlab.models.value.value import time_ahead

Array = npt.NDArray[np.float64]
BEGINNING = np.zeros(1)


@dataclass(frozen=True)
class NewCustomerTerms:
    """What the value of a new customer rests on, checked; times in the model's unit."""

    horizon: float
    log_discount: float
    margin_rate: float
    direct_cost: float
    acquisition_cost: float

    @classmethod
    def of(
        cls,
        model: TransactionModel,
        *,
        horizon: Horizon,
        annual_discount_rate: float,
        margin_rate: float,
        direct_cost: float,
        acquisition_cost: float,
    ) -> NewCustomerTerms:
        """Check them all; a plain number for a horizon is in the model's unit."""
        window = StudyWindow(model.unit_)
        return cls(
            time_ahead(horizon, window, annual_discount_rate) / model.unit_.days,
            log_discount_per_day(annual_discount_rate) * model.unit_.days,
            one_margin(margin_rate),
            money(direct_cost, "direct_cost", "purchase"),
            money(acquisition_cost, "acquisition_cost", "customer"),
        )


def new_customer_value(
    model: TransactionModel,
    spend: GammaGammaModel,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: float,
    direct_cost: float = 0.0,
    acquisition_cost: float = 0.0,
    covariates: Mapping[str, object] | None = None,
) -> float:
    r"""Expected value of a customer at the moment of the first purchase, which it includes.

    .. math:: (\text{margin rate} \cdot E[M] - \text{direct cost})
        \left( 1 + \int_0^h e^{-\delta t} \, dE[X(t)] \right) - \text{acquisition cost}

    Parameters
    ----------
    model, spend
        Fitted models of purchases and of spend; ``E[M]`` is the mean of all customers.
    horizon
        From the first purchase on: a number in the model's unit, a span such as ``"3 years"``,
        or ``math.inf`` for all time to come.
    annual_discount_rate
        Effective annual rate, applied continuously.
    margin_rate
        Share of the amount that is earned, between 0 and 1.
    direct_cost
        Cost of serving one purchase, in money.
    acquisition_cost
        What acquiring one customer costs, in money.
    covariates
        Those of the customer, by column, for a model with covariates.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> value = new_customer_value(
    ...     clvlab.BetaGeoModel().fit(summary),
    ...     clvlab.GammaGammaModel().fit(summary),
    ...     horizon="52 weeks",
    ...     annual_discount_rate=0.10,
    ...     margin_rate=0.30,
    ...     acquisition_cost=5.0,
    ... )
    >>> round(value, 2)
    20.21
    """
    model.require_fit()
    terms = NewCustomerTerms.of(
        model,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin_rate,
        direct_cost=direct_cost,
        acquisition_cost=acquisition_cost,
    )
    own = draws_at_maximum(model, spend, covariates).transaction[0]
    parameters = model.process.parameters(own)
    repeats = repeat_purchases(model.process, parameters, terms.horizon, terms.log_discount)
    per_purchase = earned(np.array([spend.mean_spend()]), terms.margin_rate) - terms.direct_cost
    return float(per_purchase[0] * (1 + repeats) - terms.acquisition_cost)


def new_customer_table(
    model: TransactionModel,
    spend: GammaGammaModel,
    draws: Draws,
    *,
    interval: float,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: float,
    direct_cost: float,
    acquisition_cost: float,
    covariates: Mapping[str, object] | None = None,
) -> pd.DataFrame:
    """The parts of `new_customer_value` with credible limits; see `FittedStudy.new_customer`."""
    terms = NewCustomerTerms.of(
        model,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin_rate,
        direct_cost=direct_cost,
        acquisition_cost=acquisition_cost,
    )
    (estimate,) = _parts(draws_at_maximum(model, spend, covariates), terms).T
    of_customer = model.draws_of_new_customer(draws.transaction, covariates)
    limits = limits_of(_parts(replace(draws, transaction=of_customer), terms), interval)
    return pd.DataFrame(
        {"estimate": estimate, "credible_lower": limits[0], "credible_upper": limits[1]},
        index=pd.Index(
            ["first_purchase", "repeat_purchases", "acquisition_cost", "value"], name="part"
        ),
    )


def draws_at_maximum(
    model: TransactionModel, spend: GammaGammaModel, covariates: Mapping[str, object] | None
) -> Draws:
    """The one draw at the maximum, of a customer with these covariates."""
    own = model.draws_of_new_customer(model.estimates_[None], covariates)
    return Draws(model.process, own, np.array([list(spend.params_)]))


def _parts(draws: Draws, terms: NewCustomerTerms) -> Array:
    """First purchase, repeat purchases, cost of acquisition and their sum, (4, draws)."""
    repeats = repeats_under_draws(draws.of_process, terms.horizon, terms.log_discount)
    first = mean_margin(draws.spend, terms.margin_rate) - terms.direct_cost
    with np.errstate(invalid="ignore"):
        later = np.where(repeats > 0, first * repeats, 0.0)
    paid = np.full(len(draws), -terms.acquisition_cost)
    return np.stack([first, later, paid, first + later + paid])


def repeat_purchases(
    process: PurchaseProcess, parameters: Parameters, horizon: float, log_discount: float
) -> float:
    """Discounted expected repeat purchases of a new customer; times in the parameters' unit."""
    alive = process.probability_alive(parameters, 0.0, 0.0, 0.0)
    if_alive = process.since_recency(BEGINNING).discounted_purchases_if_alive(
        parameters, BEGINNING, BEGINNING, horizon, log_discount
    )
    return float(alive) * float(if_alive[0])


def repeats_under_draws(draws: ParameterDraws, horizon: float, log_discount: float) -> Array:
    """The same under every draw, (draws,)."""
    return draws.each(
        lambda parameters: np.asarray(
            repeat_purchases(draws.process, parameters, horizon, log_discount)
        )
    )


def mean_margin(spend_draws: Array, margin_rate: float) -> Array:
    """Expected margin per purchase of a new customer under every draw, (draws,)."""
    zeros = np.zeros(len(spend_draws))
    return earned(expected_spend(tuple(spend_draws.T), zeros, zeros), margin_rate)


def earned(spend: Array, margin_rate: float) -> Array:
    """A share of amounts, nothing of unbounded ones where no share is kept."""
    return margin_rate * spend if margin_rate > 0 else np.zeros_like(spend)
