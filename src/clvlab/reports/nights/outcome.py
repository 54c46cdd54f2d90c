"""What became of an order: told by its worker, or found out where that ended without a word."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from clvlab.errors import ClvlabError
from clvlab.reports.nights.agenda import name_of
from clvlab.reports.orders.job import Job, prepare_job
from clvlab.reports.orders.order import Order
from clvlab.reports.orders.secrets import named_secrets, without_secrets
from clvlab.reports.places.workplace import workplace
from clvlab.reports.running.failures import record_failure
from clvlab.reports.running.faults import Fault
from clvlab.reports.running.refusals import record_refusal
from clvlab.reports.running.worker_process import Event, WorkerProcess, death_in_words

State = Literal["complete", "unchanged", "failed", "refused", "stopped", "not started"]


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


def answer_of(worker: WorkerProcess, event: Event) -> Outcome:
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


def unstarted(order: Order, error: OSError) -> Outcome:
    """The outcome of an order for which the system had no process left."""
    fault = Fault("kernel", f"no Python process could be started for it: {error}.")
    return Outcome(order, "failed", 0.0, fault.line, fault.in_words(name_of(order)))


def death_of(worker: WorkerProcess, code: int) -> Outcome:
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
