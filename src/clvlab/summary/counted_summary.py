"""A base as counts: what fits need of it, in a size that does not grow with its customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from clvlab.clock import StudyWindow
from clvlab.schema import FREQUENCY, MONETARY_VALUE

CUSTOMERS: Final = "customers"
MEAN_LOG: Final = "mean_log"
SPREAD_LOG: Final = "spread_log"


@dataclass(frozen=True)
class CountedSummary:
    """The distinct histories of a base with their customers, and what repeat buyers spent.

    Models of purchases and of spend, `fit_study` and `posterior_of` take it in place of a
    `CustomerSummary`; what is asked of single customers needs their summary, and
    `score_on_disk`.

    Attributes
    ----------
    histories
        One row per distinct history, ascending in frequency, T and recency: ``frequency``,
        ``recency_days``, ``T_days`` (integers, as in `CustomerSummary`) and ``customers``, how
        many have it.
    spend
        What repeat buyers spent per repeat purchase, in one of two forms. Exact: one row per
        repeat buyer in the order of the summary, ``frequency`` and ``monetary_value``. Binned: one
        row per bin, ``frequency``, ``customers``, and ``mean_log`` and ``spread_log``, mean and
        standard deviation of the logarithm of ``monetary_value`` in the bin; buyers whose repeat
        purchases amount to nothing are left out.
    window
        Unit, calibration end and holdout end.
    n_customers
        All customers, those with an incomplete history included.
    name
        Name of the data, for titles and stamps.
    currency
        Currency of the amounts, when known.
    simulated
        Whether the data were simulated.
    """

    histories: pd.DataFrame
    spend: pd.DataFrame
    window: StudyWindow
    n_customers: int
    name: str = "transactions"
    currency: str | None = None
    simulated: bool = False

    def __len__(self) -> int:
        return self.n_customers

    @property
    def binned(self) -> bool:
        """Whether amounts are known by bins alone."""
        return MONETARY_VALUE not in self.spend.columns

    @property
    def repeaters(self) -> int:
        """Number of customers with at least one repeat purchase, of those that are counted."""
        repeat = self.histories[FREQUENCY] > 0
        return int(self.histories.loc[repeat, CUSTOMERS].sum())
