"""Tables that are handed over as they are, of whatever library they come from."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from clvlab.data.database_values import as_plain_types
from clvlab.data.raw_table import RawTable, from_arrow, from_pandas
from clvlab.errors import InputError, Problem


def from_any_table(source: object, label: str) -> RawTable:
    """A table of pandas, Polars, Arrow, DuckDB, Spark or another library that shares Arrow data.

    Parameters
    ----------
    source
        A table, never changed. Of a reader of batches the rest is read, and it is used up.
    label
        What it is called in messages.

    Raises
    ------
    InputError
        When the source is no table, or what it is to be made from can't be read.

    Examples
    --------
    >>> import duckdb
    >>> from_any_table(duckdb.sql("SELECT '007' AS customer_id"), "the table").names
    ('customer_id',)
    """
    if isinstance(source, pd.DataFrame):
        return from_pandas(source, label)
    try:
        table = _as_arrow(source)
    except (MemoryError, InputError):
        raise
    except Exception as error:  # noqa: BLE001 - a plan is run here, and each library has its own
        said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        rule, found = "must be a table that can be read", f"it says: {said}"
        raise InputError(Problem(label, rule, found)) from None
    if table is None:
        rule = "must be a path or a table (pandas, Polars, Arrow, DuckDB, Spark)"
        raise InputError(Problem("parameter 'source'", rule, f"got {type(source).__name__}"))
    return from_arrow(table, label)


def _as_arrow(source: Any) -> pa.Table | None:  # noqa: ANN401 - any library's table
    """The table in Arrow; None when it is none. No library is imported to find out."""
    library = type(source).__module__.partition(".")[0]
    if library in ("duckdb", "_duckdb") and hasattr(source, "project"):
        return as_plain_types(source)
    if library == "pyspark" and hasattr(source, "toArrow"):
        return source.toArrow()
    if isinstance(source, pa.RecordBatch):
        return pa.Table.from_batches([source])
    if isinstance(source, pa.RecordBatchReader):
        return source.read_all()
    if library == "pyarrow" and hasattr(source, "to_table"):
        return source.to_table()
    return _by_narwhals(source)


def _by_narwhals(source: Any) -> pa.Table | None:  # noqa: ANN401 - any library's table
    import narwhals as nw

    try:
        frame = nw.from_native(source)
    except TypeError:
        shares = hasattr(source, "__arrow_c_stream__")
        return pa.RecordBatchReader.from_stream(source).read_all() if shares else None
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    return frame.to_arrow()
