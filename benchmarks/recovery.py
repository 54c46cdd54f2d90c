"""Choosing measures for a million customers under a budget.

Run: python benchmarks/recovery.py
"""

from __future__ import annotations

import time

import numpy as np

from clvlab.recovery import Limits, choose, choose_within

CUSTOMERS, MEASURES = 1_000_000, 4


def main() -> None:
    """Print seconds, and what is certainly not lost, for one budget and for three limits."""
    rng = np.random.default_rng(1)
    values = rng.normal(2.0, 3.0, (CUSTOMERS, MEASURES))
    costs = rng.uniform(0.1, 3.0, (CUSTOMERS, MEASURES))
    start = time.perf_counter()
    found = choose(values, costs, 0.2 * CUSTOMERS)
    seconds = time.perf_counter() - start
    print(f"budget: {seconds:.1f} s, value {found.value:,.0f}, at most {found.most:,.0f}")
    some = 100_000
    hours = rng.uniform(0.0, 1.0, (some, MEASURES))
    limits = Limits(budget=0.2 * some, hours=0.02 * some, contacts=0.1 * some)
    start = time.perf_counter()
    three = choose_within(values[:some], costs[:some], hours, limits)
    seconds = time.perf_counter() - start
    print(f"budget, hours, contacts, {some:,} customers: {seconds:.1f} s, value {three.value:,.0f}")


if __name__ == "__main__":
    main()
