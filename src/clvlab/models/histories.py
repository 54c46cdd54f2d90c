"""Purchase histories as arrays: validated, and compressed to unique rows for fitting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import StudyWindow, TimeUnit
from clvlab.compiled import compiled
from clvlab.errors import InputError, Problem, Problems, name_rows
from clvlab.schema import FREQUENCY, MONETARY_VALUE, RECENCY, T
from clvlab.summary.customer_summary import (
    HISTORY_COMPLETE,
    RECENCY_DAYS,
    T_DAYS,
    CustomerSummary,
)

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Customers = CustomerSummary | pd.DataFrame
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
    if unit is None:
        raise InputError(
            Problem(
                "a plain table of customers",
                "must come with the unit of its times",
                "got none",
                'Pass unit="week" (or day, month, year), or a CustomerSummary, which knows it.',
            )
        )
    return _from_frame(customers, TimeUnit.parse(unit))


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
    _refuse_impossible(frequency, recency, observed)
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
        _refuse_fractions(purchases)
        _refuse_impossible(purchases, last, end)
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


def _refuse_fractions(frequency: Floats) -> None:
    rows = np.flatnonzero(frequency != np.floor(frequency))
    if len(rows):
        raise InputError(
            Problem(
                f"column '{FREQUENCY}'",
                "must hold whole numbers of repeat purchases",
                f"{len(rows):,} of {len(frequency):,} rows do not: {name_rows(rows.tolist())}",
            )
        )


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


def required_columns(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    """Refuse a frame that lacks one of the named columns."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise InputError(
            Problem(
                "the table of customers",
                f"must have the columns {', '.join(names)}",
                f"missing are {', '.join(missing)}",
                f"Its columns are: {', '.join(map(str, frame.columns))}.",
            )
        )


def numbers_of(frame: pd.DataFrame, name: str) -> Floats:
    """A column as finite floats, or an error that names the rows that are not."""
    column = frame[name]
    if column.dtype != np.float64:
        column = pd.to_numeric(column, errors="coerce")
    values = column.to_numpy(np.float64)
    finite = np.isfinite(values)
    if not finite.all():
        rows = np.flatnonzero(~finite)
        raise InputError(
            Problem(
                f"column '{name}'",
                "must hold finite numbers",
                f"{len(rows):,} of {len(frame):,} rows do not: {name_rows(rows.tolist())}",
            )
        )
    return values


def _refuse_impossible(
    frequency: Integers | Floats,
    recency: Integers | Floats,
    observed: Integers | Floats,
) -> None:
    problems = Problems()
    if len(frequency) == 0:
        problems.add("the table of customers", "must hold at least one customer", "it is empty")
    rules = [
        (f"column '{FREQUENCY}'", "can't be negative", frequency < 0),
        (f"column '{RECENCY}'", "can't be negative", recency < 0),
        (f"column '{RECENCY}'", "can't exceed T", recency > observed),
        (
            f"column '{RECENCY}'",
            "must be 0 where there is no repeat purchase",
            (frequency == 0) & (recency > 0),
        ),
        (
            f"column '{RECENCY}'",
            "must be above 0 where there are repeat purchases",
            (frequency > 0) & (recency <= 0),
        ),
    ]
    for subject, rule, broken in rules:
        rows = np.flatnonzero(broken)
        if len(rows):
            found = f"{len(rows):,} of {len(frequency):,} rows do: {name_rows(rows.tolist())}"
            problems.add(subject, rule, found.replace("rows do:", "rows break this:"))
    problems.raise_if_any()


def spend_of(customers: Customers) -> tuple[Integers, Floats, pd.Index]:
    """Repeat purchases and their mean amount, as arrays, with the customers' ids.

    Where there is no repeat purchase the amount is 0 and means nothing.

    Raises
    ------
    InputError
        For a missing column, and amounts of repeat purchases that are not finite or negative.
    """
    frame = customers.table if isinstance(customers, CustomerSummary) else customers
    required_columns(frame, (FREQUENCY, MONETARY_VALUE))
    repeats = numbers_of(frame, FREQUENCY)
    _refuse_fractions(repeats)
    frequency = repeats.astype(np.int64)
    given = frame[MONETARY_VALUE]
    if given.dtype != np.float64:
        given = pd.to_numeric(given, errors="coerce")
    amount = np.where(frequency > 0, given.to_numpy(np.float64), 0.0)
    if len(frame) and frequency.min() >= 0 and amount.min() >= 0 and amount.max() < np.inf:
        return frequency, amount, frame.index
    problems = Problems()
    for column, rule, broken in (
        (FREQUENCY, "can't be negative", frequency < 0),
        (
            MONETARY_VALUE,
            "must hold finite amounts where there are repeat purchases",
            ~np.isfinite(amount),
        ),
        (MONETARY_VALUE, "can't be negative", amount < 0),
    ):
        rows = np.flatnonzero(broken)
        if len(rows):
            problems.add(
                f"column '{column}'",
                rule,
                f"{len(rows):,} of {len(frame):,} rows break this: {name_rows(rows.tolist())}",
                "Net returns against purchases when loading the log.",
            )
    problems.raise_if_any()
    return frequency, amount, frame.index
