"""A company: its purchases and every other table that it keeps, each of them optional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from clvlab.clock import parse_date
from clvlab.data.company.contracts import CONTRACTS, PURCHASES
from clvlab.data.company.same_ids import with_pseudonyms, with_same_ids
from clvlab.data.company.table import CompanyTable, TablePolicies, read_table
from clvlab.data.company.tables_file import FILE, TablesFile, TableSource, read_tables_file
from clvlab.data.files import SUFFIXES
from clvlab.data.log import TransactionLog
from clvlab.data.options import Policies, Reading
from clvlab.data.transactions import load_transactions, open_source
from clvlab.errors import InputError, NotAvailableError, Problem, Problems, did_you_mean
from clvlab.schema import CUSTOMER_ID


@dataclass(frozen=True)
class Company:
    """What a company knows of its customers, without their names and how to reach them.

    What names a person is left behind when a company is loaded, so that no report can show it;
    `load_identities` reads it back for an export that someone asks for.

    Attributes
    ----------
    name
        What it is called on a page.
    tables
        The tables that it has, by name; see `clvlab.data.company.CONTRACTS`. Customer ids have
        the same type in all of them and in `log`.
    log
        Its purchases, if there are any.
    simulated
        True when there is no such company.
    """

    name: str
    tables: Mapping[str, CompanyTable] = field(repr=False)
    log: TransactionLog | None = field(default=None, repr=False)
    simulated: bool = False

    def has(self, table: str, *columns: str) -> bool:
        """Whether there is such a table, with these columns."""
        return not self.missing(table, *columns)

    def missing(self, table: str, *columns: str) -> str:
        """What of a table is not there, as a sentence for a page; empty when all of it is.

        Examples
        --------
        >>> Company("Shop", {}).missing("invoices")
        'not available: needs the table invoices'
        """
        if table == PURCHASES:
            return "" if self.log is not None else _needs("the table purchases")
        if table not in CONTRACTS:
            raise InputError(
                Problem(
                    "the table",
                    "must be one of the contract",
                    f"got {table!r}",
                    did_you_mean(table, list(CONTRACTS)),
                )
            )
        if table not in self.tables:
            return _needs(f"the table {table}")
        absent = [name for name in columns if name not in self.tables[table].frame]
        many = "s" if len(absent) > 1 else ""
        return _needs(f"the column{many} {', '.join(absent)} of {table}") if absent else ""

    def table(self, name: str, *columns: str) -> pd.DataFrame:
        """The rows of a table, with these columns at least.

        Raises
        ------
        NotAvailableError
            When the table or one of the columns is not there; nothing is made up instead.
        """
        absent = self.missing(name, *columns)
        if absent:
            raise NotAvailableError(absent)
        return self.tables[name].frame.reset_index(drop=True)

    def purchases(self) -> TransactionLog:
        """The purchases.

        Raises
        ------
        NotAvailableError
            When there are none.
        """
        if self.log is None:
            raise NotAvailableError(self.missing(PURCHASES))
        return self.log

    def quality(self) -> pd.DataFrame:
        """What happened to the rows of every table; see `CompanyTable`."""
        steps = [table.quality for table in self.tables.values()]
        if self.log is not None:
            steps.append(self.log.quality.assign(table=PURCHASES))
        return pd.concat(steps, ignore_index=True) if steps else pd.DataFrame()


def load_company(source: str | Path, *, as_of: date | str | None = None) -> Company:
    """Load a folder of tables, one file or folder for each.

    A table is the file, or folder of files, that has its name: ``customers.csv``,
    ``invoices.parquet``, ``purchases/``. A file ``tables.toml`` in the folder says what differs:

    .. code-block:: toml

        name = "Board & Co"
        currency = "CNY"

        [tables.customers]
        file = "客户*.csv"
        encoding = "gb18030"
        date_format = "day-first"
        columns = { customer_id = "客户代码", region = "大区" }
        same_key = "newest"

    Parameters
    ----------
    source
        The folder.
    as_of
        Last day that is seen (inclusive): later rows are left out of every table, and what
        happened later to rows that stay is not known. By default the one that ``tables.toml``
        states, if it does.

    Returns
    -------
    Company

    Raises
    ------
    InputError
        With every problem of every table at once.
    """
    folder, said, places = open_folder(source)
    as_of = said.as_of if as_of is None else as_of
    day = None if as_of is None else pd.Timestamp(parse_date(as_of, "as_of"))
    problems, tables, log = Problems(), {}, None
    for name, (path, source_of) in places.items():
        try:
            if name == PURCHASES:
                log = _load_purchases(path, source_of, said, as_of)
            else:
                table = load_table(name, path, source_of, day)
                personal = [one for one in table.contract.personal if one in table.frame]
                tables[name] = replace(table, frame=table.frame.drop(columns=personal))
        except InputError as error:
            for one in error.problems:
                problems.add(one.subject, one.rule, one.found, one.remedy)
    problems.raise_if_any()
    company = Company(said.name or folder.resolve().name, tables, log, said.simulated)
    if said.personal_ids:
        company = with_pseudonyms(company, said.personal_ids)
    return company if CUSTOMER_ID in said.personal_ids else with_same_ids(company)


def open_folder(
    source: str | Path,
) -> tuple[Path, TablesFile, dict[str, tuple[str, TableSource]]]:
    """A company's folder, what its file says, and where each table is.

    Raises
    ------
    InputError
        When there is no such folder, it holds no tables or one twice, or its file can't be
        understood.
    """
    folder = Path(source).expanduser()
    if not folder.is_dir():
        found = "it is a file" if folder.exists() else "there is nothing of that name"
        rule = "must be a folder with one file for each table"
        raise InputError(Problem(f"source {str(source)!r}", rule, found))
    said = read_tables_file(folder)
    places = _places(folder, said)
    if not places:
        known = ", ".join((PURCHASES, *CONTRACTS))
        remedy = f"Name the files after the tables ({known}), or say in {FILE} which is which."
        raise InputError(Problem(f"folder {folder}", "must hold tables", "it holds none", remedy))
    return folder, said, places


def _places(folder: Path, said: TablesFile) -> dict[str, tuple[str, TableSource]]:
    """Path and source of each table that is there."""
    found = {}
    for name in (PURCHASES, *CONTRACTS):
        source = said.tables.get(name, TableSource())
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


def _load_purchases(
    path: str, source: TableSource, said: TablesFile, as_of: date | str | None
) -> TransactionLog:
    personal = CUSTOMER_ID in said.personal_ids
    options: dict[str, Any] = {
        "currency": said.currency,
        "name": said.name,
        "personal_ids": personal,
    }
    options |= source.options
    log = load_transactions(path, source.columns or None, as_of=as_of, **options)
    return replace(log, simulated=said.simulated)


def load_purchases(source: str | Path, *, as_of: date | str | None = None) -> TransactionLog:
    """The purchases of a company's folder alone; what is wrong with other tables does not matter.

    Raises
    ------
    NotAvailableError
        When the company has none.
    InputError
        When they can't be read; see `load_transactions`.
    """
    _, said, places = open_folder(source)
    if PURCHASES not in places:
        raise NotAvailableError(_needs("the table purchases"))
    return _load_purchases(*places[PURCHASES], said, said.as_of if as_of is None else as_of)


def load_table(
    name: str, path: str, source: TableSource, as_of: pd.Timestamp | None = None
) -> CompanyTable:
    """One table, with all its columns.

    Raises
    ------
    InputError
        With every problem of the table.
    """
    reading = Reading(**options_of(Reading, source.options))
    policies = TablePolicies(**options_of(TablePolicies, source.options))
    problems = Problems()
    policies.note_problems(problems)
    problems.raise_if_any()
    raw = open_source(path, reading, Policies())
    table = read_table(raw, CONTRACTS[name], source.columns, reading, policies, problems, as_of)
    problems.raise_if_any()
    return table


def options_of(kind: type, options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the options that are fields of a class of options."""
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in options.items() if name in names}


def _needs(what: str) -> str:
    return f"not available: needs {what}"
