"""Fit and scores of summaries on disk: seconds and peak memory, each size in its own process.

    python benchmarks/scale_scores.py --folder /tmp/scale 100_000 1_000_000 10_000_000

The customers are simulated in parts of a million, which stay in the folder. `--limits` adds the
credible limits, whose cost grows with the number of distinct histories alone. In brackets stand
the seconds of all processors, which other work on the machine does not inflate.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd

PART = 1_000_000
TRUTH = {"transaction": (0.55, 60, 0.8, 2.5), "spend": (6.25, 3.74, 15.44), "unit": "day"}
STEPS = ("count", "fit", "posterior", "score", "limits")
HEADINGS = ("customers", "histories", *(f"{step} s" for step in STEPS), "peak memory MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, default=Path("/tmp/clvlab-scale"))  # noqa: S108
    parser.add_argument("--model", default="bg-nbd")
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--limits", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measured(chosen)))
        return
    print("| " + " | ".join(HEADINGS) + " |\n|" + "---:|" * len(HEADINGS))
    for size in chosen.sizes:
        base = folder_of(chosen.folder, size)
        arguments = [str(size), "--folder", str(base), "--model", chosen.model]
        arguments += ["--memory", chosen.memory, "--measure"]
        arguments += ["--limits"] if chosen.limits else []
        child = [sys.executable, __file__, *arguments]
        out = subprocess.run(child, check=True, capture_output=True, text=True).stdout
        found = json.loads(out.splitlines()[-1])
        cells = [f"{found[name]:,}" for name in ("customers", "histories")]
        cells += ["{:.1f} ({:.1f})".format(*found[s]) if s in found else "-" for s in STEPS]
        print("| " + " | ".join([*cells, f"{found['peak']:,.0f}"]) + " |", flush=True)


def folder_of(home: Path, size: int) -> Path:
    """A folder of parts that hold so many customers, made where it is not there."""
    folder = home / str(size)
    if folder.is_dir():
        return folder
    unfinished = home / f"{size}-unfinished"
    unfinished.mkdir(parents=True, exist_ok=True)
    for k, first in enumerate(range(0, size, PART)):
        path = unfinished / f"part-{k:04d}.parquet"
        if not path.exists():
            write_part(path, k, min(PART, size - first))
    unfinished.rename(folder)
    return folder


def write_part(path: Path, k: int, n: int) -> None:
    """Some customers, with ids of their own."""
    import clvlab

    log = clvlab.simulate_base(n, seed=1000 + k, observed_days=365, **TRUTH).log
    summary = clvlab.summarize(log, calibration_end="2023-12-31", unit="week")
    ids = pd.Index(summary.table.index.to_numpy() + k * PART, name="customer_id")
    replace(summary, table=summary.table.set_axis(ids)).to_parquet(path)


def measured(chosen: argparse.Namespace) -> dict[str, object]:
    """Seconds of each step, on the clock and of all processors, and the most memory at any time."""
    import clvlab

    seconds: dict[str, list[float]] = {}
    warm_up(clvlab)
    folder, out = chosen.folder, chosen.folder.parent / f"scores-{chosen.folder.name}.parquet"

    def timed(step, call):
        begun, worked = time.perf_counter(), time.process_time()
        answer = call()
        seconds[step] = [time.perf_counter() - begun, time.process_time() - worked]
        return answer

    counted = timed("count", lambda: clvlab.count_summary(folder, memory_limit=chosen.memory))
    model = {"bg-nbd": clvlab.BetaGeoModel, "pareto-nbd": clvlab.ParetoNBDModel}[chosen.model]()
    spend = clvlab.GammaGammaModel()
    timed("fit", lambda: (model.fit(counted), spend.fit(counted)))
    study = timed("posterior", lambda: clvlab.fit_study(counted, model, spend=spend, seed=1))
    terms = {"horizon": "52 weeks", "annual_discount_rate": 0.10, "margin_rate": 0.30}
    terms["memory_limit"] = chosen.memory
    for step, interval in (("score", None), ("limits", 0.90))[: 1 + chosen.limits]:
        scores = timed(
            step,
            lambda i=interval: clvlab.score_on_disk(folder, study, out, interval=i, **terms),
        )
    assert scores.total["customers"] == len(counted)
    out.unlink()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "customers": len(counted), "histories": len(counted.histories), **seconds, "peak": peak
    }  # fmt: skip


def warm_up(clvlab) -> None:
    """Load and compile what all sizes share."""
    base = clvlab.simulate_base(500, seed=1, **TRUTH)
    summary = clvlab.summarize(base.log, unit="week")
    study = clvlab.fit_study(summary, "bg-nbd", n_draws=20)
    study.spend.expected_spend(summary)


if __name__ == "__main__":
    main()
