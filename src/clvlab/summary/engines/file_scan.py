"""Files as one table of DuckDB, once it is known that they go together; what is wrong in which."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clvlab.data.files_together import absent_in
from clvlab.data.options import Reading
from clvlab.data.parquet_files import parquet_schemas, unreadable_parquet
from clvlab.data.text_files import Header, ragged_lines, read_header, unclosed_quote
from clvlab.data.text_stream import damaged_gzip, is_gzipped, other_encoding
from clvlab.errors import InputError, Problem
from clvlab.summary.engines.dialect import DUCKDB

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_WIDTHS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_TEXT_FILE = re.compile(r"^\s*file = (.+)$", re.MULTILINE)
_ENCODINGS = {"utf-8-sig": "utf-8", "latin1": "latin-1", "iso-8859-1": "latin-1"}
"""What DuckDB calls encodings that Python calls otherwise."""


@dataclass(frozen=True)
class Scan:
    """Files as a table.

    Attributes
    ----------
    sql
        The query for all of their rows.
    files
        The files.
    absent
        Those that lack a column which others have, by column.
    headers
        What is known of text files; empty for Parquet.
    """

    sql: str
    files: Sequence[Path]
    absent: Mapping[str, tuple[str, ...]]
    headers: Sequence[Header] = field(default_factory=tuple)

    def problem_in(self, said: str) -> InputError | None:
        """What DuckDB says of one of the files, as everybody says it; None when it is not that."""
        path = next((path for path in self.files if str(path) in said), None)
        if path is not None and not self.headers:
            return InputError(Problem(*unreadable_parquet(path, said)))
        if path is not None and "gzip" in said.lower().partition("\n")[0]:
            return damaged_gzip(path)
        if "does not support the encoding" in said:
            rule, found = "must be one that DuckDB reads", f"got {self.headers[0].encoding!r}"
            remedy = "Write the file as UTF-8, or load it with load_transactions."
            return InputError(Problem("parameter 'encoding'", rule, found, remedy))
        line, file = _LINE.search(said), _TEXT_FILE.search(said)
        headers = dict(zip(map(str, self.files), self.headers, strict=False))
        if line is None or file is None or file[1] not in headers:
            return None
        return _problem_in_line(Path(file[1]), headers[file[1]], int(line[1]), said)


def _problem_in_line(path: Path, header: Header, line: int, said: str) -> InputError | None:
    widths = _WIDTHS.search(said)
    if widths is not None:
        found = f"line {line:,} has {widths[2]}"
        if int(widths[2]) > int(widths[1]):
            # The engine stops counting where there is one too many.
            found = f"line {line:,} has more"
        return ragged_lines(path, int(widths[1]), found, header.delimiter)
    if "unterminated quote" in said:
        return unclosed_quote(path, line)
    if "Invalid unicode" in said:
        return other_encoding(path, header.encoding, line)
    return None


def scan_of(files: list[Path], label: str, reading: Reading, *, is_text: bool) -> Scan:
    """Look at the beginnings or ends of files, and put them together.

    Parameters
    ----------
    files
        All Parquet, or all text.
    label
        What they are called together.
    reading
        Encoding and delimiter of text files; found when not given.
    is_text
        Which of the two they are.

    Raises
    ------
    InputError
        When a file is damaged at its end, has no header or is in another encoding, or its columns
        have other types than those of the files before it.
    """
    if not is_text:
        schemas = parquet_schemas(files, label)
        names = ", ".join(DUCKDB.text(str(path)) for path in files)
        options = "hive_partitioning = true, hive_types_autocast = false, union_by_name = true"
        sql = f"SELECT * FROM read_parquet([{names}], {options})"
        return Scan(sql, files, absent_in(files, [schema.names for schema in schemas]))
    headers = [read_header(path, reading) for path in files]
    alike: dict[tuple[Header, bool], list[Path]] = {}
    for path, header in zip(files, headers, strict=True):
        alike.setdefault((header, is_gzipped(path)), []).append(path)
    parts = [_text_scan(paths, *kind) for kind, paths in alike.items()]
    absent = absent_in(files, [header.names for header in headers])
    return Scan(" UNION ALL BY NAME ".join(parts), files, absent, headers)


def _text_scan(paths: list[Path], header: Header, gzipped: bool) -> str:  # noqa: FBT001
    """Everything is said, since what DuckDB guesses depends on what is wrong in a file."""
    names = ", ".join(DUCKDB.text(str(path)) for path in paths)
    columns = ", ".join(f"{DUCKDB.text(name)}: 'VARCHAR'" for name in header.names)
    options = {
        "auto_detect": "false",
        "header": "true",
        "delim": DUCKDB.text(header.delimiter),
        "quote": "'\"'",
        "escape": "'\"'",
        "columns": f"{{{columns}}}",
        "encoding": DUCKDB.text(_ENCODINGS.get(header.encoding.lower(), header.encoding)),
        "compression": "'gzip'" if gzipped else "'none'",
        "hive_partitioning": "true",
    }
    said = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"SELECT * FROM read_csv([{names}], {said})"
