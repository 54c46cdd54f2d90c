"""Text files with a header: any delimiter, any encoding, gzipped or not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from clvlab.data.files_together import absent_in
from clvlab.data.options import Reading
from clvlab.data.progress import Progress
from clvlab.data.raw_table import (
    MISSING_WORDS,
    RawTable,
    from_arrow,
    header_names,
    require_distinct,
)
from clvlab.data.text_stream import TextFile, Utf8Stream, open_text
from clvlab.errors import InputError, Problem, name_rows

DELIMITERS = (",", ";", "\t", "|")
_LINES_LOOKED_AT = 20
_SHOWN = 5
"""Lines that a message names."""


@dataclass(frozen=True)
class _Table:
    """A text file and the sign that splits its lines into fields."""

    text: TextFile
    delimiter: str

    @property
    def path(self) -> Path:
        return self.text.path

    def fields(self, lines: Any) -> Any:  # noqa: ANN401 - csv has no public type of a reader
        return csv.reader(lines, delimiter=self.delimiter)

    @contextmanager
    def rows(self) -> Iterator[Iterator[tuple[int, int, list[str]]]]:
        """Its rows, header included, with their first and last line, read once more from disk."""
        with self.text.lines() as lines:
            yield self._rows_of(lines)

    def _rows_of(self, lines: Any) -> Iterator[tuple[int, int, list[str]]]:  # noqa: ANN401 - a stream
        reader, begins = self.fields(lines), 1
        try:
            for row in reader:
                if row:
                    yield begins, reader.line_num, row
                begins = reader.line_num + 1
        except csv.Error:
            raise unclosed_quote(self.path, begins) from None


def read_text_files(files: list[Path], label: str, reading: Reading) -> RawTable:
    """Read text files as one table in which every value is still text.

    Each file passes through memory once, block by block, and its columns stay.

    Raises
    ------
    InputError
        When a file is in another encoding, has no header, or has lines of different lengths; each
        message names the file and the line.
    """
    texts = [open_text(path, reading.encoding) for path in files]
    parts = [_Table(text, reading.delimiter or find_delimiter(text.head)) for text in texts]
    with Progress(label, sum(path.stat().st_size for path in files)) as progress:
        tables = [_parse(part, progress) for part in parts]
    table = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="default")

    def rows_at(positions: Sequence[int]) -> list[str]:
        return _line_names(parts, [part.num_rows for part in tables], positions)

    absent = absent_in(files, [part.column_names for part in tables])
    return from_arrow(table, label, is_text=True, rows_at=rows_at, absent=absent)


@dataclass(frozen=True)
class Header:
    """What has to be known of a text file before its lines are read.

    Attributes
    ----------
    names
        Its columns.
    delimiter
        The sign that splits its lines into fields.
    encoding
        As Python calls it.
    """

    names: tuple[str, ...]
    delimiter: str
    encoding: str


def read_header(path: Path, reading: Reading) -> Header:
    """Columns, delimiter and encoding of a text file, found as `read_text_files` finds them.

    Raises
    ------
    InputError
        When the file is in another encoding or has no header.
    """
    text = open_text(path, reading.encoding)
    table = _Table(text, reading.delimiter or find_delimiter(text.head))
    names, _ = _header(table)
    return Header(tuple(names), table.delimiter, text.encoding)


def find_delimiter(text: str) -> str:
    r"""The sign that splits the header and the first lines into equally many fields.

    Examples
    --------
    >>> find_delimiter("Kunde;Datum;Betrag\n1;2024-01-05;12,50")
    ';'
    """
    lines = [line for line in text[:20_000].splitlines()[:_LINES_LOOKED_AT] if line.strip()]
    # The last line may be cut in the middle when the text was.
    lines = lines[:-1] if len(text) > 20_000 and len(lines) > 1 else lines
    best, best_fields = DELIMITERS[0], 1
    for delimiter in DELIMITERS:
        counts = {len(row) for row in csv.reader(lines, delimiter=delimiter) if row}
        fields = counts.pop() if len(counts) == 1 else 1
        if fields > best_fields:
            best, best_fields = delimiter, fields
    if best_fields > 1 or not lines:
        return best
    return max(DELIMITERS, key=lines[0].count)


def _parse(table: _Table, progress: Progress) -> pa.Table:
    names, header_lines = _header(table)
    found, n_ragged = _read_fields(table, names, header_lines, progress)
    if n_ragged:
        raise _ragged_error(table, len(names), n_ragged)
    return found


def _header(table: _Table) -> tuple[list[str], int]:
    """Names of the columns, and over how many lines they stand."""
    try:
        reader = table.fields(io.StringIO(table.text.head, newline=table.text.newline))
        header: list[str] = next(reader, [])
    except csv.Error:
        raise unclosed_quote(table.path, 1) from None
    if not any(name.strip() for name in header):
        raise InputError(
            Problem(f"file {table.path}", "must begin with a header", "its first line is empty")
        )
    names = header_names(header)
    require_distinct(names, table.path.name)
    return names, reader.line_num


def _read_fields(
    table: _Table, names: list[str], header_lines: int, progress: Progress
) -> tuple[pa.Table, int]:
    """The lines under the header as text, and how many have another number of fields."""
    n_ragged = 0

    def skip(row: object) -> str:  # noqa: ARG001 - what pyarrow passes
        nonlocal n_ragged
        n_ragged += 1
        return "skip"

    reading = arrow_csv.ReadOptions(column_names=names, skip_rows=header_lines)
    parsing = arrow_csv.ParseOptions(
        delimiter=table.delimiter, newlines_in_values=True, invalid_row_handler=skip
    )
    converting = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=list(MISSING_WORDS),
        strings_can_be_null=True,
        check_utf8=False,
    )
    with Utf8Stream(table.text, progress) as stream:
        try:
            return arrow_csv.read_csv(stream, reading, parsing, converting), n_ragged
        except (pa.ArrowInvalid, InputError) as error:
            if stream.error is not None:
                raise stream.error from None
            if "straddling" in str(error):
                raise unclosed_quote(table.path, _widest_row(table)) from None
            if "Empty CSV" not in str(error):
                rule, found = "must be a text table", str(error).splitlines()[0]
                raise InputError(Problem(f"file {table.path}", rule, found)) from None
            return pa.table({name: pa.array([], type=pa.string()) for name in names}), 0


def unclosed_quote(path: Path, line: int) -> InputError:
    """That a quotation mark of a text file is never closed."""
    return InputError(
        Problem(
            f"file {path}",
            "must close every quotation mark that it opens",
            f"one in the row that begins with line {line:,} is never closed",
            "Export it again with quotation marks inside text doubled.",
        )
    )


def _widest_row(table: _Table) -> int:
    """The first line of the row that runs over the most lines."""
    with table.rows() as rows:
        return max((last - first, -first) for first, last, _ in rows)[1] * -1


def _ragged_error(table: _Table, width: int, n_wrong: int) -> InputError:
    with table.rows() as rows:
        wrong = (last for _, last, row in rows if len(row) != width)
        shown = [line for line, _ in zip(wrong, range(min(n_wrong, _SHOWN)), strict=False)]
    rest: list[object] = [*shown, *range(n_wrong - len(shown))]
    found = f"{n_wrong:,} lines have another number: {name_rows(rest, len(shown))}"
    return ragged_lines(table.path, width, found, table.delimiter)


def ragged_lines(path: Path, width: int, found: str, delimiter: str) -> InputError:
    """That lines of a text file have more or fewer fields than its header."""
    sign = {"\t": "tab"}.get(delimiter, delimiter)
    return InputError(
        Problem(
            f"file {path}",
            f"must have {width} fields in each line, like its header",
            found,
            f"Fields are split at '{sign}'; pass delimiter= if that is not the sign, "
            "or put text that holds it into quotes.",
        )
    )


def _line_names(parts: list[_Table], lengths: list[int], positions: Sequence[int]) -> list[str]:
    # Only asked for when something is wrong, so the file is read again instead of kept.
    names, first = {}, 0
    for part, length in zip(parts, lengths, strict=True):
        wanted = {place - first for place in positions if first <= place < first + length}
        where = f" of {part.path.name}" if len(parts) > 1 else ""
        for place, line in _lines_of(part, wanted):
            names[place + first] = f"{line}{where}"
        first += length
    return [names[place] for place in positions]


def _lines_of(table: _Table, wanted: set[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    if not wanted:
        return found
    with table.rows() as rows:
        for place, (first, _, _) in enumerate(rows, start=-1):
            if place in wanted:
                found.append((place, first))
            if len(found) == len(wanted):
                break
    return found
