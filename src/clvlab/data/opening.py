"""Data by name: an embedded data set, or a file of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from clvlab.data.company.company import Company, load_company, load_purchases
from clvlab.data.company.contracts import PURCHASES
from clvlab.data.company.places import holds_tables
from clvlab.data.company.tables_file import is_company
from clvlab.data.database_places import is_address
from clvlab.data.datasets import load_cdnow, load_complete_journey
from clvlab.data.environment import held_by, unrepeated, variable_in
from clvlab.data.log import TransactionLog
from clvlab.data.transactions import load_transactions

EMBEDDED: dict[str, Callable[..., TransactionLog]] = {
    "cdnow": load_cdnow,
    "cdnow-sample": partial(load_cdnow, True),  # noqa: FBT003 - the sample
    "complete-journey": load_complete_journey,
}


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
        reads: a file, a folder, a glob pattern. Of a company's folder or database (see
        `load_company`) the purchases are read, as its own file says. ``"env:NAME"`` stands for
        what the environment variable NAME holds; the log is then called NAME, and no message
        repeats what it holds.
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
    name = variable_in(data)
    if name is None:
        return _open(data, columns, as_of, reading)
    held = held_by(name)
    with unrepeated(data):
        # A database is opened by the variable's name, which is all that its messages may know.
        source = data if is_address(held) else held
        return replace(_open(source, columns, as_of, reading), name=name)


def _open(
    data: str | Path, columns: str | None, as_of: date | str | None, reading: dict[str, Any]
) -> TransactionLog:
    if str(data) in EMBEDDED:
        return EMBEDDED[str(data)](as_of=as_of)
    if columns is None and reading.get("table") is None and is_company(data):
        return load_purchases(data, as_of=as_of)
    given = {name: value for name, value in reading.items() if value is not None}
    return load_transactions(data, columns, as_of=as_of, **given)


def open_company(
    data: str | Path,
    log: TransactionLog,
    *,
    tables: Collection[str],
    as_of: date | str | None = None,
) -> Company:
    """The company whose purchases a log holds, with those of these other tables that it has.

    Parameters
    ----------
    data
        What the log was opened from. Of an embedded data set or a file of purchases there are no
        other tables, and the company has its purchases alone.
    log
        The purchases.
    tables
        Names of tables, as in ``("leads", "costs")``.
    as_of
        Last day that is seen (inclusive).

    Raises
    ------
    InputError
        When one of the tables can't be read; see `load_company`.

    Examples
    --------
    >>> log = open_log("cdnow-sample")
    >>> open_company("cdnow-sample", log, tables=["leads"]).missing("leads")
    'not available: needs the table leads'
    """
    if str(data) in EMBEDDED or not is_company(data) or not holds_tables(data):
        return Company(log.name, {}, log, log.simulated)
    found = load_company(data, as_of=as_of, tables={*tables, PURCHASES})
    return replace(found, name=log.name)
