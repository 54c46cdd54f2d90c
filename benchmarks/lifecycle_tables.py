"""Time each table of the lifecycle study on a simulated log of many rows.

    python benchmarks/lifecycle_tables.py [--rows 10000000] [--draws 1000]

Every table of the report is made as the notebook makes it. The log is simulated first, which is
not counted; nor are figures, whose time does not grow with the log. Seconds are those of the
processor, which other programs on the machine inflate less; those of the clock stand beside them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

import clvlab
from clvlab import lifecycle

ROWS, A_CUSTOMER = 10_000_000, 13.1
"""Rows asked for, and how many each simulated customer brings."""
LIMIT = 120.0
BUSINESS = {"margin_rate": 0.3, "annual_discount_rate": 0.1}
HORIZON = "52 weeks"
Found = TypeVar("Found")


def main() -> None:
    """Make every table once and print how long each took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--draws", type=int, default=1000)
    arguments = parser.parse_args()
    warm_up(arguments.draws)
    log = simulated_log(arguments.rows)
    customers = log.table["customer_id"].nunique()
    print(f"{len(log.table):,} rows of {customers:,} customers")
    spent = tables_of(log, arguments.draws)
    for name, (worked, waited) in spent.items():
        print(f"{worked:8.2f} s {waited:8.2f} s  {name}")
    worked, waited = (sum(each) for each in zip(*spent.values(), strict=True))
    print(f"{worked:8.2f} s {waited:8.2f} s  all (at most {LIMIT:.0f} s for 10,000,000 rows)")


def warm_up(draws: int) -> None:
    """Load what is compiled, on a small log."""
    tables_of(simulated_log(20_000), draws)


def simulated_log(rows: int) -> clvlab.TransactionLog:
    """Two years of a base that buys often enough for so many rows."""
    base = clvlab.simulate_base(
        int(rows / A_CUSTOMER), transaction=(1.2, 35.0, 0.35, 3.5), spend=(6.25, 3.74, 15.44),
        unit="day", seed=1, acquisition_days=365, observed_days=730,
    )  # fmt: skip
    return base.log


def tables_of(log: clvlab.TransactionLog, draws: int) -> dict[str, tuple[float, float]]:
    """Seconds of the processor and of the clock by table."""
    spent: dict[str, tuple[float, float]] = {}

    def timed(name: str, make: Callable[[], Found]) -> Found:
        clock, worked = time.perf_counter(), time.process_time()
        found = make()
        spent[name] = time.process_time() - worked, time.perf_counter() - clock
        return found

    as_of = log.table["date"].max().date()
    period = lifecycle.Period.of(log.table["date"].min().date(), as_of)
    today = timed(
        "customer summary",
        lambda: clvlab.summarize(log, calibration_end=as_of, observed_until=as_of, unit="week"),
    )
    timed("last new customer", lambda: lifecycle.acquisition_of(log, as_of))
    one = timed("one period", lambda: lifecycle.audit_one_period(log, period))
    timed("its tables", lambda: (one.describe(), one.by_orders(), one.deciles(), one.lorenz()))
    last = lifecycle.last_two_periods(period.first, as_of, "quarter")
    two = timed("two periods", lambda: lifecycle.audit_two_periods(log, *last))
    timed("its tables ", lambda: (two.bridge(), two.factors(), two.decile_migration()))
    cohorts = timed("cohorts", lambda: lifecycle.cohorts_of(log, last_day=as_of))
    timed("their tables", lambda: (cohorts.by_age(), cohorts.summary()))
    second = timed("second purchase", lambda: lifecycle.time_to_second_purchase(log, as_of))
    timed("Kaplan-Meier", lambda: lifecycle.kaplan_meier(second["days"], second["happened"]))
    joined = cohorts.customers["cohort"].dt.strftime("until %Y-%m-%d")
    timed(
        "log-rank test",
        lambda: lifecycle.compare_times(second["days"], second["happened"], joined),
    )
    timed("amounts by cohort", lambda: lifecycle.amount_by_cohort(log, cohort="month"))
    study = timed("fit", lambda: clvlab.fit_study(today, "bg-nbd", n_draws=draws, seed=1))
    history = timed(
        "stages", lambda: lifecycle.replay_stages(log, "relationship", study.model, as_of=as_of)
    )
    timed("moves", lambda: (history.counts(), history.transitions().dwell()))
    timed("moves between dates", history.moves_between)
    terms = {"horizon": HORIZON, **BUSINESS}
    timed(
        "values of stages",
        lambda: lifecycle.stage_values(study, today, history.current(), **terms),
    )
    timed("revenue ahead", lambda: lifecycle.revenue_ahead(study, today))
    published = timed(
        "published labels", lambda: lifecycle.publish_stages(log, history, study.model)
    )
    timed("their tables  ", lambda: (published.by_month(), published.describe()))
    timed("forecast", lambda: lifecycle.forecast_with_check(history, published.published))
    found = timed(
        "early warnings",
        lambda: lifecycle.early_warnings(today, study.model, study.spend, **terms),
    )
    timed(
        "value at risk",
        lambda: lifecycle.value_at_risk_limits(study, today, found, **terms),
    )
    return spent


if __name__ == "__main__":
    main()
