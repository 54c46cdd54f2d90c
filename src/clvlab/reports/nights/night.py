"""A night's reports, each in a process of its own, several at a time."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Protocol

from clvlab.reports.nights.agenda import name_of
from clvlab.reports.nights.outcome import Outcome, answer_of, death_of, unstarted
from clvlab.reports.orders.order import Order
from clvlab.reports.pages.index import renew_index
from clvlab.reports.places.workplace import remove_leftovers
from clvlab.reports.running.limits import memory_limit
from clvlab.reports.running.worker import GRACE_SECONDS
from clvlab.reports.running.worker_process import Event, WorkerProcess

_STOPPING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
_LOOK_EVERY_SECONDS = 0.2


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


def _with_shares_of_memory(orders: Sequence[Order], jobs: int) -> list[Order]:
    """The orders; those without a limit of memory share the machine's with those beside them."""
    share = memory_limit(0) // max(min(jobs, len(orders)), 1)
    return [one if one.memory_bytes else replace(one, memory_bytes=share) for one in orders]


class _Shift:
    """Workers under way, orders that wait, and outcomes so far."""

    def __init__(
        self, orders: Sequence[Order], display: Display, *, jobs: int, keep_going: bool
    ) -> None:
        self._orders = _with_shares_of_memory(orders, jobs)
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
            self._outcomes[place] = unstarted(order, error)
            self._display.finish(self._outcomes[place])
        else:
            self._running[worker] = place

    def _hear(self, worker: WorkerProcess, event: Event) -> None:
        if event["event"] == "cell":
            self._display.advance(name_of(worker.order), event["done"], event["cells"])
        elif event["event"] == "ended":
            self._settle(worker, event["code"])
        else:
            self._answers[worker] = answer_of(worker, event)

    def _settle(self, worker: WorkerProcess, code: int) -> None:
        outcome = self._answers.pop(worker, None)
        if self._ending and (outcome is None or outcome.has_failed):
            outcome = Outcome(worker.order, "stopped", worker.seconds)
        outcome = outcome or death_of(worker, code)
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
