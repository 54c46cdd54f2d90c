"""Time the comparison of segments: how its cost grows with customers.

    python benchmarks/segments.py [--customers 1000000] [--segments 20] [--metrics 10]

Metrics are rates, counts and amounts of money in turn, all different from customer to customer.
Seconds are of this machine; what grows with the number of customers is mostly a sort for each
metric.
"""

from __future__ import annotations

import argparse
import time
from datetime import date

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from clvlab.segments import Outcomes, compare_segments, segmentation_of
from clvlab.summary.period import Period

BEFORE = Period(date(2023, 1, 1), date(2023, 12, 31))
AFTER = Period(date(2024, 1, 1), date(2024, 12, 31))


def main() -> None:
    """Compare bases of growing size and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--segments", type=int, default=20)
    parser.add_argument("--metrics", type=int, default=10)
    arguments = parser.parse_args()
    table = Table(title=f"{arguments.segments} segments by {arguments.metrics} metrics")
    for column in ("customers", "clock s", "processor s", "differences found"):
        table.add_column(column, justify="right")
    for customers in (arguments.customers // 100, arguments.customers // 10, arguments.customers):
        segments, outcomes = base(customers, arguments.segments, arguments.metrics)
        begun, worked = time.perf_counter(), time.process_time()
        found = compare_segments(segments, outcomes)
        clock, processor = time.perf_counter() - begun, time.process_time() - worked
        cells = f"{customers:,}", f"{clock:.1f}", f"{processor:.1f}", str(len(found.different()))
        table.add_row(*cells)
    Console().print(table)


def base(customers: int, segments: int, metrics: int):
    """A base without any difference between its segments."""
    rng = np.random.default_rng(1)
    index = pd.RangeIndex(customers, name="customer_id")
    labels = pd.Series(np.char.add("s", rng.integers(0, segments, customers).astype(str)), index)
    rules = dict.fromkeys(sorted(labels.unique()), "drawn at random")
    values, kinds = {}, {}
    for number in range(metrics):
        kind = ("rate", "count", "money")[number % 3]
        name = f"{kind}_{number}"
        kinds[name] = kind
        if kind == "rate":
            values[name] = (rng.random(customers) < 0.3).astype(float)
        elif kind == "count":
            values[name] = rng.negative_binomial(0.5, 0.1, customers).astype(float)
        else:
            values[name] = rng.lognormal(3.0, 1.5, customers)
    outcomes = Outcomes(AFTER, pd.DataFrame(values, index), kinds, {})
    return segmentation_of(labels, scheme="chance", rules=rules, cut_in=BEFORE), outcomes


if __name__ == "__main__":
    main()
