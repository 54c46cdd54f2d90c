"""The catalogue that a command means when it names a report or a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clvlab.cli.options import catalogue_file

if TYPE_CHECKING:
    from clvlab.reports.nights.catalogue import Catalogue


def catalogue_with(name: str, asked: Path | None) -> Catalogue | None:
    """The catalogue, when it is asked for, or is there and has a report of that name."""
    from clvlab.reports.nights.catalogue import read_catalogue

    path = catalogue_file(asked)
    if asked is None and (name.endswith(".ipynb") or not path.is_file()):
        return None
    known = read_catalogue(path)
    is_there = name in {report.name for report in known.reports}
    return known if is_there or asked else None
