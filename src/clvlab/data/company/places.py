"""Where a company's tables are: files of a folder, or tables of a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clvlab.data.company.contracts import CONTRACTS, PURCHASES
from clvlab.data.company.tables_file import FILE, TablesFile, TableSource, read_tables_file
from clvlab.data.database_places import find_database, is_address
from clvlab.data.databases import Database, DatabaseTable, is_query
from clvlab.data.environment import held_by, unrepeated, variable_in
from clvlab.data.files import SUFFIXES
from clvlab.errors import InputError, Problem, Problems, did_you_mean

Place = str | DatabaseTable
"""A path or glob, or a table of a database."""
_FILES_ONLY = ("encoding", "delimiter", "sheet")


@dataclass(frozen=True)
class FoundTables:
    """What is known of a company before a table is opened.

    Attributes
    ----------
    name
        What it is called: as its file says, or as its folder, database or variable.
    said
        What its file says.
    places
        Place and source of each table that is there.
    file
        Its file, when there is one.
    """

    name: str
    said: TablesFile
    places: Mapping[str, tuple[Place, TableSource]]
    file: Path | None = None


def find_tables(source: str | Path) -> FoundTables:
    """Which tables a company has; see `load_company` for what a source may be.

    Raises
    ------
    InputError
        When there is no such folder or database, it holds no tables or one twice, or its file
        can't be understood.
    """
    variable = variable_in(source)
    database = find_database(source)
    if database is not None:
        folder = database.path.parent if database.path else None
        said = read_tables_file(folder) if folder else TablesFile()
        return _in_database(database, said, folder, variable or database.name)
    folder = Path(held_by(variable) if variable else source).expanduser()
    if not folder.is_dir():
        found = "it is a file" if folder.exists() else "there is nothing of that name"
        rule = "must be a folder with one file for each table, or a database"
        raise InputError(Problem(f"source {str(source)!r}", rule, found))
    said = read_tables_file(folder)
    name = variable or folder.resolve().name
    if said.database is not None:
        return _in_database(_named(said.database, folder), said, folder, name)
    places = _in_folder(folder, said)
    if not places:
        known = ", ".join((PURCHASES, *CONTRACTS))
        remedy = f"Name the files after the tables ({known}), or say in {FILE} which is which."
        raise InputError(Problem(f"folder {folder}", "must hold tables", "it holds none", remedy))
    return FoundTables(said.name or name, said, places, _file_in(folder))


def holds_tables(source: str | Path) -> bool:
    """Whether a company's folder or database has a table of the contract, as far as can be told.

    Raises
    ------
    InputError
        When a database can't be opened.
    """
    with unrepeated(source):
        database = find_database(source)
        if database is None:
            return True
        beside = database.path is not None and _file_in(database.path.parent) is not None
        return beside or not {PURCHASES, *CONTRACTS}.isdisjoint(database.tables())


def _file_in(folder: Path | None) -> Path | None:
    return folder / FILE if folder and (folder / FILE).is_file() else None


def _named(named: str, folder: Path) -> Database:
    """The database that a company's file names; a path starts from its folder."""
    elsewhere = variable_in(named) or is_address(named)
    database = find_database(named if elsewhere else folder / named)
    if database is None:
        rule = "must name a database that exists"
        found = f"there is none at {named!r}"
        raise InputError(Problem(f"database of {FILE}", rule, found))
    return database


def _in_database(
    database: Database, said: TablesFile, folder: Path | None, name: str
) -> FoundTables:
    known, problems = database.tables(), Problems()
    places: dict[str, tuple[Place, TableSource]] = {}
    for table in (PURCHASES, *CONTRACTS):
        source = said.tables.get(table, TableSource())
        subject = f"[tables.{table}] of {FILE}"
        for option in (*(["file"] if source.file else []), *source.options):
            if option == "file" or option in _FILES_ONLY:
                rule, found = f"can't say '{option}' of a table in a database", "it does"
                problems.add(subject, rule, found, 'Leave it out, or say table = "...".')
        wanted = source.table or table
        if wanted in known or "." in wanted or is_query(wanted):
            places[table] = (DatabaseTable(database, wanted), source)
        elif source.table is not None:
            rule, found = "must name a table or view", f"{database.subject} has no '{wanted}'"
            problems.add(subject, rule, found, did_you_mean(wanted, list(known)))
    problems.raise_if_any()
    if not places:
        there = ", ".join(known) or "none at all"
        remedy = f'Say in a {FILE} which table is which: [tables.customers] table = "...".'
        rule = f"must hold tables of a company ({', '.join((PURCHASES, *CONTRACTS))})"
        raise InputError(Problem(database.subject, rule, f"it holds {there}", remedy))
    return FoundTables(said.name or name, said, places, _file_in(folder))


def _in_folder(folder: Path, said: TablesFile) -> dict[str, tuple[Place, TableSource]]:
    """Path and source of each table that is there."""
    found: dict[str, tuple[Place, TableSource]] = {}
    for name in (PURCHASES, *CONTRACTS):
        source = said.tables.get(name, TableSource())
        if source.table is not None:
            rule, what = "can't say 'table' of a table in files", f"it says {source.table!r}"
            remedy = 'Say file = "...", or name the database above all tables: database = ...'
            raise InputError(Problem(f"[tables.{name}] of {FILE}", rule, what, remedy))
        if source.file is not None:
            found[name] = (str(folder / source.file), source)
            continue
        named = [folder / f"{name}{suffix}" for suffix in SUFFIXES]
        there = [path for path in (folder / name, *named) if path.exists()]
        if len(there) > 1:
            files = ", ".join(path.name for path in there)
            rule = f"must hold the table {name} once"
            remedy = f"Remove all but one, or name it in {FILE}."
            raise InputError(Problem(f"folder {folder}", rule, f"it holds {files}", remedy))
        if there:
            found[name] = (str(there[0]), source)
    return found
