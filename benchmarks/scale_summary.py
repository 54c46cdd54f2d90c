"""The summary of a log in Parquet by clvlab's ways, by pandas and by lifetimes.

All leave a frame in memory; clvlab also writes a Parquet file, checks every row and counts the
data-quality table. Peak memory is that of the whole process.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

END = "2023-12-31"
ROWS_PER_CUSTOMER = 3.456
MOST_ROWS = {"pandas groupby": 10_000_000, "lifetimes": 3_600_000}
WAYS = (
    "simulate",
    "one pass",
    "one pass, to a file",
    "sorted by DuckDB",
    "sorted by DuckDB, to a file",
    "pandas groupby",
    "lifetimes",
)
HEADINGS = ("rows", "way", "seconds", "processor seconds", "peak memory MB", "customers")


def simulated_log(folder: Path, rows: int) -> tuple[Path, dict[str, float] | None]:
    """The log of about so many rows, and what making it took, unless it was there."""
    path = folder / f"log-{rows}.parquet"
    return path, None if path.exists() else measured("simulate", path, rows)


def cells(log: Path, rows: int, made: dict[str, float] | None) -> Iterator[list[str]]:
    """A line of the table for each way that is feasible at this size."""
    for way in WAYS:
        if way == "simulate":
            found = made
        else:
            feasible = rows <= MOST_ROWS.get(way, rows)
            found = measured(way, log, rows) if feasible else None
        if found is not None:
            numbers = [f"{found['seconds']:.2f}", f"{found['processor']:.2f}"]
            numbers += [f"{found['peak']:,.0f}", f"{found['customers']:,.0f}"]
            yield [f"{pq.read_metadata(log).num_rows:,}", way, *numbers]


def measured(way: str, log: Path, rows: int) -> dict[str, float]:
    """One measurement in a process of its own."""
    child = [sys.executable, __file__, way, str(log), str(rows)]
    out = subprocess.run(child, check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def run(way: str, log: Path, rows: int) -> dict[str, float]:
    """Warm up what is compiled, then time one call."""
    call = {
        "simulate": simulate,
        "one pass": lambda log, _: clvlab_summary(log, stream=True),
        "one pass, to a file": lambda log, _: clvlab_summary(log, stream=True, to_file=True),
        "sorted by DuckDB": lambda log, _: clvlab_summary(log, stream=False),
        "sorted by DuckDB, to a file": lambda log, _: clvlab_summary(
            log, stream=False, to_file=True
        ),
        "pandas groupby": lambda log, _: pandas_summary(log),
        "lifetimes": lambda log, _: lifetimes_summary(log),
    }[way]
    small = log.with_name("warm.parquet")
    if way == "simulate":
        simulate(small, 1_000)
    elif small.exists():
        call(small, 1_000)
    begun, worked = time.perf_counter(), time.process_time()
    customers = call(log, rows)
    return {
        "seconds": time.perf_counter() - begun,
        "processor": time.process_time() - worked,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "customers": customers,
    }


def simulate(log: Path, rows: int) -> int:
    from clvlab.simulate import write_simulated_log

    customers = round(rows / ROWS_PER_CUSTOMER)
    truth = {"transaction": (0.55, 60, 0.8, 2.5), "spend": (6.25, 3.74, 15.44), "unit": "day"}
    write_simulated_log(log, customers, **truth, seed=1)
    return customers


def clvlab_summary(log: Path, *, stream: bool, to_file: bool = False) -> int:
    from clvlab.summary.engines import summarize_at_scale

    out = log.with_name("summary.parquet") if to_file else None
    options = {"observed_until": END, "unit": "day", "temp_directory": log.parent}
    return len(summarize_at_scale(log, out, stream=stream, **options))


def pandas_summary(log: Path) -> int:
    import pandas as pd

    frame = pd.read_parquet(log)
    frame["date"] = pd.to_datetime(frame["date"])
    days = frame.groupby(["customer_id", "date"], as_index=False)["amount"].sum()
    by_customer = days.groupby("customer_id")
    table = by_customer.agg(
        first=("date", "min"), last=("date", "max"), count=("date", "size"), total=("amount", "sum")
    )
    first = by_customer["amount"].first()
    table["frequency"] = table["count"] - 1
    table["recency"] = (table["last"] - table["first"]).dt.days
    table["T"] = (pd.Timestamp(END) - table["first"]).dt.days
    table["monetary_value"] = (table["total"] - first) / table["frequency"].where(
        table["frequency"] > 0
    )
    return len(table)


def lifetimes_summary(log: Path) -> int:
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    frame = pd.read_parquet(log)
    frame["date"] = pd.to_datetime(frame["date"])
    return len(
        summary_data_from_transaction_data(
            frame, "customer_id", "date", "amount", observation_period_end=END
        )
    )


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
