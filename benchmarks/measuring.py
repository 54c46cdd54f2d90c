"""Seconds, ratios and the table of them."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.table import Table

HEADINGS = (
    "question", "peer", "peer s", "clvlab s", "times as fast", "by CPU time", "at least",
    "answers differ by",
)  # fmt: skip


@dataclass(frozen=True)
class Timed:
    """One call: seconds on the clock, seconds of all processors, and the answer."""

    seconds: float
    processor: float
    answer: float

    @classmethod
    def of(cls, call: Callable[[], float]) -> Timed:
        begun, worked = time.perf_counter(), time.process_time()
        answer = call()
        return cls(time.perf_counter() - begun, time.process_time() - worked, answer)

    @classmethod
    def median(cls, several: list[Timed]) -> Timed:
        """Medians of the seconds, each for itself, and the first answer."""
        return cls(
            statistics.median(one.seconds for one in several),
            statistics.median(one.processor for one in several),
            several[0].answer,
        )


@dataclass(frozen=True)
class Row:
    """One question to both; `floor` is the ratio that clvlab sets itself, if it does."""

    question: str
    peer: str
    theirs: Timed | None
    ours: Timed
    floor: float | None = None
    note: str = ""

    def cells(self) -> list[str]:
        """The row as text, in the order of the headings."""
        if self.theirs is None:
            return [
                self.question,
                self.peer,
                "-",
                f"{self.ours.seconds:.4f}",
                "-",
                "-",
                "-",
                self.note,
            ]
        ratio = self.theirs.seconds / self.ours.seconds
        floor = "" if self.floor is None else f"{self.floor:g}"
        if self.floor is not None and ratio < self.floor:
            floor += " (missed)"
        return [
            self.question,
            self.peer,
            f"{self.theirs.seconds:.3f}",
            f"{self.ours.seconds:.4f}",
            f"{ratio:.0f}",
            f"{self.theirs.processor / self.ours.processor:.0f}",
            floor,
            self.note or f"{self.ours.answer / self.theirs.answer - 1:.1e}",
        ]


def on_screen(title: str, rows: list[Row]) -> Table:
    """The rows as a table of the terminal."""
    table = Table(title=title)
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in HEADINGS[:2] else "right")
    for row in rows:
        table.add_row(*row.cells())
    return table


def as_markdown(title: str, rows: list[Row]) -> str:
    """The rows as a table of Markdown."""
    lines = [f"## {title}", "", "| " + " | ".join(HEADINGS) + " |"]
    lines.append("|---|---|" + "---:|" * (len(HEADINGS) - 2))
    lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    return "\n".join([*lines, ""])


def machine(cores: int) -> str:
    """The day and the kind of machine, in words that name no one."""
    return (
        f"Measured {datetime.now(tz=UTC).date()}, {platform.system()} on {platform.machine()}, "
        f"{cores} cores, Python {platform.python_version()}."
    )
