"""Spark: DataFrames and files, on one machine or many; needs the extra ``clvlab[spark]``."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from clvlab.data.files import file_kind, find_files
from clvlab.data.options import Reading
from clvlab.errors import InputError, Problem
from clvlab.schema import FREQUENCY
from clvlab.summary.engines.dialect import SOURCE, SPARK, Dialect
from clvlab.summary.engines.engine import RecordOf, Written
from clvlab.summary.engines.file_scan import scan_of
from clvlab.summary.engines.statements import PURCHASE_DAYS
from clvlab.summary.engines.writing import add_record
from clvlab.summary.progress import Progress

_ZONE = "spark.sql.session.timeZone"
_KINDS = {
    **dict.fromkeys(["tinyint", "smallint", "int", "bigint"], "integer"),
    "float": "float32",
    "double": "float",
    "string": "text",
    "date": "date",
    "timestamp_ntz": "moment",
    "timestamp": "instant",
}


@dataclass
class SparkEngine:
    """A DataFrame of Spark as a source of statements; see `Engine`."""

    frame: Any
    label: str
    time_zone: str | None = None
    is_text: bool = False
    name: str = "DataFrame"
    simulated: bool = False
    dialect: Dialect = field(default=SPARK, init=False)
    files: list[Path] = field(default_factory=list, init=False)
    room: float = field(default=0.0, init=False)
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def kinds(self) -> Mapping[str, str]:
        """Columns of the source with the kind of each."""
        return {
            name: "decimal" if type_.startswith("decimal") else _KINDS.get(type_, "other")
            for name, type_ in self.frame.dtypes
        }

    def sample(self, rows: int) -> pa.Table:
        """The first rows, for messages."""
        with self._ready():
            # As text, since only names and looks matter and some types have no form in Arrow.
            found = self.frame.limit(rows).collect()
        columns = {
            name: [None if row[place] is None else str(row[place]) for row in found]
            for place, name in enumerate(self.frame.columns)
        }
        return pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The answer to a small question."""
        with self._ready() as spark:
            return [row.asDict() for row in spark.sql(sql).collect()]

    def batches(self, sql: str, rows: int, progress: Progress) -> None:
        """Lines stay on the cluster."""

    def write(self, sql: str, out: Path | None, record_of: RecordOf, progress: Progress) -> Written:
        """A folder of files in no order, which this process and every worker have to see.

        The files are read and written once more to carry the window, one after the other.
        """
        from pyspark.sql import Observation
        from pyspark.sql import functions as F  # noqa: N812 - everybody's name for it

        if out is None:
            rule, found = "must be given with Spark", "got None"
            remedy = "Name a folder; SummaryFile.read brings it into memory where it fits."
            raise InputError(Problem("parameter 'out'", rule, found, remedy))
        progress.begin("summing purchases by customer", None)
        unfinished = out.with_name(f".{out.name}-{uuid.uuid4().hex[:8]}")
        seen = Observation()
        known = F.col(FREQUENCY) >= 0
        try:
            with self._ready() as spark:
                counts = (F.sum(PURCHASE_DAYS).alias("purchases"), F.count_if(known).alias("rows"))
                customers = spark.sql(sql).observe(seen, *counts).where(known)
                customers.drop(PURCHASE_DAYS).write.parquet(unfinished.resolve().as_uri())
            written = Written(int(seen.get["rows"] or 0), int(seen.get["purchases"] or 0))
            parts = sorted(unfinished.glob("*.parquet"))
            progress.begin("adding the window to each file", len(parts))
            record = record_of(written.purchases)
            for done, part in enumerate(parts, start=1):
                # Spark has no way to put it there itself.
                add_record(part, record)
                # Spark would hold the file against the sum of what it wrote.
                part.with_name(f".{part.name}.crc").unlink(missing_ok=True)
                progress.reach(done)
            _take_place(unfinished, out)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return written

    @contextmanager
    def _ready(self) -> Iterator[Any]:
        """The session with the source under its name and the zone that was chosen."""
        spark = self.frame.sparkSession
        zone = spark.conf.get(_ZONE)
        spark.conf.set(_ZONE, self.time_zone or "UTC")
        self.frame.createOrReplaceTempView(SOURCE)
        try:
            with _told(self.label):
                yield spark
        finally:
            spark.catalog.dropTempView(SOURCE)
            spark.conf.set(_ZONE, zone)


@contextmanager
def _told(label: str) -> Iterator[None]:
    """What the engine can't do is said in its own words, after the name of the source."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        found = " ".join(line.strip() for line in str(error).splitlines()[:3] if line.strip())
        rule = "must be readable from its first row to its last"
        raise InputError(Problem(label, rule, f"Spark says: {found}")) from None


def _take_place(unfinished: Path, out: Path) -> None:
    """Put a complete folder where an earlier one may be."""
    earlier = out.with_name(f".{out.name}-{uuid.uuid4().hex[:8]}-earlier")
    if out.exists():
        out.rename(earlier)
    unfinished.rename(out)
    if earlier.is_dir():
        shutil.rmtree(earlier)
    else:
        earlier.unlink(missing_ok=True)


def open_with_spark(source: object, reading: Reading) -> SparkEngine:
    """Open a DataFrame, or files through the active session or a new one.

    Raises
    ------
    InputError
        When Spark is not installed, there is nothing of that name, or its kind is not one that is
        read here.
    """
    try:
        from pyspark.sql import DataFrame, SparkSession
    except ImportError:
        rule, found = "needs the package pyspark", "it is not installed"
        remedy = 'Install it with pip install "clvlab[spark]"; it needs Java.'
        raise InputError(Problem('engine="spark"', rule, found, remedy)) from None
    if isinstance(source, DataFrame):
        return SparkEngine(source, "the DataFrame", reading.time_zone)
    if not isinstance(source, (str, Path)):
        rule, found = "must be a DataFrame of Spark or a path", f"got {type(source).__name__}"
        raise InputError(Problem("parameter 'source'", rule, found))
    files = find_files(source)
    kinds = {file_kind(path) for path in files}
    label = files[0].name if len(files) == 1 else str(source)
    if kinds not in ({"Parquet"}, {"text"}):
        rule, found = "must be Parquet files or text files", f"it holds {', '.join(sorted(kinds))}"
        raise InputError(Problem(label, rule, found, "Load others with load_transactions."))
    # What goes together is looked at here, since Spark takes columns of text files by their place.
    scan = scan_of(files, label, reading, is_text=kinds == {"text"})
    spark = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    paths = [path.resolve().as_uri() for path in files]
    if kinds == {"text"}:
        if len(set(scan.headers)) > 1:
            rule, found = "must have the same header in each of its files", "they differ"
            remedy = "Summarize them with DuckDB, or make them alike."
            raise InputError(Problem(label, rule, found, remedy))
        frame = spark.read.csv(paths, header=True, sep=scan.headers[0].delimiter, escape='"')
        return SparkEngine(
            frame, label, reading.time_zone, is_text=True, name=label, absent=scan.absent
        )
    read = spark.read.option("mergeSchema", "true")
    folder = Path(source)
    if folder.is_dir():
        # Folders such as region=north become columns.
        read = read.option("basePath", folder.resolve().as_uri())
    with _told(label):
        frame = read.parquet(*paths)
    return SparkEngine(frame, label, reading.time_zone, name=label, absent=scan.absent)
