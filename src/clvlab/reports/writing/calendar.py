"""The calendar that a run keeps of its purchases: by day their number, amount and a digest."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clvlab.data.exact_money import sum_runs, to_minor_units
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

if TYPE_CHECKING:
    from clvlab.data import TransactionLog

CALENDAR = "calendar.json"
"""Name of the calendar in the run folder."""

_DIGEST_DIGITS = 16


def write_calendar(log: TransactionLog, as_of: date, folder: Path) -> Path:
    """Write FOLDER/calendar.json: the purchases of each day up to `as_of` (inclusive).

    The file holds `as_of`, `decimals` (of the amounts), and `days`: by ISO date the number of
    purchases, their exact amount as decimal text, and a digest in 16 hexadecimal digits that
    changes with any customer id or amount of the day and not with the order of the rows. Days
    without a purchase are left out.

    Returns
    -------
    Path
        The file.
    """
    table = log.table[log.table[DATE] <= pd.Timestamp(as_of)]
    days = table[DATE].to_numpy("datetime64[D]")
    starts = np.flatnonzero(np.r_[True, days[1:] != days[:-1]]) if len(days) else np.array([], int)
    money = to_minor_units(table[AMOUNT].to_numpy(np.float64))
    amounts, digests = sum_runs(money.units, starts), sum_runs(_digests(table), starts)
    counts = np.diff(np.append(starts, len(days)))
    lines = [
        json.dumps(str(day)) + ": " + json.dumps([int(count), _money(amount, money.decimals), code])
        for day, count, amount, code in zip(
            days[starts],
            counts,
            amounts,
            (f"{int(d):0{_DIGEST_DIGITS}x}" for d in digests),
            strict=True,
        )
    ]
    head = f'{{\n"as_of": "{as_of.isoformat()}",\n"decimals": {money.decimals},\n"days": {{\n'
    path = folder / CALENDAR
    path.write_text(head + ",\n".join(lines) + "\n}\n}\n", encoding="utf-8")
    return path


def _money(units: int, decimals: int) -> str:
    return f"{Decimal(int(units)).scaleb(-decimals):.{decimals}f}"


def _digests(purchases: pd.DataFrame) -> NDArray[np.uint64]:
    """One number for each row, from the id as text and the amount; they are summed by day.

    Ids are hashed as text: one late id of letters would turn a column of numbers into text.
    """
    codes, ids = pd.factorize(purchases[CUSTOMER_ID])
    texts = np.array([str(name) for name in ids], dtype=object)
    rows = pd.DataFrame(
        {
            "id": pd.util.hash_array(texts, categorize=False)[codes],
            "amount": purchases[AMOUNT].to_numpy(np.float64) + 0.0,  # no negative zero
        }
    )
    return np.asarray(pd.util.hash_pandas_object(rows, index=False), dtype=np.uint64)
