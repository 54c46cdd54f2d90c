"""What all customers together weigh at each point of frequency and T, under every draw.

A total over the base is a sum over customers of the chance to be alive, times money per purchase,
times purchases if alive. The last depends on frequency and T alone, so the rest is gathered there
once; totals for other horizons or discount rates are then sums over few points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.customers.pair_grid import PairGrid
from clvlab.models.futures.futures import Assumptions, Draws, alike_in_value
from clvlab.models.futures.history_order import CUSTOMERS_AT_ONCE
from clvlab.models.gamma_gamma.gamma_gamma import expected_spend

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AliveWeights:
    """Chances to be alive times money per purchase, summed over customers.

    Attributes
    ----------
    grid
        The points.
    earned, cost
        Weights with each customer's expected margin, and direct cost, per purchase, (g, draws).
    unbounded
        Draws under which someone's expected spend is infinite, (draws,).
    """

    grid: PairGrid
    earned: Array
    cost: Array
    unbounded: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls, table: HistoryTable, monetary_value: Array, draws: Draws, assumptions: Assumptions
    ) -> Self:
        """Gather the weights of all customers of a table."""
        grid = draws.of_process.grid(table)
        earned, cost = (np.zeros((len(grid), len(draws))) for _ in range(2))
        unbounded = np.zeros(len(draws), dtype=np.bool_)
        alive_of = draws.process.alive_under_draws(draws.transaction, table)
        frequency = table.histories.frequency
        alike = alike_in_value(table, monetary_value, assumptions)
        _, first, count = np.unique(alike, return_index=True, return_counts=True)
        for start in range(0, len(first), CUSTOMERS_AT_ONCE):
            rows = first[start : start + CUSTOMERS_AT_ONCE]
            alive = alive_of(rows) * count[start : start + CUSTOMERS_AT_ONCE, None]
            terms = assumptions.of(rows)
            x = frequency[rows].astype(np.float64)[:, None]
            spend = expected_spend(tuple(draws.spend.T), x, monetary_value[rows][:, None])
            endless = np.isinf(spend) & (np.asarray(terms.margin_rate) > 0)
            unbounded |= endless.any(axis=0)
            spend = np.where(np.isinf(spend), 0.0, spend)
            grid.gather(alive * terms.margin_rate * spend, table.pair[rows], earned)
            if np.any(terms.direct_cost):
                grid.gather(alive * terms.direct_cost, table.pair[rows], cost)
        return cls(grid, earned, cost, unbounded)

    def totals(self, purchases: Array) -> tuple[Array, Array]:
        """Sums of margins and of costs, (draws,) each, for purchases if alive, (g, draws).

        Margins are infinite where someone's are.
        """
        earned = np.einsum("gd,gd->d", self.earned, purchases)
        if purchases.any():
            earned = np.where(self.unbounded, np.inf, earned)
        return earned, np.einsum("gd,gd->d", self.cost, purchases)
