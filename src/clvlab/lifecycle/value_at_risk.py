"""How surely the value that a silence puts at risk is known: its limits over parameter draws."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon
from clvlab.models import FittedStudy
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.futures.futures import (
    ESTIMATES,
    Assumptions,
    Block,
    Draws,
    expectations,
)
from clvlab.models.futures.history_order import CUSTOMERS_AT_ONCE
from clvlab.models.futures.if_alive_under_draws import IfAlive
from clvlab.models.futures.limits import limits_of
from clvlab.models.gamma_gamma.spending import spend_of
from clvlab.models.value.business_terms import PerCustomer
from clvlab.models.value.value import assumptions_of
from clvlab.summary.customer_summary import CustomerSummary

Array = npt.NDArray[np.float64]
MOST_NUMBERS, FEWEST_DRAWS = 1_000_000, 200
"""Customers times draws up to which all draws are used, and how many are in any case."""
CLV = ESTIMATES.index("clv")


@dataclass(frozen=True)
class ValueAtRisk:
    """Limits of what is at risk, of the expectation: what is not known of the parameters.

    Attributes
    ----------
    customers
        Indexed like the warnings: ``value_at_risk_lower``, ``value_at_risk_upper``.
    total_lower, total_upper
        Limits of the sum, which are not sums of the customers' limits.
    """

    customers: pd.DataFrame
    total_lower: float
    total_upper: float


def value_at_risk_limits(
    study: FittedStudy,
    summary: CustomerSummary,
    warnings: pd.DataFrame,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: PerCustomer,
    interval: float = 0.90,
) -> ValueAtRisk:
    """Carry every draw of the parameters through to what is at risk.

    Parameters
    ----------
    study
        The models that the warnings rest on, with draws of their parameters; no covariates.
    summary
        The customers as they are today.
    warnings
        What `early_warnings` returned for them.
    horizon, annual_discount_rate, margin_rate
        As there.
    interval
        Coverage of the limits.

    Raises
    ------
    InputError
        For what `customer_lifetime_value` refuses.
    """
    study.model.require_no_covariates("limits of the value at risk")
    now = replace(summary, table=summary.table.loc[warnings.index])
    then = replace(now, table=now.table.assign(T_days=now.table["recency_days"]))
    margin = margin_rate
    if isinstance(margin, pd.Series):
        margin = margin.reindex(warnings.index)
    terms = assumptions_of(
        now,
        study.model,
        study.window,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin,
    )
    names = ["value_at_risk_lower", "value_at_risk_upper"]
    if warnings.empty:
        return ValueAtRisk(pd.DataFrame(columns=names, index=warnings.index, dtype=float), 0.0, 0.0)
    least = min(FEWEST_DRAWS, study.n_draws)
    many = int(np.clip(MOST_NUMBERS / len(warnings), least, study.n_draws))
    draws = study.draws
    some = replace(draws, transaction=draws.transaction[:many], spend=draws.spend[:many])
    lost = _under_draws(study, some, then, terms) - _under_draws(study, some, now, terms)
    limits = limits_of(lost, interval)
    total = limits_of(lost.sum(axis=0), interval)
    table = pd.DataFrame(limits.T, index=warnings.index, columns=names)
    return ValueAtRisk(table, float(total[0]), float(total[1]))


def _under_draws(
    study: FittedStudy, draws: Draws, summary: CustomerSummary, terms: Assumptions
) -> Array:
    """Expected value of each customer under every draw, (n, draws)."""
    histories, amounts = histories_of(summary), spend_of(summary)[1]
    process = study.model.process
    table = HistoryTable.of(histories, study.model.unit_, memoryless=process.memoryless)
    alive = process.alive_under_draws(draws.transaction, table)
    ahead = IfAlive.of(draws.of_process, table, terms.horizon, terms.log_discount)
    out = np.empty((len(amounts), len(draws)))
    for start in range(0, len(amounts), CUSTOMERS_AT_ONCE):
        rows = np.arange(start, min(start + CUSTOMERS_AT_ONCE, len(amounts)))
        block = Block.of(table, amounts, rows)
        found = expectations(block, alive(rows), ahead.at(block.pair), draws, terms.of(rows))
        out[rows] = found[CLV]
    return out
