"""The columns of a source in SQL: who, on which day, for how much, whether there is an id."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from clvlab import schema
from clvlab.data.amounts import number_pattern
from clvlab.data.column_map import ColumnMap
from clvlab.data.options import Reading
from clvlab.data.raw_table import MISSING_WORDS
from clvlab.errors import Problems
from clvlab.summary.engines.dialect import SOURCE, Dialect
from clvlab.summary.engines.engine import Engine

WHOLE = "(0|-?[1-9][0-9]{0,17})"
_SPACE = " \t\r\n\x0b\x0c"
_PLAIN_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][ ]*[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?$"


@dataclass(frozen=True)
class Rows:
    """A source's rows as SQL expressions.

    Attributes
    ----------
    customer, absent, day, amount
        The id, whether it is missing, the number of the day and the amount in double precision.
    written_day
        What stands for a day that is still to be read, where dates are text or numbers.
    unread
        For each text column that amounts come from, a test for text that is no number.
    precision
        Relative differences below this are not decimals; see `to_minor_units`.
    id_kind
        What the column of ids holds.
    from_text
        Whether the source has no types.
    days
        Days read from text: what is written, and the day's number.
    distinct
        Whether rows that repeat others are left out.
    first
        How many rows are read, where not all are.
    """

    customer: str
    absent: str
    day: str
    amount: str
    written_day: str | None
    unread: dict[str, tuple[str, str]]
    precision: float
    id_kind: str
    from_text: bool
    days: tuple[tuple[str, int], ...] = ()
    distinct: bool = False
    first: int | None = None

    def read(self, dialect: Dialect) -> str:
        """The common table expression `rows_read`: `customer`, `absent`, `day`, `amount`."""
        # DuckDB would read text again wherever a later expression names a column.
        once = dialect.once if self.from_text else ""
        return f"rows_read AS {once}({self._select(dialect)})"

    def _select(self, dialect: Dialect) -> str:
        source = f"(SELECT DISTINCT * FROM {SOURCE})" if self.distinct else SOURCE
        if self.first is not None:
            source = f"(SELECT * FROM {source} LIMIT {self.first})"
        inner = (
            f"SELECT {self.customer} AS customer, {self.absent} AS absent, {self.day} AS day, "
            f"{self.amount} AS amount"
        )
        if self.written_day is None or not self.days:
            return f"{inner} FROM {source} AS s"
        values = ", ".join(f"({dialect.text(text)}, {day})" for text, day in self.days)
        return (
            "SELECT customer, absent, read_day AS day, amount FROM "
            f"({inner}, {self.written_day} AS at FROM {source} AS s) AS t "
            f"LEFT JOIN (VALUES {values}) AS d(written, read_day) ON t.at = d.written"
        )

    def with_days(self, days: dict[str, int]) -> Rows:
        """The same with days that were read from text."""
        return replace(self, days=tuple(days.items()))


def rows_of(engine: Engine, columns: ColumnMap, reading: Reading, problems: Problems) -> Rows:
    """Put the columns of a source into SQL; what can't be read is added to `problems`."""
    source = _Source(engine, reading, problems)
    name = columns.plain[schema.CUSTOMER_ID]
    customer, kind = source.value(name), engine.kinds[name]
    absent = f"{customer} IS NULL"
    if kind == "text":
        absent = f"({absent} OR {_trimmed(customer)} = '')"
    elif kind in ("float", "float32"):
        absent = f"({absent} OR isnan({customer}))"
    day, written = source.day(columns.plain[schema.DATE])
    precision, amount = 8 * float(np.finfo(np.float64).eps), ""
    if schema.AMOUNT in columns.plain:
        amount = source.number(columns.plain[schema.AMOUNT])
        if engine.kinds[columns.plain[schema.AMOUNT]] == "float32":
            precision = 8 * float(np.finfo(np.float32).eps)
    else:
        amount = columns.computed[schema.AMOUNT].to_sql(source.number)
    return Rows(
        customer, absent, day, amount, written, source.unread, precision, kind, engine.is_text
    )


class _Source:
    def __init__(self, engine: Engine, reading: Reading, problems: Problems) -> None:
        self._engine, self._reading, self._problems = engine, reading, problems
        self._dialect = engine.dialect
        self.unread: dict[str, tuple[str, str]] = {}

    def value(self, name: str) -> str:
        """A column; in files of text without spaces around it, and missing where words say so."""
        column = f"s.{self._dialect.column(name)}"
        if not self._engine.is_text:
            return column
        # A list of words would become a join in DuckDB, once wherever the column is named.
        missing = self._dialect.fits(_trimmed(column), f"^({'|'.join(MISSING_WORDS)})$")
        return f"CASE WHEN NOT {missing} THEN {_trimmed(column)} END"

    def number(self, name: str) -> str:
        """A column's numbers."""
        value, kind = self.value(name), self._engine.kinds[name]
        if kind in ("integer", "float", "float32", "decimal"):
            return f"CAST({value} AS DOUBLE)"
        if kind != "text":
            self._refuse(name, "must hold numbers", kind)
            return "0e0"
        text = f"NULLIF({_trimmed(value)}, '')"
        plain = text
        if self._reading.thousands is not None:
            plain = f"replace({plain}, {self._dialect.text(self._reading.thousands)}, '')"
        if self._reading.decimal != ".":
            plain = f"replace({plain}, {self._dialect.text(self._reading.decimal)}, '.')"
        fits = self._dialect.fits(text, number_pattern(self._reading))
        self.unread[name] = (f"({text} IS NOT NULL AND NOT {fits})", text)
        return f"CASE WHEN {fits} THEN TRY_CAST({plain} AS DOUBLE) END"

    def day(self, name: str) -> tuple[str, str | None]:
        """The number of the day, or what stands for it where it is text or a number."""
        value, kind = self.value(name), self._engine.kinds[name]
        if kind in ("date", "moment"):
            return self._dialect.day_number.format(value), None
        if kind == "instant":
            if self._reading.time_zone is None:
                rule = "holds moments with a time zone, and a day belongs to a place"
                remedy = 'Pass time_zone=, such as time_zone="Europe/Berlin" or time_zone="UTC".'
                subject = f"column '{name}' of {self._engine.label}"
                self._problems.add(subject, rule, "no time zone was chosen", remedy)
                return "0", None
            zone = self._dialect.text(self._reading.time_zone)
            local = self._dialect.local_day.format(zone=zone, moment=value)
            return self._dialect.day_number.format(local), None
        if kind not in ("text", "integer"):
            self._refuse(name, "must hold dates", kind)
            return "0", None
        text = _trimmed(f"CAST({value} AS {self._dialect.text_type})")
        if self._reading.date_format is None:
            # Times of day would make nearly every text different.
            timed = self._dialect.fits(text, _PLAIN_DAY)
            text = f"CASE WHEN {timed} THEN substring({text}, 1, 10) ELSE {text} END"
        return "CAST(NULL AS INTEGER)", text

    def _refuse(self, name: str, rule: str, kind: str) -> None:
        subject = f"column '{name}' of {self._engine.label}"
        self._problems.add(subject, rule, f"it holds values of another kind ({kind})")


def _trimmed(text: str) -> str:
    return f"TRIM(BOTH '{_SPACE}' FROM {text})"
