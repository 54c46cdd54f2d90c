"""Rows that came late: purchases dated before an earlier run's end that arrived or changed since.

Each run keeps a calendar of its purchases: for every day their number, their exact amount and a
digest of the rows. Two calendars are compared up to the earlier run's last day, so new days never
count as a change and no change within the old ones is missed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from clvlab.reports.writing.calendar import CALENDAR


@dataclass(frozen=True, slots=True)
class _Day:
    """The purchases of one day; days and months add up."""

    purchases: int = 0
    amount: Decimal = Decimal(0)
    digest: int = 0

    def __add__(self, other: _Day) -> _Day:
        digest = (self.digest + other.digest) % 2**64
        return _Day(self.purchases + other.purchases, self.amount + other.amount, digest)


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


def late_rows(before: Path, after: Path) -> dict[str, Any] | None:
    """What changed within the days that an earlier run had already seen.

    Parameters
    ----------
    before, after
        Run folders, the earlier one first.

    Returns
    -------
    dict or None
        ``since`` (the earlier run's last day, ISO) and ``months``: for every month that differs,
        counted up to that day, ``month`` (``"1998-03"``), ``purchases_before``,
        ``purchases_now``, ``amount_before``, ``amount_now`` (exact decimal text). A month whose
        numbers agree is listed too when its rows differ: other customers, or other amounts of
        the same sum. None when nothing differs, or one of the runs kept no calendar.

    Notes
    -----
    The calendar is that of purchases. A return that came after the earlier run is set off
    against the purchase that it takes back, and so changes that purchase's day.
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
            "purchases_before": was.get(month, _Day()).purchases,
            "purchases_now": now.get(month, _Day()).purchases,
            "amount_before": f"{was.get(month, _Day()).amount:.{decimals}f}",
            "amount_now": f"{now.get(month, _Day()).amount:.{decimals}f}",
        }
        for month in sorted(was.keys() | now.keys())
        if was.get(month) != now.get(month)
    ]
    return {"since": until.isoformat(), "months": months} if months else None


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
