"""The calendar of a source: its rows by day as they were read, before any policy."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clvlab import schema
from clvlab.data.days import NO_DAY, Days
from clvlab.data.exact_money import MinorUnits, Units, to_amounts, to_minor_units
from clvlab.data.identifiers import coded

ROWS = "rows"
DIGEST = "digest"
COLUMNS = (schema.DATE, ROWS, schema.AMOUNT, DIGEST)

_BLOCK = 1 << 18
"""Rows worked on at once: few enough for the processor's cache, so that long tables are cheap."""


def make_calendar(
    days: Days, customers: NDArray[np.int64], ids: pd.Series, money: MinorUnits
) -> pd.DataFrame:
    """Count the rows of each day.

    Parameters
    ----------
    days
        Day of each row since 1970-01-01; rows with `NO_DAY` are left out.
    customers
        Customer of each row as a position in `ids`, -1 where a row has no id.
    ids
        Distinct customer ids.
    money
        Amount of each row.

    Returns
    -------
    DataFrame
        One row per day that has any, in their order: `date` (datetime64, midnight), `rows`
        (int64), `amount` (their exact sum, `decimal.Decimal`) and `digest` (uint64, the sum of a
        number for each row, modulo 2**64). The digest changes with any customer id or amount and
        not with the order of the rows, and rows without an id count as one customer.

    Examples
    --------
    >>> money = to_minor_units(np.array([20.0, -5.5, 1.0]))
    >>> ids = pd.Series(["a", "b"])
    >>> make_calendar(np.array([0, 0, NO_DAY]), np.array([0, 1, 1]), ids, money)[
    ...     ["date", "rows", "amount"]
    ... ]
            date  rows amount
    0 1970-01-01     2   14.5
    """
    counted = days != NO_DAY
    if not counted.all():
        days, customers = days[counted], customers[counted]
        money = MinorUnits(money.units[counted], money.decimals)
    first = int(days.min(initial=0)) if len(days) else 0
    length = int(days.max()) - first + 1 if len(days) else 0
    rows = np.bincount(days - first, minlength=length) if length else np.zeros(0, dtype=np.int64)
    amounts, digests = _sums(days - first, length, customers, _id_digests(ids), money)
    seen = np.flatnonzero(rows)
    dates = (seen + first).astype("datetime64[D]").astype("datetime64[ns]")
    exact = [Decimal(f"{int(units)}E-{money.decimals}") for units in amounts[seen]]
    columns = (dates, rows[seen], pd.Series(exact, dtype=object), digests[seen])
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def calendar_of_purchases(table: pd.DataFrame) -> pd.DataFrame:
    """The calendar of a table of purchases, for a log that was not read from a source.

    Parameters
    ----------
    table
        With the columns `customer_id`, `date` and `amount`.

    Returns
    -------
    DataFrame
        As `make_calendar` says, with purchases in the place of rows.
    """
    days = table[schema.DATE].to_numpy("datetime64[D]").astype(np.int64)
    who = coded(table[schema.CUSTOMER_ID])
    money = to_minor_units(table[schema.AMOUNT].to_numpy(np.float64))
    return make_calendar(days, who.codes, who.distinct, money)


def _sums(
    days: Days,
    length: int,
    customers: NDArray[np.int64],
    ids: NDArray[np.uint64],
    money: MinorUnits,
) -> tuple[Units, NDArray[np.uint64]]:
    """Minor units and digests of the rows, summed by day."""
    units, digests = np.zeros(length, dtype=money.units.dtype), np.zeros(length, dtype=np.uint64)
    for start in range(0, len(days), _BLOCK):
        block = slice(start, start + _BLOCK)
        # Amounts and not units are hashed: a later row with more decimals changes all units.
        amounts = to_amounts(money.units[block], money.decimals)
        numbers = pd.util.hash_array(amounts, categorize=False) ^ ids[customers[block]]
        np.add.at(digests, days[block], pd.util.hash_array(numbers, categorize=False))
        np.add.at(units, days[block], money.units[block])
    return units, digests


def _id_digests(ids: pd.Series) -> NDArray[np.uint64]:
    """A number for each id, and last one for rows without an id.

    Ids are hashed as text, whole numbers without a decimal point: one late id of letters would
    turn a column of numbers into text.
    """
    texts = np.array([*(str(name).removesuffix(".0") for name in ids), ""], dtype=object)
    return np.asarray(pd.util.hash_array(texts, categorize=False), dtype=np.uint64)
