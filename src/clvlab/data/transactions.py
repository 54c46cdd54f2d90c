"""The one door: any record of purchases in, a checked transaction log out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, Literal

from clvlab import schema
from clvlab.data.column_map import ColumnMap, Columns, map_columns
from clvlab.data.database_places import find_table, is_database, refuse_table
from clvlab.data.databases import DatabaseTable, read_database_table
from clvlab.data.files import read_files
from clvlab.data.handed_over import from_any_table
from clvlab.data.lines import Lines, read_lines
from clvlab.data.log import TransactionLog
from clvlab.data.options import Policies, Reading
from clvlab.data.purchases import make_purchases
from clvlab.data.quality import QualityLedger, in_words
from clvlab.data.raw_table import RawTable
from clvlab.data.returned import returns_by_day
from clvlab.data.selection import select_lines
from clvlab.errors import InputError, Problem, Problems, did_you_mean


def load_transactions(
    source: object,
    columns: Columns = None,
    *,
    returns: Literal["net", "drop", "error"] = "net",
    zero_amounts: Literal["drop", "keep", "error"] = "drop",
    missing_ids: Literal["drop", "error"] = "drop",
    future_dates: Literal["drop", "error"] = "drop",
    duplicates: Literal["drop", "keep", "error"] | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    currency: str | None = None,
    exchange_rates: Mapping[str, float] | None = None,
    as_of: date | str | None = None,
    personal_ids: bool = False,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | int | None = None,
    table: str | None = None,
    name: str | None = None,
) -> TransactionLog:
    """Load purchases from a file, several files or a table.

    Line items are gathered: what a customer buys on one calendar day is one purchase. Nothing is
    dropped, merged or corrected without being counted in the log's `quality` table, and nothing
    about columns, dates or signs is guessed.

    Parameters
    ----------
    source
        Path of a text file (any delimiter, gzipped or not), Parquet file or Excel workbook; a
        folder or glob of files of one kind; a SQLite or DuckDB file, or ``"env:NAME"`` for the
        address of a database in an environment variable, each with `table`; or a table that is
        handed over and never changed: of pandas, Polars or Arrow (also a reader of batches), a
        DuckDB relation, a Spark DataFrame.
    columns
        Contract name to source column, such as ``{"customer_id": "CustomerID"}``, or the same as
        text: ``"customer_id=CustomerID, date=Day, amount=Quantity * UnitPrice"``. Required are
        `customer_id`, `date` and `amount`; optional `order_id`, `margin`, `product`, `category`,
        `channel`, `region`, `quantity`, `currency`. `amount`, `margin` and `quantity` may be
        expressions of columns, numbers, ``+ - * /`` and parentheses; backquotes hold names with
        spaces. Names not given are found where a column has exactly that name; a name set to None
        leaves that column out.
    returns
        What negative amounts mean. ``"net"``: they are summed with the other lines of that
        customer's day; a day below zero is set off against the same customer's latest earlier
        purchases, as far back as needed. A purchase set off to zero is no purchase; what finds no
        purchase is counted as unmatched. ``"drop"``: negative lines are left out. ``"error"``:
        refused.
    zero_amounts
        What to do with customer days on which every line is zero.
    missing_ids
        What to do with rows whose id is missing or blank.
    future_dates
        What to do with days after today. With `as_of` there is no such thing: later rows are not
        seen.
    duplicates
        What to do with rows that repeat another row in every column of the source, used or not.
        By default they are dropped where there is an `order_id`, since a line of an order should
        be there once, and kept and counted where there is none, since two equal purchases are
        possible.
    date_format
        ``"day-first"``, ``"month-first"`` or a strptime form such as ``"%d.%m.%y"``. Without it
        dates must be ISO (2024-01-31, with or without a time) or whole numbers such as 20240131.
    time_zone
        The place whose calendar days count, such as ``"Europe/Berlin"``. Required for, and only
        applied to, moments that carry a time zone.
    decimal, thousands
        Signs in numbers that arrive as text.
    currency
        Currency code of the log.
    exchange_rates
        What one unit of each currency is worth in `currency`, for a source with a currency column
        of several values.
    as_of
        Last day that is seen (inclusive).
    personal_ids
        Whether ids name people, as e-mail addresses do. They then become pseudonyms before
        anything else is done with them, keyed by what the environment variable
        ``CLVLAB_PSEUDONYM_KEY`` holds; the same key gives the same pseudonyms.
    encoding
        Of text files; UTF-8 and marked UTF-16 are recognised, everything else is named here.
    delimiter
        Of text files; found among comma, semicolon, tab and bar when not given.
    sheet
        Of a workbook with several.
    table
        Of a database: the name of a table or view, with its schema where that is not the usual
        one; or a query, which begins with SELECT or WITH.
    name
        What the data are called on a page; the file's name when not given.

    Returns
    -------
    TransactionLog
        Where lines are merged, margin and quantity are summed (missing when one is missing) and
        every other optional column keeps the value of the largest line.

    Raises
    ------
    InputError
        With every problem found, each naming the column, the rule, the rows and the remedy. Rows
        are line numbers for text files, row numbers as a spreadsheet shows them for workbooks,
        and otherwise counted from 1.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({
    ...     "Customer": ["0007", "0007", "0007", "0012", None],
    ...     "Day": ["2024-01-05", "2024-01-05", "2024-02-01", "2024-01-09", "2024-01-09"],
    ...     "Pieces": [2, 1, -1, 4, 1],
    ...     "Price": [10.0, 5.0, 5.0, 2.5, 9.0],
    ... })
    >>> names = {"customer_id": "Customer", "date": "Day", "amount": "Pieces * Price"}
    >>> log = load_transactions(lines, names, name="Shop")
    >>> log.table
      customer_id       date  amount
    0        0007 2024-01-05    20.0
    1        0012 2024-01-09    10.0
    >>> log.quality.loc[log.quality["rows"] > 0, ["step", "effect", "rows", "amount"]]
                    step   effect  rows  amount
    0          rows_read     read     5    39.0
    1        missing_ids  removed     1     9.0
    4     same_day_lines  removed     1     0.0
    6    returns_set_off  removed     1    -5.0
    9  purchases_reduced  reduced     1     5.0
    12         purchases     left     2    30.0
    """
    reading = Reading(encoding, delimiter, sheet, date_format, time_zone, decimal, thousands, table)
    policies = Policies(
        returns=returns,
        zero_amounts=zero_amounts,
        missing_ids=missing_ids,
        future_dates=future_dates,
        duplicates=duplicates,
        currency=currency,
        exchange_rates=exchange_rates,
        as_of=as_of,
        personal_ids=personal_ids,
    )
    raw = open_source(source, reading, policies)
    return load_raw(raw, map_columns(raw, columns), reading, policies, name)


def split_options(options: Mapping[str, Any]) -> tuple[Reading, Policies]:
    """Options of `load_transactions` by what they concern.

    Raises
    ------
    InputError
        When one is unknown.

    Examples
    --------
    >>> split_options({"decimal": ","})[0].decimal
    ','
    """
    reading = {field.name for field in fields(Reading)}
    policies = {field.name for field in fields(Policies)}
    unknown = [name for name in options if name not in reading | policies | {"name"}]
    if unknown:
        known = sorted(reading | policies)
        raise InputError(
            [
                Problem(f"parameter '{name}'", "is not known", "got it", did_you_mean(name, known))
                for name in unknown
            ]
        )
    return (
        Reading(**{name: value for name, value in options.items() if name in reading}),
        Policies(**{name: value for name, value in options.items() if name in policies}),
    )


def open_source(source: object, reading: Reading, policies: Policies) -> RawTable:
    """Check the options, then open a file or table without reading meaning into it.

    Raises
    ------
    InputError
        When an option is not allowed, or the source can't be read.
    """
    problems = Problems()
    reading.note_problems(problems)
    policies.note_problems(problems)
    problems.raise_if_any()
    if isinstance(source, DatabaseTable):
        return read_database_table(source, reading.decimal)
    if isinstance(source, (str, Path)) and is_database(source):
        return read_database_table(find_table(source, reading.table), reading.decimal)
    refuse_table(reading.table)
    if isinstance(source, (str, Path)):
        return read_files(source, reading)
    return from_any_table(source, "the table")


def load_raw(
    raw: RawTable, columns: ColumnMap, reading: Reading, policies: Policies, name: str | None
) -> TransactionLog:
    """Make the log of a source whose columns are known; see `load_transactions`.

    Raises
    ------
    InputError
        With every problem found, or when no purchase is left.
    """
    lines, ledger, calendar = read_lines(raw, columns, reading, policies)
    lines, days, returned = select_lines(lines, ledger, raw, columns, reading, policies)
    table = make_purchases(lines, days, ledger, raw, columns, policies)
    quality = ledger.table()
    if not len(table):
        raise _nothing_left(raw, columns, lines, ledger)
    currency = lines.conversion.currency
    return TransactionLog(
        table,
        quality,
        name or raw.label,
        currency,
        calendar=calendar,
        pseudonymous=policies.personal_ids,
        returns=returns_by_day(returned, ledger.decimals, is_text=raw.is_text),
    )


def _nothing_left(
    raw: RawTable, columns: ColumnMap, lines: Lines, ledger: QualityLedger
) -> InputError:
    source = columns.source_of(schema.AMOUNT)
    if len(lines.units) and bool((lines.units < 0).all()):
        remedy = f"If the sign marks purchases here, pass amount=-1 * ({source})"
        found = f"all {len(lines.units):,} amounts are negative"
        return InputError(Problem(raw.subject(source), "must hold purchases", found, f"{remedy}."))
    rule, found = "must hold at least one purchase", in_words(ledger.table())
    return InputError(Problem(raw.label, rule, f"none is left ({found})"))
