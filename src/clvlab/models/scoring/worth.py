"""Customers of one history in one tenth, taken together.

A customer's expected spend is linear in the mean amount so far, and so is the value. A sum of
values over customers who share a history is therefore their number times the value at the mean of
their mean amounts, under any draw of the parameters. Where margins differ, amounts count with
them, and margins and costs with their means.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clvlab.models.futures.futures import Numbers

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
DECILES = 10


@dataclass(frozen=True)
class Worth:
    """Which histories stand in which tenth, with how many customers.

    Attributes
    ----------
    history
        Ascending; a history has a row for each tenth that its customers stand in, (n,).
    decile
        The tenths, counted from 0, (n,).
    customers
        Number of customers, (n,).
    mean_amount
        Mean of their mean amounts, (n,); weighted with their margins where those differ.
    margin_rate, direct_cost
        Means of their margins and costs, (n, 1); one number where all have the same.
    """

    history: Integers
    decile: Integers
    customers: Array
    mean_amount: Array
    margin_rate: Numbers
    direct_cost: Numbers

    def among(self, first: int, last: int) -> Worth:
        """Those of consecutive histories, up to the one before `last`."""
        rows = slice(*np.searchsorted(self.history, [first, last]))
        margin, cost = (
            one[rows] if isinstance(one, np.ndarray) else one
            for one in (self.margin_rate, self.direct_cost)
        )
        return Worth(
            self.history[rows],
            self.decile[rows],
            self.customers[rows],
            self.mean_amount[rows],
            margin,
            cost,
        )

    def sums(self, values: Array) -> Array:
        """Sums over each tenth of a number per customer under each draw, (n, draws): (10, draws).

        A number that is infinite makes those of its own tenth infinite alone.
        """
        out = np.zeros((DECILES, values.shape[1]))
        for decile in np.unique(self.decile).tolist():
            rows = self.decile == decile
            out[decile] = self.customers[rows] @ values[rows]
        return out

    def totals(self, values: Array) -> Array:
        """Sums over the customers of each tenth of a number per customer, (10,)."""
        each = self.customers * values
        return np.array([math.fsum(each[self.decile == decile]) for decile in range(DECILES)])
