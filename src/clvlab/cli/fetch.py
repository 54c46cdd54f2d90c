"""`clvlab fetch`: public data sets that clvlab may not carry, from where their authors put them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clvlab.cli.exits import in_words, short


def fetch(
    name: Annotated[str, typer.Argument(help="The data set: hillstrom.")],
    *,
    to: Annotated[
        Path | None,
        typer.Option(
            help="Folder of data sets; by default the one that CLVLAB_DATA_DIR names. Made when "
            "missing."
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Another place that has the same file, gzipped or not.")
    ] = None,
) -> None:
    """Fetch a public data set, check its sum, and put it where reports look for it.

    hillstrom is the e-mail test of 2008 by Kevin Hillstrom, MineThatData, about 4 MB.
    """
    with in_words():
        import os

        from clvlab.data.fetching import fetch_data_set
        from clvlab.data.hillstrom import DATA_FOLDER
        from clvlab.errors import InputError, Problem

        named = os.environ.get(DATA_FOLDER, "").strip()
        if to is None and not named:
            rule = f"must say where to, or the variable {DATA_FOLDER} must"
            remedy = "Reports look in the folder that the variable names."
            raise InputError(Problem("option --to", rule, "neither does", remedy))
        folder = to if to is not None else Path(named)
        path, fetched = fetch_data_set(name, folder, url=url)
        typer.echo(f"{'fetched' if fetched else 'there'}  {short(path.absolute())}")
        if not named or Path(named).absolute() != folder.absolute():
            typer.echo(f"set     {DATA_FOLDER}={folder.absolute()}")
