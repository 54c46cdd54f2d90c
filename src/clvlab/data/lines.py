"""The rows of a source, read and checked: a customer, a day and money in each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clvlab import schema
from clvlab.data.amounts import Floats, numbers_of
from clvlab.data.calendar import make_calendar
from clvlab.data.column_map import NUMERIC, ColumnMap
from clvlab.data.currencies import Conversion, find_conversion
from clvlab.data.day_problems import FIRST_SENSIBLE_DAY, note_day_problems
from clvlab.data.days import FIRST_DAY, NO_DAY, Days, read_days
from clvlab.data.exact_money import MinorUnits, Units, to_minor_units
from clvlab.data.identifiers import Coded, coded, missing_ids, typed_ids
from clvlab.data.options import Policies, Reading
from clvlab.data.pseudonyms import pseudonym_key, pseudonyms_of
from clvlab.data.quality import QualityLedger
from clvlab.data.raw_table import RawTable
from clvlab.errors import Problems

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Lines:
    """Rows with an id, each with its day and money.

    Attributes
    ----------
    positions
        Row of the source that each line came from.
    customers
        Each line's customer, as a position in `ids`.
    ids
        Distinct customer ids in their final type and order.
    days
        Days since 1970-01-01.
    units
        Amounts in minor units of the log's currency.
    numbers
        The other numeric columns (margin, quantity).
    conversion
        The currency, and what was converted.
    """

    positions: NDArray[np.int64]
    customers: NDArray[np.int64]
    ids: pd.Series
    days: Days
    units: Units
    numbers: dict[str, NDArray[np.float64]]
    conversion: Conversion

    def keep(self, kept: Mask) -> Lines:
        """The lines where `kept` is true."""
        if kept.all():
            return self
        return replace(
            self,
            positions=self.positions[kept],
            customers=self.customers[kept],
            days=self.days[kept],
            units=self.units[kept],
            numbers={name: values[kept] for name, values in self.numbers.items()},
        )


def read_lines(
    raw: RawTable, columns: ColumnMap, reading: Reading, policies: Policies
) -> tuple[Lines, QualityLedger, pd.DataFrame]:
    """Read every row, and count those without an id.

    Returns
    -------
    tuple
        The rows with an id; a ledger that has counted the rows read and those left out; and the
        calendar of all rows up to the last day that is seen (see `TransactionLog`).

    Raises
    ------
    InputError
        With every problem of ids, dates, amounts and currencies at once.
    """
    problems = Problems()
    ids = raw.column(columns.plain[schema.CUSTOMER_ID])
    absent = missing_ids(ids)
    present = np.flatnonzero(~absent)
    who = _customers(problems, raw, columns, ids, absent, policies)
    days = _days(raw, columns, absent, reading, problems)
    amounts = numbers_of(raw, columns, schema.AMOUNT, reading, problems)
    _note_amounts(problems, raw, columns.source_of(schema.AMOUNT), amounts, present)
    conversion = find_conversion(raw, columns.plain.get("currency"), present, policies, problems)
    numbers = {
        name: numbers_of(raw, columns, name, reading, problems)[present].astype(np.float64)
        for name in NUMERIC
        if name in columns and name != schema.AMOUNT
    }
    _note_infinite(problems, raw, columns, numbers, present)
    problems.raise_if_any()
    money, ledger = _money(amounts, absent, present, conversion, policies)
    if conversion.rates is not None and "margin" in numbers:
        numbers["margin"] = numbers["margin"] * conversion.rates
    calendar = _calendar(days, absent, who, money, policies.last_day(reading.time_zone))
    units, days = money.units[present], days[present]
    lines = Lines(present, who.codes, who.distinct, days, units, numbers, conversion)
    return lines, ledger, calendar


def _money(
    amounts: Floats,
    absent: Mask,
    present: NDArray[np.int64],
    conversion: Conversion,
    policies: Policies,
) -> tuple[MinorUnits, QualityLedger]:
    """Minor units of all rows, and the ledger with the first two steps."""
    amounts = np.where(absent & ~np.isfinite(amounts), amounts.dtype.type(0), amounts)
    if conversion.rates is not None:
        amounts = amounts.astype(np.float64)
        amounts[present] *= conversion.rates
    money = to_minor_units(amounts)
    ledger = QualityLedger(money.decimals)
    nothing = money.units[:0]
    ledger.add("rows_read", "read", len(amounts), money.units)
    ledger.add("missing_ids", "removed", absent.sum(), money.units[absent], policies.missing_ids)
    if money.rounded:
        ledger.add("rounded_amounts", "noted", money.rounded, nothing)
    if conversion.converted is not None:
        moved = present[conversion.converted]
        policy = f"into {conversion.currency}"
        ledger.add("converted_amounts", "noted", len(moved), money.units[moved], policy)
    return money, ledger


def _days(
    raw: RawTable,
    columns: ColumnMap,
    absent: Mask,
    reading: Reading,
    problems: Problems,
) -> Days:
    """The day of every row; rows without an id may have none, the others must."""
    source, present = columns.plain[schema.DATE], np.flatnonzero(~absent)
    values = raw.column(source)
    whole = len(present) == raw.n_rows
    read = read_days(values if whole else values.iloc[present].reset_index(drop=True), reading)
    note_day_problems(problems, raw, source, read, present, reading)
    if whole:
        return read.days
    days = np.full(raw.n_rows, NO_DAY)
    days[present] = read.days
    days[absent] = read_days(values[absent].reset_index(drop=True), reading).days
    return days


def _calendar(days: Days, absent: Mask, who: Coded, money: MinorUnits, last: date) -> pd.DataFrame:
    """The calendar of the rows up to a day, those without an id and all returns included."""
    customers = who.codes
    if absent.any():
        customers = np.full(len(days), -1)
        customers[~absent] = who.codes
    seen = (days >= FIRST_SENSIBLE_DAY) & (days <= (last - FIRST_DAY).days)
    if not seen.all():
        days = np.where(seen, days, NO_DAY)
    return make_calendar(days, customers, who.distinct, money)


def _customers(
    problems: Problems,
    raw: RawTable,
    columns: ColumnMap,
    ids: pd.Series,
    absent: Mask,
    policies: Policies,
) -> Coded:
    """The customers of the rows with an id."""
    subject = raw.subject(columns.plain[schema.CUSTOMER_ID])
    if not raw.n_rows:
        problems.add(raw.label, "must hold at least one row", "it has a header and no rows")
    elif absent.all():
        problems.add(subject, "must hold customer ids", "it is empty in every row")
    elif absent.any() and policies.missing_ids == "error":
        found = f"missing in {raw.name_rows(np.flatnonzero(absent).tolist())}"
        remedy = 'Pass missing_ids="drop" to leave them out and count them.'
        problems.add(subject, "must hold a customer id in every row", found, remedy)
    present = ids[~absent].reset_index(drop=True) if absent.any() else ids
    try:
        typed = typed_ids(present, is_text=raw.is_text)
        return coded(pseudonyms_of(typed, pseudonym_key()) if policies.personal_ids else typed)
    except TypeError:
        kind = type(present.iloc[0]).__name__
        problems.add(subject, "must hold numbers or text", f"it holds values such as a {kind}")
        return Coded(np.zeros(len(present), dtype=np.int64), present)


def _note_amounts(
    problems: Problems, raw: RawTable, source: str, amounts: Floats, present: NDArray[np.int64]
) -> None:
    subject = raw.subject(source)
    used = amounts[present]
    missing, infinite = present[np.isnan(used)], present[np.isinf(used)]
    if len(missing):
        found = f"missing in {raw.name_rows(missing.tolist())}"
        remedy = "Fill them in, or leave these rows out."
        problems.add(subject, "must hold an amount in every row", found, remedy)
    if len(infinite):
        remedy = "Correct them; a division by zero makes such amounts."
        found = f"not so in {raw.name_rows(infinite.tolist())}"
        problems.add(subject, "must be finite", found, remedy)


def _note_infinite(
    problems: Problems,
    raw: RawTable,
    columns: ColumnMap,
    numbers: dict[str, NDArray[np.float64]],
    present: NDArray[np.int64],
) -> None:
    for name, values in numbers.items():
        infinite = present[np.isinf(values)]
        if len(infinite):
            subject = raw.subject(columns.source_of(name))
            found = f"not so in {raw.name_rows(infinite.tolist())}"
            problems.add(subject, "must be finite", found)
