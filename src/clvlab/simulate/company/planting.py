"""Changing tables while keeping account of each change."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from clvlab.data.company.contracts import CONTRACTS
from clvlab.simulate.company.draws import Whole

ERROR_COLUMNS = ("table", "kind", "row", "column", "key", "other", "found", "was")


class Planter:
    """Tables and what is to be changed in them; no row is touched twice.

    So each error stands for itself, and the order in which they are planted does not matter.

    Parameters
    ----------
    rng
        Source of every choice.
    tables
        Never changed themselves.
    """

    def __init__(self, rng: np.random.Generator, tables: Mapping[str, pd.DataFrame]) -> None:
        self.rng = rng
        self.frames = dict(tables)
        self._touched: dict[str, set[int]] = {name: set() for name in tables}
        self._changes: dict[tuple[str, str], dict[int, Any]] = {}
        self._added: dict[str, list[tuple[int, dict[str, Any]]]] = {name: [] for name in tables}
        self._places: dict[str, list[float]] = {name: [] for name in tables}
        self._notes: list[dict[str, Any]] = []

    def choose(self, table: str, count: int, among: pd.Series | None = None) -> list[int]:
        """That many rows that nothing was done to yet, fewer when there are not as many."""
        free = np.ones(len(self.frames[table]), np.bool_)
        free[list(self._touched[table])] = False
        rows = np.flatnonzero(free if among is None else free & among.to_numpy(bool))
        chosen = np.sort(self.rng.choice(rows, min(count, len(rows)), replace=False))
        self._touched[table].update(chosen.tolist())
        found: list[int] = chosen.tolist()
        return found

    def change(self, table: str, row: int, column: str, value: object, kind: str) -> None:
        """Put a value into a cell."""
        self._changes.setdefault((table, column), {})[row] = value
        self._note(table, kind, row, column)

    def add(self, table: str, row: int, kind: str, column: str = "", **changes: Any) -> None:  # noqa: ANN401 - cells of any kind
        """Add a row like `row` with some cells changed, somewhere after it.

        The account names the row it is like, unless it says which column is wrong.
        """
        size = len(self.frames[table])
        other = "" if column else self.key(table, row)
        self._note(table, kind, size + len(self._added[table]), column, other)
        self._added[table].append((row, changes))
        self._places[table].append(float(self.rng.uniform(row, size)))

    def key(self, table: str, row: int) -> str:
        """What names a row: its key, or the first column where rows are events; see `finish`."""
        frame = self.frames[table]
        names: tuple[Hashable, ...] = CONTRACTS[table].key or (frame.columns[0],)
        cells = [frame[name].iloc[row] for name in names]
        return " ".join("" if pd.isna(cell) else str(cell) for cell in cells)

    def _note(self, table: str, kind: str, row: int, column: str, other: str = "") -> None:
        note = {"table": table, "kind": kind, "row": row, "column": column, "other": other}
        self._notes.append(note)

    def finish(self) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
        """The tables with all changes, and the account of them.

        Returns
        -------
        tables, errors
            Of the account, ``row`` is the position in the changed table, ``found`` the value that
            stands there and ``was`` the value that stood there; both are values, not text.
        """
        before = self.frames
        self.frames, moved = dict(before), {}
        for name in before:
            self.frames[name], moved[name] = self._changed(name)
        notes = []
        for note in self._notes:
            name, column, old = note["table"], note["column"], note["row"]
            row = int(moved[name][old])
            was = before[name][column].iloc[old] if column and old < len(before[name]) else None
            found = self.frames[name][column].iloc[row] if column else None
            key = self.key(name, row)
            notes.append({**note, "row": row, "key": key, "found": found, "was": was})
        errors = pd.DataFrame(notes, columns=list(ERROR_COLUMNS))
        in_order = errors.sort_values(["table", "row"], kind="stable")
        return self.frames, in_order.reset_index(drop=True)

    def _changed(self, name: str) -> tuple[pd.DataFrame, Whole]:
        """A table with its changes, and where each row went, the added ones last."""
        frame = self.frames[name]
        cells = {column: cells for (table, column), cells in self._changes.items() if table == name}
        changed = _with_cells(frame, cells)
        if not self._added[name]:
            return changed, np.arange(len(frame))
        rows = [row for row, _ in self._added[name]]
        own: dict[str, dict[int, Any]] = {}
        for place, (_, changes) in enumerate(self._added[name]):
            for column, value in changes.items():
                own.setdefault(column, {})[place] = value
        added = _with_cells(frame.iloc[rows].reset_index(drop=True), own)
        order = np.argsort([*range(len(frame)), *self._places[name]], kind="stable")
        both = pd.concat([changed, added], ignore_index=True).iloc[order]
        return both.reset_index(drop=True), np.argsort(order, kind="stable")


def _with_cells(frame: pd.DataFrame, cells: Mapping[str, Mapping[int, Any]]) -> pd.DataFrame:
    """The frame with some cells replaced, given by column and position."""
    out = frame.copy()
    for column, values in cells.items():
        changed = frame[column].copy()
        new = pd.Series(list(values.values()), dtype=changed.dtype)
        changed.iloc[list(values)] = new.to_numpy()
        out[column] = changed
    return out
