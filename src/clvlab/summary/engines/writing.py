"""Customers written to Parquet as they come, under a temporary name until they are complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clvlab.schema import CUSTOMER_ID, FREQUENCY
from clvlab.summary.engines.engine import RecordOf, Written
from clvlab.summary.engines.statements import PURCHASE_DAYS
from clvlab.summary.finished_file import finished_at
from clvlab.summary.progress import Progress
from clvlab.summary.record import METADATA_KEY, SummaryRecord


def write_batches(
    schema: pa.Schema,
    first: pa.RecordBatch | None,
    rest: Iterable[pa.RecordBatch],
    out: Path | None,
    record_of: RecordOf,
    progress: Progress,
) -> Written:
    """Write one file of customers with its record; those after the calibration are counted only.

    Parameters
    ----------
    schema
        Of the batches: the columns of a summary, `CUSTOMER_ID`, and `PURCHASE_DAYS`.
    first, rest
        The customers.
    out
        The file; where there is none, the customers are kept in memory.
    record_of
        What the file says of itself, once the number of purchases is known.
    progress
        Told how many customers are written.
    """
    known = _Known(chain([] if first is None else [first], rest), progress)
    kept = pa.schema([field for field in schema if field.name != PURCHASE_DAYS])
    file_schema = with_pandas_notes(kept)
    if out is None:
        table = pa.Table.from_batches(known, schema=kept).cast(file_schema)
        return Written(known.customers, known.purchases, table.to_pandas(split_blocks=True))
    with finished_at(out) as unfinished, _writer(unfinished, file_schema) as writer:
        for batch in known:
            writer.write_batch(batch.cast(file_schema))
        record = record_of(known.purchases).to_json().encode()
        writer.add_key_value_metadata({METADATA_KEY: record})
    return Written(known.customers, known.purchases)


class _Known:
    """Batches of the customers who came in the calibration, counted as they go by."""

    def __init__(self, batches: Iterable[pa.RecordBatch], progress: Progress) -> None:
        self.customers = self.purchases = 0
        self._batches, self._progress = batches, progress
        progress.begin("writing customers", None)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self._batches:
            known = batch
            if PURCHASE_DAYS in batch.schema.names:
                self.purchases += pc.sum(batch.column(PURCHASE_DAYS)).as_py() or 0
                came = pc.greater_equal(batch.column(FREQUENCY), 0)
                known = batch.filter(came).drop_columns([PURCHASE_DAYS])
            self.customers += known.num_rows
            self._progress.reach(self.customers)
            yield known


def add_record(path: Path, record: SummaryRecord) -> None:
    """Write a file of customers again with its record, in bounded memory."""
    with finished_at(path) as unfinished, pq.ParquetFile(path) as parts:
        schema = with_pandas_notes(parts.schema_arrow.remove_metadata())
        with _writer(unfinished, schema) as writer:
            for batch in parts.iter_batches():
                writer.write_batch(batch.cast(schema))
            writer.add_key_value_metadata({METADATA_KEY: record.to_json().encode()})


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    # Dictionaries of sums are as large as the sums; lz4 takes half the time of zstd.
    counted = [name for name in schema.names if not pa.types.is_float64(schema.field(name).type)]
    counted = [name for name in counted if name != CUSTOMER_ID]
    return pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=counted)


def with_pandas_notes(schema: pa.Schema) -> pa.Schema:
    """The schema with the notes by which pandas finds the index."""
    frame = schema.empty_table().to_pandas().set_index(CUSTOMER_ID)
    return schema.with_metadata(pa.Schema.from_pandas(frame, preserve_index=True).metadata)
