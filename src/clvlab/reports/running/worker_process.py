"""A worker as its parent sees it: started, listened to, and ended with all that it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psutil  # type: ignore[import-untyped]

from clvlab.reports.orders.order import Order
from clvlab.reports.running.limits import end_process
from clvlab.reports.writing.words import word

Event = dict[str, Any]
_MARK = "CLVLAB_WORKER"
"""An environment variable that marks whatever a worker starts, also once the worker is gone."""


class WorkerProcess:
    """One report that is being made in another process.

    Parameters
    ----------
    order
        What it is to make.
    listener
        Called from a thread of its own with the worker and each event, at last with ``ended`` and
        the exit `code`, which is negative for a signal.
    """

    def __init__(self, order: Order, listener: Callable[[WorkerProcess, Event], None]) -> None:
        self.order = order
        self.begun = time.monotonic()
        self._mark = uuid.uuid4().hex
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the worker
        self._process = subprocess.Popen(
            # -P: a file beside the catalogue can't stand in for a module
            [sys.executable, "-P", "-m", "clvlab.reports.running.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=os.environ | {_MARK: self._mark},
            # a Ctrl-C in the terminal is for the parent, which ends its workers in order
            start_new_session=True,
        )
        self._listener = listener
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with suppress(OSError):  # a worker that has ended already has ended for a reason
            self._input.write(f"{self.order.to_json()}\n".encode())
            self._input.flush()
        for line in self._output:
            with suppress(ValueError):
                self._listener(self, json.loads(line))
        code = self._process.wait()
        self.end()
        self._listener(self, {"event": "ended", "code": code})

    @property
    def _input(self) -> Any:  # noqa: ANN401 - a pipe
        return self._process.stdin

    @property
    def _output(self) -> Any:  # noqa: ANN401 - a pipe
        return self._process.stdout

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return time.monotonic() - self.begun

    def last_words(self, lines: int = 5) -> str:
        """The last lines that it wrote to its error stream."""
        self._log.seek(0)
        text = self._log.read().decode("utf-8", errors="replace")
        return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])

    def ask_to_stop(self) -> None:
        """Ask it to end its notebook and to clear away what it began; returns at once."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within that time."""
        self._thread.join(max(seconds, 0))
        return not self._thread.is_alive()

    def end(self) -> None:
        """Kill it and everything that it started, also what has lost its parent since."""
        if self._process.poll() is None:
            with suppress(psutil.Error):
                end_process(psutil.Process(self._process.pid))
            self._process.wait()
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.environ().get(_MARK) == self._mark:
                    process.kill()


def death_in_words(code: int, last_words: str) -> str:
    """Why a worker ended without an answer, as a sentence with what it said last.

    Examples
    --------
    >>> death_in_words(-9, "")
    'its process was ended by the signal SIGKILL, perhaps for want of memory.'
    """
    if code < 0:
        name = signal.Signals(-code).name
        key = "fault_killed" if name == "SIGKILL" else "fault_worker_stopped"
        said = word(key, signal=name)
    else:
        said = word("fault_worker_ended", code=code)
    return f"{said}\n{last_words}".strip()
