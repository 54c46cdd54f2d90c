"""The commands of `clvlab`, each in a module of its own that imports what it needs when called."""

from __future__ import annotations

from typing import Annotated

import typer

import clvlab
from clvlab.cli.card import card
from clvlab.cli.check import check
from clvlab.cli.diff import diff
from clvlab.cli.fetch import fetch
from clvlab.cli.identify import identify
from clvlab.cli.init import init
from clvlab.cli.overview import describe, list_reports
from clvlab.cli.prune import prune
from clvlab.cli.report import report
from clvlab.cli.run import run
from clvlab.cli.simulate import simulate

app = typer.Typer(
    name="clvlab",
    help="Customer lifetime value reports from a company's own records.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(value: bool) -> None:  # noqa: FBT001 - the option's own signature
    if value:
        typer.echo(f"clvlab {clvlab.__version__}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and leave."
        ),
    ] = False,
) -> None:
    """Customer lifetime value reports from a company's own records."""
    del version  # its callback has seen to it


app.command()(report)
app.command()(run)
app.command("list")(list_reports)
app.command()(describe)
app.command()(diff)
app.command()(prune)
app.command()(init)
app.command()(check)
app.command()(identify)
app.command()(card)
app.command()(fetch)
app.add_typer(simulate, name="simulate")
