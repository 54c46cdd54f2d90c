"""How far a long step is, for whoever waits for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol, TextIO

SECONDS_BETWEEN = 1.0


class Progress(Protocol):
    """Is told of steps as they go, often, so it has to be quick."""

    def begin(self, step: str, total: int | None) -> None:
        """A step begins, of so many customers where that is known."""

    def reach(self, done: int) -> None:
        """So many customers of the step are done."""


class Silent:
    """Says nothing."""

    def begin(self, step: str, total: int | None) -> None:
        """Nothing is said."""

    def reach(self, done: int) -> None:
        """Nothing is said."""


class ProgressLines:
    """Writes a line for each step, once a second, with the time that is probably left.

    Parameters
    ----------
    stream
        Where to; the error stream by default, which no pipe takes for a result.
    clock
        Seconds, ever growing.

    Examples
    --------
    >>> times = iter([0.0, 2.0])
    >>> lines = ProgressLines(sys.stdout, clock=lambda: next(times))
    >>> lines.begin("scores", 9_000)
    >>> lines.reach(3_000)
    scores: 3,000 of 9,000 customers, about 4 s left
    """

    def __init__(
        self, stream: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._step, self._total, self._begun, self._written = "", 0, 0.0, 0.0

    def begin(self, step: str, total: int | None) -> None:
        """Note that a step begins."""
        self._step, self._total = step, total or 0
        self._begun = self._written = self._clock()

    def reach(self, done: int) -> None:
        """Note how far it is."""
        now = self._clock()
        if done <= 0 or now - self._written < SECONDS_BETWEEN:
            return
        self._written = now
        text = f"{self._step}: {done:,}"
        if self._total:
            left = (now - self._begun) * max(self._total - done, 0) / done
            text += f" of {self._total:,} customers, about {left:,.0f} s left"
        self._stream.write(f"{text}\n")
        self._stream.flush()
