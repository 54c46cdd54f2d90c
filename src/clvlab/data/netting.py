"""Returns set off against the purchases they undo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clvlab.data.exact_money import Units

Places = NDArray[np.int64]


@dataclass(frozen=True)
class SetOff:
    """The outcome of carrying returns back.

    Attributes
    ----------
    totals
        What is left of each customer day: below zero only where a return found no purchase.
    return_days, purchase_days, units
        The moves, aligned: so many minor units of a return day went to a purchase day.
    """

    totals: Units
    return_days: NDArray[np.int64]
    purchase_days: NDArray[np.int64]
    units: Units


def carry_back(customers: NDArray[np.int64], totals: Units) -> SetOff:
    """Set negative day totals off against the same customer's latest earlier purchases.

    Returns are taken in the order of their dates; each uses up the latest purchase that is still
    open, then the one before, until it is used up itself or nothing earlier is left.

    Parameters
    ----------
    customers
        Customer of each customer day, as a number; days in ascending order.
    totals
        Minor units of each customer day.

    Returns
    -------
    SetOff
        New totals and the moves; `totals` itself is not changed.

    Examples
    --------
    >>> carry_back(np.array([0, 0, 1, 0]), np.array([20, 30, 5, -40])).totals.tolist()
    [10, 0, 5, 0]
    """
    rows = _days_of_returning_customers(customers, totals)
    sources, targets, units = _moves(customers[rows], totals[rows])
    moved = np.array(units, dtype=totals.dtype)
    remaining = totals.copy()
    np.add.at(remaining, rows[sources], moved)
    np.subtract.at(remaining, rows[targets], moved)
    return SetOff(remaining, rows[sources], rows[targets], moved)


def _days_of_returning_customers(customers: NDArray[np.int64], totals: Units) -> NDArray[np.int64]:
    """Customer days of everyone with a day below zero, each customer's side by side."""
    returning = np.zeros(int(customers.max(initial=-1)) + 1, dtype=bool)
    returning[customers[np.asarray(totals < 0, dtype=bool)]] = True
    rows = np.flatnonzero(returning[customers])
    return rows[np.argsort(customers[rows], kind="stable")]


def _moves(customers: NDArray[np.int64], totals: Units) -> tuple[Places, Places, list[int]]:
    owners, open_units = customers.tolist(), totals.tolist()
    sources, targets, units = [], [], []
    for day in np.flatnonzero(np.asarray(totals < 0, dtype=bool)).tolist():
        earlier = day - 1
        while open_units[day] < 0 and earlier >= 0 and owners[earlier] == owners[day]:
            moved = min(-open_units[day], open_units[earlier])
            if moved > 0:
                open_units[day] += moved
                open_units[earlier] -= moved
                sources.append(day)
                targets.append(earlier)
                units.append(moved)
            earlier -= 1
    return np.array(sources, dtype=np.int64), np.array(targets, dtype=np.int64), units
