"""How far reading has come, told to whoever asked to be told."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType

FILE = "CLVLAB_PROGRESS"
"""The variable with the file in which another process looks how far this one has come."""
_EVERY = 0.1
"""Seconds between two tellings; more often nobody could read."""


@dataclass(frozen=True)
class Reached:
    """How far one source has been read.

    Attributes
    ----------
    what
        The source, as messages call it.
    rows
        Rows read so far; of text files, lines.
    share
        Part of the whole, from 0 to 1; None when the whole is not known.
    seconds
        Since the beginning.
    done
        Whether all of it has been read.
    """

    what: str
    rows: int
    share: float | None
    seconds: float
    done: bool = False

    @property
    def seconds_left(self) -> float | None:
        """Time that the rest takes if it goes on as so far; None when that is not known.

        Examples
        --------
        >>> Reached("orders.csv", 4_000_000, 0.25, 3.0).seconds_left
        9.0
        """
        return self.seconds * (1 - self.share) / self.share if self.share else None


Listener = Callable[[Reached], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Tell a listener about everything that is read in this block, at most ten times a second."""
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)


def _into_file(reached: Reached) -> None:
    path = os.environ.get(FILE)
    if path:
        # Whoever asked may have gone, and then nobody has to be told.
        with suppress(OSError):
            Path(path).write_text(json.dumps(asdict(reached)), encoding="utf-8")


def read_reached(path: Path) -> Reached | None:
    """How far the process that was given this file has come; None when it has not said so.

    Examples
    --------
    >>> read_reached(Path("no such file")) is None
    True
    """
    try:
        return Reached(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


class Progress:
    """One source while it is read.

    Examples
    --------
    >>> with told_to(lambda reached: print(reached.what, reached.rows, reached.share)):
    ...     with Progress("orders.csv", size=80) as progress:
    ...         progress.advance(rows=3, size=80)
    orders.csv 3 1.0
    """

    def __init__(self, what: str, size: int | None = None) -> None:
        self._what, self._whole = what, size
        self._rows = self._size = 0
        self._began = self._told = monotonic()
        # Readers call from threads of their own, which do not see the caller's context.
        self._listener = _listener.get() or _into_file

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tell(done=True)

    def advance(self, *, rows: int = 0, size: int = 0) -> None:
        """So many more rows, and so much more of the whole, have been read."""
        self._rows += rows
        self._size += size
        if monotonic() - self._told >= _EVERY:
            self._tell()

    def _tell(self, *, done: bool = False) -> None:
        self._told = monotonic()
        share = min(self._size / self._whole, 1.0) if self._whole else None
        self._listener(Reached(self._what, self._rows, share, self._told - self._began, done))
