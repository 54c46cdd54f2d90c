"""Customers of a summary on disk, some at a time, and their scores into a file that is never half.

Rows come in the order of the files, so that what is written follows the summary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from clvlab.errors import InputError, Problem
from clvlab.models.scoring.history_lookup import NOWHERE, HistoryLookup
from clvlab.schema import CUSTOMER_ID, FREQUENCY, MONETARY_VALUE
from clvlab.summary.customer_summary import RECENCY_DAYS, T_DAYS
from clvlab.summary.summary_file import SummaryFile, damaged_file

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
CUSTOMERS_AT_ONCE = 500_000


@dataclass(frozen=True)
class Block:
    """Some customers.

    Attributes
    ----------
    first
        How many customers stand before them.
    history
        Which of the distinct histories each has, (n,).
    monetary_value
        Mean amount of each one's repeat purchases; not a number where there are none.
    columns
        Their ids, and other columns that were asked for.
    """

    first: int
    history: Integers
    monetary_value: Array
    columns: dict[str, pa.ChunkedArray]

    def __len__(self) -> int:
        return len(self.history)


def blocks_of(
    files: SummaryFile, lookup: HistoryLookup, others: tuple[str, ...] = ()
) -> Iterator[Block]:
    """The customers in the order of the files, with other columns of theirs as they are.

    Raises
    ------
    InputError
        For a file that can't be read to its end, and one that changed since it was counted.
    """
    needed = [FREQUENCY, RECENCY_DAYS, T_DAYS, MONETARY_VALUE]
    first = 0
    for file in files.files:
        for batch in _batches(file, [*needed, *others]):
            x, t, T, m = (batch.column(name) for name in needed)
            whole = (_whole_numbers(column) for column in (x, t, T))
            history = lookup.find(*whole)
            if (history == NOWHERE).any():
                raise InputError(
                    Problem(f"the file {file.name}", "can't change while it is read", "it did")
                )
            amounts = m.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
            yield Block(first, history, amounts, {name: batch.column(name) for name in others})
            first += len(batch)


def _batches(file: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(file) as opened:
            yield from opened.iter_batches(CUSTOMERS_AT_ONCE, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise damaged_file(file, str(error).splitlines()[0]) from None


def _whole_numbers(column: pa.Array) -> Integers:
    return np.ascontiguousarray(column.to_numpy(zero_copy_only=False), dtype=np.int64)


class TableWriter:
    """Writes tables below each other into one Parquet file, with metadata; closed at its end."""

    def __init__(self, path: Path, metadata: dict[bytes, bytes]) -> None:
        self._path, self._metadata = path, metadata
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, columns: dict[str, pa.Array | Array | Integers]) -> None:
        """Append rows; the first ones say what columns there are."""
        table = pa.table(columns)
        if self._writer is None:
            schema = table.schema.with_metadata(self._metadata)
            self._writer = pq.ParquetWriter(self._path, schema, compression="zstd")
        self._writer.write_table(table.replace_schema_metadata(self._metadata))


IDS = (CUSTOMER_ID,)
