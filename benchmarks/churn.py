"""Churn at scale: features of ten snapshots, logistic regression, and scores in blocks.

    python -m benchmarks.churn --customers 1000000

prints seconds and the largest memory of each step. The customers are drawn, not real.
"""

from __future__ import annotations

import argparse
import resource
import time
from datetime import date, timedelta

import numpy as np
import pandas as pd

from clvlab import churn
from clvlab.data import TransactionLog

FIRST, DAYS, HORIZON = date(2020, 1, 1), 1400, 91


def drawn_log(customers: int, seed: int = 1) -> TransactionLog:
    """Customers who come evenly over two years, buy at their own rate and drop out."""
    rng = np.random.default_rng(seed)
    start = rng.integers(0, 730, customers)
    life = np.minimum(rng.exponential(500, customers), DAYS - 1 - start)
    count = 1 + rng.poisson(rng.gamma(0.6, 1 / 100, customers) * life)
    who = np.repeat(np.arange(customers), count)
    day = start[who] + np.floor(rng.random(len(who)) * (life[who] + 1)).astype(int)
    first = np.r_[True, np.diff(who) != 0]
    day[first] = start
    table = pd.DataFrame({"customer_id": who, "day": day}).drop_duplicates()
    table["date"] = pd.Timestamp(FIRST) + pd.to_timedelta(table.pop("day"), unit="D")
    table["amount"] = np.round(rng.lognormal(3, 0.8, len(table)), 2)
    table = table.sort_values(["date", "customer_id"], ignore_index=True)
    return TransactionLog(table, pd.DataFrame(), "drawn", simulated=True)


class Steps:
    """Seconds since the step before, and the process's largest memory so far."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def say(self, what: str) -> None:
        now = time.perf_counter()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(f"{what:<42}{now - self.last:8.1f} s{memory:8.2f} GB", flush=True)
        self.last = now


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--snapshots", type=int, default=10)
    given = parser.parse_args()
    log, steps = drawn_log(given.customers), Steps()
    steps.say("(the log itself)")
    history = churn.PurchaseHistory.of(log)
    steps.say(f"arrange {len(log.table):,} purchases")
    step = timedelta(days=HORIZON)
    now = churn.Snapshot(history.last_day, HORIZON)
    views = [now.at(now.as_of - step * place) for place in range(given.snapshots, 0, -1)]
    chosen = churn.FeatureSet.of(history, views[0])
    labelled = churn.label_and_describe(history, views, chosen)
    rows = sum(len(one.features) for one in labelled)
    steps.say(f"features of {rows:,} rows, {labelled[0].features.shape[1]} each")
    model = churn.LogisticChurn().fit(labelled)
    steps.say("logistic regression, clustered errors")
    del labelled
    total = sum(
        float(part["churn_probability"].sum())
        for part in churn.score_in_blocks(history, now, model, chosen)
    )
    steps.say(f"scores in blocks; {total:,.0f} expected")


if __name__ == "__main__":
    main()
