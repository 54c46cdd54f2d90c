"""The page that lists every report, run and failure of an output folder."""

from __future__ import annotations

from pathlib import Path

from clvlab.reports.history.runs import find_failures, find_runs
from clvlab.reports.pages.overview import Listed, list_reports
from clvlab.reports.pages.rendering import render
from clvlab.reports.places.whole_files import one_at_a_time, write_whole
from clvlab.reports.writing.words import word


def write_index(out: Path | str) -> Path:
    """Write OUT/index.html from the run folders below OUT, in one step.

    Folders that hold no whole run are left out, so a run that is being moved does no harm. Of
    several processes each looks at the folders only when it is its turn, so the last page to be
    written knows the newest run.

    Parameters
    ----------
    out
        The folder of all reports; made when missing.

    Returns
    -------
    Path
        The index page.

    Raises
    ------
    OSError
        When it can't be written; an earlier page is then as it was.
    """
    out = Path(out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    path = out / "index.html"
    with one_at_a_time(out):
        reports = list_reports(out, find_runs(out), find_failures(out))
        write_whole(path, render("index.html.j2", reports=reports, status=_status(reports)))
    return path


def renew_index(out: Path | str) -> str:
    """Write the index where that is possible; see `write_index`.

    Returns
    -------
    str
        What prevented it, as a sentence without a full stop; empty when nothing did.
    """
    try:
        write_index(out)
    except OSError as error:
        return f"the index can't be written: {error.strerror or error}"
    return ""


def _status(reports: list[Listed]) -> str:
    """How many reports are up to date, and how many are not."""
    failed = sum(report.failing for report in reports)
    key = "index_some_failed" if failed else "index_all_good"
    return word(key, good=len(reports) - failed, failed=failed)
