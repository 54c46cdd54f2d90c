"""Purchases and revenue of a base in each coming calendar month."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.futures.alive_weights import AliveWeights
from clvlab.models.futures.amounts_ahead import add_to_periods
from clvlab.models.futures.futures import (
    Assumptions,
    Block,
    Draws,
    Streams,
    alike_in_value,
    simulate,
)
from clvlab.models.futures.history_order import blocks_by_history, distinct_rows
from clvlab.models.futures.limits import limits_of
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel
from clvlab.models.gamma_gamma.spending import spend_of
from clvlab.summary.customer_summary import CustomerSummary

Array = npt.NDArray[np.float64]
MOST_MONTHS = 120
SIDES = ("lower", "upper")


@dataclass(frozen=True)
class MonthlyForecast:
    """What customers will buy and spend, month by month; undiscounted.

    Attributes
    ----------
    table
        Indexed by ``month`` (its first day): ``first_day`` and ``last_day`` (inclusive; the first
        month may have begun before the calibration ended), ``expected_purchases`` and
        ``revenue``, each with ``_credible_lower`` and ``_credible_upper`` (of the expectation),
        ``_predictive_lower`` and ``_predictive_upper`` (of the outcome).
    total
        The same sums over all months, with limits of the sum.
    interval
        Coverage of all limits.
    """

    table: pd.DataFrame
    total: pd.Series
    interval: float


def month_ends(last_day_seen: date, months: int) -> list[pd.Timestamp]:
    """Last days of the coming calendar months, the current one first where it has days left.

    Examples
    --------
    >>> [str(day.date()) for day in month_ends(date(2024, 1, 30), 3)]
    ['2024-01-31', '2024-02-29', '2024-03-31']
    >>> [str(day.date()) for day in month_ends(date(2024, 1, 31), 2)]
    ['2024-02-29', '2024-03-31']
    """
    first = pd.Timestamp(last_day_seen) + pd.Timedelta(days=1)
    return list(pd.date_range(first, periods=months, freq="ME"))


def forecast_by_month(
    summary: CustomerSummary,
    model: TransactionModel,
    spend: GammaGammaModel,
    draws: Draws,
    *,
    months: int,
    interval: float,
    rng: np.random.Generator,
) -> MonthlyForecast:
    """Forecast the coming months with limits; see `MonthlyForecast`.

    Raises
    ------
    InputError
        For a number of months that is none, and customers without calendar dates.
    """
    if isinstance(months, bool) or not isinstance(months, int) or not 1 <= months <= MOST_MONTHS:
        rule = f"must be a whole number between 1 and {MOST_MONTHS}"
        raise InputError(Problem("parameter 'months'", rule, f"got {months!r}"))
    _, seen = summary.window.calendar()
    ends = month_ends(seen, months)
    days = np.array([(end.date() - seen).days for end in ends], dtype=np.float64)
    histories, amounts = histories_of(summary), spend_of(summary)[1]
    edges = days / model.unit_.days
    expected, simulated = np.zeros((2, 2, len(edges), len(draws)))
    for rows, own in model.by_covariates(histories, draws.transaction):
        table = HistoryTable.of(
            histories.of(rows), model.unit_, memoryless=model.process.memoryless
        )
        alike = replace(draws, transaction=own)
        expected += _expected(table, amounts[rows], alike, edges)
        simulated += _simulated(table, amounts[rows], alike, edges, rng)
    estimates = _estimates(summary, model, spend, days)
    last = pd.DatetimeIndex(ends)
    first = pd.DatetimeIndex([pd.Timestamp(seen), *ends[:-1]]) + pd.Timedelta(days=1)
    index = last.to_period("M").to_timestamp().rename("month")
    out = pd.DataFrame({"first_day": first, "last_day": last}, index=index)
    total: dict[str, float] = {}
    for k, name in enumerate(("expected_purchases", "revenue")):
        out[name] = estimates[k]
        total[name] = math.fsum(estimates[k])
        for kind, some in (("credible", expected[k]), ("predictive", simulated[k])):
            limits = limits_of(np.vstack([some, some.sum(axis=0)]), interval)
            for side, values in zip(SIDES, limits, strict=True):
                out[f"{name}_{kind}_{side}"] = values[:-1]
                total[f"{name}_{kind}_{side}"] = float(values[-1])
    return MonthlyForecast(out, pd.Series(total, name="total"), interval)


def _estimates(
    summary: CustomerSummary, model: TransactionModel, spend: GammaGammaModel, days: Array
) -> Array:
    """Purchases and revenue per month at the maximum-likelihood parameters, (2, months)."""
    each = spend.expected_spend(summary).to_numpy()
    sums = np.zeros((2, len(days) + 1))
    for k, ahead in enumerate(days, start=1):
        purchases = model.expected_purchases(summary, horizon=f"{ahead:.0f} days").to_numpy()
        sums[:, k] = math.fsum(purchases), math.fsum(purchases * each)
    return np.diff(sums, axis=1)


def _expected(table: HistoryTable, amounts: Array, draws: Draws, edges: Array) -> Array:
    """Expected purchases and revenue per month under every draw, (2, months, draws)."""
    weights = AliveWeights.of(table, amounts, draws, Assumptions(edges[-1], 0.0, 1.0, 1.0))
    sums = np.zeros((2, len(edges) + 1, len(draws)))
    for k, ahead in enumerate(edges, start=1):
        purchases = draws.of_process.discounted_purchases(weights.grid, float(ahead), 0.0)
        sums[1, k], sums[0, k] = replace(
            weights, unbounded=np.zeros_like(weights.unbounded)
        ).totals(purchases)
    out = np.diff(sums, axis=1)
    out[1] = np.where(weights.unbounded, np.inf, out[1])
    return out


def _simulated(
    table: HistoryTable, amounts: Array, draws: Draws, edges: Array, rng: np.random.Generator
) -> Array:
    """Purchases and revenue per month in one future per draw, (2, months, draws)."""
    out = np.zeros((2, len(edges), len(draws)))
    process = draws.of_process
    alive = draws.process.alive_under_draws(draws.transaction, table)
    grid = process.grid(table)
    buys = process.probability_purchase(grid, float(edges[-1]))
    alike = alike_in_value(table, amounts, Assumptions(edges[-1], 0.0, 1.0))
    streams = Streams.of(rng)
    for rows in blocks_by_history(table):
        one, which = distinct_rows(alike, rows)
        block = Block.of(table, amounts, rows)
        chances = (alive(one) * grid.at(buys, table.pair[one]))[which]
        cell, bought, p, scale = simulate(block, chances, draws, float(edges[-1]), streams)
        add_to_periods(streams.amounts, *bought, p, scale, cell % len(draws), edges, out)
    return out
