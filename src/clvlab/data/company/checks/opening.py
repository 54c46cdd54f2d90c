"""A company's folder opened for a look: each table that can be opened, whatever is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from clvlab.data.company.checks.findings import Findings
from clvlab.data.company.checks.purchases import read_purchases
from clvlab.data.company.checks.source import CheckedTable, read_leniently, unreadable_table
from clvlab.data.company.company import open_folder, options_of
from clvlab.data.company.contracts import CONTRACTS, PURCHASES
from clvlab.data.company.table import TablePolicies
from clvlab.data.company.tables_file import TableSource
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
    places
        Those that are there, with their paths.
    """

    name: str
    simulated: bool
    as_of: str | None
    tables: dict[str, CheckedTable]
    places: Mapping[str, str]


def open_company(folder: str | Path, findings: Findings) -> Opened:
    """Open every table of a folder; what can't be read is a finding.

    Raises
    ------
    InputError
        When there is no such folder, or it can't be told which tables it holds.
    """
    path, said, places = open_folder(folder)
    tables: dict[str, CheckedTable] = {}
    for name, (file, source) in places.items():
        try:
            table = _opened(name, file, source, findings)
            tables[name] = _without_personal_ids(table, said.personal_ids)
        except InputError as error:
            unreadable_table(name, error.problems, findings)
    return Opened(
        said.name or path.resolve().name,
        said.simulated,
        said.as_of,
        tables,
        {name: file for name, (file, _) in places.items()},
    )


def _without_personal_ids(table: CheckedTable, columns: tuple[str, ...]) -> CheckedTable:
    """The table with pseudonyms for ids that name people: findings name rows by their ids."""
    names = [name for name in columns if name in table.frame]
    if not names:
        return table
    key = pseudonym_key()
    hidden = {name: pseudonyms_of(table.frame[name], key) for name in names}
    return replace(table, frame=table.frame.assign(**hidden))


def _opened(name: str, file: str, source: TableSource, findings: Findings) -> CheckedTable:
    reading = Reading(**options_of(Reading, source.options))
    if name == PURCHASES:
        policies = options_of(Policies, source.options)
        raw = open_source(file, reading, Policies(**policies))
        return read_purchases(raw, source.columns, reading, policies, findings)
    policies = options_of(TablePolicies, source.options)
    problems = Problems()
    TablePolicies(**policies).note_problems(problems)
    problems.raise_if_any()
    raw = open_source(file, reading, Policies())
    contract = CONTRACTS[name]
    return read_leniently(raw, contract, source.columns, reading, policies, findings)
