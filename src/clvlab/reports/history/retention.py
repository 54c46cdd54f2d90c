"""Old runs are pruned by a stated rule; what is no run folder is never touched."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clvlab.errors import InputError, ParameterError, Problems
from clvlab.reports.history.run_folder import FAILED, Run, load_failure, load_run
from clvlab.reports.places.workplace import workplace

NEWEST, MONTH_ENDS = 60, 24
"""What is kept when a catalogue does not say."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Which runs of one report and variant are kept.

    Attributes
    ----------
    newest
        How many of the newest runs; at least one.
    month_ends
        Beyond these, of how many months the last run; 0 for none.

    Raises
    ------
    ParameterError
        When a number is too small or not whole.
    """

    newest: int = NEWEST
    month_ends: int = MONTH_ENDS

    def __post_init__(self) -> None:
        problems = Problems(ParameterError)
        for name, least in (("newest", 1), ("month_ends", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                rule = f"must be a whole number of at least {least}"
                problems.add(f"the retention rule's '{name}'", rule, f"got {value!r}")
        problems.raise_if_any()


def runs_to_prune(runs: Iterable[date], rule: RetentionRule) -> list[date]:
    """The as-of days of the runs that a rule does not keep, the oldest first.

    Parameters
    ----------
    runs
        The as-of days of the runs of one report and variant.
    rule
        Keeps the `newest` runs, and of the older ones the last run of each of the latest
        `month_ends` months that still have one. A month whose last run is among the newest ones
        is kept by it, and not counted.

    Examples
    --------
    >>> days = [date(2024, 1, 30), date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 1)]
    >>> runs_to_prune(days, RetentionRule(newest=1, month_ends=1))
    [datetime.date(2024, 1, 30), datetime.date(2024, 1, 31)]
    """
    days = sorted(set(runs))
    last_of_month = {(day.year, day.month): day for day in days}
    older = days[: -rule.newest]
    ends = [day for day in older if last_of_month[day.year, day.month] == day]
    kept = set(ends[-rule.month_ends :]) if rule.month_ends else set()
    return [day for day in older if day not in kept]


def prune(out: Path | str, rule: RetentionRule, *, dry_run: bool = False) -> list[Path]:
    """Remove the runs that a rule does not keep, report by report and variant by variant.

    Each folder leaves its place in one step, by a rename into the folder of unfinished runs, and
    is deleted there; a process that is killed leaves nothing half-deleted in sight. What is not
    the folder of a complete run, with its `manifest.json` and named after its day, is not touched,
    nor are links. A failed run (a folder `*.failed` with a `failure.json`) goes when it is older
    than the newest run kept. No page is written anew; call `write_index` afterwards.

    Parameters
    ----------
    out
        The folder of all reports.
    rule
        What is kept.
    dry_run
        True to change nothing.

    Returns
    -------
    list of Path
        The folders that were removed, or would be.

    Raises
    ------
    ReportError
        When nothing can be written to `out`.
    """
    out = Path(out).resolve()
    doomed = [
        folder
        for variant in sorted(out.glob("[!.]*/[!.]*"))
        if variant.is_dir() and not variant.is_symlink() and not variant.parent.is_symlink()
        for folder in _doomed(variant, rule)
    ]
    if dry_run or not doomed:
        return doomed
    removed = []
    with workplace(out) as place:
        for number, folder in enumerate(doomed):
            with suppress(FileNotFoundError):  # another process took it away just now
                folder.rename(place.run / str(number))
                removed.append(folder)
    for folder in removed:
        _remove_empty_parents(folder, out)
    return removed


def _doomed(variant: Path, rule: RetentionRule) -> list[Path]:
    """The folders of one report and variant that go."""
    folders = [path for path in sorted(variant.iterdir()) if path.is_dir()]
    found = [_run(folder) for folder in folders if not folder.is_symlink()]
    runs = {run.as_of: run for run in found if run is not None}
    if not runs:
        return []
    newest = runs[max(runs)]
    failed = [folder for folder in folders if _is_older_failure(folder, newest)]
    return [*(runs[day].folder for day in runs_to_prune(runs, rule)), *failed]


def _run(folder: Path) -> Run | None:
    """The complete run in a folder that is named after its day."""
    try:
        run = load_run(folder)
        return run if run.as_of.isoformat() == folder.name else None
    except InputError:
        return None


def _is_older_failure(folder: Path, newest: Run) -> bool:
    """Whether a folder is a failed run of an earlier day, or an undated one that began earlier."""
    failure = load_failure(folder) if folder.name.endswith(FAILED) else None
    if failure is None or folder.is_symlink():
        return False
    if failure.as_of is not None:
        return failure.as_of < newest.as_of
    return "" < failure.started < newest.started


def _remove_empty_parents(folder: Path, out: Path) -> None:
    with suppress(OSError):  # it holds other runs
        for parent in folder.parents:
            if parent == out:
                return
            parent.rmdir()
