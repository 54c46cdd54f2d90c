"""Text files with a header: any delimiter, any encoding, gzipped or not."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from clvlab.data.options import Reading
from clvlab.data.raw_table import (
    MISSING_WORDS,
    RawTable,
    from_arrow,
    header_names,
    require_distinct,
)
from clvlab.errors import InputError, Problem, name_rows

DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINES_LOOKED_AT = 20
_HEADER_LENGTH = 200_000


def read_text_files(files: list[Path], label: str, reading: Reading) -> RawTable:
    """Read text files as one table in which every value is still text.

    Raises
    ------
    InputError
        When a file is in another encoding, has no header, or has lines of different lengths.
    """
    texts = [decode(path, reading.encoding) for path in files]
    delimiters = [reading.delimiter or find_delimiter(text) for text in texts]
    tables = [
        _parse(path, text, delimiter)
        for path, text, delimiter in zip(files, texts, delimiters, strict=True)
    ]
    table = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="default")

    def rows_at(positions: Sequence[int]) -> list[str]:
        lengths = [part.num_rows for part in tables]
        return _line_names(files, delimiters, lengths, reading.encoding, positions)

    return from_arrow(table, label, is_text=True, rows_at=rows_at)


def decode(path: Path, encoding: str | None) -> str:
    """The text of a file, UTF-8 unless it says otherwise or `encoding` is given.

    Raises
    ------
    InputError
        When the bytes are not of that encoding; the message names the first line concerned.
    """
    raw = path.read_bytes()
    try:
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (OSError, EOFError):
        raise InputError(
            Problem(f"file {path}", "must be a whole gzip file", "it is damaged", "Copy it again.")
        ) from None
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding or marked)
    except LookupError:
        rule = "must be an encoding that Python knows"
        raise InputError(Problem("parameter 'encoding'", rule, f"got {encoding!r}")) from None
    except UnicodeError as error:
        raise _encoding_error(path, raw, encoding or marked, error) from None
    # Some old programs end lines with a carriage return alone.
    return text if "\n" in text else text.replace("\r", "\n")


def _encoding_error(path: Path, raw: bytes, encoding: str, error: UnicodeError) -> InputError:
    start = getattr(error, "start", 0)
    line = raw.count(b"\n", 0, start) + 1
    return InputError(
        Problem(
            f"file {path}",
            f"must be text in the encoding {encoding}",
            f"line {line} holds bytes that are not ({raw[start : start + 4]!r})",
            'Pass the encoding, such as encoding="cp1252" for Western European '
            'or encoding="gb18030" for Chinese exports.',
        )
    )


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


def _parse(path: Path, text: str, delimiter: str) -> pa.Table:
    try:
        header = next(csv.reader(io.StringIO(text[:_HEADER_LENGTH]), delimiter=delimiter), [])
    except csv.Error:
        raise _unclosed_quote(path) from None
    if not any(name.strip() for name in header):
        raise InputError(
            Problem(f"file {path}", "must begin with a header", "its first line is empty")
        )
    names = header_names(header)
    require_distinct(names, path.name)
    table, n_ragged = _read_fields(path, text, names, delimiter)
    if n_ragged:
        raise _ragged_error(path, text, delimiter, len(names))
    return table


def _read_fields(path: Path, text: str, names: list[str], delimiter: str) -> tuple[pa.Table, int]:
    """The lines under the header as text, and how many have another number of fields."""
    ragged = []

    def skip(row: Any) -> str:  # noqa: ANN401 - pyarrow's row has no public type
        ragged.append(row)
        return "skip"

    reading = arrow_csv.ReadOptions(column_names=names, skip_rows=_header_lines(text, delimiter))
    parsing = arrow_csv.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip
    )
    converting = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=list(MISSING_WORDS),
        strings_can_be_null=True,
    )
    try:
        table = arrow_csv.read_csv(io.BytesIO(text.encode()), reading, parsing, converting)
    except pa.ArrowInvalid as error:
        if "straddling" in str(error):
            raise _unclosed_quote(path) from None
        if "Empty CSV" not in str(error):
            rule, found = "must be a text table", str(error).splitlines()[0]
            raise InputError(Problem(f"file {path}", rule, found)) from None
        table = pa.table({name: pa.array([], type=pa.string()) for name in names})
    return table, len(ragged)


def _unclosed_quote(path: Path) -> InputError:
    return InputError(
        Problem(
            f"file {path}",
            "must close every quotation mark that it opens",
            "one is never closed",
            "Export it again with quotation marks inside text doubled.",
        )
    )


def _header_lines(text: str, delimiter: str) -> int:
    reader = csv.reader(io.StringIO(text[:_HEADER_LENGTH]), delimiter=delimiter)
    next(reader, None)
    return reader.line_num


def _ragged_error(path: Path, text: str, delimiter: str, width: int) -> InputError:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    wrong = [reader.line_num for row in reader if row and len(row) != width]
    sign = {"\t": "tab"}.get(delimiter, delimiter)
    return InputError(
        Problem(
            f"file {path}",
            f"must have {width} fields in each line, like its header",
            f"{len(wrong):,} lines have another number: {name_rows(wrong)}",
            f"Fields are split at '{sign}'; pass delimiter= if that is not the sign, "
            "or put text that holds it into quotes.",
        )
    )


def _line_names(
    files: list[Path],
    delimiters: list[str],
    lengths: list[int],
    encoding: str | None,
    positions: Sequence[int],
) -> list[str]:
    # Only asked for when something is wrong, so the file is read again instead of kept.
    names, first = {}, 0
    for path, delimiter, length in zip(files, delimiters, lengths, strict=True):
        wanted = {place - first for place in positions if first <= place < first + length}
        where = f" of {path.name}" if len(files) > 1 else ""
        for place, line in _lines_of(path, delimiter, encoding, wanted):
            names[place + first] = f"{line}{where}"
        first += length
    return [names[place] for place in positions]


def _lines_of(
    path: Path, delimiter: str, encoding: str | None, wanted: set[int]
) -> list[tuple[int, int]]:
    if not wanted:
        return []
    reader = csv.reader(io.StringIO(decode(path, encoding)), delimiter=delimiter)
    found, place, begins = [], -1, 1
    for row in reader:
        if row:
            if place in wanted:
                found.append((place, begins))
            place += 1
        begins = reader.line_num + 1
        if len(found) == len(wanted):
            break
    return found
