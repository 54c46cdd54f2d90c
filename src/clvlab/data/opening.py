"""Data by name: an embedded data set, or a file of the user's own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from clvlab.data.company.company import Company, load_company, load_purchases
from clvlab.data.company.tables_file import is_company
from clvlab.data.datasets import load_cdnow, load_complete_journey
from clvlab.data.log import TransactionLog
from clvlab.data.transactions import load_transactions
from clvlab.errors import InputError, Problem

EMBEDDED: dict[str, Callable[..., TransactionLog]] = {
    "cdnow": load_cdnow,
    "cdnow-sample": partial(load_cdnow, True),  # noqa: FBT003 - the sample
    "complete-journey": load_complete_journey,
}

_NAMED = re.compile(r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
_SHORTEST = 4
"""Replacing shorter texts wherever they occur would hit ordinary words."""


def open_log(
    data: str | Path,
    *,
    columns: str | None = None,
    as_of: date | str | None = None,
    **reading: Any,  # noqa: ANN401 - the options of load_transactions
) -> TransactionLog:
    """The log of that name, or the one in that file.

    Parameters
    ----------
    data
        ``"cdnow"``, ``"cdnow-sample"``, ``"complete-journey"``, or what `load_transactions`
        reads: a file, a folder, a glob pattern. Of a company's folder (see `load_company`) the
        purchases are read, as its own file says. ``"env:NAME"`` stands for what the environment
        variable NAME holds; the log is then called NAME, and no message repeats what it holds.
    as_of
        Last day that is seen (inclusive).
    columns, **reading
        Further options of `load_transactions`; those that are None are left to it. An embedded
        data set knows its own.

    Raises
    ------
    InputError
        When a named environment variable is not set; otherwise see `load_transactions`.

    Examples
    --------
    >>> open_log("cdnow-sample").currency
    'USD'
    """
    named = _NAMED.fullmatch(str(data).strip())
    if named is None:
        return _open(data, columns, as_of, reading)
    source = _held(named["name"])
    try:
        log = _open(source, columns, as_of, reading)
    except (InputError, OSError, ValueError) as error:
        raise _without(source, str(named[0]), error) from None
    return replace(log, name=named["name"])


def open_company(data: str | Path, *, as_of: date | str | None = None) -> Company | None:
    """The company in that folder, as `load_company` reads it; None where the data are no company's.

    ``"env:NAME"`` stands for what the environment variable NAME holds, as for `open_log`.
    """
    named = _NAMED.fullmatch(str(data).strip())
    source = data if named is None else _held(named["name"])
    if str(source) in EMBEDDED or not is_company(source):
        return None
    return load_company(source, as_of=as_of)


def _open(
    data: str | Path, columns: str | None, as_of: date | str | None, reading: dict[str, Any]
) -> TransactionLog:
    if str(data) in EMBEDDED:
        return EMBEDDED[str(data)](as_of=as_of)
    if columns is None and is_company(data):
        return load_purchases(data, as_of=as_of)
    given = {name: value for name, value in reading.items() if value is not None}
    return load_transactions(data, columns, as_of=as_of, **given)


def _held(name: str) -> str:
    """What an environment variable holds; set to nothing counts as not set."""
    source = os.environ.get(name, "").strip()
    if source:
        return source
    raise InputError(
        Problem(
            f"the data env:{name}",
            "must name an environment variable that is set",
            f"{name} is not",
            f"Set it to a file, a folder or the name of a data set: export {name}=...",
        )
    )


def _without(source: str, shown: str, error: Exception) -> InputError:
    """The error with the name of the variable wherever its value stood."""
    path = Path(source)
    spellings = {source, str(path), str(path.expanduser()), str(path.expanduser().absolute())}
    found = {spelling for spelling in (*spellings, path.name) if len(spelling) >= _SHORTEST}
    secrets = sorted(found, key=len, reverse=True)

    def hide(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, shown)
        return text

    if not isinstance(error, InputError):
        reason = error.strerror if isinstance(error, OSError) else None
        return InputError(
            Problem(f"source '{shown}'", "must be readable", reason or type(error).__name__)
        )
    return InputError(
        [
            Problem(*(hide(part) for part in (each.subject, each.rule, each.found, each.remedy)))
            for each in error.problems
        ]
    )
