"""`tables.toml`: what a folder says of itself, so that nobody has to say it again."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from clvlab.data.company.contracts import CONTRACTS, PURCHASES
from clvlab.data.company.table import TablePolicies
from clvlab.data.database_places import is_database
from clvlab.data.environment import variable_in
from clvlab.data.options import Policies, Reading
from clvlab.errors import InputError, Problem, Problems, did_you_mean

FILE = "tables.toml"
KNOWN = ("name", "currency", "simulated", "personal_ids", "as_of", "database", "tables")
ID_COLUMNS = tuple(
    dict.fromkeys(
        name
        for table in CONTRACTS.values()
        for name, column in table.columns.items()
        if column.kind == "id"
    )
)
"""Columns that may hold ids of people."""
_OWN = ("file", "table", "columns")


@dataclass(frozen=True)
class TableSource:
    """Where one table is and how it is read.

    Attributes
    ----------
    file
        Path or glob in the company's folder; by default the file with the table's name.
    columns
        Contract names with source columns, as far as names differ.
    options
        Reading options and policies.
    table
        Name of the table or view in a database, with its schema where that is not the usual one.
    """

    file: str | None = None
    columns: Mapping[str, str | None] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    table: str | None = None


@dataclass(frozen=True)
class TablesFile:
    """What `tables.toml` says.

    Attributes
    ----------
    name, currency, simulated
        Of the company; see `Company`.
    as_of
        The last day that the tables tell of, for tables that no longer grow; None for others.
    personal_ids
        Columns of ids that name people, such as ``("customer_id",)``; they become pseudonyms.
    tables
        Sources by table, for those that it names.
    database
        Where the tables are, if not in files: a SQLite or DuckDB file, as seen from the folder;
        ``"env:NAME"``; or an address without a password.
    """

    name: str | None = None
    currency: str | None = None
    simulated: bool = False
    personal_ids: tuple[str, ...] = ()
    tables: Mapping[str, TableSource] = field(default_factory=dict)
    as_of: str | None = None
    database: str | None = None


def read_tables_file(folder: Path) -> TablesFile:
    """The company's file, or nothing said where there is none.

    Raises
    ------
    InputError
        For a file that is no TOML, or says what is not known.
    """
    path = folder / FILE
    if not path.is_file():
        return TablesFile()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            Problem(f"file {FILE}", "must be TOML in UTF-8", str(error).rstrip("."))
        ) from None
    problems = Problems()
    _note_unknown(problems, f"file {FILE}", content, KNOWN)
    tables = {}
    for name, said in content.get("tables", {}).items():
        subject = f"[tables.{name}] of {FILE}"
        if name not in (*CONTRACTS, PURCHASES):
            rule, hint = "must be a table of the contract", did_you_mean(name, list(CONTRACTS))
            problems.add(subject, rule, f"there is no table '{name}'", hint)
            continue
        _note_unknown(problems, subject, said, (*_OWN, *allowed_options(name)))
        options = {key: value for key, value in said.items() if key not in _OWN}
        tables[name] = TableSource(
            said.get("file"), said.get("columns", {}), options, said.get("table")
        )
    personal = tuple(content.get("personal_ids", ()))
    for name in personal:
        if name not in ID_COLUMNS:
            rule = "must name columns of ids"
            hint = did_you_mean(str(name), ID_COLUMNS)
            problems.add(f"personal_ids of {FILE}", rule, f"got {name!r}", hint)
    problems.raise_if_any()
    return TablesFile(
        content.get("name"),
        content.get("currency"),
        bool(content.get("simulated")),
        personal,
        tables,
        str(content["as_of"]) if "as_of" in content else None,
        content.get("database"),
    )


def allowed_options(table: str) -> tuple[str, ...]:
    """Options that a table may have: how it is read, and what happens to rows that can't stand."""
    policies = Policies if table == PURCHASES else TablePolicies
    return tuple(one.name for kind in (Reading, policies) for one in fields(kind))


def _note_unknown(
    problems: Problems, subject: str, said: Mapping[str, object], known: tuple[str, ...]
) -> None:
    for key in said:
        if key not in known:
            problems.add(subject, f"can't say '{key}'", "it is not known", did_you_mean(key, known))


def is_company(source: str | Path) -> bool:
    """Whether a source holds a company: a database, or a folder with its file or its tables."""
    if is_database(source):
        return True
    variable = variable_in(source)
    path = Path(os.environ.get(variable, "") if variable else source).expanduser()
    if not path.is_dir():
        return False
    return _holds_tables(path) or _says_tables(path / FILE)


def keeps_a_database(source: str | Path) -> bool:
    """Whether a source is a folder whose file says that its tables are in a database."""
    variable = variable_in(source)
    file = Path(os.environ.get(variable, "") if variable else source).expanduser() / FILE
    if not file.is_file():
        return False
    try:
        return "database" in tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False


def _holds_tables(path: Path) -> bool:
    names = {PURCHASES, *CONTRACTS}
    return any(one.name.split(".")[0] in names for one in path.iterdir())


def _says_tables(file: Path) -> bool:
    """Whether a file is that of a company; one that is no TOML at all may be meant as that."""
    if not file.is_file():
        return False
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return True
    return "tables" in said or "database" in said
