"""Databases as a source: which tables one holds, and the rows of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from clvlab.data.database_errors import plain_reason, refused_driver
from clvlab.data.database_values import table_of_rows, with_plain_types
from clvlab.data.raw_table import RawTable, from_arrow
from clvlab.errors import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import URL, Connection, Select

Kind = Literal["SQLite", "DuckDB", "server"]


@dataclass(frozen=True)
class Database:
    """A database that is only ever read.

    Attributes
    ----------
    label
        What it is called in messages; never holds a password.
    kind
        How it is opened.
    path
        The file, for SQLite and DuckDB.
    url
        The address of a server.
    """

    label: str
    kind: Kind
    path: Path | None = None
    url: URL | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What a company in it is called unless its own file says so."""
        if self.label.startswith("env:"):
            return self.label.removeprefix("env:")
        return self.path.stem if self.path else str(self.url.database if self.url else self.label)

    def tables(self) -> dict[str, bool]:
        """Names of tables and views, and which of them keep their rows in the order written.

        Raises
        ------
        InputError
            When the database can't be opened.
        """
        with self._opened() as connection:
            if self.kind == "DuckDB":
                listed = connection.execute(
                    "SELECT table_name, table_type = 'BASE TABLE' FROM information_schema.tables "
                    "WHERE table_schema = current_schema() AND table_catalog = current_database() "
                    "ORDER BY table_name"
                ).fetchall()
                return dict(listed)
            from sqlalchemy import inspect

            inspector = inspect(connection)
            views = dict.fromkeys(inspector.get_view_names(), False)
            ordered = self.kind == "SQLite"
            return views | dict.fromkeys(inspector.get_table_names(), ordered)

    def rows(self, table: str, decimal: str = ".") -> pa.Table:
        """Every row and column of a table or view, in an order that does not change by itself.

        Rows of a file's table come as they were written. A server and a view promise no order, so
        theirs are sorted by their contents.

        Parameters
        ----------
        table
            Its name, or ``schema.name``.
        decimal
            The decimal sign that text in the table has; numbers among text are written with it.

        Raises
        ------
        InputError
            When there is no such table or it can't be read.
        """
        known = self.tables()
        schema, _, name = table.rpartition(".") if table not in known else ("", "", table)
        if name not in known and not schema:
            there = ", ".join(known) or "none"
            hint = did_you_mean(table, list(known))
            rule = f"must hold the table '{table}'"
            raise InputError(Problem(self.subject, rule, f"it holds {there}", hint))
        with self._opened(table) as connection:
            if self.kind == "DuckDB":
                rows = with_plain_types(connection, _quoted(schema, name))
            else:
                rows = _selected(connection, schema, name, decimal)
        if known.get(table):
            return rows
        return rows.sort_by([(one, "ascending") for one in rows.column_names])

    @property
    def subject(self) -> str:
        """The database, for the start of a message."""
        return f"database {self.label}"

    @contextmanager
    def _opened(self, table: str = "") -> Iterator[Any]:
        """A connection that can only read; what goes wrong is told without passwords."""
        from sqlalchemy.exc import SQLAlchemyError

        if self.kind == "DuckDB":
            import duckdb

            errors: tuple[type[Exception], ...] = (duckdb.Error,)
        else:
            import sqlite3

            errors = (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError)
        subject = f"table {table} of {self.subject}" if table else self.subject
        try:
            with self._connection() as connection:
                yield connection
        except errors as error:
            kind = f"a {self.kind} file" if self.path else "a database"
            rule = f"must be {kind} that can be {'opened' if self.path else 'reached'} and read"
            found, remedy = plain_reason(error, self.url)
            raise InputError(Problem(subject, rule, found, remedy)) from None

    def _connection(self) -> Any:  # noqa: ANN401 - one of two libraries' connections
        if self.kind == "DuckDB":
            import duckdb

            return duckdb.connect(str(self.path), read_only=True)
        from sqlalchemy import NullPool, create_engine
        from sqlalchemy.exc import NoSuchModuleError

        if self.path is not None:
            import sqlite3

            address = f"{self.path.resolve().as_uri()}?mode=ro"
            return create_engine(
                "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool
            ).connect()
        try:
            return create_engine(self.url or "", poolclass=NullPool).connect()
        except (ImportError, NoSuchModuleError) as error:
            raise refused_driver(error, self.subject, self.url) from None


@dataclass(frozen=True)
class DatabaseTable:
    """One table of a database, where a path stands for one of a folder."""

    database: Database
    name: str

    @property
    def label(self) -> str:
        """What it is called in messages."""
        return f"table {self.name} of {self.database.label}"


def read_database_table(table: DatabaseTable, decimal: str = ".") -> RawTable:
    """One table of a database by the contract that files have, too; rows are counted from 1.

    Values keep the types that they arrive in: text is not taken for a number, so ``0012`` stays
    so. Decimals become the nearest floats, as in a text file; what has no type of its own, such as
    a document or an interval, becomes its text and a binary value its hexadecimal digits.
    """
    return from_arrow(table.database.rows(table.name, decimal), table.label)


def _quoted(schema: str, name: str) -> str:
    parts = [part.replace('"', '""') for part in (schema, name) if part]
    return ".".join(f'"{part}"' for part in parts)


def _selected(connection: Connection, schema: str, name: str, decimal: str) -> pa.Table:
    from sqlalchemy import literal_column, select, table

    meant = table(name, schema=schema or None)
    chosen: Select[Any] = select(literal_column("*")).select_from(meant)
    result = connection.execute(chosen)
    return table_of_rows(list(result.keys()), result.fetchall(), decimal)
