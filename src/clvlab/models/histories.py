"""Purchase histories as arrays: validated, and compressed to unique rows for fitting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from clvlab.clock import StudyWindow, TimeUnit
from clvlab.compiled import compiled
from clvlab.errors import InputError, Problem
from clvlab.models.customer_columns import (
    Customers,
    Floats,
    Integers,
    frame_of,
    numbers_of,
    refuse_fractions,
    refuse_impossible,
    required_columns,
)
from clvlab.schema import FREQUENCY, RECENCY, T
from clvlab.summary.customer_summary import (
    HISTORY_COMPLETE,
    RECENCY_DAYS,
    T_DAYS,
    CustomerSummary,
)

FARTHEST = 1e6
"""Days or purchases beyond which a table of all whole numbers up to there would be wasteful."""
A_BLINK = 1e-6
"""Days by which a time may miss a whole day and still be it: what dividing by seven leaves."""


@dataclass(frozen=True)
class Histories:
    """Validated histories, one per customer or one per distinct history.

    Attributes
    ----------
    frequency
        Repeat purchases, (n,).
    recency, T
        Positions in `times` of the time of the last purchase and of the end of observation, (n,).
    times
        The distinct times in days, ascending. Logarithms are taken of these few numbers instead
        of one per customer.
    weights
        Number of customers with each history, (n,).
    window
        Where a horizon starts, and the unit of numbers without one.
    index
        The customers' ids, in the order they came; positions after compression.
    """

    frequency: Integers
    recency: Integers
    T: Integers
    times: Floats
    weights: Floats
    window: StudyWindow
    index: pd.Index

    def __len__(self) -> int:
        return len(self.frequency)

    @cached_property
    def total_weight(self) -> float:
        """Number of customers."""
        return float(self.weights.sum())

    @cached_property
    def bought_more_than(self) -> Floats:
        """Number of customers with more than j repeat purchases, for j = 0, 1, ..., max - 1."""
        counts = np.bincount(self.frequency, weights=self.weights)
        return np.asarray((counts.sum() - np.cumsum(counts))[:-1])

    def compressed(self) -> Histories:
        """The distinct histories, each with its number of customers."""
        shift = len(self.times).bit_length()
        key = ((self.frequency << shift) | self.T) << shift | self.recency
        unique, counts = np.unique(key, return_counts=True)
        mask = (1 << shift) - 1
        return Histories(
            frequency=unique >> (2 * shift),
            recency=unique & mask,
            T=(unique >> shift) & mask,
            times=self.times,
            weights=counts.astype(np.float64),
            window=self.window,
            index=pd.RangeIndex(len(unique)),
        )

    def every(self, step: int) -> Histories:
        """Every `step`-th history, for a first approximation."""
        return Histories(
            np.ascontiguousarray(self.frequency[::step]),
            np.ascontiguousarray(self.recency[::step]),
            np.ascontiguousarray(self.T[::step]),
            self.times,
            np.ascontiguousarray(self.weights[::step]),
            self.window,
            pd.RangeIndex(len(self.frequency[::step])),
        )


def histories_of(
    customers: Customers, unit: TimeUnit | str | None = None, *, complete_only: bool = False
) -> Histories:
    """Validated histories of a summary, or of a plain frame with its unit.

    Parameters
    ----------
    customers
        A `CustomerSummary`, or a frame with ``frequency``, ``recency`` and ``T``.
    unit
        Unit of a plain frame's times. A summary knows its own; naming another one is refused.
    complete_only
        Leave out customers whose history a summary marks as incomplete.

    Raises
    ------
    InputError
        For a plain frame without a unit, a unit that contradicts the summary's, missing columns,
        and values that no history can have.
    """
    if isinstance(customers, CustomerSummary):
        return _from_summary(customers, unit, complete_only=complete_only)
    frame = frame_of(customers)
    if unit is None:
        raise InputError(
            Problem(
                "a plain table of customers",
                "must come with the unit of its times",
                "got none",
                'Pass unit="week" (or day, month, year), or a CustomerSummary, which knows it.',
            )
        )
    return _from_frame(frame, TimeUnit.parse(unit))


def _from_summary(
    summary: CustomerSummary, unit: TimeUnit | str | None, *, complete_only: bool
) -> Histories:
    own = summary.window.unit
    if unit is not None and TimeUnit.parse(unit) is not own:
        raise InputError(
            Problem(
                "parameter 'unit'",
                f"can't differ from the summary's own, {own.value}",
                f"got {unit!r}",
                "Leave it out: a summary carries its unit.",
            )
        )
    table = summary.table
    if complete_only and not table[HISTORY_COMPLETE].all():
        _refuse_all_incomplete(table[HISTORY_COMPLETE])
        table = table[table[HISTORY_COMPLETE]]
    frequency = table[FREQUENCY].to_numpy(np.int64)
    recency = table[RECENCY_DAYS].to_numpy(np.int64)
    observed = table[T_DAYS].to_numpy(np.int64)
    refuse_impossible(frequency, recency, observed)
    times = np.arange(int(observed.max(initial=0)) + 1, dtype=np.float64)
    return Histories(
        frequency, recency, observed, times, np.ones(len(table)), summary.window, table.index
    )


def _from_frame(frame: pd.DataFrame, unit: TimeUnit) -> Histories:
    required_columns(frame, (FREQUENCY, RECENCY, T))
    purchases, last, end = (numbers_of(frame, name) for name in (FREQUENCY, RECENCY, T))
    regular, frequency, recency, observed = _whole_days(purchases, last, end, unit.days)
    if regular:
        times = np.arange(int(observed.max(initial=0)) + 1, dtype=np.float64)
    else:
        refuse_fractions(purchases)
        refuse_impossible(purchases, last, end)
        days = np.concatenate([last, end]) * unit.days
        times, positions = np.unique(days, return_inverse=True)
        frequency = purchases.astype(np.int64)
        recency, observed = positions.astype(np.int64).reshape(2, -1)
    weights = np.ones(len(frame))
    return Histories(frequency, recency, observed, times, weights, StudyWindow(unit), frame.index)


@compiled
def _whole_days(  # pragma: no cover - compiled
    frequency: Floats, recency: Floats, observed: Floats, days: float
) -> tuple[bool, Integers, Integers, Integers]:
    """Whole numbers of purchases and days, and whether every row is possible and whole.

    One pass decides for the regular case; what is wrong with an irregular one is found elsewhere.
    """
    n = frequency.size
    x, t, T = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    regular = n > 0
    for i in range(n):
        t_days, T_days = recency[i] * days, observed[i] * days
        if not (abs(T_days) < FARTHEST and abs(frequency[i]) < FARTHEST):
            regular = False
            break
        x[i], t[i], T[i] = round(frequency[i]), round(t_days), round(T_days)
        if (
            x[i] != frequency[i]
            or abs(t[i] - t_days) > A_BLINK
            or abs(T[i] - T_days) > A_BLINK
            or x[i] < 0
            or t[i] < 0
            or t[i] > T[i]
            or (x[i] > 0) != (t[i] > 0)
        ):
            regular = False
            break
    return regular, x, t, T


def _refuse_all_incomplete(complete: pd.Series) -> None:
    if complete.any():
        return
    raise InputError(
        Problem(
            "the customers to fit to",
            "must include some whose history is complete",
            f"all {len(complete):,} were customers before the log or its burn-in ended",
            "Choose a shorter burn_in, or observe for longer.",
        )
    )
