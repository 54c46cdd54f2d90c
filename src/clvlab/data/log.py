"""The transaction log: what every analysis starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

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
    calendar
        The rows of the source by the day that each bears, before anything was left out, merged
        or set off: `date` (datetime64, midnight), `rows` (int64), `amount` (their exact sum in
        `currency`, `decimal.Decimal`) and `digest` (uint64, which changes with any customer id or
        amount of the day and not with the order of the rows). Returns, duplicates and rows
        without a customer id count; days after the as-of date, or else after today, and rows
        without an id that have no readable date don't. None when the log was not read from a
        source. A row dated after some day never changes what the calendar holds up to it.
    pseudonymous
        True when ids are pseudonyms of ids that name people.
    returns
        What was given back, by customer and the day of the return, whether it was set off or left
        out of `table`: `customer_id`, `date`, `lines` (int64) and `amount` (above zero, exact, in
        `currency`). Customers who are in no row of `table` may be there. None when the log was
        not read from a source.
    """

    table: pd.DataFrame
    quality: pd.DataFrame
    name: str
    currency: str | None = None
    simulated: bool = False
    calendar: pd.DataFrame | None = None
    pseudonymous: bool = False
    returns: pd.DataFrame | None = None

    def until(self, last: date) -> TransactionLog:
        """The log without purchases and returns after a day, which itself stays in.

        Purchases that were set off against later returns stay as they are.

        Examples
        --------
        >>> import clvlab
        >>> len(clvlab.load_cdnow(sample=True).until(date(1997, 1, 31)).table)
        873
        """
        kept = self.table[self.table[schema.DATE] <= pd.Timestamp(last)].reset_index(drop=True)
        back = self.returns
        if back is not None:
            back = back[back[schema.DATE] <= pd.Timestamp(last)].reset_index(drop=True)
        return replace(self, table=kept, returns=back)

    def __repr__(self) -> str:
        days = self.table[schema.DATE]
        customers = self.table[schema.CUSTOMER_ID].nunique()
        span = f"{days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}" if len(days) else "no days"
        return (
            f"TransactionLog({self.name!r}: {len(self.table):,} purchases of "
            f"{customers:,} customers, {span})"
        )
