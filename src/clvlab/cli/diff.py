"""`clvlab diff`: what changed between two runs of a report."""

from __future__ import annotations

from typing import Annotated

import typer

from clvlab.cli.exits import in_words
from clvlab.cli.options import CatalogueFile, Out, VariantName, catalogue_file


def diff(
    report: Annotated[str, typer.Argument(help="The report's name.")],
    before: Annotated[str, typer.Argument(metavar="DATE", help="Last day of the earlier run.")],
    after: Annotated[str, typer.Argument(metavar="DATE", help="Last day of the later run.")],
    variant: VariantName = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0, help="Relative change beyond which a number is shown; that of the newer run."
        ),
    ] = None,
    catalogue: CatalogueFile = None,
    out: Out = None,
) -> None:
    """Show which results changed between two runs of a report."""
    with in_words():
        from clvlab.reports.history.changes_text import changes_text
        from clvlab.reports.history.runs import find_run

        folder = out or catalogue_file(catalogue).parent
        earlier, later = (find_run(folder, report, day, variant) for day in (before, after))
        typer.echo(changes_text(earlier, later, threshold), nl=False)
