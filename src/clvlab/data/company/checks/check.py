"""A look at everything that a company keeps: what is missing, old, double, or can't be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from clvlab.clock import Horizon, StudyWindow, TimeUnit, parse_date
from clvlab.data.company.checks.completeness import completeness_of
from clvlab.data.company.checks.consistency import contradictions
from clvlab.data.company.checks.duplicates import near_duplicates_in
from clvlab.data.company.checks.findings import Findings
from clvlab.data.company.checks.freshness import freshness_of
from clvlab.data.company.checks.future import days_in_the_future
from clvlab.data.company.checks.impossible import (
    answers_off_the_scale,
    lost_before_bought,
    numbers_beyond_limits,
    paid_before_issued,
)
from clvlab.data.company.checks.opening import Opened, open_company
from clvlab.data.company.checks.personal import personal_data_in, sought_names
from clvlab.data.company.checks.references import broken_references_in
from clvlab.data.company.checks.repeated import repeated_in, same_keys_in
from clvlab.data.company.checks.required import missing_in
from clvlab.data.company.checks.source import CheckedTable
from clvlab.data.company.contracts import CONTRACTS, PURCHASES

MAX_AGE = "365 days"
"""Age from which on an entry of the customer file is too old, unless somebody says otherwise."""


@dataclass(frozen=True)
class CompanyCheck:
    """What a check found; none of its tables holds a personal value.

    Attributes
    ----------
    name
        What the company is called.
    as_of
        The last day that can have been seen.
    max_age_days
        Age in days from which on (exclusive) an entry is too old.
    findings
        One row per finding: ``table``, ``kind`` (one of `KINDS`), ``severity`` (``"error"`` or
        ``"warning"``), ``row`` (position in the source, counted from 0; missing where a table as
        a whole is concerned), ``row_name`` (the source's own name of the row, as a line number),
        ``column``, ``key`` (the row's own, or whose it is), ``other`` (what it does not fit to),
        ``found``, ``rule``, ``remedy``.
    completeness, customers
        Shares of filled cells of the customer file, and for each customer; see `completeness_of`.
    freshness
        Ages of the entries by owner; see `freshness_of`. Empty when they are not known.
    not_available
        What could not be said, by subject: ``"freshness"``.
    summary
        What was looked at: ``kind``, ``what`` (in words), ``table``, ``severity``, ``findings``
        (number), ``status`` (``"done"``, or what was not available).
    tables
        Rows of each table that could be opened.
    simulated
        True when there is no such company.
    """

    name: str
    as_of: date
    max_age_days: float
    findings: pd.DataFrame = field(repr=False)
    completeness: pd.DataFrame = field(repr=False)
    customers: pd.DataFrame = field(repr=False)
    freshness: pd.DataFrame = field(repr=False)
    not_available: Mapping[str, str]
    summary: pd.DataFrame = field(repr=False)
    tables: Mapping[str, int]
    simulated: bool = False

    @property
    def errors(self) -> int:
        """Number of findings that are wrong."""
        return int((self.findings["severity"] == "error").sum())

    @property
    def warnings(self) -> int:
        """Number of findings that may be wrong."""
        return int((self.findings["severity"] == "warning").sum())

    @property
    def exit_code(self) -> int:
        """0 without an error, 1 with one."""
        return int(self.errors > 0)


def check_company(
    source: str | Path,
    *,
    as_of: date | str | None = None,
    max_age: Horizon = MAX_AGE,
) -> CompanyCheck:
    """Look at a company's tables, and go on where `load_company` would refuse.

    What the loader refuses is a finding; so is everything that contradicts a contract, another
    table or the calendar, every row that is there twice, and every piece of personal data in a
    column that is not meant for it. A cell that is wrong is told once: a day that could not be
    read or has not come is not judged by other checks, and a row that repeats another is told as
    that alone.

    Parameters
    ----------
    source
        As `load_company` takes it.
    as_of
        The last day that can have been seen; by default the one that the company's file states,
        or else today.
    max_age
        How old an entry of the customer file may be: days, or a span such as ``"26 weeks"``.

    Returns
    -------
    CompanyCheck

    Raises
    ------
    InputError
        When there is no such folder or database, it holds no tables, or its ``tables.toml`` can't
        be understood; never for what is in the tables.
    """
    findings = Findings()
    opened = open_company(source, findings)
    known = opened.as_of if as_of is None else as_of
    day = _today() if known is None else parse_date(known, "as_of")
    window = StudyWindow(TimeUnit.DAY, calibration_end=day)
    max_age_days = window.horizon_days(max_age, "max_age")
    tables, last = opened.tables, pd.Timestamp(day)
    kept = _each_table(tables, last, findings)
    _between_tables(tables, findings)
    customers, rows = tables.get("customers"), kept.get("customers")
    if customers is not None and rows is not None:
        near_duplicates_in(customers, rows, findings)
    fresh, not_fresh = freshness_of(customers, rows, last, max_age_days, findings)
    completeness, by_customer = completeness_of(customers, rows)
    return CompanyCheck(
        name=opened.name,
        as_of=day,
        max_age_days=max_age_days,
        findings=findings.table(),
        completeness=completeness,
        customers=by_customer,
        freshness=fresh,
        not_available=_not_available(opened, not_fresh),
        summary=findings.summary(),
        tables={name: table.raw.n_rows for name, table in tables.items()},
        simulated=opened.simulated,
    )


def _today() -> date:
    return datetime.now(tz=UTC).astimezone().date()


def _each_table(
    tables: Mapping[str, CheckedTable], last: pd.Timestamp, findings: Findings
) -> dict[str, pd.Series]:
    """Checks of one table alone; gives the rows of each that do not repeat another."""
    kept = {}
    names = sought_names(tables.get("customers"))
    for name, table in tables.items():
        repeated = repeated_in(table, findings)
        same_keys_in(table, repeated, findings)
        missing_in(table, findings)
        numbers_beyond_limits(table, findings)
        days_in_the_future(table, last, findings)
        personal_data_in(table, names, findings)
        kept[name] = ~repeated
    return kept


def _between_tables(tables: Mapping[str, CheckedTable], findings: Findings) -> None:
    """Checks of days, answers and ids, within and between tables."""
    for table in tables.values():
        broken_references_in(table, tables, findings)
    if "invoices" in tables:
        paid_before_issued(tables["invoices"], findings)
    if "surveys" in tables:
        answers_off_the_scale(tables["surveys"], findings)
    if "losses" in tables:
        lost_before_bought(tables, findings)
    contradictions(tables, findings)


def _not_available(opened: Opened, freshness: str) -> dict[str, str]:
    said = {"freshness": freshness} if freshness else {}
    absent = [name for name in (PURCHASES, *CONTRACTS) if name not in opened.there]
    return {**said, **{f"table {name}": f"not available: there is no {name}" for name in absent}}
