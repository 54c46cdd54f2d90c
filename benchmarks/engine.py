"""Time the report engine: what it adds to a notebook's own work, and two jobs against one.

    python benchmarks/engine.py [--reports 4] [--seconds 5]

The notebook only computes for a while, so all the rest is the engine's: a process, a kernel, the
imports, the page. Ratios hold across machines, seconds do not.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console
from rich.table import Table

PARAMETERS = "seconds: float = 1.0  # how long to compute [seconds, > 0]"
WORK = """\
import time
import clvlab
from clvlab.reports import Card, Page
begun, total = time.perf_counter(), 0
while time.perf_counter() - begun < seconds:
    total += sum(range(1000))
page = Page.open("How long does it take?")
page.record(seconds=seconds)
page.meta(as_of="2024-01-31", data="none")
page.cards([Card("Seconds", "{seconds:plain}")])"""


def main() -> None:
    """Run the same reports with one job and with two, and print what the engine adds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        catalogue = write_workspace(Path(folder), arguments.reports, arguments.seconds)
        one, two = timed(catalogue, jobs=1), timed(catalogue, jobs=2)
    added = one / arguments.reports - arguments.seconds
    table = Table(title=f"{arguments.reports} reports of {arguments.seconds:g} s each")
    for column in ("one job s", "two jobs s", "two jobs as fast as one", "engine adds s a report"):
        table.add_column(column, justify="right")
    table.add_row(f"{one:.1f}", f"{two:.1f}", f"{one / two:.2f}", f"{added:.1f}")
    Console().print(table)


def write_workspace(folder: Path, reports: int, seconds: float) -> Path:
    """A catalogue of one report with that many variants."""
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), new_code_cell(WORK)]
    nbformat.write(new_notebook(cells=cells), folder / "work.ipynb")
    variants = "".join(f"[reports.work.variants.v{number}]\n" for number in range(reports))
    catalogue = folder / "catalogue.toml"
    catalogue.write_text(
        "[reports.work]\n"
        'notebook = "work.ipynb"\ndescription = "Work"\ncadence = "once"\n'
        f"parameters = {{ seconds = {seconds} }}\n{variants}",
        encoding="utf-8",
    )
    return catalogue


def timed(catalogue: Path, jobs: int) -> float:
    """Seconds that all reports take with so many jobs."""
    clvlab = [sys.executable, "-c", "from clvlab.cli import app; app()"]
    order = ["run", "--catalogue", str(catalogue), "--jobs", str(jobs), "--force"]
    begun = time.perf_counter()
    subprocess.run([*clvlab, *order], check=True, capture_output=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
