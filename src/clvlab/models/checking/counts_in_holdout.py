"""What a model had said of the counts of a holdout: probabilities, and simulated sums."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.futures.history_order import (
    alike_customers,
    blocks_by_history,
    distinct_rows,
)
from clvlab.models.futures.if_alive_under_draws import ParameterDraws
from clvlab.models.futures.limits import limits_of
from clvlab.summary.customer_summary import HOLDOUT_FREQUENCY, CustomerSummary

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
CELLS_AT_ONCE = 500_000


def probabilities_of_holdout(
    summary: CustomerSummary, model: TransactionModel
) -> tuple[Array, Array]:
    """Probabilities of less than each customer's count in the holdout, and of exactly that count.

    Each count is asked of those customers only who bought at least as often.
    """
    horizon = f"{summary.window.holdout_days} days"
    counts = summary.table[HOLDOUT_FREQUENCY].to_numpy(np.int64)
    below, exactly = np.zeros(len(counts)), np.zeros(len(counts))
    for count in range(int(counts.max(initial=0)) + 1):
        rows = np.flatnonzero(counts >= count)
        some = replace(summary, table=summary.table.iloc[rows])
        chance = model.probability_of_count(some, count=count, horizon=horizon).to_numpy()
        here = counts[rows] == count
        exactly[rows[here]] = chance[here]
        below[rows[~here]] += chance[~here]
    return np.clip(below, 0.0, 1.0), np.clip(exactly, 0.0, 1.0)


@dataclass(frozen=True)
class SimulatedCounts:
    """Sums over groups of customers in one simulated future per draw of the parameters.

    Attributes
    ----------
    purchases
        Purchases, (groups, draws).
    buyers
        Customers with at least one, (groups, draws).
    """

    purchases: Array
    buyers: Array

    def limits(self, interval: float) -> tuple[Array, Array]:
        """Predictive limits of each group's purchases: lower and upper, (groups,) each."""
        lower, upper = limits_of(self.purchases, interval)
        return lower, upper

    def total_limits(self, interval: float) -> tuple[float, float]:
        """Predictive limits of all purchases; they are not sums of the groups' limits."""
        lower, upper = limits_of(self.purchases.sum(axis=0), interval)
        return float(lower), float(upper)


def simulate_counts(
    summary: CustomerSummary,
    model: TransactionModel,
    draws: Array,
    groups: Integers,
    rng: np.random.Generator,
) -> SimulatedCounts:
    """Simulate the holdout of groups of customers, counted from 0.

    Parameters
    ----------
    summary
        Customers with a holdout.
    model
        A fitted model.
    draws
        Draws of its parameters, (draws, k); all customers share them.
    groups
        Group of each customer.
    rng
        Source of the futures.
    """
    horizon = summary.window.holdout_days / model.unit_.days
    n_groups = int(groups.max(initial=0)) + 1
    purchases, buyers = (np.zeros(n_groups * len(draws)) for _ in range(2))
    histories = histories_of(summary)
    for rows, own in model.by_covariates(histories, draws):
        some = histories if len(rows) == len(histories) else histories.of(rows)
        table = HistoryTable.of(some, model.unit_, memoryless=model.process.memoryless)
        for part, cell_draw, more in _buyers(model, table, own, horizon, rng):
            at = groups[rows[part]] * len(draws) + cell_draw
            buyers += np.bincount(at, minlength=len(buyers))
            purchases += np.bincount(at, 1.0 + more, minlength=len(buyers))
    shape = (n_groups, len(draws))
    return SimulatedCounts(purchases.reshape(shape), buyers.reshape(shape))


def _buyers(
    model: TransactionModel,
    table: HistoryTable,
    draws: Array,
    horizon: float,
    rng: np.random.Generator,
) -> list[tuple[Integers, Integers, Integers]]:
    """Who buys under which draw, and how often more than once, block by block."""
    process, under = model.process, ParameterDraws(model.process, draws)
    grid, alive = under.grid(table), process.alive_under_draws(draws, table)
    buys = under.probability_purchase(grid, horizon)
    found, alike = [], alike_customers(table)
    for rows in blocks_by_history(table, at_once=max(CELLS_AT_ONCE // len(draws), 1)):
        one, which = distinct_rows(alike, rows)
        chance = (alive(one) * grid.at(buys, table.pair[one]))[which]
        cell = np.flatnonzero(rng.random(chance.shape) < chance)
        customer, draw = np.divmod(cell, len(draws))
        x = table.histories.frequency[rows[customer]].astype(np.float64)
        observed = table.times[table.histories.T[rows[customer]]]
        since = process.since_recency(table.times[table.histories.recency[rows[customer]]])
        bought = since.draw_purchases(draws[draw], x, observed, horizon, rng)
        found.append((rows[customer], draw, bought.more))
    return found
