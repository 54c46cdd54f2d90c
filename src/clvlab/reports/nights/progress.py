"""How a night is getting on: a moving table on a terminal, dated lines in a log."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from clvlab.reports.nights.outcome import Outcome

if TYPE_CHECKING:
    from rich.console import RenderableType

_STYLES = {"complete": "green", "unchanged": "green", "failed": "red", "refused": "red"}


class LogLines:
    """One line when a report begins and one when it ends, each with date and time.

    Parameters
    ----------
    stream
        Where they go.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._cells: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._stream.flush()

    def begin(self, name: str) -> None:
        """A report was started."""
        self._write(f"{name}: started")

    def advance(self, name: str, done: int, cells: int) -> None:
        """A cell of it begins; a log does without a line for each."""
        del done
        self._cells[name] = cells

    def finish(self, outcome: Outcome) -> None:
        """It has ended."""
        cells = self._cells.get(outcome.name)
        count = f", {cells} cells" if cells and outcome.state == "complete" else ""
        said = f": {outcome.line}" if outcome.line else ""
        words = f"{outcome.state} after {outcome.seconds:.1f} s{count}{said}"
        self._write(f"{outcome.name}: {words}")

    def _write(self, words: str) -> None:
        now = datetime.now(UTC).astimezone()
        with suppress(OSError):  # a log on a full disk is no reason to make no reports
            self._stream.write(f"{now:%Y-%m-%d %H:%M:%S} {words}\n")
            self._stream.flush()


class MovingTable:
    """A row for each report: its name, the cell it is in, and its seconds.

    Parameters
    ----------
    console
        The terminal.
    """

    def __init__(self, console: Console) -> None:
        self._begun: dict[str, float] = {}
        self._cells: dict[str, tuple[int, int]] = {}
        self._ended: dict[str, Outcome] = {}
        self._live = Live(
            console=console, get_renderable=self._table, refresh_per_second=4, transient=False
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def begin(self, name: str) -> None:
        """A report was started."""
        self._begun[name] = time.monotonic()

    def advance(self, name: str, done: int, cells: int) -> None:
        """A cell of it begins, after so many of all."""
        self._cells[name] = done, cells

    def finish(self, outcome: Outcome) -> None:
        """It has ended."""
        self._ended[outcome.name] = outcome

    def _table(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for name in (*self._begun,):
            outcome = self._ended.get(name)
            if outcome is not None:
                state = Text(outcome.state, style=_STYLES.get(outcome.state, "yellow"))
                seconds = outcome.seconds
            else:
                state = Text(_position(self._cells.get(name)))
                seconds = time.monotonic() - self._begun[name]
            table.add_row(Text(name), state, Text(f"{seconds:.0f} s"))
        return table


def _position(cells: tuple[int, int] | None) -> str:
    return f"cell {cells[0] + 1} of {cells[1]}" if cells else "starting"


def display_for(stream: TextIO | None = None) -> LogLines | MovingTable:
    """The moving table when the error stream is a terminal, otherwise lines for a log."""
    stream = stream or sys.stderr
    console = Console(file=stream)
    return MovingTable(console) if console.is_terminal else LogLines(stream)
