"""What each table of a company may hold: keys, columns, kinds, words; see `contracts.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal

Kind = Literal["id", "day", "money", "number", "count", "text", "code", "flag"]
"""How cells are read: `count` is a whole number of at least 0, `code` one of some words."""

GROUPS = ("basic", "characteristics", "business", "transactions", "file")
"""The four groups of a complete customer file, and who keeps it up to date."""

PURCHASES = "purchases"
"""The table that `load_transactions` reads."""


@dataclass(frozen=True)
class ColumnContract:
    """One column.

    Attributes
    ----------
    name
        The name of the contract.
    kind
        How its cells are read.
    en, zh
        What it is called where people read it.
    required
        Whether the table is nothing without it.
    group
        For customers, the group of the complete file; one of `GROUPS`.
    personal
        Whether it names a person or says how to reach one.
    free
        Whether people write in it what they like, so that it may name anybody.
    refers
        The table whose key it repeats.
    choices
        What a `code` may be, with the Chinese word for each.
    least, most
        Closed limits of a number.
    """

    name: str
    kind: Kind
    en: str
    zh: str
    required: bool = False
    group: str = ""
    personal: bool = False
    free: bool = False
    refers: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class TableContract:
    """One table.

    Attributes
    ----------
    name
        Its name, and that of its file.
    en, zh
        What it is called where people read it.
    columns
        By name, in the order of the contract.
    key
        Columns of which each row must have an own combination; none where rows are events.
    """

    name: str
    en: str
    zh: str
    columns: Mapping[str, ColumnContract] = field(repr=False)
    key: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that must be there."""
        return tuple(name for name, column in self.columns.items() if column.required)

    @property
    def personal(self) -> tuple[str, ...]:
        """Columns that never go into a report."""
        return tuple(name for name, column in self.columns.items() if column.personal)

    @property
    def free(self) -> tuple[str, ...]:
        """Columns in which people write what they like."""
        return tuple(name for name, column in self.columns.items() if column.free)


def _read_contracts() -> dict[str, TableContract]:
    text = files("clvlab.data.company").joinpath("contracts.toml").read_text(encoding="utf-8")
    return {
        name: TableContract(
            name,
            table["en"],
            table["zh"],
            {column: ColumnContract(column, **facts) for column, facts in table["columns"].items()},
            tuple(table.get("key", ())),
        )
        for name, table in tomllib.loads(text).items()
    }


CONTRACTS: Mapping[str, TableContract] = _read_contracts()
"""Every table by name, purchases aside.

Examples
--------
>>> CONTRACTS["invoices"].required
('invoice_id', 'customer_id', 'issued_on', 'amount')
"""
