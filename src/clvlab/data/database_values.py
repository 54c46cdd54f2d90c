"""Values of a database as Arrow columns: typed as they came, one type to a column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from clvlab.data.raw_table import require_distinct

_INT64 = 2**63
_PLAIN = (
    "BOOLEAN TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER FLOAT DOUBLE VARCHAR DATE "
    "TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS TIMESTAMP@WITH@TIME@ZONE"
)
_KEPT = {name.replace("@", " ") for name in _PLAIN.split()}
"""DuckDB's types that Arrow holds as they are; decimals aside, all others are read as text."""


def in_plain_types(relation: Any) -> Any:  # noqa: ANN401 - untyped library
    """A DuckDB relation whose columns have plain types only; nothing is read yet."""
    require_distinct(relation.columns, "the relation")
    chosen = []
    for name, kind in zip(relation.columns, map(str, relation.types), strict=True):
        column = '"' + name.replace('"', '""') + '"'
        plain = kind in _KEPT or kind.startswith("DECIMAL")
        chosen.append(column if plain else f"CAST({column} AS VARCHAR) AS {column}")
    return relation.project(", ".join(chosen))


def as_plain_types(relation: Any) -> pa.Table:  # noqa: ANN401 - untyped library
    """All rows of a DuckDB relation, with columns of plain types only."""
    found: pa.Table = in_plain_types(relation).to_arrow_table()
    return found


class RowsInParts:
    """Rows of Python values that arrive part by part and become one table; see `column_of`.

    Examples
    --------
    >>> parts = RowsInParts(["id", "amount"])
    >>> parts.add([(1, 2), (2, None)])
    >>> parts.add([("0003", 2.5)])
    >>> parts.table().to_pydict()
    {'id': ['1', '2', '0003'], 'amount': [2.0, None, 2.5]}
    """

    def __init__(self, names: Sequence[str], decimal: str = ".") -> None:
        self._names = list(names)
        self._decimal = decimal
        self._columns: list[list[pa.Array]] = [[] for _ in names]

    def add(self, rows: Sequence[Iterable[object]]) -> None:
        """Take the next rows."""
        for column, values in zip(self._columns, zip(*rows, strict=True), strict=True):
            column.append(column_of(values, self._decimal))

    def table(self) -> pa.Table:
        """All rows so far, each column in the one type that all of its values have."""
        columns = [_in_one_type(parts, self._decimal) for parts in self._columns]
        return pa.Table.from_arrays(columns, names=self._names)


def _in_one_type(parts: list[pa.Array], decimal: str) -> pa.ChunkedArray:
    kind = common_type({part.type for part in parts if part.null_count < len(part)})
    return pa.chunked_array([converted(part, kind, decimal) for part in parts], type=kind)


def common_type(kinds: Collection[pa.DataType]) -> pa.DataType:
    """The one type of a column whose parts have these, as `column_of` gives it for all at once.

    Examples
    --------
    >>> common_type({pa.int64(), pa.float64()}), common_type({pa.int64(), pa.date32()})
    (DataType(double), DataType(string))
    """
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds and set(kinds) <= {pa.int64(), pa.float64()}:
        return pa.float64()
    if kinds and set(kinds) <= {pa.date32(), pa.timestamp("us")}:
        return pa.timestamp("us")
    return pa.string()


def converted(part: pa.Array, kind: pa.DataType, decimal: str = ".") -> pa.Array:
    """A part of a column in the type of the whole; numbers among text as `column_of` writes them.

    Examples
    --------
    >>> converted(pa.array([1.5, None]), pa.string(), decimal=",").to_pylist()
    ['1,5', None]
    """
    if part.null_count == len(part):
        return pa.nulls(len(part), kind)
    if kind == pa.string():
        return pa.array([_text(value, decimal) for value in part.to_pylist()], type=kind)
    return part.cast(kind, safe=False)


def column_of(values: Sequence[object], decimal: str = ".") -> pa.Array:
    """One column of Python values in one type.

    Whole numbers stay whole, decimals and floats become floats, dates and moments stay what they
    are. Where types are mixed, as SQLite allows, all of them become text.

    Parameters
    ----------
    values
        As a driver gives them; None where one is missing.
    decimal
        The decimal sign with which numbers among text are written.

    Examples
    --------
    >>> column_of([7, None]).type, column_of(["0012", 12]).to_pylist()
    (DataType(int64), ['0012', '12'])
    >>> column_of([Decimal("12.50"), 3]).to_pylist()
    [12.5, 3.0]
    >>> column_of(["1,5", 2.5], decimal=",").to_pylist()
    ['1,5', '2,5']
    """
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool}:
        return pa.array(values, type=pa.bool_() if kinds else pa.string())
    if kinds <= {int, float, Decimal}:
        return _numbers(values)
    if kinds <= {date, datetime}:
        return _days(values)
    return pa.array([_text(value, decimal) for value in values], type=pa.string())


def _numbers(values: Sequence[Any]) -> pa.Array:
    whole = all(value is None or (value == value and value == _floor(value)) for value in values)
    fits = whole and all(value is None or -_INT64 <= value < _INT64 for value in values)
    has_floats = any(isinstance(value, float) for value in values)
    if fits and not has_floats:
        return pa.array([None if one is None else int(one) for one in values], type=pa.int64())
    if whole and not has_floats:
        # Beyond 64 bits a number can only be an id, of which no digit may be lost.
        return pa.array([None if one is None else str(int(one)) for one in values])
    floats = [None if value is None else float(value) for value in values]
    return pa.array(floats, type=pa.float64())


def _floor(value: Any) -> Any:  # noqa: ANN401 - a number of any type
    finite = not isinstance(value, Decimal) or value.is_finite()
    return value // 1 if finite else None


def _days(values: Sequence[Any]) -> pa.Array:
    moments = [value for value in values if isinstance(value, datetime)]
    if not moments:
        return pa.array(values, type=pa.date32())
    aware = sum(one.tzinfo is not None for one in moments)
    if aware and aware < sum(value is not None for value in values):
        # Which of them are in which zone is asked about where dates are read.
        return pa.array([None if one is None else one.isoformat() for one in values])
    if aware:
        utc = [None if one is None else one.astimezone(UTC) for one in values]
        return pa.array(utc, type=pa.timestamp("us", tz="UTC"))
    whole = [
        datetime(one.year, one.month, one.day) if type(one) is date else one  # noqa: DTZ001
        for one in values
    ]
    return pa.array(whole, type=pa.timestamp("us"))


def _text(value: object, decimal: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (float, Decimal)):
        return str(value).replace(".", decimal)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)
