"""Everything that a source knows of its customers, and what it would need to know more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from clvlab.data.company import load_company
from clvlab.data.company.tables_file import is_company
from clvlab.data.complete_journey import complete_journey_households, complete_journey_lines
from clvlab.data.log import TransactionLog
from clvlab.data.opening import open_log
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

AXES = ("region", "channel", "category", "product", "brand")
COMPLETE_JOURNEY = "complete-journey"
DISCOUNT_FORMS = ("loyalty card", "coupon", "coupon match")


@dataclass(frozen=True, eq=False)
class Records:
    """A company's purchases with what else it keeps.

    Attributes
    ----------
    log
        The purchases.
    customers
        Indexed by ``customer_id``; without columns where nothing is known of the customers.
    lines
        What was bought: ``customer_id``, ``date``, ``amount``, and those of `AXES` that there
        are; line items, or else the purchases themselves.
    discounts
        Names of the columns of `lines` that say what was taken off.
    tables
        The company's other tables by name.
    """

    log: TransactionLog
    customers: pd.DataFrame
    lines: pd.DataFrame = field(repr=False)
    discounts: tuple[str, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def axes(self) -> list[str]:
        """What the purchases can be split by."""
        return [name for name in AXES if name in self.lines and self.lines[name].notna().any()]

    def missing(self, table: str) -> str:
        """What is not there, as a sentence for a page; empty when it is.

        Examples
        --------
        >>> Records(None, pd.DataFrame(), pd.DataFrame()).missing("costs")
        'Not available: needs the table costs.'
        """
        there = len(self.customers.columns) if table == "customers" else table in self.tables
        return "" if there else f"Not available: needs the table {table}."

    def missing_in_words(self, *tables: str) -> str:
        """What of several tables is not there, in one sentence; empty when all are.

        Examples
        --------
        >>> Records(None, pd.DataFrame(), pd.DataFrame()).missing_in_words("costs", "contacts")
        'Not available: needs the tables costs and contacts.'
        """
        absent = [name for name in tables if self.missing(name)]
        if len(absent) < 2:
            return self.missing(absent[0]) if absent else ""
        listed = f"{', '.join(absent[:-1])} and {absent[-1]}"
        return f"Not available: needs the tables {listed}."


def open_records(
    data: str,
    *,
    columns: str | None = None,
    as_of: date | str | None = None,
    **reading: Any,  # noqa: ANN401 - the options of load_transactions
) -> Records:
    """Open a data set, a file of purchases or a company's folder with all its tables.

    Parameters
    ----------
    data, columns, as_of, **reading
        As in `clvlab.open_log`.

    Raises
    ------
    InputError
        See `clvlab.open_log` and `clvlab.load_company`.

    Examples
    --------
    >>> found = open_records("cdnow-sample")
    >>> found.axes, found.missing("customers")
    ([], 'Not available: needs the table customers.')
    """
    log = open_log(data, columns=columns, as_of=as_of, **reading)
    nobody = pd.DataFrame(index=pd.Index([], name=CUSTOMER_ID))
    kept = [name for name in (CUSTOMER_ID, DATE, AMOUNT, *AXES) if name in log.table]
    if data == COMPLETE_JOURNEY:
        lines = complete_journey_lines(as_of)
        return Records(log, complete_journey_households(), lines, DISCOUNT_FORMS)
    if columns is None and reading.get("table") is None and is_company(data):
        company = load_company(data, as_of=as_of)
        tables = {name: company.table(name) for name in company.tables}
        customers = tables.get("customers")
        known = nobody if customers is None else customers.set_index(CUSTOMER_ID)
        return Records(log, known, log.table[kept], (), tables)
    return Records(log, nobody, log.table[kept])
