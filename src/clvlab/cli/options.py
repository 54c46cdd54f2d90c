"""Options that several commands have, and what is gathered from them."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from clvlab.errors import ParameterError, Problem, Problems

Columns = Annotated[
    str | None,
    typer.Option(help="Which column is what, as in customer_id=client,amount=quantity*price."),
]
Table = Annotated[
    str | None,
    typer.Option(help="Of a database: the table or view, or a query that begins with SELECT."),
]
DateFormat = Annotated[
    str | None, typer.Option(help="How dates are written, as in %d.%m.%Y; ISO dates need none.")
]
CatalogueFile = Annotated[
    Path | None,
    typer.Option("--catalogue", help="The catalogue; $CLVLAB_CATALOGUE or reports/catalogue.toml."),
]
Out = Annotated[
    Path | None, typer.Option(help="The folder of all reports; the catalogue's own if none.")
]
VariantName = Annotated[str | None, typer.Option("--variant", help="Only this set of parameters.")]
Force = Annotated[bool, typer.Option("--force", help="Run again what is there already.")]


def catalogue_file(asked: Path | None) -> Path:
    """The catalogue asked for, that of the environment, or the one in the folder reports."""
    return asked or Path(os.environ.get("CLVLAB_CATALOGUE", "reports/catalogue.toml"))


def gather_parameters(pairs: list[str], **options: str | None) -> dict[str, object]:
    """The notebook parameters from `-p name=value` and from options of their own.

    Raises
    ------
    ParameterError
        When a pair has no name or no equals sign, or one parameter is given twice.
    """
    problems = Problems(ParameterError)
    given: dict[str, object] = {name: text for name, text in options.items() if text is not None}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not name:
            remedy = "Write it as in -p horizon=52."
            problems.add("option -p", "must be name=value", f"got {pair!r}", remedy)
        elif name in given:
            problems.add(f"parameter '{name}'", "can't be given twice", "it is", "Leave one out.")
        else:
            given[name] = value
    problems.raise_if_any()
    return given


def asked_quantity(option: str, written: str | None) -> float | None:
    """Seconds or bytes from what `--timeout` or `--memory` was given.

    Raises
    ------
    ParameterError
        When it is not written as in "30 minutes" or "4 GB".
    """
    from clvlab.reports.orders.quantities import read_bytes, read_seconds

    if written is None:
        return None
    try:
        return read_seconds(written) if option == "timeout" else read_bytes(written)
    except ValueError as error:
        raise ParameterError(
            Problem(f"option --{option}", str(error), f"got {written!r}")
        ) from None


def asked_day(written: str | None) -> date:
    """The day of `--as-of`, yesterday when it is not given.

    Raises
    ------
    InputError
        When it is not an ISO date.
    """
    from clvlab.clock import parse_date

    if written is not None:
        return parse_date(written, "as_of")
    return datetime.now(UTC).astimezone().date() - timedelta(days=1)
