"""The transaction log: what every analysis starts from."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clvlab import schema


@dataclass(frozen=True, eq=False, repr=False)
class TransactionLog:
    """Purchases, one row per customer and calendar day.

    Attributes
    ----------
    table
        Columns `customer_id` (the type it came with), `date` (datetime64, midnight, no zone) and
        `amount` (float64, in `currency`), then the optional columns that arrived. Sorted by date,
        then by customer id; the index counts from 0.
    quality
        One row per step between the source and `table`; see `clvlab.data.quality`.
    name
        What the data are called on a page.
    currency
        Currency code of the money columns, None when unknown.
    simulated
        True when nobody ever bought any of this.
    """

    table: pd.DataFrame
    quality: pd.DataFrame
    name: str
    currency: str | None = None
    simulated: bool = False

    def __repr__(self) -> str:
        days = self.table[schema.DATE]
        customers = self.table[schema.CUSTOMER_ID].nunique()
        span = f"{days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}" if len(days) else "no days"
        return (
            f"TransactionLog({self.name!r}: {len(self.table):,} purchases of "
            f"{customers:,} customers, {span})"
        )
