"""The day as of which a company is looked at."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from clvlab.clock import parse_date
from clvlab.data.company.places import find_tables
from clvlab.data.company.tables_file import is_company
from clvlab.data.environment import unrepeated
from clvlab.data.log import TransactionLog
from clvlab.schema import DATE


def last_day_seen(data: str | Path, log: TransactionLog, as_of: date | str | None = None) -> date:
    """The day that is asked for, else the one that the company's file states, else the last bought.

    Parameters
    ----------
    data
        What the log was opened from.
    log
        The purchases.
    as_of
        The last day seen (inclusive), where somebody says so.

    Examples
    --------
    >>> import clvlab
    >>> str(last_day_seen("cdnow-sample", clvlab.open_log("cdnow-sample")))
    '1998-06-30'
    """
    if as_of is not None:
        return parse_date(as_of, "as_of")
    if is_company(data):
        with unrepeated(data):
            stated = find_tables(data).said.as_of
        if stated is not None:
            return parse_date(stated, "as_of")
    last: date = log.table[DATE].max().date()
    return last
