"""One report from its notebook: checked, executed out of sight, moved into place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from clvlab.errors import ClvlabError, ParameterError, Problem, ReportError
from clvlab.reports.exports.pdf import require_browser
from clvlab.reports.orders.job import Job, prepare_job
from clvlab.reports.orders.order import Order
from clvlab.reports.orders.secrets import named_secrets, without_secrets
from clvlab.reports.pages.index import renew_index
from clvlab.reports.places.stopping import StoppedError, stoppable
from clvlab.reports.places.workplace import Workplace, workplace
from clvlab.reports.running.completing import complete
from clvlab.reports.running.failures import forget_failure, record_failure
from clvlab.reports.running.faults import Fault, FaultError
from clvlab.reports.running.kernel import OnCell, execute
from clvlab.reports.running.logged import log_run
from clvlab.reports.running.manifest import find_same, origin
from clvlab.reports.running.stages import Stages
from clvlab.reports.writing.words import word


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run.

    Attributes
    ----------
    folder
        The run folder.
    page
        Its `report.html`.
    index
        The page that lists every run below the same output folder.
    results
        What `result.json` holds.
    warnings
        What the notebook wrote to its error stream.
    seconds
        How long everything took.
    skipped
        Whether nothing was run, because an earlier run has the same fingerprint.
    """

    folder: Path
    page: Path
    index: Path
    results: dict[str, Any]
    warnings: tuple[str, ...]
    seconds: float
    skipped: bool = False


def run_report(
    name_or_path: str | Path,
    *,
    parameters: Mapping[str, object] | None = None,
    out: Path | str = "reports",
    as_of: date | str | None = None,
    data: Path | str | None = None,
    variant: str = "",
    pdf: bool = False,
    force: bool = False,
) -> RunResult:
    """Run a notebook into the folder OUT/report/variant/as_of.

    The folder appears when everything in it is complete; a run that fails or is killed leaves an
    earlier one as it was.

    Parameters
    ----------
    name_or_path
        A notebook's name, or the path of an .ipynb file.
    parameters
        Values for the notebook's parameters; text is converted to their types.
    out
        The folder of all reports; made when missing.
    as_of
        The last day seen, given to the notebook's parameter `as_of`.
    data
        The data, given to the notebook's parameter `data`.
    variant
        Name of this run among those of its report; that of the data when empty.
    pdf
        Whether to print the page to `report.pdf` as well.
    force
        Whether to run although the same was run before.

    Raises
    ------
    ParameterError
        Before anything runs: an unknown report or parameter, a wrong type, a missing file.
    ReportError
        When a cell fails, or the folder can't be written.
    """
    given = _gather(parameters or {}, as_of=as_of, data=data)
    layers = (("python", given),)
    order = Order(str(name_or_path), str(out), "", variant, layers=layers, pdf=pdf, force=force)
    return run_order(order)


def _gather(parameters: Mapping[str, object], **shortcuts: object) -> dict[str, object]:
    """The parameters with the shortcuts added; giving one in both ways is refused."""
    twice = [name for name, value in shortcuts.items() if value is not None and name in parameters]
    if twice:
        raise ParameterError(
            [
                Problem(f"parameter '{name}'", "can't be given twice", "it is", "Leave one out.")
                for name in twice
            ]
        )
    given = {name: value for name, value in shortcuts.items() if value is not None}
    return {
        name: str(value) if isinstance(value, Path) else value
        for name, value in (*parameters.items(), *given.items())
    }


def run_order(order: Order, on_cell: OnCell | None = None) -> RunResult:
    """Run one report as ordered; see `run_report`.

    Parameters
    ----------
    order
        What is asked for.
    on_cell
        Told how many cells are done, and of how many, each time that one begins.

    Raises
    ------
    ParameterError
        Before anything runs.
    ReportError
        When the run failed; its attribute `folder` is where that is described.
    """
    stages = Stages()
    with stages.stage("parameters"):
        job = prepare_job(order)
        if order.pdf:
            require_browser()
    with stages.stage("data"):
        origins = origin(job)
    same = None if order.force else find_same(job, origins["fingerprint"])
    out = Path(order.out).resolve()
    if same is not None:
        forget_failure(job, same.name)
        log_run(job, stages, same.name, "unchanged")
        return _finish(same, out, stages, skipped=True)
    try:
        with stoppable(), workplace(out) as place:
            home = _run_in(place, job, origins, stages, on_cell)
    except ReportError:
        log_run(job, stages, job.as_of, "failed")
        renew_index(out)
        raise
    log_run(job, stages, home.name, "finished")
    return _finish(home, out, stages)


def _run_in(
    place: Workplace,
    job: Job,
    origins: Mapping[str, Any],
    stages: Stages,
    on_cell: OnCell | None,
) -> Path:
    """Make the run folder and move it into place; a failure is described beside it."""
    try:
        with stages.stage("notebook"):
            executed = execute(job, place, on_cell)
        home = complete(place, job, executed, origins, stages)
        place.move_to(home)
    except StoppedError as error:
        if place.moved is None:
            raise _recorded(error, job, place, stages) from None
        home = place.moved  # told to stop when all was done
    except Exception as error:  # noqa: BLE001 - whatever it is, the night goes on
        raise _recorded(error, job, place, stages) from None
    forget_failure(job, home.name)
    return home


def _recorded(error: Exception, job: Job, place: Workplace, stages: Stages) -> ReportError:
    """The error to raise instead, after describing the failure; the first may quote a secret."""
    clean = without_secrets(asdict(_fault(error)), named_secrets(job.parameters))
    fault = Fault(**clean)
    folder = record_failure(job, place, fault, stages.started)
    return ReportError(fault.in_words(job.report), line=fault.line, folder=folder)


def _fault(error: Exception) -> Fault:
    if isinstance(error, FaultError):
        return error.fault
    if isinstance(error, StoppedError):
        said = word("fault_stopped", signal=error.signal_name)
        return Fault("stopped", said, error=type(error).__name__)
    if isinstance(error, OSError):
        said = word("fault_output", error=error)
    elif isinstance(error, ClvlabError):
        said = str(error)
    else:
        said = f"{type(error).__name__}: {error}"
    return Fault("output", said, error=type(error).__name__)


def _finish(home: Path, out: Path, stages: Stages, *, skipped: bool = False) -> RunResult:
    """The result of a run that is in place, even when the index can't be written."""
    trouble = renew_index(out)
    results = json.loads((home / "result.json").read_text(encoding="utf-8"))
    manifest = json.loads((home / "manifest.json").read_text(encoding="utf-8"))
    warnings = (*manifest["warnings"], *([trouble] if trouble else []))
    page, index = home / "report.html", out / "index.html"
    return RunResult(home, page, index, results, warnings, stages.total(), skipped)
