"""The few words in which the SQL of DuckDB and Spark differ; everything else is written once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SOURCE: Final = "clvlab_source"
"""What statements call the table that is read."""


@dataclass(frozen=True)
class Dialect:
    """How an engine writes what the others write differently.

    Attributes
    ----------
    name
        Of the engine.
    quote
        The sign around names of columns.
    escape
        What stands before a quotation mark within text.
    text_type
        The type of text.
    rounded, day_number, stamp
        Templates of one expression: to the nearest whole number, halves to even ones; days since
        1970-01-01 of a date; the midnight of such a number.
    local_day
        Template of the date of a moment with a zone, in `zone`.
    matches
        Template of a test of `text` against a regular expression.
    once
        The word that makes a common table expression be worked out once, where it is needed.
    """

    name: str
    quote: str
    escape: str
    text_type: str
    rounded: str
    day_number: str
    stamp: str
    local_day: str
    matches: str
    once: str

    def column(self, name: str) -> str:
        """A column by its name."""
        return self.quote + name.replace(self.quote, 2 * self.quote) + self.quote

    def text(self, value: str) -> str:
        """A text as a literal."""
        if self.escape == "\\":
            value = value.replace("\\", "\\\\")
        return "'" + value.replace("'", self.escape + "'") + "'"

    def fits(self, text: str, pattern: str) -> str:
        """Whether a text matches a regular expression."""
        return self.matches.format(text, self.text(pattern))


DUCKDB: Final = Dialect(
    name="duckdb",
    quote='"',
    escape="'",
    text_type="VARCHAR",
    rounded="round_even({}, 0)",
    day_number="CAST(CAST({} AS DATE) - DATE '1970-01-01' AS INTEGER)",
    stamp="CAST(DATE '1970-01-01' + CAST({} AS INTEGER) AS TIMESTAMP)",
    local_day="CAST(timezone({zone}, {moment}) AS DATE)",
    matches="regexp_matches({}, {})",
    once="MATERIALIZED ",
)
SPARK: Final = Dialect(
    name="spark",
    quote="`",
    escape="\\",
    text_type="STRING",
    rounded="rint({})",
    day_number="unix_date(CAST({} AS DATE))",
    stamp="CAST(date_from_unix_date({}) AS TIMESTAMP_NTZ)",
    # The session's own zone is set to the one that was chosen while statements run.
    local_day="CAST({moment} AS DATE)",
    matches="regexp_like({}, {})",
    once="",
)
