"""Days that have not come yet, of what can't be planned."""

from __future__ import annotations

import pandas as pd

from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.checks.source import CheckedTable, in_words

PLANNED = frozenset(
    {
        ("campaigns", "start"),
        ("campaigns", "end"),
        ("invoices", "due_on"),
        ("budgets", "first_day"),
        ("budgets", "last_day"),
    }
)
"""Columns whose days may lie ahead."""


def days_in_the_future(table: CheckedTable, as_of: pd.Timestamp, findings: Findings) -> None:
    """Note days after `as_of`, and forget them, so that no other check judges by them."""
    for name, column in table.contract.columns.items():
        if column.kind != "day" or name not in table.frame or (table.name, name) in PLANNED:
            continue
        ahead = table.frame[name] > as_of
        finding = Finding(
            table.name,
            "in_the_future",
            name,
            in_words(table.frame.loc[ahead, name]),
            f"the day ({column.en}) can't be after {as_of:%Y-%m-%d}",
        )
        table.tell(findings, finding, ahead)
        table.frame[name] = table.frame[name].mask(ahead)
