"""`clvlab identify`: a list of a run with the names of its customers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clvlab.cli.exits import in_words, short


def identify(
    run: Annotated[Path, typer.Argument(help="A run folder: REPORTS/report/variant/date.")],
    company: Annotated[
        str,
        typer.Option("--company", help="The company's folder or database, with its customers."),
    ],
    out: Annotated[Path, typer.Option("--out", help="The CSV file to write, outside of reports.")],
    table: Annotated[str, typer.Option("--table", help="Which table of the run.")] = "customers",
) -> None:
    """Write a list of a run with names and how to reach them; the run's manifest names it."""
    with in_words():
        from clvlab.reports.exports.identified_list import export_identified

        listed = export_identified(run, table, company, out)
        typer.echo(f"{short(out)} holds personal data: {len(listed):,} customers.")
