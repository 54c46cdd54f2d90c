"""How far a long step is, for whoever waits for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[str, int, int], None]
"""Called with the step in words, the rows done and all rows; often, so it has to be quick."""

SECONDS_BETWEEN = 1.0


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
    >>> lines("scores", 0, 9_000)
    >>> lines("scores", 3_000, 9_000)
    scores: 3,000 of 9,000 customers, about 4 s left
    """

    def __init__(
        self, stream: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._step, self._begun, self._written = "", 0.0, 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Note how far a step is."""
        now = self._clock()
        if step != self._step:
            self._step, self._begun, self._written = step, now, now
            return
        if done <= 0 or now - self._written < SECONDS_BETWEEN:
            return
        self._written = now
        left = (now - self._begun) * (total - done) / done
        text = f"{step}: {done:,} of {total:,} customers, about {left:,.0f} s left"
        self._stream.write(f"{text}\n")
        self._stream.flush()


def silent(step: str, done: int, total: int) -> None:
    """Tells nobody."""
