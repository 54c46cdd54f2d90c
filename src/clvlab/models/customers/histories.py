"""Purchase histories as arrays: validated, and compressed to unique rows for fitting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from clvlab.clock import StudyWindow, TimeUnit
from clvlab.errors import InputError, Problem
from clvlab.models.customers.customer_columns import (
    Customers,
    Floats,
    Integers,
    frame_of,
    numbers_of,
    refuse_fractions,
    refuse_impossible,
    required_columns,
)
from clvlab.models.customers.distinct_histories import (
    PLAIN_NUMBERS,
    distinct_histories,
    weighted_sums,
    whole_days,
)
from clvlab.models.customers.pairs import Pairs
from clvlab.schema import FREQUENCY, RECENCY, T
from clvlab.summary.counted_summary import CUSTOMERS, CountedSummary
from clvlab.summary.customer_summary import (
    HISTORY_COMPLETE,
    RECENCY_DAYS,
    T_DAYS,
    CustomerSummary,
)


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
    columns
        The table that they came in, for what else it says of them; none after compression.
    distinct
        Whether no history comes twice, so that there is nothing to compress.
    """

    frequency: Integers
    recency: Integers
    T: Integers
    times: Floats
    weights: Floats
    window: StudyWindow
    index: pd.Index
    columns: pd.DataFrame | None = None
    distinct: bool = False

    def __len__(self) -> int:
        return len(self.frequency)

    @cached_property
    def total_weight(self) -> float:
        """Number of customers."""
        return float(self.weights.sum())

    @cached_property
    def mean_T(self) -> float:  # noqa: N802 - the literature's name
        """Mean time observed, in the window's unit."""
        observed = float(self.weights @ self.times[self.T]) / self.window.unit.days
        return max(observed, 1e-6) / self.total_weight

    @property
    def mean_rate(self) -> float:
        """Repeat purchases per customer and unit of the window; of one purchase at the least."""
        purchases = max(float(self.weights @ self.frequency), 1.0)
        return purchases / (self.mean_T * self.total_weight)

    @cached_property
    def bought_more_than(self) -> Floats:
        """Number of customers with more than j repeat purchases, for j = 0, 1, ..., max - 1."""
        counts = np.bincount(self.frequency, weights=self.weights)
        return np.asarray((counts.sum() - np.cumsum(counts))[:-1])

    @property
    def table(self) -> pd.DataFrame:
        """The table that they came in.

        Raises
        ------
        InputError
            For histories that did not come in one, or were compressed.
        """
        if self.columns is None:
            raise InputError(
                Problem(
                    "the histories",
                    "must come with the covariates of the customers",
                    "they have none",
                    "Pass the summary or the table of customers instead.",
                )
            )
        return self.columns

    @property
    def fingerprint(self) -> tuple[float, ...]:
        """Sums that two bases share only if they are the same; the last is the unit's days."""
        sums = weighted_sums(self.frequency, self.recency, self.T, self.times, self.weights)
        return (*sums, self.window.unit.days)

    @cached_property
    def pairs_with_recency(self) -> Pairs:
        """The distinct pairs of frequency and recency."""
        return Pairs.of(self.frequency, self.recency, len(self.times))

    @cached_property
    def pairs_with_T(self) -> Pairs:  # noqa: N802 - the literature's name
        """The distinct pairs of frequency and T."""
        return Pairs.of(self.frequency, self.T, len(self.times))

    def compressed(self) -> Histories:
        """The distinct histories, each with its number of customers."""
        if self.distinct:
            return self
        (frequency, recency, observed), weights = distinct_histories(
            self.frequency, self.recency, self.T, len(self.times)
        )
        ids = pd.RangeIndex(len(weights))
        return Histories(
            frequency, recency, observed, self.times, weights, self.window, ids, distinct=True
        )

    def compressed_by(self, pattern: Integers) -> tuple[Histories, Integers]:
        """The distinct histories of each pattern, pattern by pattern, and the pattern of each."""
        distinct = self.compressed()
        shift = len(self.times).bit_length()
        key, known = _keys(self, shift), _keys(distinct, shift)
        code = pattern * len(known) + np.searchsorted(known, key)
        unique, where = np.unique(code, return_inverse=True)
        weights = np.bincount(where, weights=self.weights).astype(np.float64)
        chosen = known[unique % len(known)]
        return _unpacked(self, self.times, chosen, shift, weights), unique // len(known)

    def of(self, rows: Integers | slice) -> Histories:
        """The histories in these rows, without ids."""
        frequency = np.ascontiguousarray(self.frequency[rows])
        return Histories(
            frequency,
            np.ascontiguousarray(self.recency[rows]),
            np.ascontiguousarray(self.T[rows]),
            self.times,
            np.ascontiguousarray(self.weights[rows]),
            self.window,
            pd.RangeIndex(len(frequency)),
            distinct=self.distinct,
        )

    def rounded(self, n_times: int) -> Histories:
        """With times rounded to so many and few distinct histories, for a first approximation."""
        width = self.times[-1] / (n_times - 1)
        nearest = np.rint(self.times / width).astype(np.int64)
        shift = n_times.bit_length()
        key = ((self.frequency << shift) | nearest[self.T]) << shift | nearest[self.recency]
        unique, where = np.unique(key, return_inverse=True)
        weights = np.bincount(where, weights=self.weights).astype(np.float64)
        return _unpacked(self, np.arange(n_times) * width, unique, shift, weights)

    def every(self, step: int) -> Histories:
        """Every `step`-th history, for a first approximation."""
        return self.of(slice(None, None, step))


def _keys(histories: Histories, shift: int) -> Integers:
    """One number per history, ascending in frequency, T and recency."""
    return ((histories.frequency << shift) | histories.T) << shift | histories.recency


def _unpacked(
    histories: Histories, times: Floats, key: Integers, shift: int, weights: Floats
) -> Histories:
    """Distinct histories from keys of frequency, T and recency, of `shift` bits each."""
    mask = (1 << shift) - 1
    return Histories(
        frequency=key >> (2 * shift),
        recency=key & mask,
        T=(key >> shift) & mask,
        times=times,
        weights=weights,
        window=histories.window,
        index=pd.RangeIndex(len(key)),
    )


def histories_of(
    customers: Customers, unit: TimeUnit | str | None = None, *, complete_only: bool = False
) -> Histories:
    """Validated histories of a summary, or of a plain frame with its unit.

    Parameters
    ----------
    customers
        A `CustomerSummary`, a `CountedSummary`, or a frame with ``frequency``, ``recency`` and
        ``T``.
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
    if isinstance(customers, CountedSummary):
        _refuse_another_unit(customers.window.unit, unit)
        return _from_counts(customers)
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
    _refuse_another_unit(summary.window.unit, unit)
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
        frequency, recency, observed, times, np.ones(len(table)), summary.window, table.index, table
    )


def _refuse_another_unit(own: TimeUnit, unit: TimeUnit | str | None) -> None:
    if unit is not None and TimeUnit.parse(unit) is not own:
        raise InputError(
            Problem(
                "parameter 'unit'",
                f"can't differ from the summary's own, {own.value}",
                f"got {unit!r}",
                "Leave it out: a summary carries its unit.",
            )
        )


def _from_counts(summary: CountedSummary) -> Histories:
    """Histories that are counted, all of them complete."""
    table = summary.histories
    if table.empty:
        _refuse_all_incomplete(pd.Series(np.zeros(len(summary), dtype=np.bool_)))
    frequency, recency, observed = (
        table[name].to_numpy(np.int64) for name in (FREQUENCY, RECENCY_DAYS, T_DAYS)
    )
    refuse_impossible(frequency, recency, observed)
    return Histories(
        frequency,
        recency,
        observed,
        times=np.arange(int(observed.max(initial=0)) + 1, dtype=np.float64),
        weights=table[CUSTOMERS].to_numpy(np.float64),
        window=summary.window,
        index=table.index,
        distinct=True,
    )


def _from_frame(frame: pd.DataFrame, unit: TimeUnit) -> Histories:
    required_columns(frame, (FREQUENCY, RECENCY, T))
    whole = _whole_days_of(frame, unit.days)
    if whole is not None:
        frequency, recency, observed = whole
        times = np.arange(int(observed.max(initial=0)) + 1, dtype=np.float64)
    else:
        purchases, last, end = (numbers_of(frame, name) for name in (FREQUENCY, RECENCY, T))
        refuse_fractions(purchases)
        refuse_impossible(purchases, last, end)
        days = np.concatenate([last, end]) * unit.days
        times, positions = np.unique(days, return_inverse=True)
        frequency = purchases.astype(np.int64)
        recency, observed = positions.astype(np.int64).reshape(2, -1)
    weights = np.ones(len(frame))
    window = StudyWindow(unit)
    return Histories(frequency, recency, observed, times, weights, window, frame.index, frame)


def _whole_days_of(frame: pd.DataFrame, days: float) -> Integers | None:
    """Whole purchases and days, where the columns are plain numbers and nothing is wrong."""
    columns = [frame[name] for name in (FREQUENCY, RECENCY, T)]
    if any(column.dtype not in PLAIN_NUMBERS for column in columns):
        columns = [pd.to_numeric(column, errors="coerce") for column in columns]
        if any(column.isna().any() for column in columns):
            return None
        columns = [column.astype(np.float64) for column in columns]
    frequency, recency, observed = (np.ascontiguousarray(column) for column in columns)
    return whole_days(frequency, recency, observed, days)


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
