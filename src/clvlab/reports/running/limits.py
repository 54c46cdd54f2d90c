"""How long a report may take and how much memory it may hold, watched from outside."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import psutil  # type: ignore[import-untyped]

from clvlab.reports.writing.numbers import NO_BREAK_SPACE
from clvlab.reports.writing.words import word

Reason = Literal["timeout", "memory", "stopped"]

_LOOK_EVERY_SECONDS = 0.05
_CHILDREN_EVERY_LOOKS = 10
_MEMORY_SHARE = 0.8
_CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


def memory_limit(asked_bytes: int) -> int:
    """The limit asked for, or four fifths of the machine's memory when that is 0."""
    return asked_bytes or int(_MEMORY_SHARE * _machine_bytes())


def _machine_bytes() -> int:
    """Memory of the machine, or of the container that this runs in when that is less."""
    allowed = int(psutil.virtual_memory().total)
    with suppress(OSError, ValueError):
        allowed = min(allowed, int(_CONTAINER_LIMIT.read_text(encoding="ascii")))
    return allowed


class Guard:
    """Ends a process, and all that it started, when it takes too long or grows too large.

    Memory is looked at twenty times a second; what a process takes within that time can exceed
    the limit.

    Parameters
    ----------
    timeout_seconds
        How long the process may run, counted from `watch`.
    memory_bytes
        Resident memory that it and its children may hold together.

    Attributes
    ----------
    reason
        Why it was ended; None when it was not.
    told_to_stop
        The signal that told the run to stop; empty when none did.
    peak_bytes
        The most memory that was seen.
    started
        Whether there was a process to watch.
    """

    def __init__(self, timeout_seconds: float, memory_bytes: int) -> None:
        self.timeout_seconds = timeout_seconds
        self.memory_bytes = memory_bytes
        self.reason: Reason | None = None
        self.told_to_stop = ""
        self.peak_bytes = 0
        self.started = False
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._family: set[psutil.Process] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        for left in self._family:  # what a cell started and did not wait for
            end_process(left)

    def watch(self, pid: int) -> None:
        """Begin to watch a process; returns at once."""
        self.started = True
        self._thread = threading.Thread(target=self._watch, args=(pid,), daemon=True)
        self._thread.start()

    def _watch(self, pid: int) -> None:
        deadline = time.monotonic() + self.timeout_seconds
        with suppress(psutil.NoSuchProcess):
            process, looks = psutil.Process(pid), 0
            while not self._over.wait(_LOOK_EVERY_SECONDS):
                if looks % _CHILDREN_EVERY_LOOKS == 0:  # finding them takes a look at everybody
                    self._family.update(process.children(recursive=True))
                looks += 1
                held = int(process.memory_info().rss) + _resident_bytes(self._family)
                self.peak_bytes = max(self.peak_bytes, held)
                self.reason = self._passed(deadline)
                if self.reason is not None:
                    end_process(process)
                    return

    def _passed(self, deadline: float) -> Reason | None:
        if self.told_to_stop:
            return "stopped"
        if self.peak_bytes > self.memory_bytes:
            return "memory"
        return "timeout" if time.monotonic() > deadline else None

    def stop(self, signal_name: str) -> None:
        """End the process at the next look, because the run was told to stop."""
        self.told_to_stop = signal_name

    def in_words(self) -> str:
        """Which limit was passed."""
        if self.reason == "timeout":
            return word("fault_timeout", time=in_time_words(self.timeout_seconds))
        held, allowed = in_byte_words(self.peak_bytes), in_byte_words(self.memory_bytes)
        return word("fault_memory", held=held, allowed=allowed)


def _resident_bytes(processes: Iterable[psutil.Process]) -> int:
    held = 0
    for process in processes:
        with suppress(psutil.Error):
            held += int(process.memory_info().rss)
    return held


def end_process(process: psutil.Process) -> None:
    """Kill a process and everything that it started."""
    with suppress(psutil.Error):
        for each in [*process.children(recursive=True), process]:
            with suppress(psutil.Error):
                each.kill()


def in_time_words(seconds: float) -> str:
    """A length of time as read aloud, in its largest whole unit.

    Examples
    --------
    >>> in_time_words(1800), in_time_words(90), in_time_words(0.5)
    ('30 minutes', '90 seconds', '0.5 seconds')
    """
    for length, one, many in (
        (3600, "time_hour", "time_hours"),
        (60, "time_minute", "time_minutes"),
    ):
        if seconds >= length and seconds % length == 0:
            count = int(seconds // length)
            return word(one if count == 1 else many, count=count)
    return word("time_seconds", count=f"{seconds:g}")


def in_byte_words(size: int) -> str:
    r"""An amount of memory in megabytes or gigabytes.

    Examples
    --------
    >>> in_byte_words(1_500_000_000), in_byte_words(200_000_000)
    ('1.5\xa0GB', '200\xa0MB')
    """
    if size >= 1e9:
        return f"{size / 1e9:.3g}{NO_BREAK_SPACE}GB"
    return f"{size / 1e6:.3g}{NO_BREAK_SPACE}MB"
