"""Each run that ended noted in the log beside the reports."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from clvlab.relations.run_log import RUNS_FILE, note_run
from clvlab.reports.orders.job import Job
from clvlab.reports.running.stages import Stages


def log_run(job: Job, stages: Stages, as_of: str | None, ended: str) -> None:
    """Note a run in OUT/runs.csv; a log that can't be written never fails a run.

    Parameters
    ----------
    job
        What was run.
    stages
        Since when.
    as_of
        The last day seen, as far as it is known.
    ended
        One of `clvlab.relations.run_log.ENDED`.
    """
    with suppress(OSError):
        note_run(
            Path(job.order.out).resolve() / RUNS_FILE,
            started=stages.started,
            report=job.report,
            data=job.data_name,
            as_of=as_of,
            seconds=stages.total(),
            ended=ended,
        )
