"""Data by name: an embedded data set, or a file of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from clvlab.data.datasets import load_cdnow, load_complete_journey
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
        reads: a file, a folder, a glob pattern.
    as_of
        Last day that is seen (inclusive).
    columns, **reading
        Further options of `load_transactions`; those that are None are left to it. An embedded
        data set knows its own.

    Examples
    --------
    >>> open_log("cdnow-sample").currency
    'USD'
    """
    if str(data) in EMBEDDED:
        return EMBEDDED[str(data)](as_of=as_of)
    given = {name: value for name, value in reading.items() if value is not None}
    return load_transactions(data, columns, as_of=as_of, **given)
