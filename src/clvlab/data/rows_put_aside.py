"""Rows that arrive part by part and are put aside as Parquet files, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from clvlab.data.database_values import column_of, common_type, converted

_PARTS_AT_ONCE = 16
"""Parts that are in memory before they are written."""


class RowsPutAside:
    """Rows of Python values on their way to disk; what `RowsInParts` gives, without holding it.

    Where the types of a column change between parts, a further file begins; in the end all files
    have the types that the whole columns have.

    Parameters
    ----------
    names
        The columns.
    folder
        Where the files go.
    decimal
        The decimal sign with which numbers among text are written.
    """

    def __init__(self, names: Sequence[str], folder: Path, decimal: str = ".") -> None:
        self._names, self._folder, self._decimal = list(names), folder, decimal
        self._kinds: list[set[pa.DataType]] = [set() for _ in names]
        self._waiting: list[pa.RecordBatch] = []
        self._files: list[tuple[Path, pa.Schema]] = []
        self._writer: pq.ParquetWriter | None = None

    def add(self, rows: Sequence[Iterable[object]]) -> None:
        """Take the next rows."""
        columns = [column_of(values, self._decimal) for values in zip(*rows, strict=True)]
        for kinds, column in zip(self._kinds, columns, strict=True):
            if column.null_count < len(column):
                kinds.add(column.type)
        part = pa.RecordBatch.from_arrays(columns, names=self._names)
        if self._waiting and part.schema != self._waiting[0].schema:
            self._write()
        self._waiting.append(part)
        if len(self._waiting) == _PARTS_AT_ONCE:
            self._write()

    def files(self) -> list[Path]:
        """The files, each column of one type in all of them; one without rows where there is none.

        Nothing can be added afterwards.
        """
        self._write()
        self._close()
        kinds = [common_type(found) for found in self._kinds]
        schema = pa.schema(list(zip(self._names, kinds, strict=True)))
        if not self._files:
            pq.write_table(schema.empty_table(), self._folder / "0.parquet")
            return [self._folder / "0.parquet"]
        for path, known in self._files:
            if known != schema:
                self._rewrite(path, schema)
        return [path for path, _ in self._files]

    def _write(self) -> None:
        if not self._waiting:
            return
        table = pa.Table.from_batches(self._waiting)
        self._waiting = []
        if not self._files or self._files[-1][1] != table.schema:
            self._close()
            path = self._folder / f"{len(self._files)}.parquet"
            self._files.append((path, table.schema))
            self._writer = pq.ParquetWriter(path, table.schema, compression="lz4")
        if self._writer is not None:
            self._writer.write_table(table)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    def _rewrite(self, path: Path, schema: pa.Schema) -> None:
        unfinished = path.with_suffix(".unfinished")
        with (
            pq.ParquetFile(path) as known,
            pq.ParquetWriter(unfinished, schema, compression="lz4") as writer,
        ):
            for group in range(known.num_row_groups):
                for part in known.read_row_group(group).to_batches():
                    columns = [
                        converted(column, kind, self._decimal)
                        for column, kind in zip(part.columns, schema.types, strict=True)
                    ]
                    writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
        unfinished.replace(path)
