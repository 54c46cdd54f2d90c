"""Which database a source stands for: a file, an address, or a variable that holds either."""

from __future__ import annotations

import os
from pathlib import Path

from clvlab.data.databases import Database, DatabaseTable, Kind
from clvlab.data.environment import held_by, variable_in
from clvlab.errors import InputError, Problem

SUFFIXES: dict[str, Kind] = {
    ".sqlite": "SQLite",
    ".sqlite3": "SQLite",
    ".db": "SQLite",
    ".db3": "SQLite",
    ".duckdb": "DuckDB",
    ".ddb": "DuckDB",
}
_SQLITE, _DUCKDB, _DUCKDB_AT = b"SQLite format 3\x00", b"DUCK", 8


def find_database(source: str | Path) -> Database | None:
    """The database that a source stands for; None when it is something else.

    Parameters
    ----------
    source
        The path of a SQLite or DuckDB file, known by its contents or its ending; a SQLAlchemy URL
        without a password; or ``"env:NAME"`` for either, a password included.

    Raises
    ------
    InputError
        When an address can't be understood or has a password written out, or a file with the
        ending of a database is none.
    """
    variable = variable_in(source)
    if variable is None:
        return _of_address(str(source), str(source)) or _of_file(Path(source), "")
    held = held_by(variable)
    shown = f"env:{variable}"
    return _of_address(held, shown) or (None if is_address(held) else _of_file(Path(held), shown))


def find_table(source: str | Path, table: str | None) -> DatabaseTable:
    """The table or query of a database that is meant.

    Raises
    ------
    InputError
        As `find_database` raises it, and when no table is named.
    """
    database = find_database(source)
    if database is not None and table is not None:
        return DatabaseTable(database, table)
    there = ", ".join(database.tables()) if database else ""
    raise InputError(
        Problem(
            database.subject if database else "the source",
            "can't be read as one table",
            f"it is a database, which holds {there or 'no table'}",
            'Name the table, view or query: table="...".',
        )
    )


def refuse_table(table: str | None) -> None:
    """Refuse the name of a table for a source that is no database.

    Raises
    ------
    InputError
        When one is given.
    """
    if table is not None:
        rule, found = "is for databases alone", "the source is none"
        raise InputError(Problem("parameter 'table'", rule, found, "Leave it out."))


def is_address(source: str) -> bool:
    """Whether a source is written as the address of a database.

    Examples
    --------
    >>> is_address("postgresql://db/crm"), is_address("data/crm")
    (True, False)
    """
    return "://" in source


def is_database(source: str | Path) -> bool:
    """Whether a source is meant as a database, whatever may be wrong with it."""
    variable = variable_in(source)
    text = str(source) if variable is None else os.environ.get(variable, "").strip()
    return is_address(text) or (Path(text).is_file() and _kind(Path(text)) is not None)


def _of_address(source: str, label: str) -> Database | None:
    if not is_address(source):
        return None
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    hidden = label.startswith("env:")
    try:
        url = make_url(source)
    except (ArgumentError, ValueError):
        shown = f"database {label}" if hidden else "the address of a database"
        rule = "must be an address as SQLAlchemy takes it"
        example = "Write it as in postgresql+psycopg://user:password@host/database."
        raise InputError(Problem(shown, rule, "it can't be understood", example)) from None
    if not hidden:
        if url.password is not None or url.query:
            rule = "can't be written out with a password or options"
            remedy = "Put it into an environment variable and name that: env:CRM_DATABASE."
            raise InputError(Problem("the address of a database", rule, "it has some", remedy))
        label = url.render_as_string(hide_password=True)
    if url.get_backend_name() in ("sqlite", "duckdb"):
        return _of_file(Path(url.database or ""), label)
    return Database(label, "server", url=url)


def _of_file(path: Path, shown: str) -> Database | None:
    path = path.expanduser()
    label = shown or path.name
    if not path.is_file():
        if not is_address(shown) and path.suffix.lower() not in SUFFIXES:
            return None
        rule = "must be a database that exists"
        found = "it is a folder" if path.is_dir() else "there is no such file"
        raise InputError(Problem(f"database {label}", rule, found))
    kind = _kind(path)
    if kind is None:
        return None
    found_in_file = _opening(path)
    if found_in_file is None:
        rule = f"must be a database, as its ending {path.suffix} says"
        found = "it is empty (0 bytes)" if not path.stat().st_size else "it is none"
        remedy = "Give a SQLite or DuckDB file, or end the name as what it is (.csv, .parquet)."
        raise InputError(Problem(f"database {label}", rule, found, remedy))
    return Database(label, found_in_file, path)


def _kind(path: Path) -> Kind | None:
    return _opening(path) or SUFFIXES.get(path.suffix.lower())


def _opening(path: Path) -> Kind | None:
    """The kind of database that a file begins like."""
    with path.open("rb") as file:
        start = file.read(len(_SQLITE))
    if start == _SQLITE:
        return "SQLite"
    return "DuckDB" if start[_DUCKDB_AT:].startswith(_DUCKDB) else None
