"""Customers in the order of their histories, and which of them are alike.

Many customers share a history. What is expected of them is the same and is computed once; only
what happens to each in a simulated future is their own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.history_table import HistoryTable

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CUSTOMERS_AT_ONCE = 250


def blocks_by_history(table: HistoryTable, at_once: int = CUSTOMERS_AT_ONCE) -> list[Integers]:
    """Rows of customers, some at a time, those with the same history next to each other.

    The order is that of the histories alone, whatever customers spend and are worth, so the same
    seed gives the same purchases under any assumptions about money.
    """
    everyone = np.lexsort((table.histories.recency, table.pair))
    return [everyone[start : start + at_once] for start in range(0, len(everyone), at_once)]


def alike_customers(table: HistoryTable, *columns: float | Array) -> Integers:
    """Numbers that two customers share if their histories and these columns are equal, (n,).

    Parameters
    ----------
    table
        The customers.
    columns
        What else tells customers apart, (n,); a number is the same for all.
    """
    alike = table.pair
    for column in (table.histories.recency, *columns):
        if isinstance(column, np.ndarray):
            distinct, which = np.unique(column, return_inverse=True)
            alike = np.unique(alike * len(distinct) + which, return_inverse=True)[1]
    return np.asarray(alike)


def distinct_rows(alike: Integers, rows: Integers) -> tuple[Integers, Integers]:
    """One row for each kind of customer among some rows, and of which kind each row is."""
    _, first, which = np.unique(alike[rows], return_index=True, return_inverse=True)
    return rows[first], which
