"""The page that lists every report, run and failure of an output folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from clvlab.reports.history.runs import find_failures, find_runs
from clvlab.reports.pages.overview import Listed, list_reports
from clvlab.reports.pages.rendering import render
from clvlab.reports.writing.words import word


def write_index(out: Path | str) -> Path:
    """Write OUT/index.html from the run folders below OUT, in one step.

    Folders that hold no whole run are left out, so a run that is being moved does no harm.

    Parameters
    ----------
    out
        The folder of all reports; made when missing.

    Returns
    -------
    Path
        The index page.
    """
    out = Path(out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    reports = list_reports(out, find_runs(out), find_failures(out))
    html = render("index.html.j2", reports=reports, status=_status(reports))
    handle, unfinished = tempfile.mkstemp(prefix=".index-", dir=out)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(html)
    path = out / "index.html"
    Path(unfinished).chmod(0o644)
    Path(unfinished).replace(path)
    return path


def _status(reports: list[Listed]) -> str:
    """How many reports are up to date, and how many are not."""
    failed = sum(report.failing for report in reports)
    key = "index_some_failed" if failed else "index_all_good"
    return word(key, good=len(reports) - failed, failed=failed)
