"""Being told to stop: in order between two steps, and never in the middle of a move."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from clvlab.errors import ReportError

_SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
]


class StoppedError(ReportError):
    """The run was told to stop from outside.

    Attributes
    ----------
    signal_name
        The signal that told it.
    """

    def __init__(self, signal_name: str) -> None:
        super().__init__(signal_name)
        self.signal_name = signal_name


@dataclass(slots=True)
class _Request:
    """What a request to stop does.

    It has to wait while `waits` is set; blocking the signal would not do, since the system may
    hand it to another thread of the process. Otherwise it calls `instead`, or raises.
    """

    waits: bool = False
    number: int | None = None
    instead: Callable[[str], None] | None = None


_request = _Request()


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn a request to stop into an error, so that everything begun is cleared away.

    Only the main thread can do so; elsewhere nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _request.number = None
    earlier = {number: signal.signal(number, _stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler
    if _request.waits:
        _request.number = number
        return
    name = signal.Signals(number).name
    if _request.instead is None:
        raise StoppedError(name)
    _request.instead(name)


@contextmanager
def on_request(instead: Callable[[str], None]) -> Iterator[None]:
    """Call a function with the signal's name where an error would get lost.

    An event loop swallows what is raised while one of its callbacks runs.
    """
    _request.instead = instead
    try:
        yield
    finally:
        _request.instead = None


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let a request to stop wait until the block is over."""
    _request.waits = True
    try:
        yield
    finally:
        _request.waits = False
    if _request.number is not None:
        number, _request.number = _request.number, None
        _stop(number, None)
