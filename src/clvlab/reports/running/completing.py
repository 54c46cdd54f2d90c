"""A run folder made complete: page, workbook, print and manifest beside what the notebook wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clvlab.clock import parse_date
from clvlab.errors import ReportError
from clvlab.reports.exports.pdf import print_pdf
from clvlab.reports.exports.workbook import workbook_tables, write_workbook
from clvlab.reports.history.late_rows import late_rows
from clvlab.reports.history.runs import Run, previous_run
from clvlab.reports.orders.job import Job
from clvlab.reports.orders.secret_files import refuse_secrets_in_files
from clvlab.reports.orders.secrets import named_secrets, without_secrets
from clvlab.reports.pages.report_page import render_report
from clvlab.reports.places.workplace import Workplace
from clvlab.reports.running.manifest import make_manifest, write_manifest
from clvlab.reports.running.stages import Stages
from clvlab.reports.writing.results import results_json
from clvlab.reports.writing.words import word

if TYPE_CHECKING:
    from nbformat import NotebookNode

PDF = "report.pdf"


def complete(
    place: Workplace,
    job: Job,
    executed: NotebookNode,
    origins: Mapping[str, Any],
    stages: Stages,
) -> Path:
    """Add to a run folder all that the notebook did not write itself.

    Parameters
    ----------
    place, job
        What was run, and where.
    executed
        The notebook with its outputs.
    origins
        From `clvlab.reports.running.manifest.origin`.
    stages
        Keeps the time that the page takes.

    Returns
    -------
    Path
        Where the folder belongs.

    Raises
    ------
    ReportError
        When the notebook does not say as of when, or says another day than it was asked for;
        when one of its tables holds what a variable stands for.
    """
    results = _read_results(job, place.run)
    day = _last_day_seen(job, results)
    previous = previous_run(Path(job.order.out).resolve(), job.report, job.variant, day)
    facts = {
        "as_of": day.isoformat(),
        "started": stages.started.isoformat(timespec="seconds"),
        "seconds": stages.seconds,
        "previous": previous.as_of.isoformat() if previous else None,
        "late_rows": _late_rows(previous, place.run, job) if previous else None,
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
    refuse_secrets_in_files(place.run, named_secrets(job.parameters))
    return job.home / day.isoformat()


def _late_rows(previous: Run, folder: Path, job: Job) -> dict[str, Any] | None:
    read_before = previous.manifest.get("parameters")
    return late_rows(previous.folder, folder, read_before, job.parameters)


def _other_files(job: Job, folder: Path) -> list[str]:
    """What the page links to beside its own tables and figures."""
    names = [path.name for path in folder.glob("*.xlsx")]
    return [*names, PDF] if job.order.pdf else names


def _read_results(job: Job, folder: Path) -> dict[str, Any]:
    """What the notebook recorded, with secrets removed should it have recorded one."""
    path = folder / "result.json"
    recorded = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    results = without_secrets(recorded, named_secrets(job.parameters))
    if results != recorded:
        path.write_text(results_json(results), encoding="utf-8")
    if "as_of" not in results:
        raise ReportError(word("fault_no_day"))
    return dict(results)


def _last_day_seen(job: Job, results: Mapping[str, Any]) -> date:
    day = parse_date(str(results["as_of"]), "as_of")
    if job.as_of is not None and day != parse_date(job.as_of, "as_of"):
        raise ReportError(word("fault_other_day", asked=job.as_of, day=day))
    return day
