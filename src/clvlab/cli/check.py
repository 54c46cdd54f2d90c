"""`clvlab check`: a look at a company's folder, at a file of data, or at a catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clvlab.cli.exits import REFUSED, short, stop
from clvlab.cli.options import Columns, DateFormat, Table, gather_parameters
from clvlab.cli.reading import working
from clvlab.errors import ClvlabError, ParameterError, Problems

if TYPE_CHECKING:
    from clvlab.data.company.checks import CompanyCheck


def check(
    *,
    file: Annotated[
        str,
        typer.Argument(
            help="A company's folder or database; a file, a folder or a glob pattern of purchases; "
            "or a catalogue (.toml)."
        ),
    ],
    columns: Columns = None,
    table: Table = None,
    date_format: DateFormat = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", "-p", metavar="NAME=VALUE", help="How to read it, as in encoding=cp1252."
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="For a company: the last day that can have been seen.")
    ] = None,
    max_age: Annotated[
        str | None,
        typer.Option(help="For a company: how old an entry may be, as in '26 weeks'; a year."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="For a company: the folder of all reports.")
    ] = None,
    page: Annotated[
        bool, typer.Option("--page/--no-page", help="For a company: whether to write a page.")
    ] = True,
) -> None:
    """Look at data before they are used, and say what is wrong with them.

    A COMPANY'S FOLDER holds files named after its tables (customers.csv, invoices.parquet,
    purchases/), or says in tables.toml which is which. All of its tables are held together:
    what is missing, old, double, broken or impossible, and personal data in the wrong column.
    A summary is printed; the page, with every finding as a table beside it, is written to
    REPORTS/data-check/NAME/AS_OF. A SQLite or DuckDB file, or env:NAME for a database's address in
    the environment variable NAME, is looked at in the same way. Nothing that names a person is
    shown or written. Ends with 0 when there is no error (there may be cases to look at), 1 when
    there is one, 2 when it can't be told what the folder holds.

    A FILE of purchases, or a --table of a database: which column is what, and with columns what
    would be dropped or merged. Ends with 0 when it loads, and 2 when it does not or when columns
    are only proposed.

    A CATALOGUE: whether it is in order; the data that it names are not opened. Ends with 0 or 2.
    """
    try:
        reading = gather_parameters(parameter or [], date_format=date_format, table=table)
        from clvlab.data.company.tables_file import is_company

        of_company = {"as-of": as_of, "max-age": max_age, "out": out}
        if "table" not in reading and is_company(file):
            _refuse("a company's folder", {"columns": columns, **reading}, "Say it in tables.toml.")
            _check_company(file, as_of, max_age, (out or Path("reports")) if page else None)
        _refuse("a file or a catalogue", of_company, "Leave it out.")
        if Path(file).suffix == ".toml":
            typer.echo(_catalogue_in_words(file))
            return
        from clvlab.data import check_file

        with working(f"reading {Path(file).name}"):
            checked = check_file(file, columns=columns, **reading)
    except (ClvlabError, OSError) as error:
        stop(error, REFUSED)
    typer.echo(checked.text)
    raise typer.Exit(checked.exit_code)


def _refuse(what: str, given: Mapping[str, object], remedy: str) -> None:
    problems = Problems(ParameterError)
    for name, value in given.items():
        if value is not None:
            option = name.replace("_", "-")
            problems.add(f"option {option}", f"can't be used for {what}", f"got {value}", remedy)
    problems.raise_if_any()


def _check_company(folder: str, as_of: str | None, max_age: str | None, out: Path | None) -> None:
    """Print the summary, write the page where one is asked for, and end with the check's code."""
    from clvlab.cli.company_check import print_check
    from clvlab.data.company.checks import check_company

    options = {} if max_age is None else {"max_age": max_age}
    with working("looking at the tables"):
        checked = check_company(folder, as_of=as_of, **options)
    print_check(checked)
    if out is not None:
        _write(checked, out)
    raise typer.Exit(checked.exit_code)


def _write(checked: CompanyCheck, out: Path) -> None:
    from clvlab.reports.checks.files import write_check

    written = write_check(checked, out)
    if written.warning:
        typer.echo(f"note: {written.warning}", err=True)
    typer.echo(f"page     {short(written.page)}")
    typer.echo(f"findings {short(written.folder / 'findings.csv')}")


def _catalogue_in_words(file: str) -> str:
    from clvlab.reports.nights.catalogue import read_catalogue

    catalogue = read_catalogue(file)
    names = ", ".join(report.name for report in catalogue.reports) or "no report yet"
    return (
        f"{catalogue.path.name} is in order: {names}.\n"
        "The data that it names were not opened; clvlab check DATA looks at them."
    )
