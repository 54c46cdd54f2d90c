"""Databases as a source: DuckDB files where they are, all others through files put aside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clvlab.data.database_places import find_table
from clvlab.data.options import Reading
from clvlab.summary.engines.duckdb_engine import DuckDBEngine, Resources, connected
from clvlab.summary.engines.file_scan import scan_of
from clvlab.summary.progress import Progress


@contextmanager
def open_database(
    source: str | Path,
    reading: Reading,
    resources: Resources,
    folder: Path,
    progress: Progress,
) -> Iterator[DuckDBEngine]:
    """Open a table or query of a database.

    A DuckDB file is queried where it is. Rows of SQLite and of servers are fetched once, part by
    part, and put aside as Parquet files, so that a log is never in memory and a server is asked
    one question only.

    Parameters
    ----------
    source, reading
        As `load_transactions` takes them, with the table in `reading`.
    resources
        What DuckDB may use.
    folder
        An empty folder that is removed afterwards.
    progress
        Told how many rows have been fetched.

    Raises
    ------
    InputError
        As `load_transactions` raises it, and when there is no room to put rows aside.
    """
    table, room = find_table(source, reading.table), resources.bytes / 2
    if table.database.kind == "DuckDB":
        settings = resources.settings(folder)
        with table.database.in_place(table.name, settings) as (connection, relation):
            yield DuckDBEngine(
                relation, table.label, connection=connection, name=table.label, room=room
            )
        return
    progress.begin(f"reading {table.label}", None)
    files = table.database.put_aside(table.name, folder, reading.decimal, progress.reach)
    scan = scan_of(files, table.label, reading, is_text=False)
    with connected(resources.settings(folder)) as connection:
        engine = DuckDBEngine(
            None, table.label, connection=connection, name=table.label, files=files, room=room
        )
        engine.read(scan)
        yield engine
