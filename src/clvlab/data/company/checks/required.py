"""Cells that each row must have filled, and are empty."""

from __future__ import annotations

from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.checks.source import CheckedTable
from clvlab.data.identifiers import missing_ids


def missing_in(table: CheckedTable, findings: Findings) -> None:
    """Note every empty cell of a required column; one that could not be read is not empty."""
    policy = table.policies.get("incomplete", "error")
    for name in table.contract.required:
        findings.looked("missing_required", table.name)
        if name not in table.frame:
            continue
        empty = table.frame[name].isna()
        if name in table.sources:
            empty &= missing_ids(table.raw.column(table.sources[name]))
        finding = Finding(
            table.name,
            "missing_required",
            name,
            "the cell is empty",
            f"each row must have the {table.contract.columns[name].en}",
            severity="error" if policy == "error" else "warning",
            remedy="" if policy == "error" else "Such rows are left out; fill it in to keep them.",
        )
        table.tell(findings, finding, empty)
