"""Which reports of a catalogue are due, and how each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from clvlab.errors import ParameterError, Problem, did_you_mean
from clvlab.reports.history.run_folder import FAILED, Failure, load_failure
from clvlab.reports.history.runs import runs_in, unmended
from clvlab.reports.nights.cadence import due_day, following_due_day
from clvlab.reports.nights.catalogue_entries import Catalogue, Report, Variant
from clvlab.reports.orders.job import Job
from clvlab.reports.orders.order import Order
from clvlab.reports.orders.parameters import read_parameters


@dataclass(frozen=True, slots=True)
class Standing:
    """How one variant of a report stands on a day.

    Attributes
    ----------
    report, variant
        Which it is.
    order
        What is run when it is due.
    last_run
        The as-of date of its latest complete run; None without one.
    is_due
        Whether there is no complete run for the day that the order is for.
    following
        The as-of date after that one; None for a report that is made once.
    failed
        The as-of dates, or "undated", of runs that failed since and were not made up for.
    """

    report: Report
    variant: Variant
    order: Order
    last_run: date | None
    is_due: bool
    following: date | None
    failed: tuple[str, ...]


def standings(catalogue: Catalogue, day: date, out: Path | None = None) -> list[Standing]:
    """How every report and variant of the catalogue stands when a day is over.

    Parameters
    ----------
    day
        The last day that has been seen (inclusive).
    out
        The folder of all reports; the catalogue's own when None.
    """
    out = out or catalogue.folder
    return [
        _standing(report, variant, day, out)
        for report in catalogue.reports
        for variant in report.variants
    ]


def _standing(report: Report, variant: Variant, day: date, out: Path) -> Standing:
    due, following = _due_days(report.cadence, day)
    as_of = due.isoformat() if due else None
    order = replace(
        report.order, out=str(out), variant=variant.name, as_of=as_of, layers=variant.layers
    )
    job = _job(order, report)
    order = replace(order, variant=job.variant)
    runs = sorted(_run_days(job.home))
    wanted = as_of or job.as_of
    done = date.fromisoformat(wanted) in runs if wanted else bool(runs)
    return Standing(
        report,
        variant,
        order,
        last_run=runs[-1] if runs else None,
        is_due=not done,
        following=following,
        failed=tuple(_failed_days(job.home)),
    )


def _due_days(cadence: str, day: date) -> tuple[date | None, date | None]:
    """The last day of the latest complete period, and that of the one under way.

    Raises
    ------
    ParameterError
        When one of them lies beyond the years that a calendar has.
    """
    try:
        due = due_day(cadence, day)
        return due, following_due_day(cadence, due) if due else None
    except (OverflowError, ValueError):
        rule = f"must be a day with whole periods before and after it for a {cadence} report"
        raise ParameterError(
            Problem("parameter 'as_of'", rule, f"got {day}, at the end of the calendar")
        ) from None


def _job(order: Order, report: Report) -> Job:
    """The job without a look at its data, which may be missing on the night and there the next."""
    given = {name: value for _, values in order.layers for name, value in values.items()}
    return Job(order, report.notebook, read_parameters(report.notebook), given, {}, {})


def _run_days(home: Path) -> list[date]:
    """The as-of dates of the complete runs in a folder."""
    days = []
    for manifest in home.glob("*/manifest.json"):
        with suppress(ValueError):
            days.append(date.fromisoformat(manifest.parent.name))
    return days


def _failed_days(home: Path) -> list[str]:
    """The days, or "undated", of failures that no complete run has made up for."""
    folders = home.glob(f"*{FAILED}")
    failures = [load_failure(folder) or Failure(folder, {}) for folder in folders]
    standing = unmended(failures, runs_in(home)) if failures else []
    return sorted(failure.folder.name.removesuffix(FAILED) for failure in standing)


def orders_due(
    catalogue: Catalogue,
    day: date,
    out: Path | None = None,
    *,
    reports: Sequence[str] = (),
    variant: str | None = None,
    force: bool = False,
) -> list[Order]:
    """The orders for every report that is due when a day is over.

    A report is due when there is no complete run of it, its variant and the last day of the latest
    complete period; so a night that was missed is made up for.

    Parameters
    ----------
    day
        The last day that has been seen (inclusive).
    out
        The folder of all reports; the catalogue's own when None.
    reports, variant
        Only these; everything when empty.
    force
        Whether to order reports again that are complete.

    Raises
    ------
    ParameterError
        When the catalogue has no such report or variant.
    """
    wanted = {catalogue.report(name).name for name in reports}
    chosen = [
        standing
        for standing in standings(catalogue, day, out)
        if not wanted or standing.report.name in wanted
    ]
    if variant is not None:
        known = sorted({standing.order.variant for standing in chosen})
        if variant not in known:
            remedy = did_you_mean(variant, known) if known else "It has none."
            where = ", ".join(sorted(wanted)) or catalogue.path.name
            raise ParameterError(
                Problem(f"variant '{variant}'", f"must be one of {where}", "it is not", remedy)
            )
        chosen = [standing for standing in chosen if standing.order.variant == variant]
    return [replace(each.order, force=force) for each in chosen if force or each.is_due]


def name_of(order: Order) -> str:
    """The report and its variant, as in messages.

    Examples
    --------
    >>> name_of(Order("clv-study.ipynb", "reports", "clv-study", "north"))
    'clv-study/north'
    """
    return "/".join(filter(None, (order.report or Path(order.notebook).stem, order.variant)))
