"""How often a report is made, and the last day that it is due for."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from clvlab.clock import last_period_end, next_period_end

Cadence = Literal["daily", "weekly", "monthly", "quarterly", "once"]
"""How often a report is made; weeks end on Sunday, months and quarters with the calendar's."""

CADENCES: tuple[str, ...] = get_args(Cadence)

_PERIODS = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter"}


def due_day(cadence: str, day: date) -> date | None:
    """The as-of date that a report is due for when a day is over.

    Parameters
    ----------
    cadence
        One of `CADENCES`.
    day
        The last day that has been seen (inclusive).

    Returns
    -------
    date or None
        The last day of the latest complete period on or before `day`; None for ``"once"``, whose
        parameters say.

    Examples
    --------
    >>> [str(due_day(cadence, date(2024, 8, 14))) for cadence in CADENCES]
    ['2024-08-14', '2024-08-11', '2024-07-31', '2024-06-30', 'None']
    """
    return None if cadence == "once" else last_period_end(day, _PERIODS[cadence])


def following_due_day(cadence: str, day: date) -> date | None:
    """The as-of date that follows `due_day`: the end of the period under way after `day`.

    Examples
    --------
    >>> str(following_due_day("monthly", date(2024, 7, 31)))
    '2024-08-31'
    """
    return None if cadence == "once" else next_period_end(day, _PERIODS[cadence])
