"""A company opened for a look: each table that can be opened, whatever is in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from clvlab.data.company.checks.findings import Findings
from clvlab.data.company.checks.purchases import read_purchases
from clvlab.data.company.checks.source import CheckedTable, read_leniently, unreadable_table
from clvlab.data.company.company import options_of
from clvlab.data.company.contracts import CONTRACTS, PURCHASES
from clvlab.data.company.places import Place, find_tables
from clvlab.data.company.table import TablePolicies
from clvlab.data.company.tables_file import TableSource
from clvlab.data.environment import unrepeated
from clvlab.data.options import Policies, Reading
from clvlab.data.pseudonyms import pseudonym_key, pseudonyms_of
from clvlab.data.transactions import open_source
from clvlab.errors import InputError, Problems


@dataclass(frozen=True)
class Opened:
    """What could be opened.

    Attributes
    ----------
    name, simulated, as_of
        Of the company, as its file says.
    tables
        Those that could be opened, by name.
    there
        Names of those that are there.
    """

    name: str
    simulated: bool
    as_of: str | None
    tables: dict[str, CheckedTable]
    there: frozenset[str]


def open_company(source: str | Path, findings: Findings) -> Opened:
    """Open every table of a folder or database; what can't be read is a finding.

    Raises
    ------
    InputError
        When there is no such folder or database, or it can't be told which tables it holds.
    """
    with unrepeated(source):
        found = find_tables(source)
    said, tables = found.said, {}
    for name, (place, source_of) in found.places.items():
        try:
            with unrepeated(source):
                table = _opened(name, place, source_of, findings)
            tables[name] = _without_personal_ids(table, said.personal_ids)
        except InputError as error:
            unreadable_table(name, error.problems, findings)
    return Opened(found.name, said.simulated, said.as_of, tables, frozenset(found.places))


def _without_personal_ids(table: CheckedTable, columns: tuple[str, ...]) -> CheckedTable:
    """The table with pseudonyms for ids that name people: findings name rows by their ids."""
    names = [name for name in columns if name in table.frame]
    if not names:
        return table
    key = pseudonym_key()
    hidden = {name: pseudonyms_of(table.frame[name], key) for name in names}
    return replace(table, frame=table.frame.assign(**hidden))


def _opened(name: str, place: Place, source: TableSource, findings: Findings) -> CheckedTable:
    reading = Reading(**options_of(Reading, source.options))
    if name == PURCHASES:
        policies = options_of(Policies, source.options)
        raw = open_source(place, reading, Policies(**policies))
        return read_purchases(raw, source.columns, reading, policies, findings)
    policies = options_of(TablePolicies, source.options)
    problems = Problems()
    TablePolicies(**policies).note_problems(problems)
    problems.raise_if_any()
    raw = open_source(place, reading, Policies())
    contract = CONTRACTS[name]
    return read_leniently(raw, contract, source.columns, reading, policies, findings)
