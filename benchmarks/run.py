"""Time clvlab against lifetimes in one run and print ratios.

    python benchmarks/run.py [--customers 1000000] [--pareto-customers 100000] [--repeats 3]

Both answer the same question on the same simulated base, in turn, in one process; compiled code
is warm. Ratios hold across machines, seconds do not.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable

import pandas as pd
from rich.console import Console
from rich.table import Table

from stages import Stage, pareto_stages, simulated_frame, stages


def main() -> None:
    """Run every stage and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--pareto-customers", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    console = Console()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for customers, made in (
            (arguments.customers, stages),
            (arguments.pareto_customers, pareto_stages),
        ):
            if customers:
                console.print(compared_at(customers, made, arguments.repeats, console))
    console.print(
        "The CLV differs on purpose: lifetimes discounts at the ends of twelve months of 30 days, "
        "clvlab continuously over 365 days."
    )


def compared_at(
    customers: int,
    made: Callable[[pd.DataFrame], list[Stage]],
    repeats: int,
    console: Console,
) -> Table:
    """A table of all stages on a base of that size."""
    console.print(f"simulating {customers:,} customers")
    frame = simulated_frame(customers)
    table = Table(title=f"{customers:,} customers, medians of {repeats}")
    for column in ("stage", "lifetimes s", "clvlab s", "times as fast", "answers differ by"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for stage in made(frame):
        console.print(f"timing {stage.name}")
        table.add_row(stage.name, *compared(stage, repeats))
    return table


def compared(stage: Stage, repeats: int) -> list[str]:
    """Medians, their ratio, and how far the answers are apart."""
    stage.ours()
    ours, theirs = [], []
    for _ in range(repeats):
        theirs.append(timed(stage.theirs))
        ours.append(timed(stage.ours))
    our_time = statistics.median(seconds for seconds, _ in ours)
    their_time = statistics.median(seconds for seconds, _ in theirs)
    apart = ours[0][1] / theirs[0][1] - 1
    return [f"{their_time:.3f}", f"{our_time:.4f}", f"{their_time / our_time:.0f}", f"{apart:.1e}"]


def timed(call: Callable[[], float]) -> tuple[float, float]:
    """Seconds, and the answer."""
    begun = time.perf_counter()
    answer = call()
    return time.perf_counter() - begun, answer


if __name__ == "__main__":
    main()
