"""One report from its notebook: checked, executed out of sight, moved into place."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clvlab
from clvlab.clock import parse_date
from clvlab.errors import ReportError
from clvlab.reports.folders import slug, workplace
from clvlab.reports.html import page_facts, render_report
from clvlab.reports.index import write_index
from clvlab.reports.job import Job, prepare_job
from clvlab.reports.kernel import execute, shown_warnings
from clvlab.reports.provenance import code_version, data_fingerprint, installed_versions

if TYPE_CHECKING:
    from nbformat import NotebookNode


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
    """

    folder: Path
    page: Path
    index: Path
    results: dict[str, Any]
    warnings: tuple[str, ...]
    seconds: float


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

    Raises
    ------
    ParameterError
        Before anything runs: an unknown report or parameter, a wrong type, a missing file.
    ReportError
        When a cell fails, or the folder can't be written.
    """
    stages = _Stages()
    with stages.stage("parameters"):
        job = prepare_job(name_or_path, parameters or {}, as_of, data)
    with stages.stage("data"):
        fingerprint = data_fingerprint(job.data)
    out = Path(out).resolve()
    with workplace(out) as place:
        with stages.stage("notebook"):
            executed = execute(job, place)
        results = _read_results(job, place.run)
        manifest = _manifest(job, executed, fingerprint, stages)
        _write_page(job, executed, manifest, place.run, stages)
        home = _home(out, job, results)
        place.move_to(home)
    index = write_index(out)
    shown, seconds = tuple(manifest["warnings"]), stages.total()
    return RunResult(home, home / "report.html", index, results, shown, seconds)


def _read_results(job: Job, folder: Path) -> dict[str, Any]:
    try:
        results = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        results = {}
    if "as_of" not in results:
        raise ReportError(
            f"{job.report} ended without saying as of when: "
            "its notebook has to call page.meta(as_of=..., data=...)."
        )
    return dict(results)


def _manifest(
    job: Job, executed: NotebookNode, fingerprint: dict[str, object], stages: _Stages
) -> dict[str, Any]:
    facts = page_facts(executed)
    return {
        "report": job.report,
        "title": facts["title"] or job.report,
        "page": facts,
        "parameters": job.parameters,
        "data": fingerprint,
        "versions": installed_versions(),
        "code": code_version(Path(clvlab.__file__).parent),
        "started": stages.started.isoformat(timespec="seconds"),
        "seconds": stages.seconds,
        "warnings": shown_warnings(executed),
        "status": "complete",
    }


def _write_page(
    job: Job, executed: NotebookNode, manifest: dict[str, Any], folder: Path, stages: _Stages
) -> None:
    with stages.stage("page"):
        html = render_report(executed, manifest, job.declared)
        (folder / "report.html").write_text(html, encoding="utf-8")
    for name in ("tables", "figures"):
        (folder / name).mkdir(exist_ok=True)
    text = json.dumps(manifest, indent=2, ensure_ascii=False, default=str)
    (folder / "manifest.json").write_text(f"{text}\n", encoding="utf-8")


def _home(out: Path, job: Job, results: Mapping[str, Any]) -> Path:
    """OUT/report/variant/as_of; every part is a slug or a date, so none can leave OUT."""
    variant = slug(str(results.get("data_name") or ""))
    as_of = parse_date(str(results["as_of"]), "as_of")
    return out / slug(job.report, "report") / variant / as_of.isoformat()
