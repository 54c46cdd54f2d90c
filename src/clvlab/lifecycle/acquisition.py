"""When customers stopped coming: what a log without new customers can't show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from clvlab.clock import days_since
from clvlab.data.log import TransactionLog
from clvlab.schema import CUSTOMER_ID, DATE

UNUSUAL = 10.0
"""A wait for the next new customer this many times the usual one is no accident."""


@dataclass(frozen=True)
class Acquisition:
    """How customers came.

    Attributes
    ----------
    last_new
        Day on which the last new customer came.
    silent_days
        Days from then to the last day seen.
    usual_wait_days
        Mean days between new customers while they came.
    """

    last_new: date
    silent_days: int
    usual_wait_days: float

    @property
    def ended(self) -> bool:
        """Whether new customers stopped coming before the log ends."""
        return self.silent_days > max(UNUSUAL * self.usual_wait_days, 1.0)

    def __str__(self) -> str:
        if not self.ended:
            return "New customers came until the end."
        return (
            f"Nobody new came after {self.last_new}: whatever is said of the time since is of "
            "customers who were there before, and nothing here tells how many new ones to expect."
        )


def acquisition_of(log: TransactionLog, as_of: date) -> Acquisition:
    """Look at when customers came, up to a day.

    Examples
    --------
    >>> import clvlab
    >>> print(acquisition_of(clvlab.load_cdnow(), date(1998, 6, 30)).last_new)
    1997-03-25
    """
    rows = log.table[log.table[DATE] <= np.datetime64(as_of)]
    first = rows.groupby(CUSTOMER_ID, observed=True)[DATE].min()
    days = np.sort(days_since(first, first.min()).to_numpy())
    wait = float(days[-1] / max(len(days) - 1, 1))
    last_new = first.max().date()
    return Acquisition(last_new, (as_of - last_new).days, wait)
