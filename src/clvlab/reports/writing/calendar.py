"""The calendar that a run keeps of its data: the rows of each day, their amount and a digest."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from clvlab.data.calendar import COLUMNS, calendar_of_purchases
from clvlab.schema import DATE

if TYPE_CHECKING:
    from clvlab.data import TransactionLog

CALENDAR = "calendar.json"
"""Name of the calendar in the run folder."""

_DIGEST_DIGITS = 16


def write_calendar(log: TransactionLog, as_of: date, folder: Path) -> Path:
    """Write FOLDER/calendar.json: the rows of the source of each day up to `as_of` (inclusive).

    They are the rows as they were read, by the day that each bears: a return counts on its own
    day and not on that of the purchase that it takes back, so rows that are new never change an
    earlier day. See `TransactionLog.calendar`; the purchases of a log that has none stand in for
    its rows.

    The file holds `as_of`, `decimals` (of the amounts), and `days`: by ISO date the number of
    rows, their exact amount as decimal text, and the digest in 16 hexadecimal digits. Days
    without a row are left out.

    Returns
    -------
    Path
        The file.
    """
    calendar = calendar_of_purchases(log.table) if log.calendar is None else log.calendar
    days = calendar.loc[calendar[DATE] <= pd.Timestamp(as_of), list(COLUMNS)]
    lines = [
        f'"{day:%Y-%m-%d}": ' + json.dumps([rows, f"{amount:f}", f"{digest:0{_DIGEST_DIGITS}x}"])
        for day, rows, amount, digest in days.itertuples(index=False, name=None)
    ]
    decimals = max((-amount.as_tuple().exponent for amount in days["amount"]), default=0)
    head = f'{{\n"as_of": "{as_of.isoformat()}",\n"decimals": {decimals},\n"days": {{\n'
    path = folder / CALENDAR
    path.write_text(head + ",\n".join(lines) + "\n}\n}\n", encoding="utf-8")
    return path
