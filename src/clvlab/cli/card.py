"""`clvlab card`: one customer on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clvlab.cli.exits import FAILED, in_words, short, stop
from clvlab.cli.options import Force, gather_parameters
from clvlab.errors import ReportError


def card(
    *,
    customer: Annotated[str, typer.Argument(help="The customer's id, as reports show it.")],
    data: Annotated[str, typer.Option(help="The company's folder or database.")],
    as_of: Annotated[str | None, typer.Option(help="The last day seen, as in 1998-06-30.")] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="One notebook parameter."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder of all reports.")] = Path("reports"),
    identified: Annotated[
        Path | None,
        typer.Option("--identified", help="A page with the customer's name, outside of reports."),
    ] = None,
    force: Force = False,
) -> None:
    """Make the card of one customer and print where it is.

    The card names nobody. With --identified a second page says who the customer is and how to
    reach them; the card's manifest names that page. Every opening is noted in OUT/usage.csv with
    the owner of the customer's file. Ends with 0 when all is good, 1 when the card failed, 2 when
    a parameter was refused.
    """
    with in_words():
        from clvlab.relations.usage import USAGE_FILE, note_opening
        from clvlab.reports.exports.identified_card import export_identified_card
        from clvlab.reports.running.run import run_report

        given = gather_parameters(parameter or [])
        try:
            made = run_report(
                "customer-card",
                parameters={**given, "customer": customer},
                out=out,
                as_of=as_of,
                data=data,
                variant=f"card-{customer}",
                force=force,
            )
        except ReportError as error:
            stop(str(error), FAILED)
        if identified is not None:
            export_identified_card(made.folder, data, identified)
        named = identified is not None
        owner = str(made.results.get("owner") or "")
        note_opening(out / USAGE_FILE, customer, owner=owner, identified=named)
        typer.echo(f"card   {short(made.page)}")
        if identified is not None:
            typer.echo(f"{short(identified)} holds personal data of one customer.")
