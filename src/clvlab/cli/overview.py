"""`clvlab list` and `clvlab describe`: what reports there are, and what they can be told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clvlab.cli.catalogues import catalogue_with
from clvlab.cli.exits import in_words
from clvlab.cli.options import CatalogueFile, Out, asked_day, catalogue_file

if TYPE_CHECKING:
    from clvlab.reports.nights.agenda import Standing
    from clvlab.reports.nights.catalogue import Report
    from clvlab.reports.orders.parameters import Parameter


def list_reports(
    *,
    as_of: Annotated[
        str | None, typer.Option(help="The last day that has been seen; yesterday if none.")
    ] = None,
    catalogue: CatalogueFile = None,
    out: Out = None,
) -> None:
    """List the reports of the catalogue: how often, last run, next due, and how they stand."""
    with in_words():
        from clvlab.cli.tables import print_rows
        from clvlab.reports.nights.agenda import standings
        from clvlab.reports.nights.catalogue import read_catalogue

        known = read_catalogue(catalogue_file(catalogue))
        rows = [_row(each) for each in standings(known, asked_day(as_of), out)]
        if not rows:
            typer.echo(f"{known.path.name} has no reports yet.")
            return
        print_rows(("report", "variant", "cadence", "last run", "next due", "status"), rows)


def _row(standing: Standing) -> tuple[str, ...]:
    report, order = standing.report, standing.order
    following = standing.following.isoformat() if standing.following else "–"
    due = order.as_of or "once" if standing.is_due else following
    last = standing.last_run.isoformat() if standing.last_run else "never"
    return report.name, order.variant, report.cadence, last, due, _status(standing)


def _status(standing: Standing) -> str:
    if standing.failed:
        return f"failed ({', '.join(standing.failed)})"
    return "due" if standing.is_due else "up to date"


def describe(
    name: Annotated[str, typer.Argument(help="A report's name, or the path of a notebook.")],
    catalogue: CatalogueFile = None,
) -> None:
    """Describe a report: its notebook, its variants, and every parameter that it takes."""
    with in_words():
        from clvlab.cli.tables import print_rows
        from clvlab.reports.orders.parameters import read_parameters

        entry = _entry(name, catalogue)
        notebook = entry.notebook if entry else _notebook(name)
        parameters = read_parameters(notebook)
        typer.echo("\n".join([entry.name if entry else notebook.stem, *_facts(entry, notebook)]))
        typer.echo()
        if not parameters:
            typer.echo("It takes no parameters.")
            return
        rows = [_parameter_row(each) for each in parameters]
        print_rows(("parameter", "must be", "unit", "default", "meaning"), rows)


def _entry(name: str, asked: Path | None) -> Report | None:
    known = catalogue_with(name, asked)
    return None if known is None else known.report(name)


def _notebook(name: str) -> Path:
    from clvlab.reports.orders.notebooks import find_notebook

    return find_notebook(name)


def _facts(entry: Report | None, notebook: Path) -> list[str]:
    """Description, notebook, cadence and what each variant sets."""
    from clvlab.cli.exits import short

    facts = [entry.description] if entry and entry.description else [_question(notebook)]
    facts.append(f"notebook  {short(notebook)}")
    if entry is not None:
        facts.append(f"cadence   {entry.cadence}")
        for variant in entry.variants:
            given = {key: value for _, values in variant.layers for key, value in values.items()}
            told = ", ".join(f"{key} = {value}" for key, value in given.items())
            facts.append(f"variant   {variant.name or '(by its data)'}: {told or 'as it is'}")
    return facts


def _question(notebook: Path) -> str:
    """The first heading of a notebook."""
    from clvlab.reports.orders.notebooks import read_notebook

    for cell in read_notebook(notebook).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            return str(cell.source.splitlines()[0].removeprefix("# "))
    return ""


def _parameter_row(parameter: Parameter) -> tuple[str, ...]:
    from clvlab.reports.orders.written_secrets import written_secret

    default = parameter.default
    shown = "none" if default is None else str(default)
    if written_secret(default):
        shown = "(holds a password)"
    return parameter.name, parameter.expected, parameter.unit, shown, parameter.help
