"""DuckDB in a bounded part of the memory, which tells how far it is and can be stopped."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa

from clvlab.errors import InputError, Problem
from clvlab.summary.progress import Progress, Silent
from clvlab.summary.shortage import shortage_of
from clvlab.summary.summary_file import SummaryFile, damaged_file

Result = TypeVar("Result")

DEFAULT_MEMORY = "2GB"
"""What DuckDB may use before it goes to disk; Python's own part comes on top."""
LOOK_EVERY_SECONDS = 0.1
_ROWS_PER_BATCH = 1 << 16
_SIZE = re.compile(r"\s*\d+(\.\d+)?\s*([KMGT]i?B)\s*", re.IGNORECASE)


class RowsAhead:
    """Rows of batches, some at a time.

    Examples
    --------
    >>> batches = pa.table({"n": [0, 1, 2, 3, 4]}).to_batches(max_chunksize=2)
    >>> rows = RowsAhead(batches)
    >>> [rows.take(3)["n"].to_pylist() for _ in range(3)]
    [[0, 1, 2], [3, 4], []]
    """

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._batches = iter(batches)
        self._ahead: pa.Table | None = None

    def take(self, n: int) -> pa.Table:
        """The next `n` rows; fewer at the end, and a table without rows behind it."""
        while self._ahead is None or len(self._ahead) < n:
            batch = next(self._batches, None)
            if batch is None:
                break
            more = pa.Table.from_batches([batch])
            self._ahead = more if self._ahead is None else pa.concat_tables([self._ahead, more])
        if self._ahead is None:
            return pa.table({})
        taken, self._ahead = self._ahead.slice(0, n), self._ahead.slice(n)
        return taken


class EngineSession:
    """Questions to one summary on disk, as SQL.

    The summary is the table ``summary``, whose rows come as they stand in the files.
    """

    def __init__(self, connection: Any, files: SummaryFile, progress: Progress) -> None:  # noqa: ANN401
        self._connection = connection
        self.files = files
        self.progress = progress

    def table(self, sql: str, step: str = "") -> pd.DataFrame:
        """The rows that a question has for an answer; they have to fit into memory."""
        found: pd.DataFrame = self._patiently(lambda: self._connection.execute(sql).df(), step)
        return found

    def rows(self, sql: str) -> RowsAhead:
        """The rows that a question has for an answer, which need not fit into memory."""
        return RowsAhead(self._batches(sql))

    def _batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        import duckdb

        # A connection of its own, so that tables can be added to in between.
        with closing(self._connection.cursor()) as cursor:
            try:
                yield from arrow_reader(cursor.sql(sql), _ROWS_PER_BATCH)
            except (duckdb.Error, pa.ArrowException, OSError) as error:
                raise _in_words(error, self.files) from None

    def run(self, sql: str, step: str = "") -> None:
        """Make a table."""
        self._patiently(lambda: self._connection.execute(sql), step)

    def files_where(self, test: str) -> str:
        """Names of the files that have rows of which a test is true, with commas between."""
        source = _source(self.files, "filename = 'clvlab_file'")
        asked = f"SELECT DISTINCT clvlab_file FROM ({source}) WHERE {test} ORDER BY 1"  # noqa: S608
        return ", ".join(Path(name).name for name in self.table(asked)["clvlab_file"])

    def append(self, name: str, rows: pa.Table) -> None:
        """Add rows to a table."""
        self._connection.register("rows_to_append", rows)
        try:
            self.run(f"INSERT INTO {name} SELECT * FROM rows_to_append")  # noqa: S608
        finally:
            self._connection.unregister("rows_to_append")

    def _patiently(self, call: Callable[[], Result], step: str) -> Result:
        """Work in a thread, so that whoever waits hears of it and can stop it."""
        result: Future[Result] = Future()

        def work() -> None:
            try:
                result.set_result(call())
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                result.set_exception(error)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        if step:
            self.progress.begin(step, self.files.n_customers)
        try:
            while worker.is_alive():
                worker.join(LOOK_EVERY_SECONDS)
                if step and worker.is_alive():
                    share = max(float(self._connection.query_progress()), 0.0) / 100
                    self.progress.reach(int(share * self.files.n_customers))
        except BaseException:
            self._connection.interrupt()
            worker.join()
            raise
        return self._answer(result)

    def _answer(self, result: Future[Result]) -> Result:
        import duckdb

        try:
            return result.result()
        except duckdb.Error as error:
            raise _in_words(error, self.files) from None


def arrow_reader(relation: Any, rows: int) -> pa.RecordBatchReader:  # noqa: ANN401 - untyped
    """The rows of a relation of DuckDB, about so many at a time."""
    # Later versions have another name for the same.
    name = "to_arrow_reader" if hasattr(relation, "to_arrow_reader") else "fetch_arrow_reader"
    return getattr(relation, name)(rows)


def _in_words(error: Exception, files: SummaryFile) -> InputError:
    """What the engine could not do, and what to do about it."""
    short = shortage_of(str(error), place="spill_folder")
    if short is not None:
        return short
    reason = str(error).splitlines()[0]
    damaged = files.damaged()
    if damaged is not None:
        return damaged_file(*damaged)
    names = ", ".join(file.name for file in files.files[:3])
    more = f" and {len(files.files) - 3} more" if len(files.files) > 3 else ""
    return InputError(
        Problem(f"the summary in {names}{more}", "must be readable to its end", reason)
    )


@contextmanager
def engine_session(
    files: SummaryFile,
    *,
    memory_limit: str = DEFAULT_MEMORY,
    spill_folder: str | Path | None = None,
    progress: Progress | None = None,
) -> Iterator[EngineSession]:
    """A session on a summary, with a folder to spill into that is gone when it ends.

    Parameters
    ----------
    files
        The summary.
    memory_limit
        What DuckDB may use before it goes to disk, such as ``"2GB"``.
    spill_folder
        Where to go to; the system's folder for temporary files by default.
    progress
        Told how far long steps are.

    Raises
    ------
    InputError
        For a memory limit that is none, and when the engine can't go on.
    """
    import duckdb

    if not isinstance(memory_limit, str) or not _SIZE.fullmatch(memory_limit):
        rule = "must be a size of memory, such as '2GB'"
        raise InputError(Problem("parameter 'memory_limit'", rule, f"got {memory_limit!r}"))
    if spill_folder is not None and not Path(spill_folder).is_dir():
        rule, found = "must be a folder that there is", f"got {str(spill_folder)!r}"
        raise InputError(Problem("parameter 'spill_folder'", rule, found))
    with tempfile.TemporaryDirectory(prefix="clvlab-", dir=spill_folder) as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "temp_directory": spill,
        }
        connection = duckdb.connect(":memory:", config=settings)
        try:
            connection.execute(f"CREATE VIEW summary AS {_source(files)}")
            yield EngineSession(connection, files, progress or Silent())
        finally:
            connection.close()


def _source(files: SummaryFile, *options: str) -> str:
    """The files as one table, read in their order."""
    paths = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files.files)
    said = ", ".join(["union_by_name = true", *options])
    return f"SELECT * FROM read_parquet([{paths}], {said})"  # noqa: S608
