"""One report from its notebook: checked, executed out of sight, moved into place."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clvlab.clock import parse_date
from clvlab.errors import ParameterError, Problem, ReportError
from clvlab.reports.exports.pdf import print_pdf, require_browser
from clvlab.reports.exports.workbook import workbook_tables, write_workbook
from clvlab.reports.history.late_rows import late_rows
from clvlab.reports.history.runs import previous_run
from clvlab.reports.orders.job import Job, prepare_job
from clvlab.reports.orders.order import Order
from clvlab.reports.orders.secrets import named_secrets, without_secrets
from clvlab.reports.pages.index import write_index
from clvlab.reports.pages.report_page import render_report
from clvlab.reports.places.stopping import StoppedError, stoppable
from clvlab.reports.places.workplace import Workplace, workplace
from clvlab.reports.running.failures import forget_failure, record_failure
from clvlab.reports.running.faults import Fault, FaultError
from clvlab.reports.running.kernel import OnCell, execute
from clvlab.reports.running.manifest import find_same, make_manifest, origin, write_manifest

if TYPE_CHECKING:
    from nbformat import NotebookNode

PDF = "report.pdf"


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


@dataclass(slots=True)
class _Stages:
    """Seconds by stage of the run."""

    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begun, 3)

    def total(self) -> float:
        return (datetime.now(UTC) - self.started).total_seconds()


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
    stages = _Stages()
    with stages.stage("parameters"):
        job = prepare_job(order)
        if order.pdf:
            require_browser()
    with stages.stage("data"):
        origins = origin(job)
    same = None if order.force else find_same(job, origins["fingerprint"])
    out = Path(order.out).resolve()
    if same is not None:
        return _finish(same, write_index(out), stages, skipped=True)
    try:
        with stoppable(), workplace(out) as place:
            home = _run_in(place, job, origins, stages, on_cell)
    except ReportError:
        with suppress(OSError):  # the disk may be full
            write_index(out)
        raise
    return _finish(home, write_index(out), stages)


def _run_in(
    place: Workplace,
    job: Job,
    origins: Mapping[str, Any],
    stages: _Stages,
    on_cell: OnCell | None,
) -> Path:
    """Make the run folder and move it into place; a failure is described beside it."""
    try:
        with stages.stage("notebook"):
            executed = execute(job, place, on_cell)
        home = _complete(place, job, executed, origins, stages)
        place.move_to(home)
    except (ReportError, OSError) as error:
        if place.moved and isinstance(error, StoppedError):
            return place.moved  # told to stop when all was done
        clean = without_secrets(asdict(_fault(error)), named_secrets(job.given))
        fault = Fault(**clean)
        folder = record_failure(job, place, fault, stages.started)
        # the error itself may quote a secret
        raise ReportError(fault.in_words(job.report), line=fault.line, folder=folder) from None
    forget_failure(job, home.name)
    return home


def _fault(error: Exception) -> Fault:
    if isinstance(error, FaultError):
        return error.fault
    if isinstance(error, StoppedError):
        return Fault("stopped", str(error), error=type(error).__name__)
    said = f"the output can't be written: {error}." if isinstance(error, OSError) else str(error)
    return Fault("output", said, error=type(error).__name__)


def _complete(
    place: Workplace,
    job: Job,
    executed: NotebookNode,
    origins: Mapping[str, Any],
    stages: _Stages,
) -> Path:
    """Everything that a run folder holds beside what the notebook wrote; returns its place."""
    results = _read_results(job, place.run)
    day = _last_day_seen(job, results)
    previous = previous_run(Path(job.order.out).resolve(), job.report, job.variant, day)
    facts = {
        "as_of": day.isoformat(),
        "started": stages.started.isoformat(timespec="seconds"),
        "seconds": stages.seconds,
        "previous": previous.as_of.isoformat() if previous else None,
        "late_rows": late_rows(previous.folder, place.run) if previous else None,
    }
    manifest = make_manifest(job, executed, origins, facts)
    for name in ("tables", "figures"):
        (place.run / name).mkdir(exist_ok=True)
    with stages.stage("page"):
        write_workbook(place.run, workbook_tables(executed), manifest["page"])
        manifest["files"] = _other_files(job, place.run)
        html = render_report(executed, manifest, job.declared, previous, results)
        (place.run / "report.html").write_text(html, encoding="utf-8")
        if job.order.pdf:
            print_pdf(place.run / "report.html", place.run / PDF)
    write_manifest(manifest, place.run)
    return job.home / day.isoformat()


def _other_files(job: Job, folder: Path) -> list[str]:
    """What the page links to beside its own tables and figures."""
    names = [path.name for path in folder.glob("*.xlsx")]
    return [*names, PDF] if job.order.pdf else names


def _read_results(job: Job, folder: Path) -> dict[str, Any]:
    """What the notebook recorded, with secrets removed should it have recorded one."""
    path = folder / "result.json"
    text = path.read_text(encoding="utf-8") if path.exists() else "{}"
    clean = without_secrets(text, named_secrets(job.given))
    if clean != text:
        path.write_text(clean, encoding="utf-8")
    results = json.loads(clean)
    if "as_of" not in results:
        raise ReportError(
            f"{job.report} ended without saying as of when: "
            "its notebook has to call page.meta(as_of=..., data=...)."
        )
    return dict(results)


def _last_day_seen(job: Job, results: Mapping[str, Any]) -> date:
    day = parse_date(str(results["as_of"]), "as_of")
    if job.as_of is not None and day != parse_date(job.as_of, "as_of"):
        raise ReportError(
            f"it was asked for {job.as_of} and says that it is as of {day}: its notebook has to "
            "pass its parameter as_of to page.meta."
        )
    return day


def _finish(home: Path, index: Path, stages: _Stages, *, skipped: bool = False) -> RunResult:
    results = json.loads((home / "result.json").read_text(encoding="utf-8"))
    manifest = json.loads((home / "manifest.json").read_text(encoding="utf-8"))
    warnings = tuple(manifest["warnings"])
    page = home / "report.html"
    return RunResult(home, page, index, results, warnings, stages.total(), skipped)
