"""Lines made into purchases: gathered by customer and day, with returns set off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clvlab import schema
from clvlab.data.column_map import CONTRACT, NUMERIC, ColumnMap
from clvlab.data.exact_money import Units, to_amounts
from clvlab.data.gather import CustomerDays
from clvlab.data.identifiers import usual_text
from clvlab.data.lines import Lines, Mask
from clvlab.data.netting import SetOff, carry_back
from clvlab.data.options import Policies
from clvlab.data.quality import QualityLedger
from clvlab.data.raw_table import RawTable
from clvlab.errors import Problems


@dataclass(frozen=True)
class Purchases:
    """Customer days after returns were set off.

    Attributes
    ----------
    days
        How lines form customer days.
    set_off
        What each customer day is still worth, and what was moved.
    kept
        Which customer days are purchases.
    """

    days: CustomerDays
    set_off: SetOff
    kept: Mask


def make_purchases(
    lines: Lines,
    days: CustomerDays,
    ledger: QualityLedger,
    raw: RawTable,
    columns: ColumnMap,
    policies: Policies,
) -> pd.DataFrame:
    """The log's table of `lines`, which form `days`; each step is counted in `ledger`.

    Raises
    ------
    InputError
        When ``zero_amounts="error"`` and a customer day is worth nothing.
    """
    totals = days.sums(lines.units)
    merged = len(lines.units) - len(days)
    ledger.add("same_day_lines", "removed", merged, lines.units[:0])
    zero = np.asarray(lines.units == 0, dtype=bool)
    zero_lines = days.sums(zero.astype(np.int64)) if zero.any() else np.zeros(len(days), dtype=int)
    all_zero = zero_lines == days.lengths
    set_off = carry_back(days.customers, totals)
    _count_returns(ledger, totals, set_off, all_zero, policies)
    _note_zeros(lines, days, ledger, raw, columns, all_zero, policies)
    kept = np.asarray(set_off.totals > 0, dtype=bool)
    if policies.zero_amounts == "keep":
        kept |= all_zero
    ledger.add("purchases", "left", kept.sum(), set_off.totals[kept])
    purchases = Purchases(days, set_off, kept)
    return _table(lines, purchases, ledger.decimals, raw, columns)


def _count_returns(
    ledger: QualityLedger, totals: Units, set_off: SetOff, all_zero: Mask, policies: Policies
) -> None:
    if policies.returns != "net":
        return
    owed = np.asarray(totals < 0, dtype=bool)
    unmatched = np.asarray(set_off.totals < 0, dtype=bool)
    cancelled = np.asarray(totals == 0, dtype=bool) & ~all_zero
    touched = np.zeros(len(totals), dtype=bool)
    touched[set_off.purchase_days] = True
    used_up = touched & np.asarray(set_off.totals == 0, dtype=bool)
    moved = totals - set_off.totals
    steps: list[tuple[str, str, NDArray[np.bool_], Units]] = [
        ("returned_within_day", "removed", cancelled, totals[:0]),
        ("returns_set_off", "removed", owed & ~unmatched, moved[owed]),
        ("returns_unmatched", "removed", unmatched, set_off.totals[unmatched]),
        ("purchases_returned", "removed", used_up, moved[used_up]),
    ]
    for step, effect, rows, units in steps:
        ledger.add(step, effect, rows.sum(), units, "net")
    reduced = touched & ~used_up
    ledger.add("purchases_reduced", "reduced", reduced.sum(), moved[reduced], "net")


def _note_zeros(
    lines: Lines,
    days: CustomerDays,
    ledger: QualityLedger,
    raw: RawTable,
    columns: ColumnMap,
    all_zero: Mask,
    policies: Policies,
) -> None:
    zero_lines = np.asarray(lines.units == 0, dtype=bool)
    ledger.add("zero_lines", "noted", zero_lines.sum(), lines.units[:0])
    if policies.zero_amounts == "error" and all_zero.any():
        concerned = np.zeros(len(lines.units), dtype=bool)
        concerned[days.order[np.repeat(all_zero, days.lengths)]] = True
        found = f"so are {raw.name_rows(np.sort(lines.positions[concerned]).tolist())}"
        remedy = 'Pass zero_amounts="drop" to leave such days out, or "keep" to count them.'
        problems = Problems()
        subject = raw.subject(columns.source_of(schema.AMOUNT))
        problems.add(subject, "can't be zero on all of a customer's day", found, remedy)
        problems.raise_if_any()
    effect = "noted" if policies.zero_amounts == "keep" else "removed"
    ledger.add("zero_amounts", effect, all_zero.sum(), lines.units[:0], policies.zero_amounts)


def _table(
    lines: Lines,
    purchases: Purchases,
    decimals: int,
    raw: RawTable,
    columns: ColumnMap,
) -> pd.DataFrame:
    days, kept = purchases.days, purchases.kept
    ids = usual_text(lines.ids) if raw.is_text else lines.ids
    stamps = days.days[kept].astype("datetime64[D]").astype("datetime64[ns]")
    table: dict[str, object] = {
        schema.CUSTOMER_ID: ids.iloc[days.customers[kept]].reset_index(drop=True),
        schema.DATE: stamps,
        schema.AMOUNT: to_amounts(purchases.set_off.totals[kept], decimals),
    }
    amounts = to_amounts(lines.units, decimals)
    for name in CONTRACT[len(table) :]:
        if name in NUMERIC and name in columns:
            table[name] = _number(lines.numbers[name], purchases)[kept]
        elif name in columns:
            values = raw.column(columns.plain[name]).iloc[lines.positions].reset_index(drop=True)
            if name == "currency" and lines.conversion.currency is not None:
                values = pd.Series(lines.conversion.currency, index=values.index)
            largest = days.of_largest_line(values, amounts)[kept].reset_index(drop=True)
            table[name] = usual_text(largest) if raw.is_text else largest
    return pd.DataFrame(table, copy=False)


def _number(numbers: NDArray[np.float64], purchases: Purchases) -> NDArray[np.float64]:
    """A margin or quantity of each customer day; what was set off takes its share along."""
    sums = purchases.days.sum_numbers(numbers)
    moves = purchases.set_off
    if not len(moves.units):
        return sums
    returned = np.zeros(len(sums))
    np.add.at(returned, moves.return_days, moves.units.astype(np.float64))
    owed = returned - np.minimum(moves.totals, 0).astype(np.float64)
    share = moves.units.astype(np.float64) / owed[moves.return_days]
    outcome = sums.copy()
    np.add.at(outcome, moves.purchase_days, sums[moves.return_days] * share)
    return outcome
