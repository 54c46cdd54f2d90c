"""Wall time and peak memory by the size of the log, each measurement in a process of its own.

    python benchmarks/scale.py --rows 10_000 100_000 1_000_000 10_000_000 100_000_000

Logs are simulated into the folder once and kept there; see scale_summary.py for what is timed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from scale_summary import HEADINGS, cells, simulated_log

SIZES = (10_000, 100_000, 1_000_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="*", type=int, default=SIZES)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/clvlab-scale"))  # noqa: S108
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    print("| " + " | ".join(HEADINGS) + " |\n|---:|---|" + "---:|" * (len(HEADINGS) - 2))
    for rows in chosen.rows:
        log, made = simulated_log(chosen.folder, rows)
        for line in cells(log, rows, made):
            print("| " + " | ".join(line) + " |", flush=True)


if __name__ == "__main__":
    main()
