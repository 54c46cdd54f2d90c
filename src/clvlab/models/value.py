"""What customers are worth: discounted expected purchases times expected spend times margin."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.clock import Horizon, TimeUnit, log_discount_per_day
from clvlab.errors import InputError, Problem
from clvlab.models.bgnbd import BetaGeoModel
from clvlab.models.bgnbd_prediction import HistoryTable, discounting_nodes
from clvlab.models.customer_columns import Customers
from clvlab.models.futures import Assumptions, value_of
from clvlab.models.gamma_gamma import GammaGammaModel
from clvlab.models.histories import Histories, histories_of


def check_margin_rate(margin_rate: float) -> float:
    """The margin rate, or an error when it is not a share between 0 and 1."""
    if isinstance(margin_rate, (int, float, np.number)) and 0 <= margin_rate <= 1:
        return float(margin_rate)
    raise InputError(
        Problem(
            "parameter 'margin_rate'",
            "must be a share between 0 and 1",
            f"got {margin_rate!r}",
            "A margin of 30 percent is 0.30; for revenue instead of margin pass 1.",
        )
    )


def assumptions_of(
    histories: Histories,
    model: BetaGeoModel,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: float,
) -> Assumptions:
    """Checked assumptions, with times in the model's unit.

    Raises
    ------
    InputError
        For a horizon that is not understood, a discount rate that is not an annual rate, or a
        margin rate outside 0 to 1.
    """
    return Assumptions(
        horizon=histories.window.horizon_days(horizon) / model.unit_.days,
        log_discount=log_discount_per_day(annual_discount_rate) * model.unit_.days,
        margin_rate=check_margin_rate(margin_rate),
    )


def discounted_expected_purchases(
    customers: Customers,
    model: BetaGeoModel,
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
        A number in the customers' unit, a span such as ``"52 weeks"``, or a last day.
    annual_discount_rate
        Effective annual rate; 0.10 is ten percent.
    unit
        Unit of a plain frame.
    """
    model.require_fit()
    histories = histories_of(customers, unit)
    assumptions = assumptions_of(
        histories,
        model,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=1.0,
    )
    nodes = discounting_nodes(assumptions.horizon, assumptions.log_discount, model.params_.alpha)
    values = HistoryTable.of(histories, model.unit_).expected_purchases(model.params_, *nodes)
    return pd.Series(values, index=histories.index, name="discounted_expected_purchases")


def customer_lifetime_value(
    customers: Customers,
    model: BetaGeoModel,
    spend: GammaGammaModel,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: float,
    unit: TimeUnit | str | None = None,
) -> pd.Series:
    """Expected margin of each customer's future purchases within a horizon, discounted to today.

    Parameters
    ----------
    customers
        A summary in any unit, or a frame with its unit.
    model, spend
        Fitted models of purchases and of spend per purchase, independent of each other given the
        customer.
    horizon
        A number in the customers' unit, a span such as ``"52 weeks"``, or a last day.
    annual_discount_rate
        Effective annual rate, applied continuously.
    margin_rate
        Share of the amount that is earned, between 0 and 1.
    unit
        Unit of a plain frame.

    Returns
    -------
    pandas.Series
        One value per customer in the log's currency, in the order of `customers`.
    """
    purchases = discounted_expected_purchases(
        customers, model, horizon=horizon, annual_discount_rate=annual_discount_rate, unit=unit
    )
    values = value_of(
        purchases.to_numpy(),
        spend.expected_spend(customers).to_numpy(),
        check_margin_rate(margin_rate),
    )
    return pd.Series(values, index=purchases.index, name="clv")
