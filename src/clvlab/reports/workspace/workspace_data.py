"""What a new workspace has to know of the data that it is made for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clvlab.clock import last_period_end
from clvlab.errors import ClvlabError, ParameterError, Problem

if TYPE_CHECKING:
    from clvlab.data.check import FileCheck

DEMONSTRATION = "cdnow"


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What the files of a workspace say of its data.

    Attributes
    ----------
    data
        The data as the catalogue names them: a path from its folder, or an embedded data set.
    argument
        The same as somebody in the workspace types it.
    cadence
        How often reports of it make sense.
    why
        A comment that explains the cadence; empty when there is nothing to explain.
    columns, options
        Which column is what, and how the file is to be read.
    notes
        What its user has to know or to fill in.
    """

    data: str
    argument: str
    cadence: str = "once"
    why: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def look_at(data: str | None, base: Path) -> DataFacts:
    """Look at data and decide how they are read and how often reports are made of them.

    Parameters
    ----------
    data
        A file, a folder, a glob pattern, an embedded data set; the demonstration when None.
    base
        The folder of the catalogue.

    Raises
    ------
    ParameterError
        When there are no such data.
    """
    from clvlab.data.opening import EMBEDDED

    if data is None:
        why = "# CDNOW is a demonstration that ends in 1998; with your data it will be monthly."
        return DataFacts(DEMONSTRATION, "orders.csv", why=why)
    if data in EMBEDDED:
        return DataFacts(data, "orders.csv")
    path = Path(data).expanduser().absolute()
    if not path.exists() and not any(path.parent.glob(path.name)):
        rule, found = "must exist", f"there is no {data}"
        remedy = "Give a file, a folder or a pattern."
        raise ParameterError(Problem("option --data", rule, found, remedy))
    return _facts_of_file(path, base)


def _facts_of_file(path: Path, base: Path) -> DataFacts:
    from clvlab.data import check_file

    checked = check_file(path)
    cadence, why, notes = _cadence(path, checked)
    return DataFacts(
        data=_from_folder(path, base),
        argument=_from_folder(path, base.parent),
        cadence=cadence,
        why=why,
        columns=checked.columns,
        options=checked.options,
        notes=notes,
    )


def _from_folder(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return str(path)


def _cadence(path: Path, checked: FileCheck) -> tuple[str, str, tuple[str, ...]]:
    """How often, why if that is not plain, and notes: data that grow make monthly reports."""
    try:
        last = _last_day(path, checked)
    except ClvlabError as error:
        return "monthly", "", (f"{path.name} can't be read yet; mend company.toml.\n{error}",)
    guessed = "company.toml has guessed columns; check them before you trust a number."
    yesterday = datetime.now(UTC).astimezone().date() - timedelta(days=1)
    if last < last_period_end(yesterday, "month"):
        why = f"# {path.name} ends on {last}; when it is refreshed, make this monthly."
        return "once", why, (guessed,)
    return "monthly", "", (guessed,)


def _last_day(path: Path, checked: FileCheck) -> date:
    from clvlab.data import load_transactions

    reading: dict[str, Any] = dict(checked.options)
    log = load_transactions(path, checked.columns or None, **reading)
    last: date = log.table["date"].max().date()
    return last
