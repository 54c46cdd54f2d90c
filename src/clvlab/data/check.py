"""A look at a file before it is loaded: what is in it, and how to load it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from clvlab import schema
from clvlab.data.column_map import CONTRACT, Columns, map_columns, parse_columns
from clvlab.data.form import propose_options
from clvlab.data.log import TransactionLog
from clvlab.data.propose import propose_columns, written_for_command, written_for_python
from clvlab.data.raw_table import RawTable
from clvlab.data.transactions import load_raw, open_source, split_options
from clvlab.errors import InputError

_ENCODINGS = ("cp1252", "gb18030", "utf-16")
_WIDEST = 28


@dataclass(frozen=True)
class FileCheck:
    """What a file holds and whether it can be loaded as it is.

    Attributes
    ----------
    text
        The report, ready to print.
    exit_code
        0 when the file loads with the columns and options given, 2 when it does not.
    columns
        The mapping given, or else the mapping proposed; empty when none could be found.
    options
        Reading options that the proposal needs, such as `date_format`.
    """

    text: str
    exit_code: int
    columns: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)


def check_file(path: str | Path, columns: Columns = None, **options: Any) -> FileCheck:  # noqa: ANN401
    """Describe a file; load it when its columns are known, propose how when they are not.

    Parameters
    ----------
    path
        A file, folder or glob, as `load_transactions` takes it.
    columns
        The mapping to load with. Without one, contract names that the file uses literally are
        taken, and otherwise a mapping is proposed and nothing is loaded.
    **options
        Options of `load_transactions`.

    Returns
    -------
    FileCheck
        Never raises for bad data: what is wrong is in its text, and its exit code is 2.
    """
    options = {name: value for name, value in options.items() if value is not None}
    try:
        reading, policies = split_options(options)
        raw = open_source(str(path), reading, policies)
    except InputError as error:
        return FileCheck(f"{error}\n{_encoding_hint(path, options)}".strip(), 2)
    lines = [f"{raw.label}: {raw.n_rows:,} rows, {len(raw.names)} columns", "", _describe(raw), ""]
    literal = all(name in raw.names for name in schema.TRANSACTION_COLUMNS)
    if columns is None and not literal:
        return _with_proposal(path, raw, lines, options)
    try:
        given = parse_columns(columns)
        mapped = map_columns(raw, columns)
        mapping = {name: given.get(name) or name for name in CONTRACT if name in mapped}
        log = load_raw(raw, mapped, reading, policies, None)
    except InputError as error:
        return _refused(path, raw, lines, columns, options, error)
    lines += [_loaded(log), "", _commands(path, mapping if columns else {}, options)]
    return FileCheck("\n".join(lines), 0, mapping)


def _refused(
    path: str | Path,
    raw: RawTable,
    lines: list[str],
    columns: Columns,
    options: Mapping[str, Any],
    error: InputError,
) -> FileCheck:
    lines += ["It can't be loaded like this:", *(f"  - {problem}" for problem in error.problems)]
    try:
        mapping = {name: text for name, text in parse_columns(columns).items() if text}
    except InputError:
        mapping = {}
    known = mapping or propose_columns(raw)
    needed = {
        name: text for name, text in propose_options(raw, known).items() if name not in options
    }
    if needed:
        lines += ["", "This may help, if it is what is meant:", ""]
        lines.append(_commands(path, mapping, {**options, **needed}))
    return FileCheck("\n".join(lines), 2, mapping, needed)


def _with_proposal(
    path: str | Path, raw: RawTable, lines: list[str], options: Mapping[str, Any]
) -> FileCheck:
    proposal = propose_columns(raw)
    absent = [name for name in schema.TRANSACTION_COLUMNS if name not in proposal]
    if absent:
        lines += [
            f"No column was recognised as {', '.join(absent)}. Say which it is:",
            "",
            _commands(
                path, {name: proposal.get(name, "...") for name in _order(proposal)}, options
            ),
        ]
        return FileCheck("\n".join(lines), 2, proposal)
    needed = {
        name: text for name, text in propose_options(raw, proposal).items() if name not in options
    }
    width = max(map(len, proposal))
    lines += ["Proposed columns; check them, nothing has been loaded:", ""]
    lines += [f"  {name:<{width}}  {column}" for name, column in proposal.items()]
    lines += ["", _commands(path, proposal, {**options, **needed})]
    return FileCheck("\n".join(lines), 2, proposal, needed)


def _order(proposal: Mapping[str, str]) -> list[str]:
    return [*schema.TRANSACTION_COLUMNS, *(n for n in proposal if n in CONTRACT[3:])]


def _describe(raw: RawTable) -> str:
    """Columns with type, number of missing values and an example, as an aligned table."""
    rows = [("column", "type", "missing", "example")]
    for name in raw.names:
        values = raw.column(name)
        present = values.dropna()
        example = str(present.iloc[0]) if len(present) else ""
        missing = f"{len(values) - len(present):,}"
        rows.append((name, _kind(values), missing, example[:_WIDEST]))
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    return "\n".join(
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "date"
    if pd.api.types.is_bool_dtype(values.dtype):
        return "true or false"
    return "number" if pd.api.types.is_numeric_dtype(values.dtype) else "text"


def _loaded(log: TransactionLog) -> str:
    customers = log.table[schema.CUSTOMER_ID].nunique()
    days = log.table[schema.DATE]
    quality = log.quality
    steps = quality[(quality["rows"] > 0) | (quality["amount"] != 0)]
    table = steps[["description", "effect", "rows", "amount", "policy"]]
    return (
        f"It loads: {len(log.table):,} purchases of {customers:,} customers, "
        f"{days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}.\n\n{table.to_string(index=False)}"
    )


def _commands(path: str | Path, mapping: Mapping[str, str], options: Mapping[str, Any]) -> str:
    """The command line and the Python call that load the file."""
    parts = [f"clvlab report clv-study --data {_in_quotes(str(path))}"]
    call = [repr(str(path))]
    if mapping:
        parts.append(f"--columns {_in_quotes(written_for_command(mapping))}")
        call.append(f"columns={written_for_python(mapping)}")
    for name, value in options.items():
        option = "--date-format " if name == "date_format" else f"-p {name}="
        parts.append(f"{option}{_in_quotes(str(value))}")
        call.append(f"{name}={value!r}")
    return f"  {' '.join(parts)}\n\n  clvlab.load_transactions({', '.join(call)})"


def _in_quotes(text: str) -> str:
    """Text as one word of a command line."""
    # Double quotes work in every shell, but some signs keep a meaning inside them.
    return shlex.quote(text) if re.search(r'["`$\\!]', text) else f'"{text}"'


def _encoding_hint(path: str | Path, options: Mapping[str, Any]) -> str:
    """The header as other encodings read it, for a text file that is not UTF-8."""
    file = Path(path)
    if options.get("encoding") or not file.is_file():
        return ""
    first = file.read_bytes()[:2_000].splitlines()[:1]
    try:
        first[0].decode()
    except UnicodeDecodeError:
        readings = [(name, _header_in(first[0], name)) for name in _ENCODINGS]
        shown = [f"  encoding={name}: {text}" for name, text in readings if text]
        return "\n".join(["The header in other encodings; take the one that reads well:", *shown])
    except IndexError:
        return ""
    return ""


def _header_in(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding).strip()
    except UnicodeError:
        return ""
