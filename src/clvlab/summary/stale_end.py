"""Do the data reach to the as-of day, or did they stop before it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from clvlab.clock import parse_date
from clvlab.data import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import DATE

LONG_WEEKEND = 4
"""Days without a purchase that say nothing, however busy the shop."""


@dataclass(frozen=True)
class StaleEnd:
    """Whether the days without a purchase before the as-of day are more than chance or custom.

    Attributes
    ----------
    detected
        Whether they are more than a long weekend and more than there ever were before.
    days
        Days after the last purchase, up to the as-of day (inclusive).
    longest_before
        The most consecutive days without a purchase between two purchases before.
    last_purchase, as_of
        The last day with a purchase, and the last day seen.
    """

    detected: bool
    days: int
    longest_before: int
    last_purchase: date
    as_of: date

    def __str__(self) -> str:
        if not self.days:
            return f"Purchases were seen up to {self.as_of}."
        ended = f"No purchase was seen in the last {_in_days(self.days)} up to {self.as_of}"
        before = f"the longest time without one before was {_in_days(self.longest_before)}"
        if not self.detected:
            return f"{ended}; {before}."
        return (
            f"{ended}; {before}. The data may have stopped on {self.last_purchase}: then customers "
            "look lost who are not, and newer data or an earlier as-of day is needed."
        )


def detect_stale_end(log: TransactionLog | pd.Series, as_of: date | str) -> StaleEnd:
    """Look for an as-of day that lies later than the data reach.

    A model takes silence for leaving. Where an export stopped before the as-of day everybody is
    silent, and the whole base looks lost. The days without any purchase at the end are therefore
    compared with the longest such time that the log has shown before: they are called stale when
    there are more of them than that, and more than 4.

    Parameters
    ----------
    log
        The purchases, or their days (datetime64 or dates, in any order).
    as_of
        The last day seen (inclusive); purchases after it are not looked at.

    Returns
    -------
    StaleEnd
        As text it is a sentence for a page.

    Raises
    ------
    InputError
        When there is no purchase up to that day.

    Examples
    --------
    >>> days = pd.Series(pd.date_range("2026-01-01", "2026-10-30", freq="3D"))
    >>> found = detect_stale_end(days, "2026-11-30")
    >>> found.detected, found.days, found.longest_before
    (True, 33, 2)
    """
    end = parse_date(as_of, "as_of")
    dates = log.table[DATE] if isinstance(log, TransactionLog) else pd.to_datetime(log)
    days = np.unique(dates.to_numpy("datetime64[D]"))
    days = days[days <= np.datetime64(end, "D")]
    if not len(days):
        raise InputError(
            Problem(
                "parameter 'as_of'",
                "can't lie before the first purchase",
                f"got {end}, and there is no purchase up to then",
                "Choose a later day.",
            )
        )
    last: date = days[-1].item()
    silent = (end - last).days
    longest = int(np.diff(days).astype(np.int64).max(initial=1)) - 1
    return StaleEnd(silent > max(longest, LONG_WEEKEND), silent, longest, last, end)


def _in_days(count: int) -> str:
    return f"{count:,} day" if count == 1 else f"{count:,} days"
