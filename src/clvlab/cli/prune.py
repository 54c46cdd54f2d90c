"""`clvlab prune`: old runs are removed by the catalogue's rule."""

from __future__ import annotations

from typing import Annotated

import typer

from clvlab.cli.exits import FAILED, in_words, short, stop
from clvlab.cli.options import CatalogueFile, Out, catalogue_file


def prune(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    catalogue: CatalogueFile = None,
    out: Out = None,
) -> None:
    """Remove old runs, keeping what the catalogue's retention rule says.

    Of each report and variant the newest runs are kept, and beyond them the last run of each of a
    number of months.
    """
    with in_words():
        from clvlab.reports.history.retention import RetentionRule
        from clvlab.reports.history.retention import prune as prune_runs
        from clvlab.reports.nights.catalogue import read_catalogue
        from clvlab.reports.pages.index import renew_index

        known = read_catalogue(catalogue_file(catalogue))
        kept = known.retention
        rule = RetentionRule(newest=kept.newest, month_ends=kept.month_ends)
        folder = (out or known.folder).absolute()
        gone = prune_runs(folder, rule, dry_run=dry_run)
        trouble = renew_index(folder) if gone and not dry_run else ""
    verb = "would go" if dry_run else "gone    "
    for path in gone:
        typer.echo(f"{verb} {short(path)}")
    runs = "run" if len(gone) == 1 else "runs"
    typer.echo(f"{len(gone)} {runs} {'to be removed' if dry_run else 'removed'}.")
    if trouble:
        stop(f"{trouble}.", FAILED)
