"""DuckDB, embedded: files, folders and relations, out of core."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from clvlab.data.files import file_kind, find_files
from clvlab.data.options import Reading
from clvlab.errors import InputError, Problem
from clvlab.schema import CUSTOMER_ID
from clvlab.summary.customer_summary import FIRST_PURCHASE
from clvlab.summary.engines.dialect import DUCKDB, SOURCE, Dialect
from clvlab.summary.engines.engine import RecordOf, Written
from clvlab.summary.engines.writing import write_batches
from clvlab.summary.progress import Progress
from clvlab.summary.record import METADATA_KEY

_BATCH_ROWS = 1 << 17
_POWERS = " KMGT"
_BYTES = re.compile(rf"\s*(?P<size>[0-9.]+)\s*(?P<power>[{_POWERS.strip()}])i?B\s*")
_LOOK_EVERY_SECONDS = 0.5
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UHUGEINT")
_KINDS = {
    **dict.fromkeys([*_WHOLE, *(f"U{name}" for name in _WHOLE)], "integer"),
    "FLOAT": "float32",
    "DOUBLE": "float",
    "VARCHAR": "text",
    "DATE": "date",
    "TIMESTAMP": "moment",
    "TIMESTAMP_S": "moment",
    "TIMESTAMP_MS": "moment",
    "TIMESTAMP_NS": "moment",
    "TIMESTAMP WITH TIME ZONE": "instant",
}


@dataclass(frozen=True)
class Resources:
    """What a query may use: memory such as ``"4GB"``, a folder to spill into, threads."""

    memory_limit: str = "4GB"
    temp_directory: str | Path | None = None
    threads: int | None = None

    @property
    def bytes(self) -> float:
        """The limit of memory as a number; 0 where it is written in another way."""
        found = _BYTES.fullmatch(self.memory_limit)
        return float(found["size"]) * 1024 ** _POWERS.index(found["power"]) if found else 0.0


@dataclass
class DuckDBEngine:
    """A relation of DuckDB as a source of statements; see `Engine`."""

    relation: Any
    label: str
    is_text: bool = False
    connection: Any = None
    name: str = ""
    simulated: bool = False
    files: list[Path] = field(default_factory=list)
    room: float = 0.0
    dialect: Dialect = field(default=DUCKDB, init=False)

    @property
    def kinds(self) -> Mapping[str, str]:
        """Columns of the source with the kind of each."""
        pairs = zip(self.relation.columns, self.relation.types, strict=True)
        return {name: _kind(str(type_)) for name, type_ in pairs}

    def sample(self, rows: int) -> pa.Table:
        """The first rows, for messages."""
        with self._told():
            return _reader(self.relation.limit(rows), rows).read_all()

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The answer to a small question."""
        with self._told():
            answer = self.relation.query(SOURCE, sql)
            return [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]

    def batches(self, sql: str, rows: int, progress: Progress) -> Iterator[pa.RecordBatch]:
        """A large answer, so many rows at a time."""
        with self._told():
            with self._watched(progress):
                reader = _reader(self.relation.query(SOURCE, sql), rows)
                first = next(reader, None)
            if first is not None:
                yield first
                yield from reader

    def write(self, sql: str, out: Path | None, record_of: RecordOf, progress: Progress) -> Written:
        """One file, in the order of first purchases, then ids."""
        ordered = f"{sql} ORDER BY {FIRST_PURCHASE}, {CUSTOMER_ID}"
        with self._told():
            with self._watched(progress):
                reader = _reader(self.relation.query(SOURCE, ordered), _BATCH_ROWS)
                batches = iter(reader)
                first = next(batches, None)
            return write_batches(reader.schema, first, batches, out, record_of, progress)

    @contextmanager
    def _watched(self, progress: Progress) -> Iterator[None]:
        """Ask a running query how far it is; relations of others do not say."""
        progress.begin("summing purchases by customer", 100 if self.connection else None)
        done = threading.Event()

        def ask() -> None:
            while not done.wait(_LOOK_EVERY_SECONDS):
                progress.reach(round(max(self.connection.query_progress(), 0.0)))

        watcher = threading.Thread(target=ask, daemon=True)
        if self.connection is not None and hasattr(self.connection, "query_progress"):
            watcher.start()
        try:
            yield
        finally:
            done.set()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the engine can't do is said in its own words, after the name of the source."""
        try:
            yield
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except RuntimeError as error:
            # So does a batch that is fetched while Ctrl-C arrives.
            if "interrupted" not in str(error).lower():
                raise
            raise KeyboardInterrupt from None
        except duckdb.OutOfMemoryException as error:
            found = str(error).splitlines()[0]
            remedy = "Give more with memory_limit=, or a temp_directory= with more room."
            rule = "must be summed within the memory and disk that it may use"
            raise InputError(Problem(self.label, rule, found, remedy)) from None
        except duckdb.Error as error:
            found = " ".join(line.strip() for line in str(error).splitlines()[:4] if line.strip())
            rule = "must be readable from its first row to its last"
            raise InputError(Problem(self.label, rule, f"DuckDB says: {found}")) from None


def open_with_duckdb(source: object, reading: Reading, resources: Resources) -> DuckDBEngine:
    """Open files, a folder, a glob or a relation.

    Raises
    ------
    InputError
        When there is nothing of that name, or its kind is not one that the engine reads.
    """
    room = resources.bytes / 2
    if isinstance(source, duckdb.DuckDBPyRelation):
        return DuckDBEngine(source, "the relation", name="Relation", room=room)
    if not isinstance(source, (str, Path)):
        rule = "must be a path, a relation of DuckDB or a DataFrame of Spark"
        found, remedy = f"got {type(source).__name__}", "Load tables with load_transactions."
        raise InputError(Problem("parameter 'source'", rule, found, remedy))
    files = find_files(source)
    kinds = {file_kind(path) for path in files}
    label = files[0].name if len(files) == 1 else str(source)
    if kinds not in ({"Parquet"}, {"text"}):
        rule, found = "must be Parquet files or text files", f"it holds {', '.join(sorted(kinds))}"
        raise InputError(Problem(label, rule, found, "Load others with load_transactions."))
    connection = _connected(resources)
    engine = DuckDBEngine(None, label, kinds == {"text"}, connection, label, room=room)
    names = ", ".join(DUCKDB.text(str(path)) for path in files)
    with engine._told():  # noqa: SLF001 - the engine's own words are wanted here as well
        engine.relation = connection.sql(
            f"SELECT * FROM {_scan(names, reading)}"
            if engine.is_text
            else f"SELECT * FROM read_parquet([{names}], hive_partitioning = true, "
            "union_by_name = true)"
        )
    if not engine.is_text:
        said = json.loads((pq.read_metadata(files[0]).metadata or {}).get(METADATA_KEY, "{}"))
        engine.files = files
        engine.name, engine.simulated = said.get("name", label), said.get("simulated", False)
    return engine


def _connected(resources: Resources) -> Any:  # noqa: ANN401 - DuckDB has no types
    config: dict[str, Any] = {"memory_limit": resources.memory_limit}
    config["preserve_insertion_order"] = False
    if resources.threads is not None:
        config["threads"] = resources.threads
    if resources.temp_directory is not None:
        config["temp_directory"] = str(resources.temp_directory)
    try:
        return duckdb.connect(config=config)
    except duckdb.Error as error:
        rule, found = "must be what DuckDB takes", str(error).splitlines()[0]
        subject = "parameters 'memory_limit', 'temp_directory' and 'threads'"
        raise InputError(Problem(subject, rule, found, 'Such as memory_limit="4GB".')) from None


def _scan(names: str, reading: Reading) -> str:
    options = ["all_varchar = true", "header = true", "union_by_name = true"]
    if reading.delimiter is not None:
        options.append(f"delim = {DUCKDB.text(reading.delimiter)}")
    if reading.encoding is not None:
        options.append(f"encoding = {DUCKDB.text(reading.encoding)}")
    return f"read_csv([{names}], {', '.join(options)})"


def _kind(type_: str) -> str:
    return "decimal" if type_.startswith("DECIMAL") else _KINDS.get(type_, "other")


def _reader(relation: Any, rows: int) -> pa.RecordBatchReader:  # noqa: ANN401
    # Later versions have another name for the same.
    name = "to_arrow_reader" if hasattr(relation, "to_arrow_reader") else "fetch_arrow_reader"
    return getattr(relation, name)(rows)
