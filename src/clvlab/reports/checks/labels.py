"""What the columns of a check's tables are called, and how their numbers are written."""

from __future__ import annotations

from clvlab.data.company.checks.purchases import CONTRACT as OF_PURCHASES
from clvlab.data.company.contracts import CONTRACTS, PURCHASES

LABELS = {
    "what": "what",
    "table": "table",
    "findings": "rows",
    "severity": "kind",
    "tables": "tables",
    "rule": "what must hold",
    "row_name": "row",
    "column": "column",
    "key": "which",
    "other": "against",
    "found": "found",
    "group": "group",
    "columns": "columns there",
    "filled": "filled",
    "status": "not available",
    "owner": "looked after by",
    "customers": "customers",
    "dated": "with a date",
    "median_days": "median age",
    "p90_days": "nine in ten at most",
    "within": "fresh",
    "stale": "too old",
    "oldest": "oldest",
    "name": "column",
}
FORMATS = {
    "filled": "percent.0",
    "within": "percent.0",
    "median_days": "count",
    "p90_days": "count",
    "columns": "count",
    "dated": "count",
    "stale": "count",
    "findings": "count",
}
GROUPS = {
    "basic": "basic data",
    "characteristics": "characteristics",
    "business": "business",
    "transactions": "dealings with us",
    "file": "who keeps the entry",
}
"""The groups of the customer file in words."""


def column_words(name: str, table: str = "customers") -> str:
    """What a column of a table is called.

    Examples
    --------
    >>> column_words("updated_on"), column_words("order_id", "purchases")
    ('last updated', 'order')
    """
    columns = (OF_PURCHASES if table == PURCHASES else CONTRACTS[table]).columns
    return columns[name].en if name in columns else name.replace("_", " ")
