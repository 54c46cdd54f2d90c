"""Rows that came late: dated before an earlier run's end, and arrived or changed since.

Each run keeps a calendar of the rows as read: for every day their number, their exact amount and a
digest of the rows. Two calendars are compared up to the earlier run's last day, so new days never
count as a change and no change within the old ones is missed. Where the two runs read their data
differently nothing can be told of single rows, and that is said instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from clvlab.reports.writing.calendar import CALENDAR


@dataclass(frozen=True, slots=True)
class _Day:
    """The rows of one day; days and months add up."""

    rows: int = 0
    amount: Decimal = Decimal(0)
    digest: int = 0

    def __add__(self, other: _Day) -> _Day:
        digest = (self.digest + other.digest) % 2**64
        return _Day(self.rows + other.rows, self.amount + other.amount, digest)


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The days of a log up to the last day seen, with the decimals of its money."""

    as_of: date
    decimals: int
    days: dict[str, _Day]

    def months(self, until: date) -> dict[str, _Day]:
        """Sums of the days up to `until` (inclusive), by month as in ``"1998-03"``."""
        months: dict[str, _Day] = {}
        for day, purchases in self.days.items():
            if day <= until.isoformat():
                months[day[:7]] = months.get(day[:7], _Day()) + purchases
        return months


READING: dict[str, object] = {
    "columns": None,
    "date_format": None,
    "time_zone": None,
    "decimal": ".",
    "thousands": None,
    "currency": None,
    "exchange_rates": None,
    "encoding": None,
    "delimiter": None,
    "sheet": None,
    "table": None,
    "personal_ids": False,
}
"""Parameters that say how data are read, and what holds where a notebook has no such parameter.

They are those of `clvlab.load_transactions` but for its policies, which come after the calendar,
the day as of which it reads, and the name.
"""


def late_rows(
    before: Path,
    after: Path,
    parameters_before: Mapping[str, object] | None = None,
    parameters_after: Mapping[str, object] | None = None,
) -> dict[str, Any] | None:
    """What changed within the days that an earlier run had already seen.

    Parameters
    ----------
    before, after
        Run folders, the earlier one first.
    parameters_before, parameters_after
        The parameters of both runs, of which those in `READING` are compared.

    Returns
    -------
    dict or None
        ``since`` (the earlier run's last day, ISO) and ``months``: for every month that differs,
        counted up to that day, ``month`` (``"1998-03"``), ``rows_before``,
        ``rows_now``, ``amount_before``, ``amount_now`` (exact decimal text). A month whose
        numbers agree is listed too when its rows differ: other customers, or other amounts of
        the same sum. In place of ``months`` there is ``read_differently``, the names of
        parameters, when these differ: the same file may then give other rows. None when no
        month differs, or one of the runs kept no calendar.

    Notes
    -----
    The calendar is that of the rows as they were read: a return counts on its own day, not on
    that of the purchase which it takes back.
    """
    old, new = _read_calendar(before), _read_calendar(after)
    if old is None or new is None:
        return None
    until = min(old.as_of, new.as_of)
    was, now = old.months(until), new.months(until)
    decimals = max(old.decimals, new.decimals)
    decimals = 2 if decimals == 1 else decimals  # 1.5 is written 1.50
    months = [
        {
            "month": month,
            "rows_before": was.get(month, _Day()).rows,
            "rows_now": now.get(month, _Day()).rows,
            "amount_before": f"{was.get(month, _Day()).amount:.{decimals}f}",
            "amount_now": f"{now.get(month, _Day()).amount:.{decimals}f}",
        }
        for month in sorted(was.keys() | now.keys())
        if was.get(month) != now.get(month)
    ]
    if not months:
        return None
    differing = _read_differently(parameters_before or {}, parameters_after or {})
    told = {"read_differently": differing} if differing else {"months": months}
    return {"since": until.isoformat(), **told}


def _read_differently(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Names of the reading parameters that differ; a manifest has the text of what JSON has not."""

    def plain(value: object) -> object:
        return json.loads(json.dumps(value, default=str))

    return [
        name
        for name, default in READING.items()
        if plain(before.get(name, default)) != plain(after.get(name, default))
    ]


def _read_calendar(folder: Path) -> _Calendar | None:
    """The calendar of a run folder; None when it has none that can be read."""
    try:
        record = json.loads((folder / CALENDAR).read_text(encoding="utf-8"))
        days = {
            day: _Day(count, Decimal(amount), int(digest, 16))
            for day, (count, amount, digest) in record["days"].items()
        }
        return _Calendar(date.fromisoformat(record["as_of"]), record["decimals"], days)
    except (OSError, ValueError, TypeError, KeyError, ArithmeticError):
        return None
