"""How far a long step is, for whoever waits for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich import progress as bars

SECONDS_BETWEEN = 1.0


class Progress(Protocol):
    """Is told of steps as they go, often, so it has to be quick."""

    def begin(self, step: str, total: int | None) -> None:
        """A step begins, of so many rows where that is known."""

    def reach(self, done: int) -> None:
        """So many rows of the step are done."""


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
    scores: 3,000 of 9,000 rows, about 4 s left
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
            text += f" of {self._total:,} rows, about {left:,.0f} s left"
        self._stream.write(f"{text}\n")
        self._stream.flush()


class _Bar:
    def __init__(self, bar: bars.Progress) -> None:
        self._bar = bar
        self._task: bars.TaskID | None = None

    def begin(self, step: str, total: int | None) -> None:
        if self._task is not None:
            self._bar.stop_task(self._task)
        self._task = self._bar.add_task(step, total=total)

    def reach(self, done: int) -> None:
        if self._task is not None:
            self._bar.update(self._task, completed=done)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Draw a bar for each step on the terminal: rows done, time passed, time left as estimated.

    Examples
    --------
    >>> with shown_progress() as progress:
    ...     progress.begin("summing", 100)
    ...     progress.reach(100)
    """
    from rich import progress as bars

    with bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.TextColumn("{task.completed:,.0f} rows"),
        bars.TimeElapsedColumn(),
        bars.TextColumn("left"),
        bars.TimeRemainingColumn(),
        transient=True,
    ) as bar:
        yield _Bar(bar)
