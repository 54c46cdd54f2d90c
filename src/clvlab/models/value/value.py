"""What customers are worth: discounted expected purchases times expected spend times margin."""

from __future__ import annotations

import math

import pandas as pd

from clvlab.clock import Horizon, StudyWindow, TimeUnit, log_discount_per_day
from clvlab.errors import InputError, Problem
from clvlab.models.customers.customer_columns import Customers
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.futures.futures import Assumptions, value_of
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel
from clvlab.models.value.business_terms import PerCustomer, direct_cost_of, margin_of

FOREVER = math.inf
"""The horizon of all time to come, where a value without end is asked for."""


def assumptions_of(
    customers: Customers,
    model: TransactionModel,
    window: StudyWindow,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: PerCustomer,
    direct_cost: PerCustomer = 0.0,
) -> Assumptions:
    """Checked assumptions, with times in the model's unit.

    Raises
    ------
    InputError
        For a horizon that is not understood, a discount rate that is not an annual rate, and
        margins or costs that are no such.
    """
    return Assumptions(
        horizon=time_ahead(horizon, window, annual_discount_rate) / model.unit_.days,
        log_discount=log_discount_per_day(annual_discount_rate) * model.unit_.days,
        margin_rate=margin_of(margin_rate, customers),
        direct_cost=direct_cost_of(direct_cost, customers),
    )


def time_ahead(horizon: Horizon, window: StudyWindow, annual_discount_rate: float) -> float:
    """Days ahead, which may be all time to come where it is discounted."""
    if not (isinstance(horizon, float) and horizon == FOREVER):
        return window.horizon_days(horizon)
    if log_discount_per_day(annual_discount_rate) > 0:
        return FOREVER
    raise InputError(
        Problem(
            "parameter 'annual_discount_rate'",
            "must be above 0 where the horizon is all time to come",
            f"got {annual_discount_rate!r}",
            "Undiscounted, what is still to come may have no end.",
        )
    )


def discounted_expected_purchases(
    customers: Customers,
    model: TransactionModel,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    unit: TimeUnit | str | None = None,
) -> pd.Series:
    r"""Expected purchases within a horizon, each discounted from when it is made.

    .. math:: \int_0^h e^{-\delta t} \, dE[X(t)], \qquad \delta = \ln(1 + \text{annual rate})

    per year of 365.25 days, so that days and weeks give the same money.

    Parameters
    ----------
    customers
        A summary in any unit, or a frame with its unit.
    model
        A fitted model of purchases.
    horizon
        A number in the customers' unit, a span such as ``"52 weeks"``, a last day, or
        ``math.inf`` for all time to come.
    annual_discount_rate
        Effective annual rate; 0.10 is ten percent.
    unit
        Unit of a plain frame.
    """
    model.require_fit()
    histories = histories_of(customers, unit)
    assumptions = assumptions_of(
        customers,
        model,
        histories.window,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=1.0,
    )
    values = model.discounted_purchases(histories, assumptions.horizon, assumptions.log_discount)
    return pd.Series(values, index=histories.index, name="discounted_expected_purchases")


def customer_lifetime_value(
    customers: Customers,
    model: TransactionModel,
    spend: GammaGammaModel,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: PerCustomer,
    direct_cost: PerCustomer = 0.0,
    unit: TimeUnit | str | None = None,
) -> pd.Series:
    r"""Expected margin of each customer's future purchases within a horizon, discounted to today.

    .. math:: (\text{margin rate} \cdot E[M] - \text{direct cost})
        \int_0^h e^{-\delta t} \, dE[X(t)]

    Parameters
    ----------
    customers
        A summary in any unit, or a frame with its unit.
    model, spend
        Fitted models of purchases and of spend per purchase, independent of each other given the
        customer.
    horizon
        A number in the customers' unit, a span such as ``"52 weeks"``, a last day, or
        ``math.inf`` for all time to come.
    annual_discount_rate
        Effective annual rate, applied continuously.
    margin_rate
        Share of the amount that is earned, between 0 and 1: one for all, the name of a column of
        the customers, or a series indexed by their ids.
    direct_cost
        Cost of serving one purchase, in money, beyond what the margin takes off: likewise.
    unit
        Unit of a plain frame.

    Returns
    -------
    pandas.Series
        One value per customer in the log's currency, in the order of `customers`; below 0 where
        a purchase costs more than it earns.
    """
    margin, cost = margin_of(margin_rate, customers), direct_cost_of(direct_cost, customers)
    purchases = discounted_expected_purchases(
        customers, model, horizon=horizon, annual_discount_rate=annual_discount_rate, unit=unit
    )
    amounts = spend.expected_spend(customers).to_numpy()
    values = value_of(purchases.to_numpy(), amounts, margin, cost)
    return pd.Series(values, index=purchases.index, name="clv")
