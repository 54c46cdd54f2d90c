"""A list of a run with the names of its customers: written only where someone asks for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from clvlab.data.company import identify
from clvlab.errors import InputError, Problem
from clvlab.reports.history.run_folder import Run, load_run
from clvlab.reports.places.whole_files import write_whole
from clvlab.reports.writing.tables import flat_table, write_csv


def export_identified(
    run: Run | Path | str, table: str, company: Path | str, out: Path | str
) -> pd.DataFrame:
    """Join a table of a run back to who its customers are, and write it as CSV.

    The run's manifest then names the export under ``identified_exports``: ``table``, ``columns``,
    ``rows``, ``file`` (its name, no folder) and ``written`` (UTC). What is written holds personal
    data, so it may not lie in a folder of reports.

    Parameters
    ----------
    run
        A finished run, or its folder.
    table
        Name of a table of the run that has a column ``customer_id``.
    company
        The company's folder or database, with a table ``customers``.
    out
        The file to write; it must not exist.

    Returns
    -------
    pandas.DataFrame
        What was written.

    Raises
    ------
    InputError
        When the table is not there or is not of this company's customers, or `out` exists or lies
        among reports.
    NotAvailableError
        When the company has no table of customers.
    """
    found = run if isinstance(run, Run) else load_run(run)
    path = Path(out).expanduser()
    refuse_place(path, found.folder)
    listed = identify(found.tables[table], company)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_csv(flat_table(listed), path)
    note_export(found, table, listed, path)
    return listed


def refuse_place(path: Path, folder: Path) -> None:
    """Refuse a file that exists, or that lies among the reports that a run folder belongs to."""
    subject = f"file {path.name}"
    if path.exists():
        raise InputError(Problem(subject, "can't be written over", "it exists", "Name another."))
    # A run folder is REPORTS/report/variant/date: nobody expects names below REPORTS.
    reports = folder.resolve().parents[2]
    if path.resolve().is_relative_to(reports):
        rule = "can't lie in the folder of reports, which hold no personal data"
        raise InputError(Problem(subject, rule, f"{reports.name} is one", "Name another folder."))


def note_export(run: Run, table: str, listed: pd.DataFrame, path: Path) -> None:
    """Write into a run's manifest what of it was exported with names, and to which file."""
    entry = {
        "table": table,
        "columns": [str(name) for name in listed.columns],
        "rows": len(listed),
        "file": path.name,
        "written": datetime.now(tz=UTC).isoformat(timespec="seconds"),
    }
    manifest = dict(run.manifest)
    manifest["identified_exports"] = [*manifest.get("identified_exports", []), entry]
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    write_whole(run.folder / "manifest.json", text)
