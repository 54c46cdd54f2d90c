"""How far a long step is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich import progress as bars


class Progress(Protocol):
    """Is told of steps as they go; see `shown_progress` for one that draws a bar."""

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
