"""`clvlab simulate`: data of customers who do not exist, with the truth beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clvlab.cli.exits import in_words, short

simulate = typer.Typer(
    help="Make data of customers who do not exist, with the truth beside them.",
    no_args_is_help=True,
)


@simulate.callback()
def main() -> None:
    """Make data of customers who do not exist, with the truth beside them."""


@simulate.command()
def company(
    *,
    seed: Annotated[int, typer.Option(help="The same seed makes the same bytes.")],
    out: Annotated[Path, typer.Option(help="The folder to write; made when missing.")],
    customers: Annotated[int, typer.Option(help="How many, from 20 to 100000.")] = 600,
    years: Annotated[int, typer.Option(help="Calendar years from 2020, 1 to 20.")] = 4,
    clean: Annotated[bool, typer.Option("--clean", help="Plant no errors.")] = False,
    dirty: Annotated[
        bool,
        typer.Option(
            "--dirty",
            help="Write some tables as careless exports are: other encodings, decimal commas, "
            "Chinese names of columns, dates in three forms. No other errors are planted.",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over what an earlier run left in the folder.")
    ] = False,
) -> None:
    """Write a company's tables: a seller of interactive blackboards that does not exist.

    Customers, purchases, leads, campaigns, contacts, invoices, losses, surveys, costs and
    benefits, with errors as they occur. The folder truth in it holds every rate, what is true of
    each customer, and every error that was planted.
    """
    with in_words():
        from clvlab.errors import InputError, Problem
        from clvlab.simulate.company import refuse_full, simulate_company, write_company

        if clean and dirty:
            rule, found = "can't come with --clean", "both are given"
            remedy = "With --dirty no other errors are planted anyway."
            raise InputError(Problem("option --dirty", rule, found, remedy))
        refuse_full(out, force=force)
        made = simulate_company(customers, seed=seed, years=years, errors=not (clean or dirty))
        write_company(made, out, dirty=dirty, force=force)
    for name, table in made.tables.items():
        typer.echo(f"{len(table):>9,}  {name}")
    planted = len(made.truth["errors"]) if "errors" in made.truth else 0
    typer.echo(f"wrote  {short(out.absolute())}, simulated, with {planted:,} errors planted")
    typer.echo(f"truth  {short(out.absolute() / 'truth')}")
