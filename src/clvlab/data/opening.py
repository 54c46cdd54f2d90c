"""Data by name: an embedded data set, or a file of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clvlab.data.datasets import load_cdnow, load_complete_journey
from clvlab.data.log import TransactionLog
from clvlab.data.transactions import load_transactions

EMBEDDED: dict[str, Callable[[], TransactionLog]] = {
    "cdnow": load_cdnow,
    "cdnow-sample": lambda: load_cdnow(sample=True),
    "complete-journey": load_complete_journey,
}


def open_log(
    data: str | Path,
    *,
    columns: str | None = None,
    date_format: str | None = None,
    currency: str | None = None,
    encoding: str | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    time_zone: str | None = None,
) -> TransactionLog:
    """The log of that name, or the one in that file.

    Parameters
    ----------
    data
        ``"cdnow"``, ``"cdnow-sample"``, ``"complete-journey"``, or what `load_transactions`
        reads: a file, a folder, a glob pattern.
    columns, date_format, currency, encoding, decimal, thousands, time_zone
        As in `load_transactions`; not used for an embedded data set, which knows its own.

    Examples
    --------
    >>> open_log("cdnow-sample").currency
    'USD'
    """
    if str(data) in EMBEDDED:
        return EMBEDDED[str(data)]()
    return load_transactions(
        data,
        columns,
        date_format=date_format,
        currency=currency,
        encoding=encoding,
        decimal=decimal,
        thousands=thousands,
        time_zone=time_zone,
    )
