"""Rows of a database as one Arrow table, read piece by piece."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from clvlab.data.database_values import RowsInParts, as_plain_types
from clvlab.data.progress import Progress
from clvlab.data.raw_table import require_distinct
from clvlab.data.rows_put_aside import RowsPutAside
from clvlab.errors import InputError, Problem

if TYPE_CHECKING:
    from sqlalchemy import Connection

_AT_ONCE = 20_000
"""Rows that are Python values at one time."""


def one_statement(query: str, subject: str) -> str:
    """A query without its final semicolon.

    Raises
    ------
    InputError
        When more than one statement is written, of which a later one might change something.

    Examples
    --------
    >>> one_statement("SELECT ';' AS sign FROM signs;", "the database")
    "SELECT ';' AS sign FROM signs"
    """
    statement = query.strip().rstrip(";").rstrip()
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", statement)
    if ";" in bare:
        rule, found = "takes one query at a time", "there are several, with a semicolon between"
        raise InputError(Problem(f"parameter 'table' of {subject}", rule, found))
    return statement


def relation_of_duckdb(
    connection: Any,  # noqa: ANN401 - untyped library
    wanted: str | tuple[str, str],
) -> Any:  # noqa: ANN401
    """A table or query of DuckDB, of which nothing is read yet."""
    meant = wanted if isinstance(wanted, str) else _quoted(*wanted)
    return connection.sql(f"SELECT * FROM {meant} AS asked")  # noqa: S608 - quoted


def rows_of_duckdb(
    connection: Any,  # noqa: ANN401 - untyped library
    wanted: str | tuple[str, str],
    label: str,
) -> pa.Table:
    """All rows of a table or query of DuckDB, with columns of plain types only."""
    relation = relation_of_duckdb(connection, wanted)
    with Progress(label) as progress, ThreadPoolExecutor(1) as beside:
        # In a thread of its own, since DuckDB does not look at Ctrl-C while it works.
        reading = beside.submit(as_plain_types, relation)
        try:
            rows = reading.result()
        except BaseException:
            connection.interrupt()
            raise
        progress.advance(rows=rows.num_rows)
        return rows


Taker = TypeVar("Taker", RowsInParts, RowsPutAside)


def rows_of_server(
    connection: Connection,
    wanted: str | tuple[str, str],
    label: str,
    taker: Callable[[Sequence[str]], Taker],
    reached: Callable[[int], None] | None = None,
) -> Taker:
    """Every row of a table or query, fetched in parts that `taker` is given one after the other.

    Parameters
    ----------
    connection
        To the database.
    wanted
        A query in parentheses, or schema and name of a table.
    label
        What it is called in messages.
    taker
        From the names of the columns to what takes the rows.
    reached
        Told how many rows have been fetched.
    """
    from sqlalchemy import literal_column, select, table

    streamed = connection.execution_options(stream_results=True, no_parameters=True)
    if isinstance(wanted, str):
        result = streamed.exec_driver_sql(wanted[1:-1])
    else:
        meant = table(wanted[1], schema=wanted[0] or None)
        result = streamed.execute(select(literal_column("*")).select_from(meant))
    names, done = list(result.keys()), 0
    require_distinct(names, label)
    parts = taker(names)
    # Where the connection broke off, nothing else closes the server's cursor.
    with closing(result.cursor), Progress(label) as progress:
        for rows in result.partitions(_AT_ONCE):
            parts.add(rows)
            done += len(rows)
            progress.advance(rows=len(rows))
            if reached is not None:
                reached(done)
    return parts


def _quoted(schema: str, name: str) -> str:
    parts = [part.replace('"', '""') for part in (schema, name) if part]
    return ".".join(f'"{part}"' for part in parts)
