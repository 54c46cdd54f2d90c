"""The purchases as a check sees them: like any other table, with their own mapping of columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from clvlab.data.amounts import numbers_of
from clvlab.data.column_map import ColumnMap, map_columns
from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.checks.source import CheckedTable, read_leniently
from clvlab.data.company.contracts import PURCHASES, ColumnContract, TableContract
from clvlab.data.options import Reading
from clvlab.data.raw_table import RawTable
from clvlab.errors import InputError, Problems

_COLUMNS = (
    ColumnContract("customer_id", "id", "customer", "客户编号", required=True, refers="customers"),
    ColumnContract("date", "day", "date", "日期", required=True),
    ColumnContract("amount", "money", "amount", "金额", required=True),
    ColumnContract("order_id", "id", "order", "订单编号"),
    ColumnContract("margin", "money", "margin", "毛利"),
    ColumnContract("quantity", "number", "quantity", "数量"),
    ColumnContract("product", "text", "product", "产品"),
    ColumnContract("category", "text", "category", "类别"),
    ColumnContract("channel", "text", "channel", "渠道"),
    ColumnContract("region", "text", "region", "区域"),
)
CONTRACT = TableContract(PURCHASES, "purchases", "购买", {one.name: one for one in _COLUMNS})
"""What `load_transactions` knows, as a table of the company."""


def read_purchases(
    raw: RawTable,
    columns: Mapping[str, str | None],
    reading: Reading,
    options: Mapping[str, Any],
    findings: Findings,
) -> CheckedTable:
    """Read what can be read of the purchases; see `read_leniently`."""
    policies = {"incomplete": "drop", **{name: str(value) for name, value in options.items()}}
    if "missing_ids" in policies:
        policies["incomplete"] = policies["missing_ids"]
    try:
        mapped = map_columns(raw, columns or None)
    except InputError:
        # Which columns can't be found is told by the door that all tables share.
        mapped = ColumnMap({}, {})
    given = {name: mapped.plain.get(name, columns.get(name)) for name in CONTRACT.columns}
    given = {name: text for name, text in given.items() if text or name in columns}
    read = replace(CONTRACT, columns=_without(mapped))
    given = {name: text for name, text in given.items() if name in read.columns}
    table = read_leniently(raw, read, given, reading, policies, findings)
    for name in mapped.computed:
        table.frame[name] = _computed(raw, mapped, name, reading, findings)
    return replace(table, contract=CONTRACT)


def _without(mapped: ColumnMap) -> dict[str, ColumnContract]:
    """A computed column has no source of its own: it is made from those that have."""
    columns = CONTRACT.columns
    return {name: column for name, column in columns.items() if name not in mapped.computed}


def _computed(
    raw: RawTable, mapped: ColumnMap, name: str, reading: Reading, findings: Findings
) -> pd.Series:
    problems = Problems()
    numbers = pd.Series(numbers_of(raw, mapped, name, reading, problems).astype("float64"))
    for problem in problems:
        rule = f"{problem.subject} {problem.rule}"
        findings.add_whole(Finding(PURCHASES, "unreadable", name, "some do not", rule))
    return numbers
