"""Every run that is kept below a folder of reports: found, compared by date, looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from clvlab.clock import parse_date
from clvlab.errors import InputError, ParameterError, Problem, did_you_mean
from clvlab.reports.history.run_folder import FAILED, Failure, Run, load_failure, load_run
from clvlab.reports.places.slugs import slug

__all__ = [
    "Failure",
    "Run",
    "find_failures",
    "find_run",
    "find_runs",
    "load_run",
    "previous_run",
    "runs_in",
    "unmended",
]


def find_runs(out: Path | str) -> list[Run]:
    """Every finished run below a reports folder, by report, variant and date.

    Folders that hold no whole run are left out, so one that is being moved does no harm.
    """
    return _whole_runs(Path(out).resolve(), "[!.]*/[!.]*/[!.]*/manifest.json")


def _whole_runs(folder: Path, pattern: str) -> list[Run]:
    runs = []
    for path in folder.glob(pattern):
        try:
            runs.append(load_run(path.parent))
        except InputError:
            continue
    return sorted(runs, key=lambda run: (run.report, run.variant, run.as_of, run.started))


def find_failures(out: Path | str) -> list[Failure]:
    """Every failed run below a reports folder that no later success has replaced."""
    paths = Path(out).resolve().glob(f"[!.]*/[!.]*/[!.]*{FAILED}/failure.json")
    found = [failure for path in paths if (failure := load_failure(path.parent)) is not None]
    return sorted(found, key=lambda failure: (failure.report, failure.variant, failure.folder.name))


def runs_in(home: Path) -> list[Run]:
    """Every finished run of one report and variant, by date; `home` is their folder."""
    return _whole_runs(home, "[!.]*/manifest.json")


def unmended(failures: Iterable[Failure], runs: Sequence[Run]) -> list[Failure]:
    """The failures of one report and variant that none of its runs has made up for.

    That are those that began after every run had, unless they are of an earlier day than the
    newest run.

    Parameters
    ----------
    failures
        As they were found; a failure that does not say when it began counts by its day.
    runs
        All finished runs.
    """
    last_day = max((run.as_of for run in runs), default=date.min)
    last_start = max((run.started for run in runs), default="")
    return [
        failure
        for failure in failures
        if (not failure.started or failure.started > last_start)
        and (failure.as_of is None or failure.as_of >= last_day)
    ]


def previous_run(
    out: Path | str, report: str, variant: str, as_of: date | str | None = None
) -> Run | None:
    """The latest finished run before a date, or the latest of all when no date is given.

    Parameters
    ----------
    out
        The folder of all reports.
    report, variant
        Names, as they are in the manifest or as folders.
    as_of
        The day before which the run has to be, which is itself not included.
    """
    day = None if as_of is None else parse_date(as_of, "as_of")
    folder = Path(out).resolve() / slug(report, "report") / slug(variant)
    earlier = [run for run in runs_in(folder) if day is None or run.as_of < day]
    return earlier[-1] if earlier else None


def find_run(out: Path | str, report: str, as_of: date | str, variant: str | None = None) -> Run:
    """The run of a report, as of a day.

    Parameters
    ----------
    out
        The folder of all reports.
    report
        The report's name.
    as_of
        The last day seen.
    variant
        Which one, when the report has several for that day.

    Raises
    ------
    ParameterError
        When there is none, or several variants and none was named.
    """
    day = parse_date(as_of, "as_of")
    runs = find_runs(out)
    of_report = _narrow(runs, report, [run.report for run in runs], f"report '{report}'")
    if variant is not None:
        known = [run.variant for run in of_report]
        of_report = _narrow(of_report, variant, known, f"variant '{variant}' of {report}")
    days = [run.as_of.isoformat() for run in of_report]
    found = _narrow(of_report, day.isoformat(), days, f"{report} as of {day}")
    if len(found) > 1:
        variants = ", ".join(run.variant for run in found)
        raise ParameterError(
            Problem("the variant", "must be given", f"{report} has several as of {day}: {variants}")
        )
    return found[0]


def _narrow(runs: list[Run], wanted: str, names: list[str], subject: str) -> list[Run]:
    """The runs whose name is the wanted one."""
    found = [run for run, name in zip(runs, names, strict=True) if name == wanted]
    if not found:
        remedy = did_you_mean(wanted, sorted(set(names))) if names else "No run has been made yet."
        raise ParameterError(Problem(subject, "must have been run", "it has not", remedy))
    return found
