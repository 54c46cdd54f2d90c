"""What has to be known of all rows before they are summed: ids, decimals, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from clvlab import schema
from clvlab.data.column_map import ColumnMap
from clvlab.data.day_problems import FIRST_SENSIBLE_DAY, note_day_problems
from clvlab.data.days import read_days
from clvlab.data.exact_money import MOST_DECIMALS
from clvlab.data.options import Policies, Reading
from clvlab.data.raw_table import from_pandas
from clvlab.errors import InputError, Problem, Problems
from clvlab.summary.engines.dialect import SOURCE, Dialect
from clvlab.summary.engines.engine import Engine
from clvlab.summary.engines.rows import WHOLE, Rows

MOST_DISTINCT_DAYS = 50_000
_ROWS_OF_A_GUESS = 1_000
_EXACT_IN_FLOAT, _SAFE_SUM = 2.0**53, 2.0**62
_FINITE = "COALESCE(ABS(amount) <= 1.7976931348623157e308, FALSE)"


@dataclass(frozen=True)
class Facts:
    """What one look at all rows told.

    Attributes
    ----------
    rows
        The rows, with ids in their final type.
    n_rows
        Number of rows.
    decimals
        An amount is a whole number over ``10**decimals``.
    rounded
        Amounts with more decimals than are kept.
    plain
        Whether every amount is positive, so that nothing has to be set off.
    absent
        Rows without an id.
    """

    rows: Rows
    n_rows: int
    decimals: int
    rounded: int
    plain: bool
    absent: int = 0


def read_written_days(
    engine: Engine, rows: Rows, columns: ColumnMap, reading: Reading, problems: Problems
) -> Rows:
    """Read dates that are text or numbers: each that occurs once, by the rules for all sources."""
    if rows.written_day is None:
        return rows
    sql = (
        f"SELECT DISTINCT {rows.written_day} AS written FROM {SOURCE} AS s "
        f"WHERE NOT {rows.absent} AND {rows.written_day} IS NOT NULL LIMIT {MOST_DISTINCT_DAYS + 1}"
    )
    texts = sorted(row["written"] for row in engine.rows(sql))
    name = columns.plain[schema.DATE]
    if len(texts) > MOST_DISTINCT_DAYS:
        problems.add(
            f"column '{name}' of {engine.label}",
            f"can't hold more than {MOST_DISTINCT_DAYS:,} different dates as text",
            "it holds more",
            "Turn it into dates where the data are, as in CAST(... AS DATE).",
        )
        return rows
    values = pd.Series(texts, dtype=object)
    read = read_days(values, reading)
    raw = from_pandas(
        pd.DataFrame({name: values}), engine.label, lambda places: [repr(texts[p]) for p in places]
    )
    note_day_problems(problems, raw, name, read, np.arange(len(texts)), reading)
    return rows.with_days(dict(zip(texts, read.days.tolist(), strict=True)))


def look(engine: Engine, rows: Rows, columns: ColumnMap, policies: Policies) -> Facts:
    """Look at all rows: in a few plain counts, and closely where these find anything unusual.

    Raises
    ------
    InputError
        With every problem of ids, dates and amounts.
    """
    return _plain_facts(engine, rows) or _look_closely(engine, rows, columns, policies)


def _plain_facts(engine: Engine, rows: Rows) -> Facts | None:
    """The facts of a log without gaps, returns or zeros; None of any other."""
    dialect = engine.dialect
    guess = _fewest_decimals(engine, replace(rows, first=_ROWS_OF_A_GUESS))
    if guess > MOST_DECIMALS:
        return None
    counted = {
        "absent": "absent",
        "finer": f"{_decimals(dialect, rows.precision, guess)} > {guess}",
        **_id_counts(engine, rows.id_kind),
    }
    counts = ", ".join(
        f"COUNT(*) FILTER (WHERE {test}) AS {name}" for name, test in counted.items()
    )
    found = engine.rows(
        f"WITH {rows.read(dialect)} SELECT COUNT(*) AS n_rows, COUNT(day) AS days, "
        "COUNT(amount) AS amounts, MIN(day) AS early, MIN(amount) AS smallest, "
        f"MAX(amount) AS largest, SUM(amount) AS gross, {counts} FROM rows_read"
    )[0]
    n_rows, scale = found["n_rows"], 10.0**guess
    if not n_rows or found["absent"] or found["finer"]:
        return None
    complete = found["days"] == found["amounts"] == n_rows
    if not complete or found["early"] < FIRST_SENSIBLE_DAY or not found["smallest"] > 0:
        return None
    if not (found["largest"] * scale < _EXACT_IN_FLOAT and found["gross"] * scale < _SAFE_SUM):
        return None
    typed = replace(rows, customer=_typed(rows.customer, found))
    return Facts(typed, int(n_rows), guess, 0, plain=True)


def _fewest_decimals(engine: Engine, rows: Rows) -> int:
    """Decimals that hold every finite amount, one more than are kept where none do."""
    needed = f"MAX({_decimals(engine.dialect, rows.precision)}) FILTER (WHERE {_FINITE})"
    sql = f"WITH {rows.read(engine.dialect)} SELECT {needed} AS decimals FROM rows_read"
    return int(engine.rows(sql)[0]["decimals"] or 0)


def _look_closely(engine: Engine, rows: Rows, columns: ColumnMap, policies: Policies) -> Facts:
    sql = f"WITH {rows.read(engine.dialect)} SELECT {_counts(engine, rows)}"
    found = engine.rows(f"{sql} FROM rows_read")[0]
    problems = Problems()
    _note(problems, engine, rows, columns, policies, found)
    for name, (test, text) in rows.unread.items():
        _note_unread(problems, engine, name, test, text, rows.absent)
    problems.raise_if_any()
    decimals = min(int(found["decimals"] or 0), MOST_DECIMALS)
    _refuse_large(engine, columns, found, 10.0**decimals)
    return Facts(
        replace(rows, customer=_typed(rows.customer, found)),
        int(found["n_rows"]),
        decimals,
        int(found["rounded"]),
        plain=int(found["not_positive"]) == 0,
        absent=int(found["absent"]),
    )


def _counts(engine: Engine, rows: Rows) -> str:
    dialect = engine.dialect
    counted = {
        "absent": "absent",
        "no_day": "NOT absent AND day IS NULL",
        "early": f"NOT absent AND day < {FIRST_SENSIBLE_DAY}",
        "no_amount": "NOT absent AND (amount IS NULL OR isnan(amount))",
        "infinite": f"NOT absent AND NOT isnan(amount) AND NOT {_FINITE}",
        "not_positive": "NOT absent AND amount <= 0e0",
        "rounded": f"{_FINITE} AND {_decimals(dialect, rows.precision)} > {MOST_DECIMALS}",
        **_id_counts(engine, rows.id_kind),
    }
    parts = [f"COUNT(*) FILTER (WHERE {test}) AS {name}" for name, test in counted.items()]
    largest = "MAX(ABS(amount)) FILTER (WHERE {0}) AS largest, SUM(ABS(amount)) FILTER (WHERE {0})"
    needed = f"MAX({_decimals(dialect, rows.precision)}) FILTER (WHERE {_FINITE}) AS decimals"
    return ", ".join(["COUNT(*) AS n_rows", *parts, f"{largest.format(_FINITE)} AS gross", needed])


def _id_counts(engine: Engine, kind: str) -> dict[str, str]:
    """Ids that keep all others from becoming integers, plainly written or with a point and zero."""
    if kind.startswith("float"):
        # Integers with gaps are held as floats by some tools.
        rounded = engine.dialect.rounded.format("customer")
        fits = f"(customer = {rounded} AND ABS(customer) < 9e15)"
        return {"other_ids": f"NOT absent AND NOT {fits}"}
    if not engine.is_text:
        return {}
    patterns = {"other_ids": f"^{WHOLE}$", "other_pointed_ids": f"^{WHOLE}[.]0$"}
    return {
        name: f"NOT absent AND NOT {engine.dialect.fits('customer', pattern)}"
        for name, pattern in patterns.items()
    }


def _decimals(dialect: Dialect, precision: float, least: int = 0) -> str:
    """The fewest decimals that hold an amount, one more than are kept where none do."""
    cases = []
    for decimals in range(least, MOST_DECIMALS + 1):
        scaled = f"(amount * 1e{decimals})"
        away = f"ABS({scaled} - {dialect.rounded.format(scaled)})"
        enough = f"{away} <= {precision!r} * GREATEST(ABS({scaled}), 1e0)"
        cases.append(f"WHEN {enough} THEN {decimals}")
    return f"(CASE {' '.join(cases)} ELSE {MOST_DECIMALS + 1} END)"


def _typed(customer: str, found: dict[str, Any]) -> str:
    """Whole numbers become integers where the source has no types; see `typed_ids`."""
    if found.get("other_ids") == 0:
        return f"CAST({customer} AS BIGINT)"
    if found.get("other_pointed_ids") == 0:
        return f"CAST(regexp_replace({customer}, '[.]0$', '') AS BIGINT)"
    return customer


def _note(
    problems: Problems,
    engine: Engine,
    rows: Rows,
    columns: ColumnMap,
    policies: Policies,
    found: dict[str, Any],
) -> None:
    def some(count: str) -> str:
        return f"{found[count]:,} of {found['n_rows']:,} rows do not"

    def subject(name: str) -> str:
        return f"column '{columns.source_of(name)}' of {engine.label}"

    leave_out = "Fill them in, or leave these rows out."
    if not found["n_rows"]:
        problems.add(engine.label, "must hold at least one row", "it has a header and no rows")
    elif found["absent"] == found["n_rows"]:
        rule = "must hold customer ids"
        problems.add(subject(schema.CUSTOMER_ID), rule, "it is empty in every row")
    elif found["absent"] and policies.missing_ids == "error":
        rule, remedy = (
            "must hold a customer id in every row",
            'Pass missing_ids="drop" to count them.',
        )
        problems.add(subject(schema.CUSTOMER_ID), rule, some("absent"), remedy)
    if found["no_day"]:
        rule = "must hold a date in every row"
        problems.add(subject(schema.DATE), rule, some("no_day"), leave_out)
    if found["early"]:
        rule = "can't hold dates before 1900"
        remedy = "Such dates often stand for a missing one: correct them, or leave these rows out."
        problems.add(subject(schema.DATE), rule, f"{found['early']:,} rows do", remedy)
    if found["no_amount"] and not rows.unread:
        rule = "must hold an amount in every row"
        problems.add(subject(schema.AMOUNT), rule, some("no_amount"), leave_out)
    if found["infinite"]:
        remedy = "Correct them; a division by zero makes such amounts."
        problems.add(subject(schema.AMOUNT), "must be finite", some("infinite"), remedy)


def _note_unread(
    problems: Problems, engine: Engine, name: str, test: str, text: str, absent: str
) -> None:
    sql = (
        f"SELECT COUNT(*) FILTER (WHERE {test}) AS unread, "
        f"MIN({text}) FILTER (WHERE {test}) AS example, "
        f"COUNT(*) FILTER (WHERE {text} IS NULL AND NOT {absent}) AS missing FROM {SOURCE} AS s"
    )
    found = engine.rows(sql)[0]
    subject = f"column '{name}' of {engine.label}"
    if found["unread"]:
        what = f"{found['unread']:,} rows do not, such as {found['example']!r}"
        remedy = "Write them as in -1234.50, or pass decimal= and thousands=."
        problems.add(subject, "must hold plain numbers", what, remedy)
    if found["missing"]:
        rule, remedy = "must hold an amount in every row", "Fill them in, or leave these rows out."
        problems.add(subject, rule, f"{found['missing']:,} rows do not", remedy)


def _refuse_large(engine: Engine, columns: ColumnMap, found: dict[str, Any], scale: float) -> None:
    largest, gross = float(found["largest"] or 0.0), float(found["gross"] or 0.0)
    if largest * scale >= _EXACT_IN_FLOAT or gross * scale >= _SAFE_SUM:
        raise InputError(
            Problem(
                f"column '{columns.source_of(schema.AMOUNT)}' of {engine.label}",
                "must sum to whole units that 64 bits hold",
                f"the amounts sum to {gross:.3g} in units of {1 / scale:g}",
                "Load the log with load_transactions, which has no such limit.",
            )
        )
