"""A source as it arrived: named columns, read one at a time, and how its rows are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from clvlab.errors import InputError, Problem, Problems, name_rows

MISSING_WORDS = ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None")
"""What text files write where a value is missing."""

_INT64_DIGITS = 18
_TEXT = {pa.string(): pd.StringDtype("pyarrow")}


@dataclass(frozen=True)
class RawTable:
    """Columns before anything is known about their meaning.

    Attributes
    ----------
    label
        What the source is called in messages, such as ``orders.csv`` or ``the table``.
    names
        The columns, in the order of the source.
    n_rows
        Number of rows.
    column
        The values of a column, as pandas holds them.
    is_text
        True when every value arrived as text, so that types are still to be read.
    rows_at
        The source's own names for row positions: line numbers for files, 1 for a table's first.
    absent
        Of several files, those that lack a column which others have, by column.
    """

    label: str
    names: tuple[str, ...]
    n_rows: int
    column: Callable[[str], pd.Series]
    is_text: bool
    rows_at: Callable[[Sequence[int]], list[str]]
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def note_absent(self, name: str, problems: Problems) -> None:
        """Add that some of the files lack a column that each of them must have."""
        lacking = self.absent.get(name, ())
        if lacking:
            more = f" and {len(lacking) - 3:,} more" if len(lacking) > 3 else ""
            found = f"{', '.join(lacking[:3])}{more} lack{'s' if len(lacking) == 1 else ''} it"
            remedy = "Name the columns of all files alike, or load them one by one."
            problems.add(self.subject(name), "must be in each of the files", found, remedy)

    def subject(self, name: str) -> str:
        """A column of this source, for the start of a message."""
        return f"column '{name}' of {self.label}"

    def name_rows(self, positions: Sequence[int]) -> str:
        """How many rows these are, and the first of them by name."""
        shown = self.rows_at(list(positions[:5]))
        rest: list[object] = [*shown, *range(len(positions) - len(shown))]
        return f"{len(positions):,} of {self.n_rows:,} rows: {name_rows(rest, len(shown))}"


def rows_from(first: int) -> Callable[[Sequence[int]], list[str]]:
    """Names of rows that are counted from `first`."""
    return lambda positions: [str(position + first) for position in positions]


def from_arrow(
    table: pa.Table,
    label: str,
    *,
    is_text: bool = False,
    rows_at: Callable[[Sequence[int]], list[str]] | None = None,
    absent: Mapping[str, tuple[str, ...]] | None = None,
) -> RawTable:
    """An Arrow table as a source; columns become pandas values only when they are asked for."""
    names = tuple(str(name) for name in table.column_names)
    require_distinct(names, label)
    places = {name: place for place, name in enumerate(names)}

    def column(name: str) -> pd.Series:
        values = table.column(places[name])
        if is_text:
            # Every pandas holds text this way, and the older ones are slow with their own.
            return pd.Series(_without_missing_words(values).to_pandas(types_mapper=_TEXT.get))
        return _to_pandas(values)

    return RawTable(
        label, names, table.num_rows, column, is_text, rows_at or rows_from(1), absent or {}
    )


def _without_missing_words(values: pa.ChunkedArray) -> pa.ChunkedArray:
    trimmed = pc.utf8_trim_whitespace(values)
    # Readers see to missing words themselves; only those inside spaces are still to be found.
    if pc.sum(pc.binary_length(trimmed)).equals(pc.sum(pc.binary_length(values))):
        return values
    missing = pc.is_in(trimmed, value_set=pa.array(MISSING_WORDS, type=trimmed.type))
    return pc.if_else(missing, pa.scalar(None, type=trimmed.type), trimmed)


def _to_pandas(values: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_decimal(values.type):
        # By way of text, which gives the nearest float; a decimal sign of text is not theirs.
        exact = (
            pa.int64()
            if values.type.scale == 0 and values.type.precision <= _INT64_DIGITS
            else pa.float64()
        )
        values = values.cast(pa.string()).cast(exact)
    whole = pa.types.is_integer(values.type) and values.null_count
    mapper = (lambda _: pd.Int64Dtype()) if whole else None
    series: pd.Series = values.to_pandas(types_mapper=mapper, date_as_object=False)
    return series


def from_pandas(
    frame: pd.DataFrame,
    label: str,
    rows_at: Callable[[Sequence[int]], list[str]] | None = None,
    absent: Mapping[str, tuple[str, ...]] | None = None,
) -> RawTable:
    """A pandas table as a source; its index is not a column and the table is never changed."""
    names = tuple(str(name) for name in frame.columns)
    require_distinct(names, label)
    places = {name: place for place, name in enumerate(names)}

    def column(name: str) -> pd.Series:
        values = frame.iloc[:, places[name]].reset_index(drop=True)
        if isinstance(values.dtype, pd.ArrowDtype):
            return _to_pandas(pa.chunked_array([pa.array(values)]))
        return values

    return RawTable(
        label,
        names,
        len(frame),
        column,
        is_text=False,
        rows_at=rows_at or rows_from(1),
        absent=absent or {},
    )


def header_names(header: Sequence[str]) -> list[str]:
    """Column names of a header line; columns without a name are called by their place.

    Examples
    --------
    >>> header_names([" Day ", ""])
    ['Day', 'column 2']
    """
    return [name.strip() or f"column {place}" for place, name in enumerate(header, start=1)]


def require_distinct(names: Sequence[str], label: str) -> None:
    """Refuse a header that names two columns alike.

    Raises
    ------
    InputError
        Naming the columns and how often each occurs.
    """
    repeated = {name: count for name, count in Counter(names).items() if count > 1}
    if repeated:
        found = ", ".join(f"'{name}' {count} times" for name, count in repeated.items())
        raise InputError(
            Problem(
                f"the header of {label}",
                "must name each column once",
                f"it holds {found}",
                "Rename or remove the repeated columns.",
            )
        )
