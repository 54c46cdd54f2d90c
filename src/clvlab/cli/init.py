"""`clvlab init`: a folder to work in, outside of any clone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clvlab.cli.exits import in_words, short


def init(
    folder: Annotated[Path, typer.Argument(help="Where; made when missing.")] = Path(),
    data: Annotated[
        str | None, typer.Option(help="Your purchases: a file, a folder or a pattern.")
    ] = None,
) -> None:
    """Write a catalogue, a file of your company's parameters, and copies of the notebooks.

    Nothing that is there is overwritten. With data, the columns are filled in as clvlab check
    proposes them: look at company.toml before you trust a number.
    """
    with in_words():
        from clvlab.reports.workspace.workspace import create_workspace

        made = create_workspace(folder, data)
    for path in made.files:
        typer.echo(f"wrote  {short(path)}")
    for note in made.notes:
        typer.echo(f"note: {note}", err=True)
    where = "" if folder.resolve() == Path.cwd() else f"cd {folder} && "
    typer.echo(f"next   {where}clvlab run")
