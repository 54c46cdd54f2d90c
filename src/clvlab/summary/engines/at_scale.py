"""The summary of a log that is too large for memory, made where the log is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Literal, overload

from clvlab.clock import Horizon, StudyWindow, TimeUnit, parse_date
from clvlab.data.column_map import Columns
from clvlab.data.database_places import is_database, refuse_table
from clvlab.data.days import FIRST_DAY
from clvlab.data.environment import held_by, unrepeated, variable_in
from clvlab.data.options import Policies, Reading
from clvlab.data.transactions import split_options
from clvlab.errors import InputError, Problem, Problems
from clvlab.summary.customer_summary import CustomerSummary
from clvlab.summary.engines.database_engine import open_database
from clvlab.summary.engines.duckdb_engine import Resources, open_with_duckdb
from clvlab.summary.engines.engine import Engine
from clvlab.summary.engines.log_in_engine import open_log_in_engine
from clvlab.summary.engines.statements import Window
from clvlab.summary.finished_file import require_folder_of
from clvlab.summary.gather import Day, burn_in_days, window_of
from clvlab.summary.progress import Progress, Silent
from clvlab.summary.record import SummaryRecord
from clvlab.summary.summary_file import SummaryFile


@overload
def summarize_at_scale(
    source: object,
    out: None = None,
    columns: Columns = None,
    *,
    calibration_end: Day | None = None,
    holdout_end: Day | None = None,
    unit: TimeUnit | str = "week",
    observed_until: Day | None = None,
    burn_in: Horizon | None = None,
    engine: Literal["duckdb", "spark"] = "duckdb",
    memory_limit: str = "4GB",
    temp_directory: str | Path | None = None,
    threads: int | None = None,
    stream: bool = True,
    progress: Progress | None = None,
    name: str | None = None,
    **options: Any,  # noqa: ANN401
) -> CustomerSummary: ...


@overload
def summarize_at_scale(
    source: object,
    out: str | Path,
    columns: Columns = None,
    *,
    calibration_end: Day | None = None,
    holdout_end: Day | None = None,
    unit: TimeUnit | str = "week",
    observed_until: Day | None = None,
    burn_in: Horizon | None = None,
    engine: Literal["duckdb", "spark"] = "duckdb",
    memory_limit: str = "4GB",
    temp_directory: str | Path | None = None,
    threads: int | None = None,
    stream: bool = True,
    progress: Progress | None = None,
    name: str | None = None,
    **options: Any,  # noqa: ANN401
) -> SummaryFile: ...


def summarize_at_scale(
    source: object,
    out: str | Path | None = None,
    columns: Columns = None,
    *,
    calibration_end: Day | None = None,
    holdout_end: Day | None = None,
    unit: TimeUnit | str = "week",
    observed_until: Day | None = None,
    burn_in: Horizon | None = None,
    engine: Literal["duckdb", "spark"] = "duckdb",
    memory_limit: str = "4GB",
    temp_directory: str | Path | None = None,
    threads: int | None = None,
    stream: bool = True,
    progress: Progress | None = None,
    name: str | None = None,
    **options: Any,
) -> SummaryFile | CustomerSummary:
    """Load and summarize a log in an engine, of which only customers ever come into memory.

    What `load_transactions` and `summarize` would give, to the last digit: the same policies,
    written as one SQL statement for DuckDB and Spark, with money summed in whole units. Where all
    amounts are positive, DuckDB only sorts the lines, and one pass over them does the rest.

    Parameters
    ----------
    source
        Path of Parquet or delimited text files, a folder (``region=north`` becomes a column) or a
        glob; a SQLite or DuckDB file or ``"env:NAME"`` for the address of a database, each with
        `table` (a name or a query), as `load_transactions` takes them; a relation of DuckDB; with
        ``engine="spark"`` a DataFrame of Spark or a path of files.
    out
        The summary to write: one Parquet file with DuckDB, a folder with Spark. It takes its name
        when it is complete; what had that name before stays until then. Without it the customers,
        though never the log, are kept in memory (not with Spark).
    columns
        As `load_transactions` takes them; only id, date, amount and currency are read.
    calibration_end, holdout_end, unit, observed_until, burn_in
        As `summarize` takes them.
    engine
        Where the work is done.
    memory_limit, temp_directory, threads
        What DuckDB may use: memory such as ``"4GB"``; an existing folder for what does not fit,
        and for the rows of a SQLite file or a server (by default the system's for temporary
        files); threads (by default all). Nothing stays in the folder. Relations bring their own
        connection and Spark its own settings.
    stream
        Whether Parquet files of whole-number ids, each customer's lines in the order of their days,
        may be gone through once without the engine, which is faster still. Whether they are of
        that kind is found out; the result is the same.
    progress
        Is told how far each step is, as `shown_progress` does on the terminal.
    name
        What the data are called on a page; the file's name when not given.
    **options
        Of `load_transactions`: `returns`, `zero_amounts`, `missing_ids`, `future_dates`,
        `duplicates`, `date_format`, `time_zone`, `decimal`, `thousands`, `currency`, `as_of`,
        `encoding`, `delimiter` and `table`.

    Returns
    -------
    SummaryFile or CustomerSummary
        What was written, or what is kept in memory; with the data-quality table of the log in
        `quality`.

    Raises
    ------
    InputError
        As `load_transactions` and `summarize` raise them, with counts and examples in the place of
        row numbers; for pseudonyms and exchange rates, which are left to `load_transactions`; and
        for amounts whose sum does not fit into 64 bits.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> folder = Path(tempfile.mkdtemp())
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "a", "a", "b"],
    ...         "date": pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-22", "2024-01-15"]),
    ...         "amount": [10.0, 20.0, 30.0, 5.0],
    ...     }
    ... )
    >>> log.to_parquet(folder / "log.parquet")
    >>> base = summarize_at_scale(
    ...     folder / "log.parquet", folder / "base.parquet", calibration_end="2024-01-15"
    ... )
    >>> len(base), int(base.quality["rows"].iloc[-1])
    (2, 4)
    >>> base.read().to_frame("day")
                 frequency  recency     T  monetary_value
    customer_id
    a                    1      7.0  14.0            20.0
    b                    0      0.0   0.0             0.0
    """
    reading, policies = split_options(options)
    _refuse_options(reading, policies)
    if out is not None:
        require_folder_of(Path(out))
    told = progress or Silent()
    resources = Resources(memory_limit, temp_directory, threads)
    ends = (_given(calibration_end, "calibration_end"), _given(holdout_end, "holdout_end"))
    with unrepeated(source), _opened(source, engine, reading, resources, told) as opened:
        log = open_log_in_engine(opened, columns, reading, policies, told, ends, may_stream=stream)
        window = window_of(
            *log.span,
            calibration_end=calibration_end,
            holdout_end=holdout_end,
            unit=unit,
            observed_until=observed_until,
        )

        def record(n_purchases: int) -> SummaryRecord:
            quality = log.quality(n_purchases)
            label = name or opened.name
            return SummaryRecord(window, label, log.currency, opened.simulated, quality)

        numbers = _in_numbers(window, burn_in)
        if out is None:
            written = log.write(numbers, None, record, told)
            frame: Any = written.frame
            return CustomerSummary.of(frame, record(written.purchases))
        log.write(numbers, Path(out), record, told)
    return SummaryFile.open(out)


@contextmanager
def _opened(
    source: object, engine: str, reading: Reading, resources: Resources, progress: Progress
) -> Iterator[Engine]:
    of_database = isinstance(source, (str, Path)) and is_database(source)
    if not of_database:
        refuse_table(reading.table)
    if engine == "duckdb":
        with resources.folder() as folder, ExitStack() as stack:
            if isinstance(source, (str, Path)) and of_database:
                opened = open_database(source, reading, resources, folder, progress)
            else:
                opened = open_with_duckdb(_place(source), reading, resources, folder)
            yield stack.enter_context(opened)
        return
    if engine != "spark":
        rule = 'must be "duckdb" or "spark"'
        raise InputError(Problem("parameter 'engine'", rule, f"got {engine!r}"))
    if of_database:
        rule, found = 'can\'t be opened with engine="spark"', "it is a database"
        remedy = 'Use engine="duckdb", or hand over what spark.read.jdbc gives.'
        raise InputError(Problem("parameter 'source'", rule, found, remedy))
    from clvlab.summary.engines.spark_engine import open_with_spark

    yield open_with_spark(_place(source), reading)


def _place(source: object) -> object:
    """Where the data are, if a variable of the environment says so."""
    variable = variable_in(source) if isinstance(source, (str, Path)) else None
    return source if variable is None else held_by(variable)


def _in_numbers(window: StudyWindow, burn_in: Horizon | None) -> Window:
    first, end = window.calendar()
    return Window(
        _number(first),
        _number(end),
        None if window.holdout_end is None else _number(window.holdout_end),
        None if burn_in is None else burn_in_days(window, burn_in),
    )


def _given(day: Day | None, name: str) -> int | None:
    return None if day is None else _number(parse_date(day, name))


def _number(day: date) -> int:
    return (day - FIRST_DAY).days


def _refuse_options(reading: Reading, policies: Policies) -> None:
    problems = Problems()
    reading.note_problems(problems)
    policies.note_problems(problems)
    remedy = "Use load_transactions and summarize for it."
    asked = {
        "personal_ids": policies.personal_ids,
        "exchange_rates": policies.exchange_rates is not None,
        "sheet": reading.sheet is not None,
    }
    for name, given in asked.items():
        if given:
            problems.add(f"parameter '{name}'", "can't be used in an engine", "it is given", remedy)
    problems.raise_if_any()
