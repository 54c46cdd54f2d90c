"""One table as a check sees it: every row that is there, and what of it could be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from clvlab.data.company.cells import read_cells
from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.columns import columns_of
from clvlab.data.company.contracts import ColumnContract, TableContract
from clvlab.data.company.masking import shape_of
from clvlab.data.options import Reading
from clvlab.data.raw_table import RawTable
from clvlab.errors import Problem, Problems


@dataclass(frozen=True)
class Listening(RawTable):
    """A source that remembers which rows were named in messages about it."""

    heard: list[tuple[str, list[int]]] = field(default_factory=list)

    @classmethod
    def to(cls, raw: RawTable) -> Listening:
        """The same source, listening."""
        return cls(raw.label, raw.names, raw.n_rows, raw.column, raw.is_text, raw.rows_at)

    def name_rows(self, positions: Sequence[int]) -> str:
        """As the source itself does."""
        said = super().name_rows(positions)
        self.heard.append((said, [int(position) for position in positions]))
        return said

    def rows_of(self, problem: Problem) -> list[int]:
        """The rows that a problem is about; none when it is about more than rows."""
        return next((rows for said, rows in self.heard if said in problem.found), [])


@dataclass(frozen=True)
class CheckedTable:
    """One table with every row of its source.

    Attributes
    ----------
    contract
        What it may hold.
    raw
        The source.
    frame
        The columns of the contract that are there, with a row for every row of the source; what
        could not be read is missing.
    sources
        The source's column for each column of the frame that was read from one.
    policies
        What the company's file says is done with rows that can't stand.
    """

    contract: TableContract
    raw: RawTable
    frame: pd.DataFrame
    sources: Mapping[str, str] = field(default_factory=dict)
    policies: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.contract.name

    @property
    def keys(self) -> pd.Series:
        """What each row is called: its key, or else whose it is."""
        named = self.contract.key or ("customer_id", "respondent_id", "date")
        there = [name for name in named if name in self.frame]
        if not self.contract.key:
            there = there[:1]
        keys = pd.Series("", index=self.frame.index, dtype=object)
        for name in there:
            keys = (keys + " " + in_words(self.frame[name])).str.strip()
        return keys

    def missing(self, *columns: str) -> str:
        """The columns that are not there, as a sentence; empty when all of them are."""
        absent = [name for name in columns if name not in self.frame]
        many = "s" if len(absent) > 1 else ""
        needs = f"not available: needs the column{many} {', '.join(absent)} of {self.name}"
        return needs if absent else ""

    def tell(self, findings: Findings, finding: Finding, rows: pd.Series | Sequence[int]) -> None:
        """Add a finding for the rows of a mask, or for positions."""
        mask = isinstance(rows, pd.Series)
        positions = np.flatnonzero(rows) if mask else np.asarray(rows, dtype=np.int64)
        if len(positions):
            findings.add(finding, positions, self.keys, self.raw.rows_at)
        else:
            findings.looked(finding.kind, finding.table)


def in_words(values: pd.Series) -> pd.Series:
    """Values as text, days as ISO dates; nothing where a value is missing."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        days: pd.Series = values.dt.strftime("%Y-%m-%d").astype(object).fillna("")
        return days
    if pd.api.types.is_float_dtype(values.dtype):
        written = [f"{number:,.15g}" if number == number else "" for number in values]
        return pd.Series(written, index=values.index, dtype=object)
    text: pd.Series = values.map(str, na_action="ignore").astype(object).fillna("")
    return text


def read_leniently(
    raw: RawTable,
    contract: TableContract,
    columns: Mapping[str, str | None],
    reading: Reading,
    policies: Mapping[str, str],
    findings: Findings,
) -> CheckedTable:
    """Read what can be read of a table; what can't is a finding.

    Unlike `read_table` this never refuses: a cell that is not of its kind is missing afterwards,
    and the row stays.
    """
    problems = Problems()
    found = columns_of(raw, contract, columns, problems)
    absent = [name for name in contract.required if name not in found]
    for problem in problems:
        if not (absent and problem.rule.startswith("must have the columns")):
            findings.add_whole(_whole(contract.name, problem))
    for name in absent:
        rule, said = f"must have the column {name}", f"it has {', '.join(raw.names) or 'none'}"
        remedy = 'Say which column it is, in tables.toml: columns = { name = "..." }.'
        findings.add_whole(
            Finding(contract.name, "missing_required", name, said, rule, remedy=remedy)
        )
    listening, frame = Listening.to(raw), pd.DataFrame(index=pd.RangeIndex(raw.n_rows))
    unread: list[tuple[Finding, list[int]]] = []
    for name, source in found.items():
        column = contract.columns[name]
        frame[name], told = _cells(listening, source, column, reading, contract.name)
        unread += told
    table = CheckedTable(contract, raw, frame, found, policies)
    findings.looked("unreadable", contract.name)
    for finding, rows in unread:
        if rows:
            table.tell(findings, finding, rows)
        else:
            findings.add_whole(finding)
    return table


def _cells(
    raw: Listening, source: str, column: ColumnContract, reading: Reading, table: str
) -> tuple[pd.Series, list[tuple[Finding, list[int]]]]:
    """The cells of a column, and what could not be read of them."""
    problems = Problems()
    raw.heard.clear()
    values = read_cells(raw, source, column, reading, problems)
    told = []
    for problem in problems:
        rows = raw.rows_of(problem)
        cells = raw.column(source).iloc[rows].map(str).str.strip() if rows else None
        found = problem.found if cells is None else [shape_of(cell) for cell in cells]
        rule = f"{column.en}: {problem.rule}"
        told.append(
            (Finding(table, "unreadable", column.name, found, rule, remedy=problem.remedy), rows)
        )
        # What was read into such cells is a stand-in, and no check may judge by it.
        bad = rows if rows else slice(None)
        values = values.mask(pd.Series(np.isin(values.index, values.index[bad])))
    return values, told


def _whole(table: str, problem: Problem) -> Finding:
    rule = f"{problem.subject} {problem.rule}"
    return Finding(table, "unreadable", "", problem.found, rule, remedy=problem.remedy)


def unreadable_table(name: str, problems: Sequence[Problem], findings: Findings) -> None:
    """Note what keeps a table from being opened at all."""
    for problem in problems:
        findings.add_whole(_whole(name, problem))
