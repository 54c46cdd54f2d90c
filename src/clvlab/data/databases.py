"""Databases as a source: which tables one holds, and the rows of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from clvlab.data.database_errors import plain_reason, refused_driver
from clvlab.data.database_rows import (
    one_statement,
    relation_of_duckdb,
    rows_of_duckdb,
    rows_of_server,
)
from clvlab.data.database_values import RowsInParts, in_plain_types
from clvlab.data.raw_table import RawTable, from_arrow, require_distinct
from clvlab.data.rows_put_aside import RowsPutAside
from clvlab.errors import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import URL

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

    def rows(self, wanted: str, decimal: str = ".") -> pa.Table:
        """Every row and column of a table, a view or a query, in an order that stays the same.

        Rows of a file's table come as they were written. A server, a view and a query promise no
        order, so theirs are sorted by their contents.

        Parameters
        ----------
        wanted
            The table's name, ``schema.name``, or a query; see `is_query`.
        decimal
            The decimal sign that text in the table has; numbers among text are written with it.

        Raises
        ------
        InputError
            When there is no such table, or it can't be read.
        """
        meant, ordered = self._meant(wanted)
        rows = self._read(meant, decimal)
        return rows if ordered else _in_order(rows)

    def put_aside(
        self,
        wanted: str,
        folder: Path,
        decimal: str = ".",
        reached: Callable[[int], None] | None = None,
    ) -> list[Path]:
        """The same rows in Parquet files instead of in memory, in the order they are fetched in.

        For SQLite and servers; a DuckDB file is read `in_place`.

        Parameters
        ----------
        wanted, decimal
            As `rows` takes them.
        folder
            An empty folder for the files.
        reached
            Told how many rows have been fetched.

        Raises
        ------
        InputError
            When there is no such table, it can't be read, or there is no room.
        """
        meant, _ = self._meant(wanted)
        what = _in_words(meant)
        with self._opened(what) as connection:

            def taker(names: Sequence[str]) -> RowsPutAside:
                require_distinct(names, f"{what} of {self.label}")
                return RowsPutAside(names, folder, decimal)

            label = f"{what} of {self.label}"
            return rows_of_server(connection, meant, label, taker, reached).files()

    @contextmanager
    def in_place(self, wanted: str, settings: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
        """A table, view or query of a DuckDB file that is read where it is.

        Parameters
        ----------
        wanted
            As `rows` takes it.
        settings
            What DuckDB takes as ``config``.

        Yields
        ------
        tuple
            A connection that can only read, and the relation.

        Raises
        ------
        InputError
            When there is no such table, or it can't be read.
        """
        meant, _ = self._meant(wanted)
        with self._opened(_in_words(meant), settings) as connection:
            yield connection, in_plain_types(relation_of_duckdb(connection, meant))

    def _meant(self, wanted: str) -> tuple[str | tuple[str, str], bool]:
        """A query in parentheses, or schema and name; and whether its rows keep their order."""
        if is_query(wanted):
            return f"({one_statement(wanted, self.subject)})", False
        known = self.tables()
        schema, _, name = wanted.rpartition(".") if wanted not in known else ("", "", wanted)
        if name not in known and not schema:
            there = ", ".join(known) or "none"
            hint = did_you_mean(wanted, list(known))
            rule = f"must hold the table '{wanted}'"
            raise InputError(Problem(self.subject, rule, f"it holds {there}", hint))
        return (schema, name), known.get(wanted, False)

    def _read(self, wanted: str | tuple[str, str], decimal: str) -> pa.Table:
        what = _in_words(wanted)
        with self._opened(what) as connection:
            label = f"{what} of {self.label}"
            if self.kind == "DuckDB":
                return rows_of_duckdb(connection, wanted, label)
            taker = partial(RowsInParts, decimal=decimal)
            return rows_of_server(connection, wanted, label, taker).table()

    @property
    def subject(self) -> str:
        """The database, for the start of a message."""
        return f"database {self.label}"

    @contextmanager
    def _opened(self, what: str = "", settings: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """A connection that can only read; what goes wrong is told without passwords."""
        from sqlalchemy.exc import SQLAlchemyError

        if self.kind == "DuckDB":
            import duckdb

            errors: tuple[type[Exception], ...] = (duckdb.Error,)
        else:
            import sqlite3

            errors = (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError)
        subject = f"{what} of {self.subject}" if what else self.subject
        try:
            with self._connection(settings or {}) as connection:
                yield connection
        except errors as error:
            kind = f"a {self.kind} file" if self.path else "a database"
            rule = f"must be {kind} that can be {'opened' if self.path else 'reached'} and read"
            found, remedy = plain_reason(error, self.url)
            raise InputError(Problem(subject, rule, found, remedy)) from None

    def _connection(self, settings: Mapping[str, Any]) -> Any:  # noqa: ANN401 - one of two libraries' connections
        if self.kind == "DuckDB":
            import duckdb

            connection = duckdb.connect(
                str(self.path), read_only=True, **({"config": dict(settings)} if settings else {})
            )
            # In a notebook DuckDB refuses the setting where it could not draw a bar anyway.
            with suppress(duckdb.Error):
                connection.execute("SET enable_progress_bar = false")
            return connection
        from sqlalchemy import NullPool, create_engine
        from sqlalchemy.exc import NoSuchModuleError

        if self.path is not None:
            import sqlite3

            address = f"{self.path.resolve().as_uri()}?mode=ro"
            return create_engine(
                "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool
            ).connect()
        try:
            # Of PostgreSQL; other servers are read in a transaction that is never committed.
            only_read = {"postgresql_readonly": True}
            return create_engine(
                self.url or "", poolclass=NullPool, execution_options=only_read
            ).connect()
        except (ImportError, NoSuchModuleError) as error:
            raise refused_driver(error, self.subject, self.url) from None


@dataclass(frozen=True)
class DatabaseTable:
    """One table or query of a database, where a path stands for a file of a folder."""

    database: Database
    name: str

    @property
    def label(self) -> str:
        """What it is called in messages."""
        what = "a query" if is_query(self.name) else f"table {self.name}"
        return f"{what} of {self.database.label}"


def _in_words(wanted: str | tuple[str, str]) -> str:
    return "a query" if isinstance(wanted, str) else f"table {'.'.join(filter(None, wanted))}"


def is_query(text: str) -> bool:
    """Whether what stands for a table is a query, which begins with SELECT or WITH.

    Examples
    --------
    >>> is_query("select id, day from orders"), is_query("sales.orders")
    (True, False)
    """
    return re.match(r"\s*(select|with)\s", text, re.IGNORECASE) is not None


def read_database_table(table: DatabaseTable, decimal: str = ".") -> RawTable:
    """One table of a database by the contract that files have, too; rows are counted from 1.

    Values keep the types that they arrive in: text is not taken for a number, so ``0012`` stays
    so. Decimals become the nearest floats, as in a text file; what has no type of its own, such as
    a document or an interval, becomes its text and a binary value its hexadecimal digits.
    """
    return from_arrow(table.database.rows(table.name, decimal), table.label)


def _in_order(rows: pa.Table) -> pa.Table:
    require_distinct(rows.column_names, "the query")
    return rows.sort_by([(one, "ascending") for one in rows.column_names])
