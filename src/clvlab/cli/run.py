"""`clvlab run`: every report of the catalogue that is due."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clvlab.cli.exits import BY_SIGNAL, FAILED, REFUSED, in_words, short, stop
from clvlab.cli.options import CatalogueFile, Force, Out, VariantName, asked_day, catalogue_file
from clvlab.errors import InputError

if TYPE_CHECKING:
    from clvlab.reports.nights.catalogue import Catalogue
    from clvlab.reports.nights.night import Night


def run(
    *,
    as_of: Annotated[
        str | None, typer.Option(help="The last day that has been seen; yesterday if none.")
    ] = None,
    report: Annotated[
        list[str] | None, typer.Option("--report", help="Only this report; may be repeated.")
    ] = None,
    variant: VariantName = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many reports are made at a time.")] = 1,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Start the others when one has failed.")
    ] = False,
    force: Force = False,
    catalogue: CatalogueFile = None,
    out: Out = None,
) -> None:
    """Run every report that the catalogue says is due.

    Due is what has no complete run for the latest day, week, month or quarter that is over. Ends
    with 0 when all is good, 1 when a report failed or the index can't be written, 2 when the
    catalogue was refused and nothing was run, or nothing went wrong but that the parameters or
    data of a report were refused, 128 and its number when a signal ended it. What failed or was
    refused leaves a folder beside the report's runs, and the night one line in failures.txt.
    """
    with in_words():
        from clvlab.reports.nights.agenda import orders_due, standings
        from clvlab.reports.nights.night import run_night
        from clvlab.reports.nights.notice import leave_notice, notice_of
        from clvlab.reports.nights.progress import display_for

        day = asked_day(as_of)
        path = catalogue_file(catalogue)
        folder = (out or path.parent).absolute()
        known = _read_catalogue(path, day, folder)
        orders = orders_due(known, day, folder, reports=report or (), variant=variant, force=force)
        with display_for() as display:
            night = run_night(orders, display, jobs=jobs, keep_going=keep_going)
        notice = notice_of(night, day)
        # a look at one report does not make up for what another has left
        is_whole = not report and variant is None
        if notice or is_whole or not any(each.failed for each in standings(known, day, folder)):
            leave_notice(notice, folder)
    if not orders:
        typer.echo(f"nothing is due as of {day}")
        return
    _tell(night, folder / "index.html", notice)
    raise typer.Exit(_exit_code(night))


def _read_catalogue(path: Path, day: date, folder: Path) -> Catalogue:
    """The catalogue; one that is refused leaves a notice, since then nothing at all is made."""
    from clvlab.reports.nights.catalogue import read_catalogue
    from clvlab.reports.nights.notice import leave_notice, refusal_of

    try:
        return read_catalogue(path)
    except InputError as error:
        notice = refusal_of(error, day)
        if path.is_file():
            leave_notice(notice, folder)
        stop(f"{error}\n\n{notice}", REFUSED)


def _tell(night: Night, index: Path, notice: str) -> None:
    """Where the reports are, and on the error stream what went wrong, the notice last of all."""
    for outcome in night.outcomes:
        for warning in outcome.warnings:
            sys.stderr.write(f"note: {outcome.name}: {warning}\n")
        if outcome.message:
            where = f"\ndetails: {short(outcome.folder)}" if outcome.folder else ""
            sys.stderr.write(f"\n{outcome.message}{where}\n")
        if outcome.folder and not outcome.has_failed:
            typer.echo(f"report {short(outcome.folder)}/report.html")
    if index.is_file():
        typer.echo(f"index  {short(index)}")
    if notice:
        sys.stderr.write(f"\n{notice}\n")
    sys.stderr.flush()


def _exit_code(night: Night) -> int:
    if night.stopped_by is not None:
        return BY_SIGNAL + night.stopped_by
    states = {outcome.state for outcome in night.outcomes}
    if "failed" in states or night.trouble:
        return FAILED
    return REFUSED if "refused" in states else 0
