"""The command line: `clvlab report`, `clvlab check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

import clvlab
from clvlab.errors import ClvlabError, InputError, ParameterError, Problem

FAILED = 1
REFUSED = 2

app = typer.Typer(
    name="clvlab",
    help="Customer lifetime value reports from a company's own records.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Columns = Annotated[
    str | None,
    typer.Option(help="Which column is what, as in customer_id=client,amount=quantity*price."),
]
DateFormat = Annotated[
    str | None, typer.Option(help="How dates are written, as in %d.%m.%Y; ISO dates need none.")
]


def _show_version(value: bool) -> None:  # noqa: FBT001 - the option's own signature
    if value:
        typer.echo(f"clvlab {clvlab.__version__}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and leave."
        ),
    ] = False,
) -> None:
    """Customer lifetime value reports from a company's own records."""
    del version  # its callback has seen to it


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="A report's name, or the path of a notebook.")],
    data: Annotated[
        str | None, typer.Option(help="A file, a folder, or the name of an embedded data set.")
    ] = None,
    columns: Columns = None,
    date_format: DateFormat = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="One notebook parameter."),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="The last day seen, as in 1998-06-30.")] = None,
    out: Annotated[Path, typer.Option(help="The folder of all reports.")] = Path("reports"),
) -> None:
    """Run one report and print where it is.

    Ends with 0 when all is good, 1 when the report failed (an earlier one stays in place), 2 when
    a parameter was refused before anything ran.
    """
    try:
        given = _gather(parameter or [], columns=columns, date_format=date_format)
        _run(name, given, out=out, as_of=as_of, data=data)
    except InputError as error:
        _stop(error, REFUSED)
    except (ClvlabError, OSError) as error:
        _stop(error, FAILED)


def _gather(pairs: list[str], **options: str | None) -> dict[str, object]:
    """The notebook parameters from `-p name=value` and from options of their own."""
    given: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            remedy = "Write it as in -p horizon=52."
            raise ParameterError(
                Problem("option -p", "must be name=value", f"got {pair!r}", remedy)
            )
        given[name.strip()] = value
    return given | {name: value for name, value in options.items() if value is not None}


def _run(
    name: str, given: dict[str, object], *, out: Path, as_of: str | None, data: str | None
) -> None:
    from rich.console import Console

    with Console(stderr=True).status(f"running {name}"):
        from clvlab.reports import run_report

        result = run_report(name, parameters=given, out=out, as_of=as_of, data=data)
    for warning in result.warnings:
        typer.echo(f"note: {warning}", err=True)
    typer.echo(f"run    {_short(result.folder)}")
    typer.echo(f"report {_short(result.page)}")
    typer.echo(f"index  {_short(result.index)}")


def _short(path: Path) -> str:
    """The path from here when it lies below, otherwise in full."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


@app.command()
def check(
    file: Annotated[str, typer.Argument(help="A file, a folder or a glob pattern.")],
    columns: Columns = None,
    date_format: DateFormat = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", "-p", metavar="NAME=VALUE", help="How to read it, as in encoding=cp1252."
        ),
    ] = None,
) -> None:
    """Look at a file: which column is what, and with columns what would be dropped or merged."""
    try:
        from clvlab.data import check_file

        reading = _gather(parameter or [], date_format=date_format)
        checked = check_file(file, columns=columns, **reading)
    except (ClvlabError, OSError) as error:
        _stop(error, REFUSED)
    typer.echo(checked.text)
    raise typer.Exit(checked.exit_code)


def _stop(error: Exception, code: int) -> NoReturn:
    """Say what is wrong on the error stream and end with the exit code."""
    kept = "\nAn earlier report, if there is one, is still in place." if code == FAILED else ""
    sys.stderr.write(f"{error}{kept}\n")
    raise typer.Exit(code)
