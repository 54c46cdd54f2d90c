"""Which lines count: the policies on dates, duplicates and returns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from clvlab import schema
from clvlab.data.column_map import ColumnMap
from clvlab.data.days import FIRST_DAY
from clvlab.data.duplicates import repeated_rows
from clvlab.data.gather import CustomerDays, gather
from clvlab.data.lines import Lines, Mask
from clvlab.data.options import Policies, Reading
from clvlab.data.quality import QualityLedger
from clvlab.data.raw_table import RawTable
from clvlab.errors import Problems


def select_lines(
    lines: Lines,
    ledger: QualityLedger,
    raw: RawTable,
    columns: ColumnMap,
    reading: Reading,
    policies: Policies,
) -> tuple[Lines, CustomerDays, Lines]:
    """Apply the policies that concern single lines, and count what each removes.

    Returns
    -------
    tuple
        The lines that count, how they form customer days, and the lines below zero, whether or not
        they count.

    Raises
    ------
    InputError
        When a policy is ``"error"`` and there are such lines.
    """
    problems = Problems()
    lines = _seen(lines, ledger, raw, columns, reading, policies, problems)
    seen = lines
    days = gather(lines.customers, lines.days)
    lines = _without_duplicates(lines, days, ledger, raw, columns, policies, problems)
    negative = np.asarray(lines.units < 0, dtype=bool)
    if policies.returns == "error" and negative.any():
        found = f"negative are {raw.name_rows(lines.positions[negative].tolist())}"
        remedy = 'Pass returns="net" to set returns off, or returns="drop" to leave them out.'
        subject = raw.subject(columns.source_of(schema.AMOUNT))
        problems.add(subject, 'must hold no returns, as returns="error" says', found, remedy)
    problems.raise_if_any()
    returned = lines.keep(negative)
    if policies.returns == "drop":
        lines = _removed(lines, ledger, "returned_lines", negative, "drop")
    days = days if lines is seen else gather(lines.customers, lines.days)
    return lines, days, returned


def _seen(
    lines: Lines,
    ledger: QualityLedger,
    raw: RawTable,
    columns: ColumnMap,
    reading: Reading,
    policies: Policies,
    problems: Problems,
) -> Lines:
    last = policies.last_day(reading.time_zone)
    late = lines.days > (last - FIRST_DAY).days
    if policies.as_of is not None:
        return _removed(lines, ledger, "after_as_of", late, f"as_of {last.isoformat()}")
    if policies.future_dates == "error" and late.any():
        found = f"dated later are {raw.name_rows(lines.positions[late].tolist())}"
        subject = raw.subject(columns.source_of(schema.DATE))
        rule = f"can't hold dates after today ({last.isoformat()})"
        remedy = 'Pass future_dates="drop" to leave them out, or as_of= to choose the last day.'
        problems.add(subject, rule, found, remedy)
    return _removed(lines, ledger, "future_dates", late, policies.future_dates)


def _without_duplicates(
    lines: Lines,
    days: CustomerDays,
    ledger: QualityLedger,
    raw: RawTable,
    columns: ColumnMap,
    policies: Policies,
    problems: Problems,
) -> Lines:
    policy = policies.duplicates or ("drop" if "order_id" in columns else "keep")
    shared = np.sort(days.order[np.repeat(days.lengths > 1, days.lengths)])
    n_rows = len(lines.positions)
    repeated = repeated_rows(_columns_to_compare(lines, raw), n_rows, shared)
    if policy == "keep":
        ledger.add("duplicates", "noted", repeated.sum(), lines.units[repeated], policy)
        return lines
    if policy == "error" and repeated.any():
        found = raw.name_rows(lines.positions[repeated].tolist())
        remedy = 'Pass duplicates="drop" to count such rows once, or duplicates="keep".'
        problems.add(raw.label, "can't hold a row twice", f"repeated are {found}", remedy)
    return _removed(lines, ledger, "duplicates", repeated, policy)


def _columns_to_compare(lines: Lines, raw: RawTable) -> Iterator[pd.Series]:
    # Days and money come first: cheap to compare, and they tell most rows apart.
    yield pd.Series(lines.days)
    yield pd.Series(lines.units)
    yield pd.Series(lines.customers)
    for name in raw.names:
        values = raw.column(name)
        whole = len(lines.positions) == raw.n_rows
        yield values if whole else values.iloc[lines.positions].reset_index(drop=True)


def _removed(lines: Lines, ledger: QualityLedger, step: str, gone: Mask, policy: str) -> Lines:
    ledger.add(step, "removed", gone.sum(), lines.units[gone], policy)
    return lines.keep(~gone)
