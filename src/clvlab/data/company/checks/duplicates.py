"""Customers that may be entered twice, as findings."""

from __future__ import annotations

import pandas as pd

from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.checks.source import CheckedTable
from clvlab.data.company.masking import without_addresses

COMPARED = ("name", "phone", "email", "address", "region")


def near_duplicates_in(customers: CheckedTable, rows: pd.Series, findings: Findings) -> None:
    """Note pairs of entries that may be one customer; see `near_duplicates`.

    Each is told at the later row, with the other's id. Rows with one id are told as such.

    Parameters
    ----------
    rows
        Which rows are compared: those that do not repeat another.
    """
    missing = customers.missing("name")
    findings.looked("near_duplicate", customers.name, missing)
    if missing:
        return
    from clvlab.data.company.matching.scores import near_duplicates

    there = [name for name in COMPARED if name in customers.frame]
    compared = customers.frame.loc[rows & customers.frame["name"].notna(), there]
    pairs, crowds = near_duplicates(compared)
    positions = compared.index.to_numpy()
    first, second = positions[pairs["first"]], positions[pairs["second"]]
    keys = customers.keys
    other_id = keys.iloc[first].to_numpy() != keys.iloc[second].to_numpy()
    pairs, first, second = pairs[other_id], first[other_id], second[other_id]
    if crowds:
        findings.looked(
            "near_duplicate",
            customers.name,
            f"not compared: {crowds:,} groups of too many entries that are alike",
        )
    finding = Finding(
        customers.name,
        "near_duplicate",
        "name",
        [
            f"{because} ({score:g} points)"
            for because, score in zip(pairs["because"], pairs["score"], strict=True)
        ],
        "each customer must be there once",
        other=[without_addresses(key) for key in keys.iloc[first]],
    )
    customers.tell(findings, finding, second.tolist())
