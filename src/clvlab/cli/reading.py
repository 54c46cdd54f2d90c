"""How far the data have been read, shown while a command works in a terminal."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clvlab.data.progress import Reached

_SHOWN_FROM = 1.0
"""Seconds; what is read sooner needs no words."""


class WorkingLine:
    """One line: what is being done, and how far its data have been read.

    Attributes
    ----------
    text
        What is being done.
    """

    def __init__(self, text: str, file: Path) -> None:
        self.text = text
        self._file = file
        self._reached: Reached | None = None

    def listen(self, reached: Reached) -> None:
        """Take what this process has read."""
        self._reached = reached

    def __rich__(self) -> str:
        """The line as it is now; a process that this one started says it in a file."""
        from rich.markup import escape

        from clvlab.data.progress import read_reached

        reached = read_reached(self._file) or self._reached
        return escape(self.text + in_words(reached) if reached else self.text)


def in_words(reached: Reached) -> str:
    """How much has been read, and how long the rest will take; nothing when that was quick.

    Examples
    --------
    >>> from clvlab.data.progress import Reached
    >>> in_words(Reached("orders.csv", 4_000_000, 0.25, 30.0))
    ': 4,000,000 rows read, 25%, about 90 s left'
    >>> in_words(Reached("orders.csv", 16_000_000, 1.0, 120.0, done=True))
    ': 16,000,000 rows read'
    >>> in_words(Reached("table orders of env:SHOP", 60_000, None, 2.0))
    ': 60,000 rows read'
    """
    if reached.seconds < _SHOWN_FROM:
        return ""
    said = f": {reached.rows:,} rows read"
    if reached.done or reached.share is None or reached.seconds_left is None:
        return said
    return f"{said}, {reached.share:.0%}, about {reached.seconds_left:.0f} s left"


@contextmanager
def working(text: str) -> Iterator[WorkingLine]:
    """Show on the error stream, if that is a terminal, what is being done in this block."""
    from rich.console import Console

    from clvlab.data.progress import FILE, told_to

    before = os.environ.get(FILE)
    with tempfile.TemporaryDirectory(prefix="clvlab-") as folder:
        line = WorkingLine(text, Path(folder) / "progress.json")
        os.environ[FILE] = str(Path(folder) / "progress.json")
        try:
            with Console(stderr=True).status(line), told_to(line.listen):
                yield line
        finally:
            os.environ.pop(FILE)
            if before is not None:
                os.environ[FILE] = before
