"""Time clvlab against its peers in one run and print ratios.

    python benchmarks/run.py [customers pareto posterior start] [--repeats 3] [--write FILE]

Both answer the same question on the same data, in turn, in one process; compiled code is warm.
Ratios hold across machines, seconds do not. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console

import clvlab
from measuring import Row, Timed, as_markdown, machine, on_screen
from posterior import posterior_row
from stages import Stage, pareto_stages, simulated_summary, stages
from start import start_lines

PARTS = ("customers", "pareto", "posterior", "start")
CUSTOMERS, PARETO_CUSTOMERS = 1_000_000, 100_000
WIDTH = 130
SHORT, MORE_OFTEN = 0.03, 5
"""Seconds below which a median of a few calls says little, and how much oftener it is asked."""
WHY = (
    "Answers differ by what the optimizers leave, and for CLV on purpose: lifetimes discounts at "
    "the ends of twelve months of 30 days, clvlab continuously over 365 days."
)


def main() -> None:
    """Run the parts that were asked for and print a table of each."""
    arguments = parsed()
    console, written = Console(width=WIDTH), ["# Measured", machine(os.cpu_count() or 1)]

    def show(title: str, rows: list[Row], said: list[str]) -> None:
        if rows:
            console.print(on_screen(title, rows))
        console.print(*said, sep="\n", soft_wrap=True)
        heading = as_markdown(title, rows) if rows else f"## {title}\n"
        written.append("\n".join([heading, "\n\n".join(said)]))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part, customers, made in (
            ("customers", arguments.customers, stages),
            ("pareto", arguments.pareto_customers, pareto_stages),
        ):
            if part in arguments.parts:
                title = f"{customers:,} simulated customers, medians of {arguments.repeats}"
                show(title, compared_at(customers, made, arguments.repeats, console), [WHY])
        if "posterior" in arguments.parts:
            row, said = posterior_row(arguments.peer_python, arguments.repeats)
            show("The posterior of a small base", [row], said)
        if "start" in arguments.parts:
            show("Starting", [], start_lines(arguments.repeats))
    if arguments.write:
        arguments.write.write_text("\n\n".join(written) + "\n", encoding="utf-8")


def parsed() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--pareto-customers", type=int, default=PARETO_CUSTOMERS)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write", type=Path, help="write the tables as Markdown")
    parser.add_argument(
        "--peer-python",
        default=os.environ.get("CLVLAB_PEER_PYTHON", sys.executable),
        help="Python that has pymc-marketing and nutpie; also $CLVLAB_PEER_PYTHON",
    )
    arguments = parser.parse_args()
    arguments.parts = arguments.parts or list(PARTS)
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return arguments


def compared_at(
    customers: int,
    made: Callable[[clvlab.CustomerSummary], list[Stage]],
    repeats: int,
    console: Console,
) -> list[Row]:
    """A row for each question on a base of that size."""
    console.print(f"simulating {customers:,} customers")
    rows = []
    for stage in made(simulated_summary(customers)):
        console.print(f"timing {stage.name}")
        row = compared(stage, repeats)
        # The floors are those of a base of this size.
        rows.append(row if customers in (CUSTOMERS, PARETO_CUSTOMERS) else replace(row, floor=None))
    return rows


def compared(stage: Stage, repeats: int) -> Row:
    """Both in turn, so that what else the machine does slows both; short questions more often."""
    stage.ours()
    short = Timed.of(stage.ours).seconds < SHORT
    ours, theirs = [], []
    for _ in range(MORE_OFTEN * repeats if short else repeats):
        theirs.append(Timed.of(stage.theirs))
        ours.append(Timed.of(stage.ours))
    mine, peer = Timed.median(ours), Timed.median(theirs)
    return Row(stage.name, "lifetimes", peer, mine, stage.floor)


if __name__ == "__main__":
    main()
