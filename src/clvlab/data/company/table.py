"""One table of a company: its rows read, those without a key left out, each key once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from clvlab.data.company.cells import read_cells
from clvlab.data.company.columns import columns_of
from clvlab.data.company.contracts import TableContract
from clvlab.data.options import Reading
from clvlab.data.raw_table import RawTable
from clvlab.errors import Problems

QUALITY_COLUMNS = ("table", "step", "description", "effect", "rows", "policy")
DESCRIPTIONS = {
    "rows_read": "rows read from the source",
    "incomplete": "rows that lack what each row must have",
    "repeated": "rows that repeat another row in every column of the source",
    "same_key": "rows whose key another row has as well, with other contents",
    "after_as_of": "rows after the as-of date, which are not seen yet",
    "unseen_days": "days after the as-of date, which are not known yet",
    "rows_left": "rows left",
    "masked": "rows with personal data in text, which is masked",
}
"""What each step is called where people read it."""
ALLOWED = {"incomplete": ("error", "drop"), "same_key": ("error", "newest", "first")}
"""The policies and what each may be; the first is the default."""
DATED_BY = ("date", "issued_on", "lost_on", "start")
"""Columns that say when a row came about; a row without one describes how things are."""


@dataclass(frozen=True)
class TablePolicies:
    """What to do with rows that can't stand as they are.

    Attributes
    ----------
    incomplete
        Rows that lack a required cell: ``"error"`` or ``"drop"``.
    same_key
        Rows with the same key and other contents: ``"error"``, ``"newest"`` (the latest
        `updated_on` stays; where that does not decide it, they are refused) or ``"first"``.
    """

    incomplete: str = "error"
    same_key: str = "error"

    def note_problems(self, problems: Problems) -> None:
        """Add every value that is not one of the allowed ones."""
        for name, allowed in ALLOWED.items():
            value = getattr(self, name)
            if value not in allowed:
                rule = f"must be one of {', '.join(allowed)}"
                problems.add(f"parameter '{name}'", rule, f"got {value!r}")


@dataclass(frozen=True)
class CompanyTable:
    """Checked rows of one table.

    Attributes
    ----------
    contract
        What the table may hold.
    frame
        Columns of the contract that arrived, in its order. The index is each row's position in
        the source, counted from 0.
    quality
        One row per step from the source to `frame`: ``table``, ``step``, ``description``,
        ``effect`` (``"read"``, ``"removed"``, ``"noted"`` or ``"left"``), ``rows``, ``policy``.
        Rows read less rows removed are the rows left.
    label
        What the source is called in messages.
    rows_at
        The source's own names for positions.
    """

    contract: TableContract
    frame: pd.DataFrame
    quality: pd.DataFrame
    label: str
    rows_at: Callable[[Sequence[int]], list[str]] = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.contract.name


def with_masked(quality: pd.DataFrame, name: str, rows: int) -> pd.DataFrame:
    """The steps of a table, and how many rows held personal data in text, where any did."""
    if not rows:
        return quality
    step = (name, "masked", DESCRIPTIONS["masked"], "noted", rows, "mask")
    return pd.concat([quality, pd.DataFrame([step], columns=list(QUALITY_COLUMNS))]).reset_index(
        drop=True
    )


def read_table(
    raw: RawTable,
    contract: TableContract,
    columns: Mapping[str, str | None],
    reading: Reading,
    policies: TablePolicies,
    problems: Problems,
    as_of: pd.Timestamp | None = None,
) -> CompanyTable:
    """Read one table; what is wrong with it is added to `problems`, with columns and rows.

    Parameters
    ----------
    raw
        The source.
    contract
        What the table may hold.
    columns
        Contract names with source columns, as far as names differ.
    reading
        How dates and numbers are written.
    policies
        What to do with rows that can't stand.
    problems
        Where problems go; with any, the table is of no use.
    as_of
        Last day that is seen (inclusive): later rows are left out, and later days of rows that
        stay, such as a payment, are not known yet.
    """
    found = columns_of(raw, contract, columns, problems)
    for name in (one for one in contract.required if one in found):
        raw.note_absent(found[name], problems)
    frame = pd.DataFrame(
        {
            name: read_cells(raw, source, contract.columns[name], reading, problems)
            for name, source in found.items()
        },
        index=pd.RangeIndex(raw.n_rows),
    )
    steps = [("rows_read", "read", raw.n_rows, "")]
    if set(contract.required) <= set(found) and not len(problems):
        frame = _complete(raw, contract, found, frame, policies, problems, steps)
        frame = _seen(frame, as_of, steps)
        frame = _each_key_once(raw, contract, frame, policies, problems, steps)
    steps.append(("rows_left", "left", len(frame), ""))
    rows = [
        (contract.name, step, DESCRIPTIONS[step], effect, n, policy)
        for step, effect, n, policy in steps
    ]
    quality = pd.DataFrame(rows, columns=list(QUALITY_COLUMNS))
    return CompanyTable(contract, frame, quality, raw.label, raw.rows_at)


Steps = list[tuple[str, str, int, str]]


def _complete(
    raw: RawTable,
    contract: TableContract,
    found: Mapping[str, str],
    frame: pd.DataFrame,
    policies: TablePolicies,
    problems: Problems,
    steps: Steps,
) -> pd.DataFrame:
    """The rows in which every required cell is filled."""
    lacking = frame[list(contract.required)].isna()
    incomplete = lacking.any(axis=1)
    if policies.incomplete == "error":
        for name in contract.required:
            rows = np.flatnonzero(lacking[name]).tolist()
            if rows:
                problems.add(
                    raw.subject(found[name]),
                    f"must hold the {contract.columns[name].en} in every row",
                    f"missing in {raw.name_rows(rows)}",
                    'Fill it in, or pass incomplete="drop" to leave these rows out.',
                )
    steps.append(("incomplete", "removed", int(incomplete.sum()), policies.incomplete))
    return frame[~incomplete]


def _seen(frame: pd.DataFrame, as_of: pd.Timestamp | None, steps: Steps) -> pd.DataFrame:
    """The rows that had come about by a day, without what was not known then."""
    if as_of is None:
        return frame
    dated = next((name for name in DATED_BY if name in frame), None)
    later = frame[dated] > as_of if dated else pd.Series(data=False, index=frame.index)
    steps.append(("after_as_of", "removed", int(later.sum()), f"as of {as_of:%Y-%m-%d}"))
    frame = frame[~later].copy()
    unseen = 0
    for name in frame.columns[frame.dtypes == "datetime64[ns]"]:
        # A day that is due or planned may lie ahead; one on which something happened can't.
        if name in ("due_on", "end", "first_day", "last_day"):
            continue
        ahead = frame[name] > as_of
        unseen += int(ahead.sum())
        frame[name] = frame[name].mask(ahead)
    steps.append(("unseen_days", "noted", unseen, f"as of {as_of:%Y-%m-%d}"))
    return frame


def _each_key_once(
    raw: RawTable,
    contract: TableContract,
    frame: pd.DataFrame,
    policies: TablePolicies,
    problems: Problems,
    steps: Steps,
) -> pd.DataFrame:
    """One row for each key; exact repetitions are left out, others as the policy says."""
    if not contract.key:
        return frame
    everything = pd.DataFrame({name: raw.column(name) for name in raw.names}).loc[frame.index]
    repeated = everything.duplicated(keep="first")
    steps.append(("repeated", "removed", int(repeated.sum()), "drop"))
    frame = frame[~repeated]
    key = list(contract.key)
    if policies.same_key == "newest" and "updated_on" in frame:
        newest = frame.groupby(key)["updated_on"].transform("max")
        among = frame.duplicated(key, keep=False)
        older = among & newest.notna() & (frame["updated_on"] != newest)
        steps.append(("same_key", "removed", int(older.sum()), "newest"))
        frame = frame[~older]
    clash = frame.duplicated(key, keep=False)
    if policies.same_key == "first":
        extra = frame.duplicated(key, keep="first")
        steps.append(("same_key", "removed", int(extra.sum()), "first"))
        return frame[~extra]
    if clash.any():
        _note_clash(raw, contract, frame[clash], problems)
    return frame


def _note_clash(
    raw: RawTable, contract: TableContract, rows: pd.DataFrame, problems: Problems
) -> None:
    keys = rows[list(contract.key)].drop_duplicates()
    examples = ", ".join(" ".join(map(str, key)) for key in keys.head(3).itertuples(index=False))
    what = " and ".join(contract.columns[name].en for name in contract.key)
    problems.add(
        raw.label,
        f"must hold each {what} once",
        f"{len(keys):,} occur in several rows that differ: "
        f"{raw.name_rows(rows.index.tolist())} ({examples})",
        'Correct them, or pass same_key="newest" (by updated_on) or same_key="first".',
    )
