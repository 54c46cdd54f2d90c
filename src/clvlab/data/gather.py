"""Line items gathered into purchases: one per customer and calendar day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clvlab.data.exact_money import Units, sum_runs, to_amounts, to_minor_units
from clvlab.data.identifiers import coded

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class CustomerDays:
    """How lines form customer days, in order of day, then customer.

    Attributes
    ----------
    order
        Positions of lines, those of a customer day side by side.
    starts
        Where each customer day begins in `order`.
    customers, days
        Customer code and day number of each customer day.
    """

    order: Positions
    starts: Positions
    customers: Positions
    days: Positions

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> Positions:
        """Number of lines of each customer day."""
        return np.diff(np.append(self.starts, len(self.order)))

    def sums(self, units: Units) -> Units:
        """Minor units of lines, summed within customer days."""
        return sum_runs(units[self.order], self.starts)

    def sum_numbers(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Numbers summed within customer days, missing where one of the lines' is missing."""
        missing = np.isnan(numbers)
        money = to_minor_units(np.where(missing, 0.0, numbers))
        sums = to_amounts(self.sums(money.units), money.decimals)
        return np.where(self.sums(missing.astype(np.int64)) > 0, np.nan, sums)

    def of_largest_line(self, values: pd.Series, amounts: NDArray[np.float64]) -> pd.Series:
        """The value that the line with the largest amount has, in each customer day.

        Of equally large lines the value that sorts first is taken, missing values last, so that
        the order of lines does not matter.
        """
        chosen = self.order[self.starts].copy()
        day_of_line = np.repeat(np.arange(len(self)), self.lengths)
        shared = np.flatnonzero(np.repeat(self.lengths > 1, self.lengths))
        lines, day = self.order[shared], day_of_line[shared]
        text_order = coded(values.iloc[lines]).codes
        ranked = np.lexsort((text_order, -amounts[lines], day))
        first = np.flatnonzero(np.diff(day[ranked], prepend=-1))
        chosen[day[ranked][first]] = lines[ranked][first]
        return values.iloc[chosen].reset_index(drop=True)


def gather(customers: Positions, days: Positions) -> CustomerDays:
    """Bring the lines of each customer and day together.

    Parameters
    ----------
    customers
        Customer of each line, as a number from 0.
    days
        Day of each line, as a number.

    Examples
    --------
    >>> found = gather(np.array([0, 1, 0]), np.array([5, 4, 5]))
    >>> found.days.tolist(), found.customers.tolist(), found.lengths.tolist()
    ([4, 5], [1, 0], [1, 2])
    """
    if not len(customers):
        nothing = np.empty(0, dtype=np.int64)
        return CustomerDays(nothing, nothing, nothing, nothing)
    n_customers, first_day = int(customers.max()) + 1, int(days.min())
    keys = (days - first_day) * n_customers + customers
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
    first_lines = order[starts]
    return CustomerDays(order, starts, customers[first_lines], days[first_lines])
