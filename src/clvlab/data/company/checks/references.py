"""Ids that refer to rows of another table which has none of that id."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.checks.source import CheckedTable
from clvlab.data.company.masking import without_addresses


def broken_references_in(
    table: CheckedTable, tables: Mapping[str, CheckedTable], findings: Findings
) -> None:
    """Note every id of a table whose row is not in the table that it refers to."""
    for name, column in table.contract.columns.items():
        if not column.refers or name not in table.frame:
            continue
        missing = _missing(column.refers, name, tables)
        findings.looked("broken_reference", table.name, missing)
        if missing:
            continue
        known = set(tables[column.refers].frame[name].dropna().map(str))
        ids = table.frame[name]
        broken = ids.notna() & ~ids.map(str, na_action="ignore").isin(known)
        finding = Finding(
            table.name,
            "broken_reference",
            name,
            f"there is no such {column.refers.removesuffix('s')}",
            f"the {column.en} must be in the table {column.refers}",
            other=[without_addresses(str(one)) for one in ids[broken]],
        )
        table.tell(findings, finding, pd.Series(broken.to_numpy(dtype=bool)))


def _missing(refers: str, column: str, tables: Mapping[str, CheckedTable]) -> str:
    if refers not in tables:
        return f"not available: needs the table {refers}"
    return tables[refers].missing(column)
