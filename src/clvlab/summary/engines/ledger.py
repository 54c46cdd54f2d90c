"""The data-quality table, counted by the engine; the steps are those of a log in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clvlab.data.options import Policies
from clvlab.data.quality import QualityLedger
from clvlab.errors import Problems
from clvlab.summary.engines.engine import Engine
from clvlab.summary.engines.facts import Facts
from clvlab.summary.engines.statements import Purchases


@dataclass(frozen=True)
class LineCounts:
    """Rows and minor units of lines, by what is done with them.

    Attributes
    ----------
    kept
        Lines that count: with an id, not too late, and not left out as returns.
    first, last
        First and last day among them.
    """

    counts: dict[str, tuple[int, int]]
    kept: int
    first: int | None
    last: int | None


def count_lines(engine: Engine, purchases: Purchases) -> LineCounts:
    """Count the lines of a source by what is done with them."""
    late = f"NOT absent AND day > {purchases.last_day}"
    seen = f"NOT absent AND day <= {purchases.last_day}"
    tests = {
        "rows_read": "TRUE",
        "missing_ids": "absent",
        "late": late,
        "seen": seen,
        "returned_lines": f"{seen} AND units < 0",
        "zero_lines": f"{seen} AND units = 0",
    }
    counts = ", ".join(_count(name, test) for name, test in tests.items())
    days = (
        f"MIN(day) FILTER (WHERE {seen}) AS first_day, MAX(day) FILTER (WHERE {seen}) AS last_day"
    )
    ctes = ", ".join(purchases.lines(engine.dialect))
    found = engine.rows(f"WITH {ctes} SELECT {counts}, {days} FROM all_lines")[0]
    pairs = {name: (int(found[f"n_{name}"]), int(found[f"u_{name}"] or 0)) for name in tests}
    kept = pairs["seen"][0] - (pairs["returned_lines"][0] if purchases.drop_returns else 0)
    return LineCounts(pairs, kept, found["first_day"], found["last_day"])


def count_days(engine: Engine, purchases: Purchases) -> dict[str, Any]:
    """Count customer days by what became of them; also the first and last purchase day."""
    zeros = "(lines = zero_lines)"
    kept = f"(units > 0 OR {zeros})" if purchases.keep_zeros else "units > 0"
    tests = {
        "days": "TRUE",
        "returned_within_day": f"gross = 0 AND NOT {zeros}",
        "returns_set_off": "gross < 0 AND units = 0",
        "returns_unmatched": "units < 0",
        "purchases_returned": "gross > 0 AND units = 0",
        "purchases_reduced": "gross > units AND units > 0",
        "zero_amounts": zeros,
        "purchases": kept,
    }
    counts = ", ".join(_count(name, test) for name, test in tests.items())
    moved = {
        "returns_set_off": "gross < 0",
        "purchases_returned": "gross > 0 AND units = 0",
        "purchases_reduced": "gross > units AND units > 0",
    }
    moves = ", ".join(
        f"SUM(gross - units) FILTER (WHERE {test}) AS m_{name}" for name, test in moved.items()
    )
    days = (
        f"MIN(day) FILTER (WHERE {kept}) AS first_day, MAX(day) FILTER (WHERE {kept}) AS last_day"
    )
    ctes = ", ".join(purchases.days(engine.dialect))
    return engine.rows(f"WITH {ctes} SELECT {counts}, {moves}, {days} FROM netted")[0]


def _count(name: str, test: str) -> str:
    return (
        f"COUNT(*) FILTER (WHERE {test}) AS n_{name}, SUM(units) FILTER (WHERE {test}) AS u_{name}"
    )


def quality_table(
    facts: Facts,
    policies: Policies,
    last_seen: str,
    lines: LineCounts,
    once: LineCounts,
    days: dict[str, Any],
) -> pd.DataFrame:
    """The table, as `clvlab.data.quality` describes it.

    Parameters
    ----------
    facts
        Decimals, and how many amounts were rounded.
    policies
        What was chosen.
    last_seen
        The last day seen, as an ISO date.
    lines, once
        Counts of all lines, and of lines of which each is counted once.
    days
        What `count_days` found, or ``n_days`` and ``n_purchases`` alone where all amounts are
        positive.
    """
    ledger = QualityLedger(facts.decimals)
    counts = lines.counts

    def add(step: str, effect: str, rows: int, units: int = 0, policy: str = "") -> None:
        ledger.add(step, effect, rows, np.array([units], dtype=object), policy)

    add("rows_read", "read", *counts["rows_read"])
    add("missing_ids", "removed", *counts["missing_ids"], policies.missing_ids)
    if facts.rounded:
        add("rounded_amounts", "noted", facts.rounded)
    if policies.as_of is not None:
        add("after_as_of", "removed", *counts["late"], f"as_of {last_seen}")
    else:
        add("future_dates", "removed", *counts["late"], policies.future_dates)
    rule = policies.duplicates or "keep"
    rows, units = (counts["seen"][i] - once.counts["seen"][i] for i in (0, 1))
    add("duplicates", "noted" if rule == "keep" else "removed", rows, units, rule)
    left = lines if rule == "keep" else once
    if policies.returns == "drop":
        add("returned_lines", "removed", *left.counts["returned_lines"], "drop")
    add("same_day_lines", "removed", left.kept - days["n_days"])
    if policies.returns == "net":
        for step, effect, money in _RETURNS:
            add(step, effect, int(days.get(f"n_{step}", 0)), int(days.get(money) or 0), "net")
    add("zero_lines", "noted", left.counts["zero_lines"][0])
    noted = "noted" if policies.zero_amounts == "keep" else "removed"
    add("zero_amounts", noted, int(days.get("n_zero_amounts", 0)), 0, policies.zero_amounts)
    add("purchases", "left", int(days["n_purchases"]), int(days.get("u_purchases") or 0))
    return ledger.table()


_RETURNS = (
    ("returned_within_day", "removed", ""),
    ("returns_set_off", "removed", "m_returns_set_off"),
    ("returns_unmatched", "removed", "u_returns_unmatched"),
    ("purchases_returned", "removed", "m_purchases_returned"),
    ("purchases_reduced", "reduced", "m_purchases_reduced"),
)


def note_refused(
    problems: Problems,
    engine: Engine,
    policies: Policies,
    lines: LineCounts,
    repeated: int,
    days: dict[str, Any] | None,
) -> None:
    """Add what the policies refuse."""
    returns, late = lines.counts["returned_lines"][0], lines.counts["late"][0]
    zeros = int(days["n_zero_amounts"]) if days else 0
    if policies.future_dates == "error" and policies.as_of is None and late:
        remedy = 'Pass future_dates="drop" to leave them out, or as_of= to choose the last day.'
        problems.add(engine.label, "can't hold dates after today", f"{late:,} rows do", remedy)
    if policies.duplicates == "error" and repeated:
        remedy = 'Pass duplicates="drop" to count such rows once, or duplicates="keep".'
        problems.add(engine.label, "can't hold a row twice", f"{repeated:,} rows repeat", remedy)
    if policies.returns == "error" and returns:
        rule = 'must hold no returns, as returns="error" says'
        remedy = 'Pass returns="net" to set returns off, or returns="drop" to leave them out.'
        problems.add(engine.label, rule, f"{returns:,} amounts are negative", remedy)
    if policies.zero_amounts == "error" and zeros:
        rule, found = "can't be zero on all of a customer's day", f"{zeros:,} customer days are"
        remedy = 'Pass zero_amounts="drop" to leave such days out, or "keep" to count them.'
        problems.add(f"amounts of {engine.label}", rule, found, remedy)
