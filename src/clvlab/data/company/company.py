"""A company: its purchases and every other table that it keeps, each of them optional."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from clvlab.clock import parse_date
from clvlab.data.company.cells import read_cells
from clvlab.data.company.columns import columns_of
from clvlab.data.company.contracts import CONTRACTS, PURCHASES
from clvlab.data.company.known_persons import KnownPersons, without_known_persons
from clvlab.data.company.places import FoundTables, Place, find_tables
from clvlab.data.company.same_ids import with_pseudonyms, with_same_ids
from clvlab.data.company.table import CompanyTable, TablePolicies, read_table, with_masked
from clvlab.data.company.tables_file import TablesFile, TableSource
from clvlab.data.environment import unrepeated
from clvlab.data.log import TransactionLog
from clvlab.data.options import Policies, Reading
from clvlab.data.transactions import load_transactions, open_source
from clvlab.errors import InputError, NotAvailableError, Problem, Problems, did_you_mean
from clvlab.schema import CUSTOMER_ID

WAYS_TO_REACH = ("address", "phone", "email")
REACHABLE = "reachable"


@dataclass(frozen=True)
class Company:
    """What a company knows of its customers, without their names and how to reach them.

    What names a person is left behind when a company is loaded, so that no report can show it;
    `load_identities` reads it back for an export that someone asks for. Of the addresses, telephone
    numbers and e-mail addresses of customers only stays whether there is one: ``reachable``. Where
    text holds any of these, what kind it is stands in its place; see `KnownPersons`.

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


def load_company(
    source: str | Path,
    *,
    as_of: date | str | None = None,
    tables: Collection[str] | None = None,
) -> Company:
    """Load a folder of tables, one file or folder for each, or the tables of a database.

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

    A database holds its tables and views by the same names. A ``tables.toml`` beside its file
    says what differs, with ``table = "crm.clients"`` in place of ``file``. A folder may hold no
    more than a ``tables.toml`` that says ``database = "env:CRM"`` or names a file.

    Parameters
    ----------
    source
        The folder; a SQLite or DuckDB file; a SQLAlchemy URL without a password; or
        ``"env:NAME"`` for what the environment variable NAME holds, which no message repeats.
    as_of
        Last day that is seen (inclusive): later rows are left out of every table, and what
        happened later to rows that stay is not known. By default the one that ``tables.toml``
        states, if it does.
    tables
        Names of those to load, by default all that are there; others are not even opened.

    Returns
    -------
    Company

    Raises
    ------
    InputError
        With every problem of every table at once; of a database, which names it and what its
        driver said, never a password.
    """
    with unrepeated(source):
        return _load(find_tables(source), as_of, tables)


def _load(found: FoundTables, as_of: date | str | None, wanted: Collection[str] | None) -> Company:
    said = found.said
    as_of = said.as_of if as_of is None else as_of
    day = None if as_of is None else pd.Timestamp(parse_date(as_of, "as_of"))
    problems, log = Problems(), None
    tables: dict[str, CompanyTable] = {}
    for name, (place, source_of) in found.places.items():
        if wanted is not None and name not in wanted:
            continue
        try:
            if name == PURCHASES:
                log = _load_purchases(place, source_of, said, as_of)
            else:
                tables[name] = load_table(name, place, source_of, day)
        except InputError as error:
            for one in error.problems:
                problems.add(one.subject, one.rule, one.found, one.remedy)
    problems.raise_if_any()
    tables = _naming_nobody(tables, found)
    company = Company(found.name, tables, log, said.simulated)
    if said.personal_ids:
        company = with_pseudonyms(company, said.personal_ids)
    return company if CUSTOMER_ID in said.personal_ids else with_same_ids(company)


def _naming_nobody(
    tables: Mapping[str, CompanyTable], found: FoundTables
) -> dict[str, CompanyTable]:
    """The tables without what names a person, in its own column or in text."""
    written = any(set(one.contract.free) & set(one.frame) for one in tables.values())
    known = KnownPersons.of(
        (CONTRACTS[name], load_persons(name, *found.places[name]))
        for name in ("customers", "leads")
        if written and name in found.places
    )
    out = {}
    for name, table in tables.items():
        frame = _without_persons(name, table)
        clean, rows = without_known_persons(table.contract, frame, known)
        out[name] = replace(table, frame=clean, quality=with_masked(table.quality, name, rows))
    return out


def _without_persons(name: str, table: CompanyTable) -> pd.DataFrame:
    """The rows without what names a person; of ways to reach one, whether there is any."""
    frame = table.frame
    ways = [one for one in WAYS_TO_REACH if name == "customers" and one in frame]
    personal = [one for one in table.contract.personal if one in frame]
    kept = frame.drop(columns=personal)
    return kept.assign(**{REACHABLE: frame[ways].notna().any(axis=1)}) if ways else kept


def _load_purchases(
    place: Place, source: TableSource, said: TablesFile, as_of: date | str | None
) -> TransactionLog:
    personal = CUSTOMER_ID in said.personal_ids
    options: dict[str, Any] = {
        "currency": said.currency,
        "name": said.name,
        "personal_ids": personal,
    }
    options |= source.options
    log = load_transactions(place, source.columns or None, as_of=as_of, **options)
    return replace(log, simulated=said.simulated)


def load_purchases(source: str | Path, *, as_of: date | str | None = None) -> TransactionLog:
    """The purchases of a company alone; what is wrong with its other tables does not matter.

    Raises
    ------
    NotAvailableError
        When the company has none.
    InputError
        When they can't be read; see `load_transactions`.
    """
    with unrepeated(source):
        found = find_tables(source)
        if PURCHASES not in found.places:
            raise NotAvailableError(_needs("the table purchases"))
        day = found.said.as_of if as_of is None else as_of
        return _load_purchases(*found.places[PURCHASES], found.said, day)


def load_table(
    name: str, place: Place, source: TableSource, as_of: pd.Timestamp | None = None
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
    raw = open_source(place, reading, Policies())
    table = read_table(raw, CONTRACTS[name], source.columns, reading, policies, problems, as_of)
    problems.raise_if_any()
    return table


def load_persons(name: str, place: Place, source: TableSource) -> pd.DataFrame:
    """What names a person in every row of a table, those included that no policy keeps."""
    reading, contract = Reading(**options_of(Reading, source.options)), CONTRACTS[name]
    raw = open_source(place, reading, Policies())
    # What is wrong with the table is told where it is loaded.
    found = columns_of(raw, contract, source.columns, Problems())
    named = {one: found[one] for one in contract.personal if one in found}
    return pd.DataFrame(
        {
            one: read_cells(raw, column, contract.columns[one], reading, Problems())
            for one, column in named.items()
        }
    )


def options_of(kind: type, options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the options that are fields of a class of options."""
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in options.items() if name in names}


def _needs(what: str) -> str:
    return f"not available: needs {what}"
