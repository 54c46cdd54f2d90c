"""The table of findings, gathered while one check after the other looks at the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.data.company.checks.kinds import KINDS
from clvlab.data.company.masking import without_addresses

FINDINGS_COLUMNS = (
    "table",
    "kind",
    "severity",
    "row",
    "row_name",
    "column",
    "key",
    "other",
    "found",
    "rule",
    "remedy",
)
SUMMARY_COLUMNS = ("kind", "what", "table", "severity", "findings", "status")
DONE = "done"
"""The status of a check that could be made."""

Rows = Sequence[int] | npt.NDArray[np.intp] | npt.NDArray[np.int64]
Texts = str | Iterable[str]


@dataclass(frozen=True)
class Finding:
    """What one check says of some rows of one table; texts are one for all rows, or one for each.

    Attributes
    ----------
    table, kind, column
        What is concerned: names of the contract.
    found
        What arrived; never a personal value.
    rule
        What has to hold.
    other
        The other row, table or value that it does not fit to.
    remedy, severity
        Those of the kind when empty.
    """

    table: str
    kind: str
    column: str
    found: Texts
    rule: str
    other: Texts = ""
    remedy: str = ""
    severity: str = ""


@dataclass
class Findings:
    """Collects findings, and which checks were made where."""

    _tables: list[pd.DataFrame] = field(default_factory=list)
    _status: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def looked(self, kind: str, table: str, missing: str = "") -> None:
        """Note that a check was made, or what of it was not for want of what is `missing`."""
        said = self._status.setdefault((kind, table), [])
        if missing and missing not in said:
            said.append(missing)

    def add(
        self,
        finding: Finding,
        rows: Rows,
        keys: pd.Series,
        rows_at: Callable[[Sequence[int]], list[str]],
    ) -> None:
        """Add one finding for each of the rows.

        Parameters
        ----------
        finding
            What is said of them.
        rows
            Positions in the source.
        keys
            The key of every row of the table, by position.
        rows_at
            The source's own names for positions.
        """
        positions = [int(row) for row in rows]
        self.looked(finding.kind, finding.table)
        kind = KINDS[finding.kind]
        table = pd.DataFrame(
            {
                "table": finding.table,
                "kind": finding.kind,
                "severity": finding.severity or kind.severity,
                "row": pd.array(positions, dtype="Int64"),
                "row_name": rows_at(positions),
                "column": finding.column,
                "key": [without_addresses(key) for key in keys.iloc[positions]],
                "other": _each(finding.other, len(positions)),
                "found": _each(finding.found, len(positions)),
                "rule": finding.rule,
                "remedy": finding.remedy or kind.remedy,
            }
        )
        self._tables.append(table)

    def add_whole(self, finding: Finding) -> None:
        """Add a finding that concerns a table or a column as a whole, without a row."""
        self.looked(finding.kind, finding.table)
        kind = KINDS[finding.kind]
        facts = {
            "table": finding.table,
            "kind": finding.kind,
            "severity": finding.severity or kind.severity,
            "row": pd.array([None], dtype="Int64"),
            "row_name": "",
            "column": finding.column,
            "key": "",
            "other": "",
            "found": finding.found,
            "rule": finding.rule,
            "remedy": finding.remedy or kind.remedy,
        }
        self._tables.append(pd.DataFrame(facts))

    def table(self) -> pd.DataFrame:
        """All findings, in the order of their kinds, then by table, row and column.

        A row that repeats another is told as that alone: what else is wrong with it is told of
        the row that it repeats.
        """
        if not self._tables:
            empty = pd.DataFrame({name: pd.Series(dtype=object) for name in FINDINGS_COLUMNS})
            return empty.astype({"row": "Int64"})
        found = pd.concat(self._tables, ignore_index=True)
        repeated = found["kind"] == "exact_duplicate"
        places = pd.MultiIndex.from_frame(found[["table", "row"]])
        again = places.isin(places[repeated]) & found["row"].notna() & ~repeated
        found = found[~again]
        order = found["kind"].map(list(KINDS).index)
        found = found.assign(order=order).sort_values(
            ["order", "table", "row", "column"], kind="stable", na_position="first"
        )
        return found[list(FINDINGS_COLUMNS)].reset_index(drop=True)

    def summary(self) -> pd.DataFrame:
        """What was looked at: one row per kind and table with the number of findings."""
        counts = self.table().groupby(["kind", "table", "severity"], sort=False).size()
        rows = []
        for (kind, table), missing in self._status.items():
            usual = KINDS[kind].severity
            of = {
                severity: int(counts.get((kind, table, severity), 0))
                for severity in ("error", "warning")
            }
            told = [severity for severity, n in of.items() if n] or [usual]
            status = "; ".join(missing) or DONE
            rows += [
                (kind, KINDS[kind].words, table, severity, of[severity], status)
                for severity in told
            ]
        frame = pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))
        order = frame["kind"].map(list(KINDS).index)
        frame = frame.assign(order=order).sort_values("order", kind="stable")
        return frame[list(SUMMARY_COLUMNS)].reset_index(drop=True)


def _each(text: Texts, n: int) -> list[str]:
    if isinstance(text, str):
        return [text] * n
    texts = [str(one) for one in text]
    if len(texts) != n:
        message = f"{n} rows and {len(texts)} texts"
        raise ValueError(message)
    return texts
