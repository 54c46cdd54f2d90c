"""The folder that a failed run leaves: `AS_OF.failed`, beside the runs that went well."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from clvlab.reports.history.run_folder import FAILED
from clvlab.reports.history.runs import previous_run
from clvlab.reports.orders.job import Job
from clvlab.reports.orders.secrets import named_secrets, without_secrets
from clvlab.reports.pages.failure_page import render_failure
from clvlab.reports.places.workplace import Workplace
from clvlab.reports.running.faults import Fault

UNDATED = "undated"
LOG_LINES = 200


def failure_folder(job: Job, as_of: str | None) -> Path:
    """Where a failed run of that day is described."""
    return job.home / f"{as_of or UNDATED}{FAILED}"


def record_failure(job: Job, place: Workplace, fault: Fault, started: datetime) -> Path | None:
    """Describe a failed run in a folder of its own; an earlier good run is not touched.

    Parameters
    ----------
    job, place
        What was run, and where.
    fault
        What went wrong.
    started
        When the run began.

    Returns
    -------
    Path or None
        The folder; None when nothing can be written there, as on a full disk.
    """
    facts = _facts(job, place, fault, started)
    folder, home = place.run.parent / "failed", failure_folder(job, job.as_of)
    try:
        folder.mkdir()
        text = json.dumps(facts, indent=2, ensure_ascii=False, default=str)
        (folder / "failure.json").write_text(f"{text}\n", encoding="utf-8")
        earlier = previous_run(Path(job.order.out).resolve(), job.report, job.variant)
        (folder / "failure.html").write_text(render_failure(facts, earlier), encoding="utf-8")
        (folder / "kernel.log").write_text(facts["log"], encoding="utf-8")
        with suppress(FileNotFoundError):
            shutil.copy(place.run / "notebook.ipynb", folder)
        place.move_beside(folder, home)
    except OSError:
        return None
    return home


def _facts(job: Job, place: Workplace, fault: Fault, started: datetime) -> dict[str, Any]:
    facts = asdict(fault) | {
        "report": job.report,
        "variant": job.variant,
        "as_of": job.as_of,
        "title": job.report,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(started.tzinfo) - started).total_seconds(), 1),
        "message": fault.in_words(job.report),
        "line": fault.line,
        "log": "\n".join(_last_lines(place.log)),
        "parameters": job.parameters,
    }
    found: dict[str, Any] = without_secrets(facts, named_secrets(job.parameters))
    return found


def _last_lines(log: Path) -> list[str]:
    if not log.exists():
        return []
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]


def forget_failure(job: Job, as_of: str) -> None:
    """Remove the descriptions of failures that a good run has made up for."""
    for name in {as_of, job.as_of or as_of, UNDATED}:
        shutil.rmtree(failure_folder(job, name), ignore_errors=True)
