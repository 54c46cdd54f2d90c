"""`clvlab report`: one report, from a notebook or from the catalogue."""

from __future__ import annotations

import re
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clvlab.cli.catalogues import catalogue_with
from clvlab.cli.exits import BY_SIGNAL, FAILED, in_words, short, stop
from clvlab.cli.options import (
    CatalogueFile,
    Columns,
    DateFormat,
    Force,
    Out,
    Table,
    asked_quantity,
    gather_parameters,
)
from clvlab.cli.reading import working
from clvlab.errors import ParameterError, Problem, ReportError

if TYPE_CHECKING:
    from clvlab.reports.orders.order import Order
    from clvlab.reports.running.run import RunResult

_SIGNAL = re.compile(r"\bSIG[A-Z]+\b")


def report(
    *,
    name: Annotated[str, typer.Argument(help="A report's name, or the path of a notebook.")],
    data: Annotated[
        str | None,
        typer.Option(
            help="A file, a folder, a database or env:NAME for one, or the name of a data set."
        ),
    ] = None,
    columns: Columns = None,
    table: Table = None,
    date_format: DateFormat = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="One notebook parameter."),
    ] = None,
    parameters: Annotated[
        Path | None, typer.Option("--parameters", help="A TOML or YAML file of parameters.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="The last day seen, as in 1998-06-30.")] = None,
    variant: Annotated[
        str | None, typer.Option(help="Which set of parameters of the catalogue; or a name for it.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print report.pdf; needs Chromium.")] = False,
    force: Force = False,
    timeout: Annotated[
        str | None, typer.Option(help="How long it may take, as in '30 minutes'.")
    ] = None,
    memory: Annotated[
        str | None, typer.Option(help="How much memory it may hold, as in '4 GB'.")
    ] = None,
    catalogue: CatalogueFile = None,
    out: Out = None,
) -> None:
    """Run one report and print where it is.

    Parameters come from the catalogue when it has a report of that name, then from the file, then
    from the command line. A run with other parameters than the catalogue's is kept apart, as the
    variant NAME-what-if. Ends with 0 when all is good, 1 when the report failed (an earlier one
    stays in place), 2 when a parameter was refused before anything ran, 128 and its number when a
    signal ended it, as 143 for SIGTERM.
    """
    with in_words():
        given = gather_parameters(
            parameter or [], data=data, columns=columns, table=table, date_format=date_format
        )
        as_of = _take_as_of(given, as_of)
        order = _base_order(name, catalogue, variant, owns_data="data" in given)
        of_own_data = "data" in given and variant is None
        order = _with_layers(order, parameters, given)
        if order.report and not of_own_data and (parameters or given.keys() - {"as_of"}):
            order = _kept_apart(order)
        order = replace(order, as_of=as_of, force=force, pdf=pdf or order.pdf)
        order = replace(order, out=str(out or order.out))
        order = _limited(order, timeout, memory)
        try:
            result = _run(order)
        except ReportError as error:
            _tell_failure(error)
    _tell(result)


def _take_as_of(given: dict[str, object], as_of: str | None) -> str | None:
    """The date of `--as-of`, or of `-p as_of=`, which says the same."""
    if as_of is not None and "as_of" in given:
        raise ParameterError(
            Problem("parameter 'as_of'", "can't be given twice", "it is", "Leave one out.")
        )
    return as_of


def _base_order(
    name: str, catalogue: Path | None, variant: str | None, *, owns_data: bool
) -> Order:
    """The order as the catalogue has it, or one for the notebook alone."""
    from clvlab.reports.orders.order import Order

    known = catalogue_with(name, catalogue)
    if known is None:
        return Order(name, "reports", variant=variant or "")
    entry = known.report(name)
    order = replace(entry.order, out=str(known.folder))
    if owns_data and variant is None:
        return replace(order, layers=entry.base)
    chosen = entry.variant(variant)
    if variant is None and len(entry.variants) > 1:
        others = ", ".join(each.name for each in entry.variants[1:])
        sys.stderr.write(f"note: this is the variant {chosen.name}; there are also {others}.\n")
    return replace(order, variant=chosen.name, layers=chosen.layers)


def _with_layers(order: Order, file: Path | None, given: dict[str, object]) -> Order:
    """The order with the parameters of a file and of the command line on top."""
    from clvlab.reports.orders.parameter_files import read_parameter_file, rebased

    base = Path(order.data_folder or Path.cwd()).absolute()
    layers = list(order.layers)
    if file is not None:
        values = read_parameter_file(file)
        layers.append((f"file {file.name}", rebased(values, file.absolute().parent, base)))
    if given:
        layers.append(("command line", rebased(given, Path.cwd(), base)))
    return replace(order, layers=tuple(layers))


def _kept_apart(order: Order) -> Order:
    """A run that the catalogue would make otherwise, so that it does not take the place of one."""
    name = "-".join(filter(None, (order.variant, "what-if")))
    sys.stderr.write(f"note: not as the catalogue has it, so it is kept apart as {name}.\n")
    return replace(order, variant=name)


def _limited(order: Order, timeout: str | None, memory: str | None) -> Order:
    seconds, size = asked_quantity("timeout", timeout), asked_quantity("memory", memory)
    return replace(
        order,
        timeout_seconds=order.timeout_seconds if seconds is None else seconds,
        memory_bytes=order.memory_bytes if size is None else int(size),
    )


def _run(order: Order) -> RunResult:
    name = order.report or Path(order.notebook).stem
    with working(f"running {name}") as line:
        from clvlab.reports.running import run as runs

        def advance(done: int, cells: int) -> None:
            line.text = f"running {name}, cell {done + 1} of {cells}"

        return runs.run_order(order, advance)


def _tell(result: RunResult) -> None:
    for warning in result.warnings:
        typer.echo(f"note: {warning}", err=True)
    if result.skipped:
        same = "the same data, parameters and versions were run before; --force runs them again"
        typer.echo(f"note: {same}.", err=True)
    typer.echo(f"run    {short(result.folder)}")
    typer.echo(f"report {short(result.page)}")
    typer.echo(f"index  {short(result.index)}")


def _tell_failure(error: ReportError) -> None:
    details = f"\ndetails: {short(error.folder)}" if error.folder else ""
    said = f"{error}\nAn earlier report, if there is one, is still in place.{details}"
    stop(said, _exit_code(error))


def _exit_code(error: ReportError) -> int:
    """That of a failure, or what a shell would say when a signal ended the run."""
    from clvlab.reports.places.stopping import StoppedError

    told = _SIGNAL.search(error.line) if isinstance(error.__context__, StoppedError) else None
    return BY_SIGNAL + signal.Signals[told[0]] if told else FAILED
