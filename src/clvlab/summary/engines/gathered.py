"""Customers as one pass over a log's lines leaves them: a record for each, and counts of lines."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from clvlab import schema
from clvlab.data.day_problems import FIRST_SENSIBLE_DAY
from clvlab.summary.customer_summary import (
    FIRST_PURCHASE,
    HISTORY_COMPLETE,
    HOLDOUT_AMOUNT,
    HOLDOUT_FREQUENCY,
    LOG_GAPS,
    RECENCY_DAYS,
    T_DAYS,
    TOTAL_AMOUNT,
)
from clvlab.summary.engines.engine import RecordOf, Written
from clvlab.summary.engines.ledger import LineCounts
from clvlab.summary.engines.statements import Window
from clvlab.summary.engines.stream_kernels import (
    Ends,
    Records,
    Whole,
    fill_columns,
    order_by_first,
)
from clvlab.summary.engines.writing import write_batches
from clvlab.summary.log_gaps import LOG_UNITS, log_units
from clvlab.summary.progress import Progress

_LONGEST_GAP: Final = 100_000
_ROWS_PER_BATCH: Final = 1 << 20
_OPEN_END: Final = 2**31 - 1
_MOST_UNITS: Final = 2**62

GivenEnds = tuple[int | None, int | None, int]
"""Last days of the calibration and the holdout, where they are given, and last day seen."""


class Ids(Protocol):
    """The ids that belong to records."""

    def take(self, places: Whole) -> pa.Array:
        """Ids of some records."""


@dataclass(frozen=True)
class Gathered:
    """What one pass over a log gathered.

    Attributes
    ----------
    state
        A record of `CUSTOMER` for every customer, in the order of their ids; empty ones are of
        nobody.
    ids
        Their ids.
    decimals
        Money is counted in units of ``10**-decimals``.
    lines
        Counts for the data-quality table.
    n_purchases
        Purchases in the whole log.
    """

    state: Records
    ids: Ids
    decimals: int
    lines: LineCounts
    n_purchases: int

    def write(
        self, window: Window, out: Path | None, record_of: RecordOf, progress: Progress
    ) -> Written:
        """Write the summary, in the order of first purchases, then ids, or keep it in memory."""
        order = order_by_first(self.state, window.first, window.end - window.first + 1)
        purchases = self.n_purchases
        if out is None:
            return Written(len(order), purchases, self._frame(order, window))
        batches = self._batches(order, window)
        first = next(batches)
        written = write_batches(
            first.schema, first, batches, out, lambda _: record_of(purchases), progress
        )
        return replace(written, purchases=purchases)

    def _frame(self, places: Whole, window: Window) -> pd.DataFrame:
        ids = pd.Index(self.ids.take(places).to_pandas(), name=schema.CUSTOMER_ID)
        return pd.DataFrame(self._columns(places, window, "ns"), index=ids, copy=False)

    def _batches(self, order: Whole, window: Window) -> Iterator[pa.RecordBatch]:
        """Some customers at a time; the next are put together while others are written."""
        edges = [*range(0, max(len(order), 1), _ROWS_PER_BATCH), len(order)]
        parts = [order[start:stop] for start, stop in pairwise(edges)]
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(self._batch, parts[0], window)
            for part in [*parts[1:], None]:
                batch = ahead.result()
                if part is not None:
                    ahead = pool.submit(self._batch, part, window)
                yield batch

    def _batch(self, places: Whole, window: Window) -> pa.RecordBatch:
        columns: dict[str, Any] = dict(self._columns(places, window, "us"))
        mean = columns[schema.MONETARY_VALUE]
        columns[schema.MONETARY_VALUE] = pa.array(mean, from_pandas=True)
        columns[schema.CUSTOMER_ID] = self.ids.take(places)
        return pa.RecordBatch.from_pydict(columns)

    def _columns(
        self, places: Whole, window: Window, stamp: Literal["us", "ns"]
    ) -> dict[str, npt.NDArray[Any]]:
        n = len(places)
        n_holdout = 0 if window.holdout_end is None else n
        first, frequency, recency, observed = (_room_for(n, np.int64) for _ in range(4))
        gaps, mean, total = (_room_for(n, np.float64) for _ in range(3))
        later_days, later_amount = _room_for(n_holdout, np.int64), _room_for(n_holdout, np.float64)
        day = int(np.timedelta64(1, "D") / np.timedelta64(1, stamp))
        units = (10.0**self.decimals, LOG_UNITS, day)
        whole = (first, frequency, recency, observed, later_days)
        fill_columns(
            self.state, places, window.end, units, whole, (gaps, mean, total, later_amount)
        )
        complete = np.ones(n, dtype=bool)
        if window.burn_in is not None:
            complete = first // day - window.first >= window.burn_in
        columns: dict[str, npt.NDArray[Any]] = {
            FIRST_PURCHASE: first.view(f"datetime64[{stamp}]"),
            schema.FREQUENCY: frequency,
            RECENCY_DAYS: recency,
            T_DAYS: observed,
            LOG_GAPS: gaps,
            schema.MONETARY_VALUE: mean,
            TOTAL_AMOUNT: total,
            HISTORY_COMPLETE: complete,
        }
        if window.holdout_end is not None:
            columns |= {HOLDOUT_FREQUENCY: later_days, HOLDOUT_AMOUNT: later_amount}
        return columns


def _room_for(n: int, kind: type[np.generic]) -> npt.NDArray[Any]:
    """An unfilled column in memory of Arrow, which reading the log has used before."""
    return np.frombuffer(pa.allocate_buffer(n * np.dtype(kind).itemsize), dtype=kind)


class Tally:
    """Counts that a pass over a log's lines keeps, and what it needs beside the lines.

    Attributes
    ----------
    counts
        Lines, their units, late lines, their units, purchases, first and last purchase day.
    ends
        Last day of the calibration, of the holdout, and last day seen.
    logs
        Logarithms of gaps in whole units.
    """

    def __init__(self, ends: GivenEnds) -> None:
        self.counts: Whole = np.array([0, 0, 0, 0, 0, _OPEN_END, -_OPEN_END], dtype=np.int64)
        calibration_end = _OPEN_END if ends[0] is None else ends[0]
        holdout_end = calibration_end if ends[1] is None else ends[1]
        self.ends: Ends = (calibration_end, holdout_end, ends[2])
        self.logs: Whole = np.concatenate([[0], log_units(np.arange(1, _LONGEST_GAP))])

    @property
    def too_large(self) -> bool:
        """Whether sums of money come near to what 64 bits hold."""
        return bool(self.counts[1] >= _MOST_UNITS)

    def gathered(self, state: Records, ids: Ids, decimals: int) -> Gathered | None:
        """What the pass found; None without any purchase, or with days that can't be meant."""
        lines, units, late, late_units, purchases, first, last = self.counts.tolist()
        if first < FIRST_SENSIBLE_DAY or not purchases:
            return None
        seen = (lines - late, units - late_units)
        counts = {
            "rows_read": (lines, units),
            "missing_ids": (0, 0),
            "late": (late, late_units),
            "seen": seen,
            "returned_lines": (0, 0),
            "zero_lines": (0, 0),
        }
        found = LineCounts(counts, seen[0], first, last)
        return Gathered(state, ids, decimals, found, purchases)


@dataclass(frozen=True)
class NumberedIds:
    """Whole numbers from a first one on."""

    first: int
    type: pa.DataType

    def take(self, places: Whole) -> pa.Array:
        """Ids of some records."""
        return pa.array(places + self.first).cast(self.type)


@dataclass(frozen=True)
class ListedIds:
    """Ids of any type, one for each record."""

    values: pa.ChunkedArray

    def take(self, places: Whole) -> pa.Array:
        """Ids of some records."""
        return self.values.take(pa.array(places)).combine_chunks()
