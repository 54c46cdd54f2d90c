"""Rows of text on a terminal of any width, or in a file."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WITHOUT_TERMINAL = 120
_NARROW = 72


def print_rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their heads; on a narrow terminal one below the other.

    Columns in which no row has anything are left out.
    """
    kept = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    heads = [heads[place] for place in kept]
    rows = [[row[place] for place in kept] for row in rows]
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _WITHOUT_TERMINAL
    if console.width < _NARROW:
        _print_below_each_other(console, heads, rows)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for place, head in enumerate(heads):
        table.add_column(head, no_wrap=place == 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _print_below_each_other(
    console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    for row in rows:
        console.print(Text(row[0], style="bold"))
        for head, cell in zip(heads[1:], row[1:], strict=True):
            if cell:
                console.print(Text(f"  {head}: {cell}"))
