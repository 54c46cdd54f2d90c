"""DuckDB, embedded: files, folders and relations, out of core."""

from __future__ import annotations

import json
import re
import tempfile
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
from clvlab.summary.engine_session import arrow_reader
from clvlab.summary.engines.dialect import DUCKDB, SOURCE, Dialect
from clvlab.summary.engines.engine import RecordOf, Written
from clvlab.summary.engines.file_scan import Scan, scan_of
from clvlab.summary.engines.writing import write_batches
from clvlab.summary.progress import Progress
from clvlab.summary.record import METADATA_KEY
from clvlab.summary.shortage import shortage_of

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

    def settings(self, spill: Path) -> dict[str, Any]:
        """The same as DuckDB takes it, with a folder to spill into."""
        config: dict[str, Any] = {"memory_limit": self.memory_limit, "temp_directory": str(spill)}
        config["preserve_insertion_order"] = False
        # Nothing is fetched from the net unless a user has done so.
        config["autoinstall_known_extensions"] = False
        if self.threads is not None:
            config["threads"] = self.threads
        return config

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder for what does not fit into memory, which is gone in the end.

        Raises
        ------
        InputError
            When there is no folder of the name that was given.
        """
        place = self.temp_directory
        if place is not None and not Path(place).is_dir():
            rule, found = "must be a folder that there is", f"got {str(place)!r}"
            raise InputError(Problem("parameter 'temp_directory'", rule, found))
        with tempfile.TemporaryDirectory(prefix="clvlab-", dir=place) as folder:
            yield Path(folder)


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
    scan: Scan | None = None
    dialect: Dialect = field(default=DUCKDB, init=False)

    @property
    def absent(self) -> Mapping[str, tuple[str, ...]]:
        """Of several files, those that lack a column which others have, by column."""
        return {} if self.scan is None else self.scan.absent

    def read(self, scan: Scan) -> None:
        """Take files as the source."""
        self.scan = scan
        with self._told():
            self.relation = self.connection.sql(scan.sql)

    @property
    def kinds(self) -> Mapping[str, str]:
        """Columns of the source with the kind of each."""
        pairs = zip(self.relation.columns, self.relation.types, strict=True)
        return {name: _kind(str(type_)) for name, type_ in pairs}

    def sample(self, rows: int) -> pa.Table:
        """The first rows, for messages."""
        with self._told():
            return arrow_reader(self.relation.limit(rows), rows).read_all()

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The answer to a small question."""
        with self._told():
            answer = self.relation.query(SOURCE, sql)
            return [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]

    def batches(self, sql: str, rows: int, progress: Progress) -> Iterator[pa.RecordBatch]:
        """A large answer, so many rows at a time."""
        with self._told():
            with self._watched(progress):
                reader = arrow_reader(self.relation.query(SOURCE, sql), rows)
                first = next(reader, None)
            if first is not None:
                yield first
                yield from reader

    def write(self, sql: str, out: Path | None, record_of: RecordOf, progress: Progress) -> Written:
        """One file, in the order of first purchases, then ids."""
        ordered = f"{sql} ORDER BY {FIRST_PURCHASE}, {CUSTOMER_ID}"
        with self._told():
            with self._watched(progress):
                reader = arrow_reader(self.relation.query(SOURCE, ordered), _BATCH_ROWS)
                batches = self._batches(reader)
                first = next(batches, None)
            return write_batches(reader.schema, first, batches, out, record_of, progress)

    def _batches(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        """What a reader gives; its errors are told before they look like those of writing."""
        with self._told():
            yield from reader

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
        except (duckdb.Error, pa.ArrowException, OSError, RuntimeError) as error:
            # Batches that are fetched fail with the errors of Arrow, and are no less interrupted.
            said = str(error)
            if isinstance(error, duckdb.InterruptException) or "interrupted" in said.lower():
                raise KeyboardInterrupt from None
            if type(error) is RuntimeError:
                raise
            raise self._in_words(said) from None

    def _in_words(self, said: str) -> InputError:
        told = shortage_of(said, place="temp_directory")
        if told is None and self.scan is not None:
            told = self.scan.problem_in(said)
        if told is not None:
            return told
        found = " ".join(line.strip() for line in said.splitlines()[:4] if line.strip())
        rule = "must be readable from its first row to its last"
        return InputError(Problem(self.label, rule, f"DuckDB says: {found}"))


@contextmanager
def open_with_duckdb(
    source: object, reading: Reading, resources: Resources, folder: Path
) -> Iterator[DuckDBEngine]:
    """Open files, a folder, a glob or a relation, with a folder to spill into.

    Raises
    ------
    InputError
        When there is nothing of that name, or its kind is not one that the engine reads.
    """
    room = resources.bytes / 2
    if isinstance(source, duckdb.DuckDBPyRelation):
        yield DuckDBEngine(source, "the relation", name="Relation", room=room)
        return
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
    is_text = kinds == {"text"}
    scan = scan_of(files, label, reading, is_text=is_text)
    with connected(resources.settings(folder)) as connection:
        engine = DuckDBEngine(None, label, is_text, connection, label, room=room)
        engine.read(scan)
        if not is_text:
            said = json.loads((pq.read_metadata(files[0]).metadata or {}).get(METADATA_KEY, "{}"))
            engine.files = files
            engine.name, engine.simulated = said.get("name", label), said.get("simulated", False)
        yield engine


@contextmanager
def connected(settings: Mapping[str, Any]) -> Iterator[Any]:
    """DuckDB in memory.

    Raises
    ------
    InputError
        When it does not take the settings.
    """
    try:
        connection = duckdb.connect(config=dict(settings))
    except duckdb.Error as error:
        rule, found = "must be what DuckDB takes", str(error).splitlines()[0]
        subject = "parameters 'memory_limit', 'temp_directory' and 'threads'"
        raise InputError(Problem(subject, rule, found, 'Such as memory_limit="4GB".')) from None
    try:
        yield connection
    finally:
        connection.close()


def _kind(type_: str) -> str:
    return "decimal" if type_.startswith("DECIMAL") else _KINDS.get(type_, "other")
