"""A check among the reports: a folder like that of a run, listed by the index."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clvlab.data.company.checks import CompanyCheck
from clvlab.reports.checks.page import check_facts, check_results, check_title, render_check
from clvlab.reports.pages.index import renew_index
from clvlab.reports.places.slugs import slug
from clvlab.reports.places.workplace import workplace
from clvlab.reports.writing.tables import flat_table, write_csv, write_table

REPORT = "data-check"
"""The name under which checks stand among the reports."""


@dataclass(frozen=True)
class WrittenCheck:
    """Where a check was written.

    Attributes
    ----------
    folder
        The folder ``OUT/data-check/NAME/AS_OF``.
    page
        The page in it; the table of findings lies beside it.
    warning
        What could not be done besides, as a sentence; empty when all could.
    """

    folder: Path
    page: Path
    warning: str = ""


def write_check(check: CompanyCheck, out: Path | str) -> WrittenCheck:
    """Write a check into a reports folder, where it takes the place of one of the same day.

    The folder holds ``report.html``, ``findings.csv``, the tables as CSV and Parquet,
    ``result.json`` and ``manifest.json``: what a run leaves, so that the index lists it and
    `clvlab.load_run` reads it. It holds no table by customer.

    Parameters
    ----------
    out
        The folder of all reports; made when missing.

    Raises
    ------
    ReportError
        When nothing can be written there; an earlier check is then as it was.
    """
    import clvlab

    out = Path(out).expanduser().resolve()
    out.mkdir(parents=True, exist_ok=True)
    started, began = datetime.now(tz=UTC), time.monotonic()
    variant = slug(check.name)
    home = out / REPORT / variant / check.as_of.isoformat()
    with workplace(out) as place:
        run = place.run
        tables = {
            "findings": check.findings,
            "completeness": check.completeness,
            "freshness": check.freshness,
            "summary": check.summary,
        }
        for name, table in tables.items():
            write_table(flat_table(table), run / "tables", name)
        write_csv(flat_table(check.findings), run / "findings.csv")
        made = started.astimezone().date()
        page = render_check(check, made=made, version=clvlab.__version__)
        (run / "report.html").write_text(page, encoding="utf-8")
        manifest: dict[str, Any] = {
            "report": REPORT,
            "variant": variant,
            "title": check_title(check),
            "as_of": check.as_of.isoformat(),
            "page": check_facts(check),
            "parameters": {"max_age": f"{check.max_age_days:g} days"},
            "status": "complete",
            "versions": {"clvlab": clvlab.__version__},
            "started": started.isoformat(timespec="seconds"),
            "seconds": {"page": round(time.monotonic() - began, 3)},
        }
        _write_json(check_results(check), run / "result.json")
        _write_json(manifest, run / "manifest.json")
        place.move_to(home)
    return WrittenCheck(home, home / "report.html", renew_index(out))


def _write_json(content: object, path: Path) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")
