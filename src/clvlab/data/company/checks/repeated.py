"""Rows that repeat a row, and keys that several rows have."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.checks.source import CheckedTable
from clvlab.data.company.contracts import PURCHASES

Mask = pd.Series


def repeated_in(table: CheckedTable, findings: Findings) -> Mask:
    """Which rows equal an earlier row in every column of the source; each is a finding.

    In a table with a key, and in purchases with order numbers, that is an error. Two events can
    be alike without being one, so elsewhere it is a warning.
    """
    raw = table.raw
    everything = pd.DataFrame({name: raw.column(name) for name in raw.names})
    everything = everything.map(str, na_action="ignore") if _lists(everything) else everything
    repeated = everything.duplicated(keep="first")
    alike = everything[everything.duplicated(keep=False)]
    groups = alike.groupby(list(alike.columns), dropna=False, sort=False).ngroup()
    first = _first_rows(groups)
    own = bool(table.contract.key) or (table.name == PURCHASES and "order_id" in table.frame)
    rows = np.flatnonzero(repeated)
    finding = Finding(
        table.name,
        "exact_duplicate",
        "",
        "the same in every column",
        "each row must be there once",
        other=[f"row {name}" for name in raw.rows_at(first[rows].tolist())],
        severity="error" if own else "warning",
        remedy="" if own else "Leave all but one out, unless it happened several times.",
    )
    table.tell(findings, finding, repeated)
    return repeated


def _first_rows(groups: pd.Series) -> pd.Series:
    """For each row the first one of its group."""
    rows = pd.Series(groups.index, index=groups.index)
    first: pd.Series = rows.groupby(groups.to_numpy()).transform("first")
    return first


def _lists(frame: pd.DataFrame) -> bool:
    """Whether cells hold what can't be compared by value."""
    return any(
        isinstance(cell, (list, dict, np.ndarray))
        for name in frame
        for cell in frame[name].dropna().head(1)
    )


def same_keys_in(table: CheckedTable, repeated: Mask, findings: Findings) -> Mask:
    """Which rows have a key that an earlier row has, with other contents; each is a finding.

    Where the company's file says which of them stays, it is a warning.
    """
    key = list(table.contract.key)
    if not key or table.missing(*key):
        return pd.Series(data=False, index=table.frame.index)
    keys = table.frame.loc[~repeated, key].dropna()
    rows = keys.index[keys.duplicated(keep="first")]
    clash = keys[keys.duplicated(keep=False)]
    first = _first_rows(clash.groupby(key, sort=False).ngroup())
    policy = table.policies.get("same_key", "error")
    finding = Finding(
        table.name,
        "same_key",
        " and ".join(key),
        "the key is that of an earlier row, the contents are others",
        f"each {' and '.join(table.contract.columns[name].en for name in key)} must be there once",
        other=[f"row {name}" for name in table.raw.rows_at(first[rows].tolist())],
        severity="error" if policy == "error" else "warning",
        remedy="" if policy == "error" else f'The company\'s file says: same_key = "{policy}".',
    )
    mask = pd.Series(data=False, index=table.frame.index)
    mask[rows] = True
    table.tell(findings, finding, mask)
    return mask
