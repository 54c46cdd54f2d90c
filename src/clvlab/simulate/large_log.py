"""Simulated logs of any size: drawn in blocks of customers, written by day to Parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from clvlab.clock import TimeUnit
from clvlab.compiled import compiled
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.simulate.bases import refuse_impossible
from clvlab.simulate.purchases import purchase_moments

_BLOCK_CUSTOMERS = 250_000
_ROW_GROUP = 1 << 20
_SCHEMA = pa.schema([(CUSTOMER_ID, pa.int32()), (DATE, pa.date32()), (AMOUNT, pa.float64())])


class _Rows(NamedTuple):
    """Purchases in ten bytes each: customer, days since the first day, hundredths."""

    customers: npt.NDArray[np.int32]
    days: npt.NDArray[np.int16]
    cents: npt.NDArray[np.int32]


def write_simulated_log(
    path: str | Path,
    n_customers: int,
    *,
    transaction: Sequence[float],
    spend: Sequence[float],
    unit: TimeUnit | str,
    seed: int,
    first_day: date = date(2022, 1, 1),
    acquisition_days: int = 365,
    observed_days: int = 730,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Draw a base as `simulate_base` does and write its purchases into one Parquet file.

    Purchases take ten bytes of memory each, twice while they are put into the order of their
    days; customers are drawn in blocks with random numbers of their own. The file says in its
    metadata that it is simulated.

    Parameters
    ----------
    path
        The file; written under a temporary name first.
    n_customers
        Number of customers; ids count from 0 in the order in which customers come.
    transaction, spend, unit, seed, first_day, acquisition_days, observed_days
        As `simulate_base` takes them; customers come evenly over the acquisition days. At most
        32,767 days.
    progress
        Told how many customers were drawn after each block.

    Returns
    -------
    int
        Number of rows: one per customer and day, ordered by date, then customer. Columns
        ``customer_id`` (int32), ``date`` (date32), ``amount`` (double, two decimals, positive).

    Raises
    ------
    InputError
        For what `simulate_base` refuses.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "log.parquet"
    >>> rows = write_simulated_log(
    ...     path, 100, transaction=(0.55, 60, 0.8, 2.5), spend=(6, 4, 15), unit="day", seed=1
    ... )
    >>> rows == pq.read_metadata(path).num_rows > 100
    True
    """
    refuse_impossible(n_customers, transaction, spend, acquisition_days, observed_days, 1)
    blocks = []
    drawn = 0
    starts = range(0, n_customers, _BLOCK_CUSTOMERS)
    for rng, start in zip(np.random.default_rng(seed).spawn(len(starts)), starts, strict=True):
        size = min(_BLOCK_CUSTOMERS, n_customers - start)
        # Ids count in the order of first days, so each block comes within its share of them.
        days = np.arange(start, start + size) * acquisition_days // n_customers
        blocks.append(_draw(rng, start, days, transaction, spend, unit, observed_days))
        drawn += size
        if progress is not None:
            progress(drawn)
    rows = _by_day(blocks, observed_days)
    target = Path(path)
    unfinished = target.with_name(f".{target.name}-unfinished")
    try:
        _write(unfinished, rows, first_day)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(rows.days)


def _draw(
    rng: np.random.Generator,
    first_customer: int,
    start: npt.NDArray[np.int64],
    transaction: Sequence[float],
    spend: Sequence[float],
    unit: TimeUnit | str,
    observed_days: int,
) -> _Rows:
    r, alpha, a, b = transaction
    p, q, v = spend
    rate = rng.gamma(r, 1 / (alpha * TimeUnit.parse(unit).days), len(start))
    dropout = rng.beta(a, b, len(start))
    customers, moments, _ = purchase_moments(
        rng, rate, dropout, start.astype(np.float64), float(observed_days)
    )
    scale = rng.gamma(q, 1 / v, len(start))
    amounts = rng.gamma(p, 1.0, len(customers)) / scale[customers]
    cents = np.clip(np.rint(amounts * 100), 1, 1e8).astype(np.int64)
    days = np.floor(moments).astype(np.int64)
    # Purchases arrive by customer and moment, so those of one day stand side by side.
    new = (np.diff(customers, prepend=-1) != 0) | (np.diff(days, prepend=-1) != 0)
    first = np.flatnonzero(new)
    return _Rows(
        (customers[first] + first_customer).astype(np.int32),
        days[first].astype(np.int16),
        np.add.reduceat(cents, first).astype(np.int32),
    )


def _by_day(blocks: list[_Rows], n_days: int) -> _Rows:
    """All rows in the order of their days, then customers; `blocks` is emptied on the way."""
    counts = sum(np.bincount(block.days, minlength=n_days) for block in blocks)
    place = np.concatenate([[0], np.cumsum(counts)])
    size = int(place[-1])
    rows = _Rows(np.empty(size, np.int32), np.empty(size, np.int16), np.empty(size, np.int32))
    for block in blocks:
        _put(*block, place, *rows)
    blocks.clear()
    return rows


@compiled
def _put(  # pragma: no cover - compiled
    customers: npt.NDArray[np.int32],
    days: npt.NDArray[np.int16],
    cents: npt.NDArray[np.int32],
    place: npt.NDArray[np.int64],
    all_customers: npt.NDArray[np.int32],
    all_days: npt.NDArray[np.int16],
    all_cents: npt.NDArray[np.int32],
) -> None:
    for i in range(days.size):
        at = place[days[i]]
        all_customers[at] = customers[i]
        all_days[at] = days[i]
        all_cents[at] = cents[i]
        place[days[i]] = at + 1


def _write(path: Path, rows: _Rows, first_day: date) -> None:
    record = json.dumps({"name": "Simulated log", "simulated": True})
    schema = _SCHEMA.with_metadata({"clvlab": record})
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(rows, first_day):
            writer.write_batch(batch, row_group_size=_ROW_GROUP)


def _batches(rows: _Rows, first_day: date) -> Iterator[pa.RecordBatch]:
    origin = np.datetime64(first_day, "D").astype(np.int32)
    for start in range(0, len(rows.days), _ROW_GROUP):
        part = slice(start, start + _ROW_GROUP)
        days = pa.array(rows.days[part].astype(np.int32) + origin).cast(pa.date32())
        amounts = pa.array(rows.cents[part] / 100)
        yield pa.record_batch([pa.array(rows.customers[part]), days, amounts], schema=_SCHEMA)
