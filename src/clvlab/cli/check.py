"""`clvlab check`: a look at a file of data, or at a catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clvlab.cli.exits import REFUSED, stop
from clvlab.cli.options import Columns, DateFormat, gather_parameters
from clvlab.errors import ClvlabError


def check(
    file: Annotated[
        str, typer.Argument(help="A file, a folder or a glob pattern; or a catalogue (.toml).")
    ],
    columns: Columns = None,
    date_format: DateFormat = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", "-p", metavar="NAME=VALUE", help="How to read it, as in encoding=cp1252."
        ),
    ] = None,
) -> None:
    """Look at a file: which column is what, and with columns what would be dropped or merged."""
    try:
        reading = gather_parameters(parameter or [], date_format=date_format)
        if Path(file).suffix == ".toml":
            typer.echo(_catalogue_in_words(file))
            return
        from clvlab.data import check_file

        checked = check_file(file, columns=columns, **reading)
    except (ClvlabError, OSError) as error:
        stop(error, REFUSED)
    typer.echo(checked.text)
    raise typer.Exit(checked.exit_code)


def _catalogue_in_words(file: str) -> str:
    from clvlab.reports.nights.catalogue import read_catalogue

    catalogue = read_catalogue(file)
    names = ", ".join(report.name for report in catalogue.reports) or "no report yet"
    return f"{catalogue.path.name} is in order: {names}."
