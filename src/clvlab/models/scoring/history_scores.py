"""What a study says of the distinct histories of a base: once for all customers who share one."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.futures.futures import Assumptions, Draws, value_of
from clvlab.models.futures.if_alive_under_draws import IfAlive
from clvlab.models.futures.limits import limits_of
from clvlab.models.gamma_gamma.gamma_gamma import expected_spend
from clvlab.models.scoring.customer_terms import Terms
from clvlab.models.scoring.worth import DECILES, Worth
from clvlab.schema import FREQUENCY
from clvlab.summary.counted_summary import CountedSummary
from clvlab.summary.progress import Progress

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BY_HISTORY = ("probability_alive", "expected_purchases", "probability_purchase")
"""Estimates that depend on the history alone; those of money depend on the amounts, too."""
HISTORIES_AT_ONCE = 250
BLOCKS_PER_WORKER = 8
MOST_WORKERS = 4
SIDES = ("lower", "upper")


@dataclass(frozen=True)
class HistoryScores:
    """Estimates of distinct histories, and those of customers from them.

    Attributes
    ----------
    frequency
        Repeat purchases of each history, (n,).
    estimates
        ``probability_alive``, ``expected_purchases`` and ``probability_purchase`` of each, and
        behind each its limits once they are known.
    discounted
        Expected purchases of each, discounted, (n,).
    spend
        Parameters of the model of spend.
    assumptions
        Horizon and discounting.
    """

    frequency: Array
    estimates: dict[str, Array]
    discounted: Array
    spend: tuple[float, ...]
    assumptions: Assumptions

    @classmethod
    def of(
        cls,
        summary: CountedSummary,
        model: TransactionModel,
        spend: tuple[float, ...],
        assumptions: Assumptions,
    ) -> HistoryScores:
        """At the maximum-likelihood parameters; times of `assumptions` in the model's unit."""
        ahead = assumptions.horizon * model.unit_.days / summary.window.unit.days
        each = (
            model.probability_alive(summary),
            model.expected_purchases(summary, horizon=ahead),
            model.probability_purchase(summary, horizon=ahead),
        )
        discounted = model.discounted_purchases(
            histories_of(summary), assumptions.horizon, assumptions.log_discount
        )
        return cls(
            summary.histories[FREQUENCY].to_numpy(np.float64),
            {name: one.to_numpy() for name, one in zip(BY_HISTORY, each, strict=True)},
            discounted,
            spend,
            assumptions,
        )

    def spend_of(self, history: Integers, monetary_value: Array) -> Array:
        """Expected spend per purchase of customers with these histories and amounts, (n,)."""
        frequency = self.frequency[history]
        amount = np.where(frequency > 0, monetary_value, 0.0)
        return expected_spend(self.spend, frequency, amount)

    def value(self, history: Integers, spend: Array, terms: Terms) -> Array:
        """Value of customers with these histories, expected spend, margin and cost, (n,)."""
        return value_of(self.discounted[history], spend, *terms)

    def with_limits(self, credible: Array) -> HistoryScores:
        """With limits of the estimates behind each, from (2, 3, n)."""
        out: dict[str, Array] = {}
        for k, (name, values) in enumerate(self.estimates.items()):
            out[name] = values
            for side, limits in zip(SIDES, credible, strict=True):
                out[f"{name}_credible_{side}"] = limits[k]
        return replace(self, estimates=out)


@dataclass(frozen=True)
class DrawsOfHistories:
    """Draws of the parameters, carried through to histories and to sums over tenths.

    Attributes
    ----------
    table
        The distinct histories.
    draws, assumptions
        What is carried through, and over which time.
    alive
        From positions of histories to their chances to be alive, (histories, draws).
    if_alive
        What holds of customers who are.
    worth
        How many customers of each history stand in each tenth.
    """

    table: HistoryTable
    draws: Draws
    assumptions: Assumptions
    alive: Callable[[Integers], Array]
    if_alive: IfAlive
    worth: Worth

    @classmethod
    def of(
        cls,
        summary: CountedSummary,
        model: TransactionModel,
        draws: Draws,
        assumptions: Assumptions,
        worth: Worth,
    ) -> Self:
        """Get ready; times of `assumptions` in the model's unit."""
        histories = histories_of(summary)
        table = HistoryTable.of(histories, model.unit_, memoryless=model.process.memoryless)
        alive = draws.process.alive_under_draws(draws.transaction, table)
        terms = (assumptions.horizon, assumptions.log_discount)
        if_alive = IfAlive.of(draws.of_process, table, *terms)
        return cls(table, draws, assumptions, alive, if_alive, worth)

    def all(self, *, interval: float, progress: Progress) -> tuple[Array, Array]:
        """Go through all histories.

        Some are worked on at a time, in threads; they are added up in their order, so the result
        is the same in any number of threads.

        Returns
        -------
        tuple of arrays
            Credible limits of the estimates that depend on the history alone,
            (2, 3, histories), and the sums of expected purchases and of value over each tenth,
            (2, 10, draws).
        """
        weights = self.table.histories.weights
        n, everybody = len(weights), int(weights.sum())
        limits, sums = np.empty((2, len(BY_HISTORY), n)), np.zeros((2, DECILES, len(self.draws)))
        progress.begin("limits", everybody)
        done, workers = 0, min(os.cpu_count() or 1, MOST_WORKERS)
        starts = range(0, n, HISTORIES_AT_ONCE)
        with ThreadPoolExecutor(workers) as pool:
            for first in range(0, len(starts), workers * BLOCKS_PER_WORKER):
                some = starts[first : first + workers * BLOCKS_PER_WORKER]
                found = pool.map(lambda start: self._some(start, interval), some)
                for start, (own, part) in zip(some, found, strict=True):
                    rows = slice(start, start + HISTORIES_AT_ONCE)
                    limits[:, :, rows] = own
                    sums += part
                    done += int(weights[rows].sum())
                progress.reach(done)
        return limits, sums

    def _some(self, start: int, interval: float) -> tuple[Array, Array]:
        """Limits and sums of the histories from `start` on."""
        histories = self.table.histories
        rows = np.arange(start, min(start + HISTORIES_AT_ONCE, len(histories)))
        alive, holds = self.alive(rows), self.if_alive.at(self.table.pair[rows])
        expected = np.stack([alive, alive * holds[0], alive * holds[2]])
        some = self.worth.among(start, int(rows[-1]) + 1)
        which = some.history - start
        x = histories.frequency[some.history].astype(np.float64)[:, None]
        spend = expected_spend(tuple(self.draws.spend.T), x, some.mean_amount[:, None])
        discounted = (alive * holds[1])[which]
        value = value_of(discounted, spend, some.margin_rate, some.direct_cost)
        sums = np.stack([some.sums(expected[1][which]), some.sums(value)])
        return limits_of(expected, interval), sums
