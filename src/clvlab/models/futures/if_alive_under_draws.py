"""What holds of customers who are alive, under many draws of the parameters."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.customers.pair_grid import PairGrid
from clvlab.models.fitting.purchase_process import Parameters, PurchaseProcess

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SCALES = ("alpha", "beta")
"""Names of parameters that are scales of time: where functions of T have their singularities."""
MOST_WORKERS = 4
MOST_AT_ONCE = 8_000_000
"""Numbers per table up to which all pairs are worked out in advance."""


@dataclass(frozen=True)
class ParameterDraws:
    """Draws of a process's parameters, and how many functions of them are evaluated.

    Attributes
    ----------
    process
        How customers buy and drop out.
    values
        (draws, k): parameters of the process.
    """

    process: PurchaseProcess
    values: Array

    def __len__(self) -> int:
        return len(self.values)

    @property
    def smallest_scale(self) -> float | None:
        """The smallest scale of time of all draws, where the process names them."""
        names = getattr(self.process.parameters(self.values[0]), "_fields", ())
        scales = [position for position, name in enumerate(names) if name in SCALES]
        return float(self.values[:, scales].min()) if scales else None

    def grid(self, table: HistoryTable) -> PairGrid:
        """Points that serve all draws."""
        return PairGrid.of(table, self.smallest_scale)

    def each(self, function: Callable[[Parameters], Array]) -> Array:
        """A function of the parameters, (...), under every draw, (..., draws).

        Draws are shared out among threads; the results are the same in any number of them.
        """

        def evaluate(rows: Array) -> list[Array]:
            return [function(self.process.parameters(row)) for row in rows]

        # A share of the draws for each thread: handing over each draw would take longer than many.
        workers = min(os.cpu_count() or 1, MOST_WORKERS)
        with ThreadPoolExecutor(workers) as pool:
            shares = pool.map(evaluate, np.array_split(self.values, workers))
            return np.stack([one for share in shares for one in share], axis=-1)

    def discounted_purchases(self, grid: PairGrid, horizon: float, log_discount: float) -> Array:
        """Expected purchases if alive, discounted, at the grid's points, (g, draws)."""
        process = self._process_of(grid)
        return self.each(
            lambda parameters: process.discounted_purchases_if_alive(
                parameters, grid.frequency, grid.T, horizon, log_discount
            )
        )

    def probability_purchase(self, grid: PairGrid, horizon: float) -> Array:
        """Probability of a purchase if alive, at the grid's points, (g, draws)."""
        process = self._process_of(grid)
        return self.each(
            lambda parameters: process.probability_purchase_if_alive(
                parameters, grid.frequency, grid.T, horizon
            )
        )

    def _process_of(self, grid: PairGrid) -> PurchaseProcess:
        return self.process if grid.recency is None else self.process.since_recency(grid.recency)


@dataclass(frozen=True)
class IfAlive:
    """Purchases, discounted purchases and the probability of one, of customers who are alive.

    Attributes
    ----------
    grid
        Where they are known.
    values
        The three at the grid's points, (3, g, draws).
    pairs
        The three of all pairs, (3, pairs, draws), where they are few.
    """

    grid: PairGrid
    values: Array
    pairs: Array | None = None

    @classmethod
    def of(
        cls, draws: ParameterDraws, table: HistoryTable, horizon: float, log_discount: float
    ) -> Self:
        """Within a horizon, times in the model's unit."""
        grid = draws.grid(table)
        purchases = draws.discounted_purchases(grid, horizon, 0.0)
        discounted = draws.discounted_purchases(grid, horizon, log_discount)
        values = np.stack([purchases, discounted, draws.probability_purchase(grid, horizon)])
        if len(table.pair_T) * len(draws) > MOST_AT_ONCE:
            return cls(grid, values)
        return cls(grid, values, grid.at(values, np.arange(len(table.pair_T))))

    def at(self, pairs: Integers) -> Array:
        """For customers of these pairs, (3, k, draws)."""
        return self.grid.at(self.values, pairs) if self.pairs is None else self.pairs[:, pairs]
