"""A log read where it is: what its rows become, its first and last purchase, its quality table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from clvlab.data.column_map import ColumnMap, Columns, map_columns
from clvlab.data.days import FIRST_DAY
from clvlab.data.options import Policies, Reading
from clvlab.data.quality import in_words
from clvlab.data.raw_table import from_arrow
from clvlab.errors import InputError, Problem, Problems
from clvlab.schema import TRANSACTION_COLUMNS
from clvlab.summary.engines.dialect import SOURCE
from clvlab.summary.engines.engine import Engine, RecordOf, Written
from clvlab.summary.engines.facts import Facts, look, read_written_days
from clvlab.summary.engines.gathered import Gathered, GivenEnds
from clvlab.summary.engines.ledger import (
    LineCounts,
    count_days,
    count_lines,
    note_refused,
    quality_table,
)
from clvlab.summary.engines.rows import rows_of
from clvlab.summary.engines.sorted_lines import gather_sorted
from clvlab.summary.engines.statements import Purchases, Window, customers_sql
from clvlab.summary.engines.streaming import find_streamable, stream
from clvlab.summary.progress import Progress

_SAMPLE_ROWS = 100

Ends = tuple[int | None, int | None]
"""Numbers of the calibration's and the holdout's last day, where they are given."""


@dataclass(frozen=True)
class LogInEngine:
    """A source whose rows are understood and checked.

    Attributes
    ----------
    engine
        Where it is.
    policies, currency
        What was chosen or found.
    purchases
        How its rows become purchases.
    facts, lines
        What is known of its rows.
    days
        What became of its customer days, where amounts are not all positive.
    gathered
        The customers, where one pass over the lines was enough.
    """

    engine: Engine
    policies: Policies
    currency: str | None
    purchases: Purchases
    facts: Facts
    lines: LineCounts
    days: dict[str, Any] | None
    gathered: Gathered | None = None

    def write(
        self, window: Window, out: Path | None, record_of: RecordOf, progress: Progress
    ) -> Written:
        """Write the summary of a window, or keep it in memory where there is no file."""
        if self.gathered is not None:
            return self.gathered.write(window, out, record_of, progress)
        sql = customers_sql(self.purchases, window, self.engine.dialect)
        return self.engine.write(sql, out, record_of, progress)

    @property
    def span(self) -> tuple[date, date]:
        """First and last day with a purchase.

        Raises
        ------
        InputError
            When there is no purchase.
        """
        days = self.days
        first, last = (
            (self.lines.first, self.lines.last)
            if days is None
            else (days["first_day"], days["last_day"])
        )
        if first is None or last is None:
            found = f"none is left ({in_words(self.quality(0))})"
            rule = "must hold at least one purchase"
            raise InputError(Problem(self.engine.label, rule, found))
        return FIRST_DAY + timedelta(days=int(first)), FIRST_DAY + timedelta(days=int(last))

    def quality(self, n_purchases: int) -> pd.DataFrame:
        """The data-quality table; `n_purchases` of the whole log matter for positive amounts."""
        days = self.days or {
            "n_days": n_purchases,
            "n_purchases": n_purchases,
            "u_purchases": self._kept().counts["seen"][1],
        }
        once = self._kept()
        if once.kept > days["n_days"] and not self.purchases.rows.distinct:
            once = count_lines(self.engine, _distinct(self.purchases))
        last = FIRST_DAY + timedelta(days=self.purchases.last_day)
        return quality_table(self.facts, self.policies, last.isoformat(), self.lines, once, days)

    def _kept(self) -> LineCounts:
        distinct = self.purchases.rows.distinct
        return count_lines(self.engine, self.purchases) if distinct else self.lines


def open_log_in_engine(
    engine: Engine,
    columns: Columns,
    reading: Reading,
    policies: Policies,
    progress: Progress,
    ends: Ends = (None, None),
    *,
    may_stream: bool = True,
) -> LogInEngine:
    """Understand and check the rows of a source.

    Parameters
    ----------
    engine
        The source.
    columns, reading, policies
        As `load_transactions` takes them.
    progress
        Told of long steps.
    ends
        Calibration and holdout end as they were given.
    may_stream
        Whether files may be gone through without the engine.

    Raises
    ------
    InputError
        With every problem of columns, ids, dates, amounts and policies.
    """
    progress.begin("looking at all rows", None)
    sample = engine.sample(_SAMPLE_ROWS)
    raw = from_arrow(sample, engine.label, is_text=engine.is_text, absent=engine.absent)
    mapped = map_columns(raw, columns)
    problems = Problems()
    rows = rows_of(engine, mapped, reading, problems)
    problems.raise_if_any()
    rows = read_written_days(engine, rows, mapped, reading, problems)
    currency = _currency(engine, mapped, policies, problems)
    problems.raise_if_any()
    chosen = policies.duplicates or ("drop" if "order_id" in mapped else "keep")
    policies = replace(policies, duplicates=chosen)
    last_day = (policies.last_day(reading.time_zone) - FIRST_DAY).days
    all_ends = (*ends, last_day)

    def purchases_of(facts: Facts) -> Purchases:
        return Purchases(
            facts.rows,
            facts.decimals,
            last_day,
            plain=facts.plain,
            drop_returns=policies.returns == "drop",
            keep_zeros=policies.zero_amounts == "keep",
        )

    gathered = None
    if may_stream and chosen == "keep" and not mapped.computed:
        gathered = _stream(engine, mapped, all_ends, progress)
    if gathered is not None:
        n_rows = gathered.lines.counts["rows_read"][0]
        facts = Facts(rows, n_rows, gathered.decimals, 0, plain=True)
    else:
        facts = look(engine, rows, mapped, policies)
        if facts.plain and not facts.absent and chosen == "keep":
            gathered = gather_sorted(engine, purchases_of(facts), facts.n_rows, all_ends, progress)
    purchases = purchases_of(facts)
    if gathered is None:
        return _counted(engine, policies, currency, purchases, facts)
    problems = Problems()
    note_refused(problems, engine, policies, gathered.lines, 0, None)
    problems.raise_if_any()
    return LogInEngine(engine, policies, currency, purchases, facts, gathered.lines, None, gathered)


def _stream(
    engine: Engine, columns: ColumnMap, ends: GivenEnds, progress: Progress
) -> Gathered | None:
    names = tuple(columns.plain[name] for name in TRANSACTION_COLUMNS)
    log = find_streamable(engine.files, names, engine.room) if engine.files else None
    if log is None:
        return None
    try:
        return stream(log, ends, progress)
    except (pa.ArrowException, OSError):
        # The engine reads on and says what is wrong where.
        return None


def _counted(
    engine: Engine,
    policies: Policies,
    currency: str | None,
    purchases: Purchases,
    facts: Facts,
) -> LogInEngine:
    lines, problems, repeated = count_lines(engine, purchases), Problems(), 0
    if policies.duplicates == "error":
        once = count_lines(engine, _distinct(purchases))
        repeated = lines.counts["seen"][0] - once.counts["seen"][0]
    elif policies.duplicates == "drop":
        purchases = _distinct(purchases)
    days = None if facts.plain else count_days(engine, purchases)
    note_refused(problems, engine, policies, lines, repeated, days)
    problems.raise_if_any()
    return LogInEngine(engine, policies, currency, purchases, facts, lines, days)


def _distinct(purchases: Purchases) -> Purchases:
    return replace(purchases, rows=replace(purchases.rows, distinct=True))


def _currency(
    engine: Engine, columns: ColumnMap, policies: Policies, problems: Problems
) -> str | None:
    if "currency" not in columns.plain:
        return policies.currency
    column = engine.dialect.column(columns.plain["currency"])
    sql = f"SELECT DISTINCT {column} AS code FROM {SOURCE} WHERE {column} IS NOT NULL LIMIT 3"
    codes = sorted(str(row["code"]).strip() for row in engine.rows(sql))
    if len(codes) > 1 or (codes and policies.currency not in (None, codes[0])):
        problems.add(
            f"column '{columns.plain['currency']}' of {engine.label}",
            "must hold the log's one currency",
            f"it holds {', '.join(codes)}",
            "Convert amounts with load_transactions and exchange_rates=, or in the engine.",
        )
    return policies.currency or (codes[0] if codes else None)
