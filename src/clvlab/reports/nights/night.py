"""A night's reports, each in a process of its own, several at a time."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Literal, Protocol

from clvlab.errors import ClvlabError
from clvlab.reports.nights.agenda import name_of
from clvlab.reports.orders.job import Job, prepare_job
from clvlab.reports.orders.order import Order
from clvlab.reports.orders.secrets import named_secrets, without_secrets
from clvlab.reports.pages.index import renew_index
from clvlab.reports.places.workplace import remove_leftovers, workplace
from clvlab.reports.running.failures import record_failure
from clvlab.reports.running.faults import Fault
from clvlab.reports.running.refusals import record_refusal
from clvlab.reports.running.worker import GRACE_SECONDS
from clvlab.reports.running.worker_process import Event, WorkerProcess, death_in_words

State = Literal["complete", "unchanged", "failed", "refused", "stopped", "not started"]
_STOPPING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
_LOOK_EVERY_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order.

    Attributes
    ----------
    order
        What was asked for.
    state
        "unchanged" when an earlier run has the same fingerprint; "stopped" and "not started" when
        the night was ended from outside or by the failure of another report.
    seconds
        How long it took.
    line
        What went wrong, in one line.
    message
        What went wrong, in full.
    folder
        The run folder, or the one that describes the failure.
    warnings
        What the notebook wrote to its error stream.
    """

    order: Order
    state: State
    seconds: float = 0.0
    line: str = ""
    message: str = ""
    folder: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The report and its variant."""
        return name_of(self.order)

    @property
    def has_failed(self) -> bool:
        """Whether it was tried and not completed."""
        return self.state in {"failed", "refused"}


class Display(Protocol):
    """Whatever shows how a night is getting on."""

    def begin(self, name: str) -> None:
        """A report was started."""

    def advance(self, name: str, done: int, cells: int) -> None:
        """A cell of it begins, after so many of all."""

    def finish(self, outcome: Outcome) -> None:
        """It has ended."""


@dataclass(frozen=True, slots=True)
class Night:
    """A night that is over.

    Attributes
    ----------
    outcomes
        One for each order, in their order.
    stopped_by
        The signal that ended it early; None when none did.
    trouble
        What went wrong beside the reports, as an index that can't be written.
    """

    outcomes: tuple[Outcome, ...]
    stopped_by: signal.Signals | None = None
    trouble: str = ""


def run_night(
    orders: Sequence[Order], display: Display, *, jobs: int = 1, keep_going: bool = False
) -> Night:
    """Run orders in parallel, each in a process of its own.

    A process that is killed, as by a system without memory, is a failure of its report alone. When
    this process is told to stop, its workers clear away what they began and end, and so do their
    notebooks.

    Parameters
    ----------
    orders
        What is to be made, the first first.
    display
        Is told how it is getting on.
    jobs
        How many reports are made at a time.
    keep_going
        Whether to start further reports after one has failed; those under way always end.
    """
    shift = _Shift(orders, display, jobs=jobs, keep_going=keep_going)
    with _stop_requests() as requests:
        try:
            shift.work(requests)
        finally:
            shift.end()
    folders = sorted({Path(order.out).resolve() for order in orders})
    troubles = [_tidy(out) for out in folders if out.is_dir()]
    trouble = next(filter(None, troubles), "")
    return Night(shift.in_order(), requests[0] if requests else None, trouble)


def _tidy(out: Path) -> str:
    """Clear away what was left, and list what is there; returns what prevented that."""
    with suppress(OSError):  # what can't be removed tonight is removed by a later night
        remove_leftovers(out)
    return renew_index(out)


@contextmanager
def _stop_requests() -> Iterator[list[signal.Signals]]:
    """The signals that ask for an end, as they come in."""
    requests: list[signal.Signals] = []
    if threading.current_thread() is not threading.main_thread():
        yield requests  # only the main thread can listen to signals
        return

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler
        requests.append(signal.Signals(number))

    earlier = {number: signal.signal(number, note) for number in _STOPPING}
    try:
        yield requests
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


class _Shift:
    """Workers under way, orders that wait, and outcomes so far."""

    def __init__(
        self, orders: Sequence[Order], display: Display, *, jobs: int, keep_going: bool
    ) -> None:
        self._orders = list(orders)
        self._waiting = deque(range(len(self._orders)))
        self._running: dict[WorkerProcess, int] = {}
        self._answers: dict[WorkerProcess, Outcome] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._events: queue.SimpleQueue[tuple[WorkerProcess, Event]] = queue.SimpleQueue()
        self._display, self._jobs, self._keep_going = display, jobs, keep_going
        self._ending = False

    def work(self, requests: Sequence[signal.Signals]) -> None:
        """Start and listen until nothing is left to do, or a stop is asked for."""
        while not requests:
            while self._waiting and len(self._running) < self._jobs and self._may_start():
                self._start(self._waiting.popleft())
            if not self._running:
                return
            with suppress(queue.Empty):
                self._hear(*self._events.get(timeout=_LOOK_EVERY_SECONDS))

    def _may_start(self) -> bool:
        return self._keep_going or not any(each.has_failed for each in self._outcomes.values())

    def _start(self, place: int) -> None:
        order = self._orders[place]
        self._display.begin(name_of(order))
        try:
            worker = WorkerProcess(order, lambda *told: self._events.put(told))
        except OSError as error:  # no memory, no process or no file is left to the system
            self._outcomes[place] = _unstarted(order, error)
            self._display.finish(self._outcomes[place])
        else:
            self._running[worker] = place

    def _hear(self, worker: WorkerProcess, event: Event) -> None:
        if event["event"] == "cell":
            self._display.advance(name_of(worker.order), event["done"], event["cells"])
        elif event["event"] == "ended":
            self._settle(worker, event["code"])
        else:
            self._answers[worker] = _answer(worker, event)

    def _settle(self, worker: WorkerProcess, code: int) -> None:
        outcome = self._answers.pop(worker, None)
        if self._ending and (outcome is None or outcome.has_failed):
            outcome = Outcome(worker.order, "stopped", worker.seconds)
        outcome = outcome or _death(worker, code)
        self._outcomes[self._running.pop(worker)] = outcome
        self._display.finish(outcome)

    def end(self) -> None:
        """Stop what is still under way: first in order, after a while by force."""
        self._ending = True
        for worker in self._running:
            worker.ask_to_stop()
        deadline = time.monotonic() + GRACE_SECONDS
        for worker in self._running:
            if not worker.wait(deadline - time.monotonic()):
                worker.end()
        with suppress(queue.Empty):
            while True:
                self._hear(*self._events.get_nowait())

    def in_order(self) -> tuple[Outcome, ...]:
        """What became of every order."""
        return tuple(
            self._outcomes.get(place, Outcome(order, "not started"))
            for place, order in enumerate(self._orders)
        )


def _answer(worker: WorkerProcess, event: Event) -> Outcome:
    """The outcome that a worker's last event tells."""
    if event["event"] == "done":
        state: State = "unchanged" if event["skipped"] else "complete"
        warnings = tuple(event["warnings"])
        return Outcome(worker.order, state, worker.seconds, "", "", event["folder"], warnings)
    said = event["line"], event["message"]
    if event["event"] == "refused":
        folder = record_refusal(worker.order, event["message"], _begin(worker))
        where = str(folder) if folder else None
        return Outcome(worker.order, "refused", worker.seconds, *said, where)
    return Outcome(worker.order, "failed", worker.seconds, *said, event.get("folder"))


def _begin(worker: WorkerProcess) -> datetime:
    """When it was started, by the clock."""
    return datetime.now(UTC) - timedelta(seconds=worker.seconds)


def _unstarted(order: Order, error: OSError) -> Outcome:
    """The outcome of an order for which the system had no process left."""
    fault = Fault("kernel", f"no Python process could be started for it: {error}.")
    return Outcome(order, "failed", 0.0, fault.line, fault.in_words(name_of(order)))


def _death(worker: WorkerProcess, code: int) -> Outcome:
    """The outcome of a worker that ended without a word, recorded as a failure of its report."""
    job = None
    with suppress(ClvlabError, OSError):
        job = prepare_job(worker.order)
    fault = Fault("kernel", death_in_words(code, _last_words(worker, job)))
    folder = None
    with suppress(ClvlabError, OSError):
        if job is not None:
            with workplace(Path(worker.order.out).resolve()) as place:
                folder = record_failure(job, place, fault, _begin(worker))
    message = fault.in_words(name_of(worker.order))
    where = str(folder) if folder else None
    return Outcome(worker.order, "failed", worker.seconds, fault.line, message, where)


def _last_words(worker: WorkerProcess, job: Job | None) -> str:
    """What it wrote to its error stream at last, free of secrets."""
    layers = worker.order.layers
    given = {name: value for _, values in layers for name, value in values.items()}
    secrets = named_secrets(given | (job.parameters if job else {}))
    return str(without_secrets(worker.last_words(), secrets))
