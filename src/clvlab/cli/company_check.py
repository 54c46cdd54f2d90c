"""The summary of a company's check on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from clvlab.data.company.checks import CompanyCheck

_EXAMPLES = 3


def print_check(check: CompanyCheck) -> None:
    """Print what was found by kind and table, the shares of the customer file, and what is open."""
    from clvlab.cli.tables import print_rows
    from clvlab.reports.checks.page import answer_of, check_results
    from clvlab.reports.writing.numbers import as_count, as_percent

    rows = as_count(sum(check.tables.values()))
    stamp = ", simulated" if check.simulated else ""
    typer.echo(
        f"{check.name} as of {check.as_of}{stamp}: {rows} rows in {len(check.tables)} tables"
    )
    typer.echo(answer_of(check))
    told = _told(check)
    if told:
        print_rows(("what", "table", "rows", "", "first of them"), told)
    results = check_results(check)
    for name, what in (("completeness", "filled"), ("fresh", "fresh")):
        share = results[name]
        if isinstance(share, float):
            typer.echo(f"{as_percent(share, 0)} of the customer file is {what}.")
    for text in _open(check):
        typer.echo(f"note: {text}")


def _told(check: CompanyCheck) -> list[tuple[str, ...]]:
    told: list[tuple[str, ...]] = []
    found = check.summary[check.summary["findings"] > 0]
    by = ["kind", "table", "severity"]
    findings = dict(list(check.findings.groupby(by, sort=False)))
    for kind, table, severity, what in found[[*by, "what"]].to_numpy(dtype=str).tolist():
        of = findings[kind, table, severity]
        first = of.head(_EXAMPLES)[["row_name", "column"]].to_numpy(dtype=str).tolist()
        places = [
            f"{f'row {row}' if row else 'as a whole'} {column}".strip() for row, column in first
        ]
        rest = ", ..." if len(of) > _EXAMPLES else ""
        words = "error" if severity == "error" else "to look at"
        told.append((what, table, f"{len(of):,}", words, ", ".join(places) + rest))
    return told


def _open(check: CompanyCheck) -> list[str]:
    """What could not be looked at, each once."""
    rows = check.summary[check.summary["status"] != "done"]
    texts = [f"{row.what} ({row.table}): {row.status}" for row in rows.itertuples()]
    fresh = check.not_available.get("freshness")
    told = [*texts, *([f"freshness: {fresh}"] if fresh else [])]
    return list(dict.fromkeys(told))
