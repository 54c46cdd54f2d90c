"""Count and score a summary where Spark keeps it, on one machine or on a cluster.

Nothing of PySpark is imported: a Spark DataFrame brings its session along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clvlab.clock import Horizon, StudyWindow
from clvlab.errors import InputError, Problem
from clvlab.models.futures.futures import Assumptions
from clvlab.models.scoring.ranking import unit_of
from clvlab.models.scoring.worth import DECILES
from clvlab.models.study.fitted_study import FittedStudy
from clvlab.models.study.score_table import estimates_of
from clvlab.models.value.value import assumptions_of
from clvlab.schema import CUSTOMER_ID
from clvlab.summary.counted_summary import CountedSummary
from clvlab.summary.counting import Ask, counted, refuse_impossible_rows
from clvlab.summary.customer_summary import CustomerSummary
from clvlab.summary.summary_file import NEEDED

SparkFrame = Any
"""A ``pyspark.sql.DataFrame``."""
ESTIMATES = (
    "probability_alive",
    "expected_purchases",
    "probability_purchase",
    "expected_spend",
    "clv",
)
CUSTOMERS_AT_ONCE = 200_000
BUCKETS = 50
"""Ranges of values that are ranked apart from each other."""


def count_in_spark(
    summary: SparkFrame, window: StudyWindow, *, exact_buyers: int = 0
) -> CountedSummary:
    """Count the customers of a summary in Spark; what comes back is as small as `count_summary`'s.

    Parameters
    ----------
    summary
        A Spark DataFrame with the columns of `CustomerSummary.table` and ``customer_id``. Files
        that `CustomerSummary.to_parquet` wrote are read by a session with
        ``spark.sql.legacy.parquet.nanosAsLong``, for days that Spark has no type for.
    window
        Unit and dates of the summary.
    exact_buyers
        Repeat buyers up to whom every amount is brought home; by default all are binned there.

    Raises
    ------
    InputError
        For missing columns, and histories and amounts that nobody can have.
    """
    return counted(_ask(summary), window, exact_buyers=exact_buyers)


def score_in_spark(
    summary: SparkFrame,
    study: FittedStudy,
    window: StudyWindow,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: float,
    direct_cost: float = 0.0,
) -> SparkFrame:
    """Score every customer of a summary in Spark, where they are.

    The numbers are the estimates of `score_customers`. Only the parameters travel to the workers;
    limits stay behind, for they need every draw: `score_on_disk` has those of the histories.

    Parameters
    ----------
    summary
        A Spark DataFrame with the columns of `CustomerSummary.table` and ``customer_id``.
    study
        Fitted models, such as ``fit_study(count_in_spark(summary, window))``; no covariates.
    window
        Unit and dates of the summary.
    horizon, annual_discount_rate, margin_rate, direct_cost
        As in `score_on_disk`.

    Returns
    -------
    pyspark.sql.DataFrame
        ``customer_id``, ``probability_alive``, ``expected_purchases``, ``probability_purchase``,
        ``expected_spend`` and ``clv``; computed when it is written or asked for.

    Raises
    ------
    InputError
        For missing columns, impossible histories, a study with covariates, and business terms
        that are no such.
    """
    study.model.require_no_covariates("scores in Spark")
    window.horizon_days(horizon)
    terms = assumptions_of(
        pd.DataFrame(),
        study.model,
        window,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin_rate,
        direct_cost=direct_cost,
    )
    refuse_impossible_rows(_ask(summary))
    id_type = summary.schema[CUSTOMER_ID].dataType.simpleString()
    columns = ", ".join(f"{name} double" for name in ESTIMATES)
    needed = summary.select(*NEEDED)
    return needed.mapInPandas(_scorer(study, window, terms), f"{CUSTOMER_ID} {id_type}, {columns}")


@dataclass(frozen=True)
class ReportOfSpark:
    """What scores in Spark add up to.

    Attributes
    ----------
    deciles
        Indexed by ``decile`` (1 is worth most): ``customers``, ``expected_purchases``, ``clv``,
        ``share`` of the total value and ``cumulated_share``. Customers of equal value are in the
        order of their ids.
    total
        The first three over everybody.
    gini
        Gini coefficient of ``clv``; missing where a value is negative or none is above 0.
    """

    deciles: pd.DataFrame
    total: pd.Series
    gini: float


def report_in_spark(scores: SparkFrame) -> ReportOfSpark:
    """Rank the scores of all customers in Spark and sum them by tenths.

    Ranges of values are ranked apart from each other and put in order by their sizes, so no
    worker has to hold everybody. Sums are of whole numbers: no digit depends on the partitions.

    Parameters
    ----------
    scores
        What `score_in_spark` gave; it is read three times, so persist it or write it first.

    Raises
    ------
    InputError
        For values that are missing or unbounded.
    """
    ask = _ask(scores)
    ends = ask(
        "SELECT count(*) AS n, min(clv) AS low, max(clv) AS high, "
        "max(expected_purchases) AS most, "
        "count(CASE WHEN abs(clv) < CAST('Infinity' AS DOUBLE) THEN 1 END) AS finite FROM summary",
        "values",
    ).iloc[0]
    n, low, high = int(ends["n"]), float(ends["low"]), float(ends["high"])
    if n == 0 or ends["finite"] < n:
        found = f"{n - int(ends['finite']):,} of {n:,} are not"
        raise InputError(Problem("column 'clv'", "must hold finite values", found))
    units = unit_of(max(abs(low), abs(high))), unit_of(float(ends["most"]))
    sums = ask(_tenths(_ranked(ask), n, *units), "tenths").set_index("decile")
    tenths = {
        "customers": [int(value) for value in sums["customers"]],
        "clv": [int(value) for value in sums["clv"]],
        "expected_purchases": [int(value) for value in sums["expected_purchases"]],
    }
    whole: int = sum(tenths["clv"])
    deciles = pd.DataFrame(
        {
            "customers": tenths["customers"],
            "expected_purchases": [value / units[1] for value in tenths["expected_purchases"]],
            "clv": [value / units[0] for value in tenths["clv"]],
        },
        index=pd.Index(sums.index.astype(int) + 1, name="decile"),
    )
    total = pd.Series(
        {
            "customers": float(n),
            "expected_purchases": sum(tenths["expected_purchases"]) / units[1],
            "clv": whole / units[0],
        },
        name="total",
    )
    deciles["share"] = deciles["clv"] / total["clv"]
    deciles["cumulated_share"] = deciles["share"].cumsum()
    known = low >= 0 and whole > 0
    ranks = sum(int(value) for value in sums["ranks"].tolist())
    return ReportOfSpark(deciles, total, ranks / (n * whole) if known else float("nan"))


def _ask(frame: SparkFrame) -> Ask:
    """Questions about a DataFrame, which they call ``summary``."""
    if not hasattr(frame, "sparkSession"):
        found = f"got {type(frame).__name__}"
        raise InputError(Problem("the summary", "must be a Spark DataFrame", found))
    missing = [name for name in NEEDED if name not in frame.columns]
    if missing and "clv" not in frame.columns:
        raise InputError(
            Problem(
                "the summary in Spark",
                f"must have the columns {', '.join(NEEDED)}",
                f"missing are {', '.join(missing)}",
                "Write it with CustomerSummary.to_parquet and read it with spark.read.parquet.",
            )
        )

    def ask(sql: str, step: str) -> pd.DataFrame:  # noqa: ARG001
        asked = sql.replace("FROM summary", "FROM {summary}")
        found: pd.DataFrame = frame.sparkSession.sql(asked, summary=frame).toPandas()
        return found

    return ask


def _scorer(
    study: FittedStudy, window: StudyWindow, terms: Assumptions
) -> Callable[[Iterable[pd.DataFrame]], Iterator[pd.DataFrame]]:
    """What workers do; it takes the models along and not their draws."""
    model, spend = study.model, study.spend

    def score(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in _larger(batches):
            customers = CustomerSummary(frame.set_index(CUSTOMER_ID), window)
            scores = estimates_of(customers, model, spend, terms).reset_index()
            if isinstance(scores[CUSTOMER_ID].dtype, pd.StringDtype):
                # Spark takes one array for a column, and pandas' own text may come in several.
                scores[CUSTOMER_ID] = scores[CUSTOMER_ID].astype(object)
            yield scores

    return score


def _larger(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Several batches in one, so that more customers share what is worked out once."""
    gathered: list[pd.DataFrame] = []
    for batch in batches:
        gathered.append(batch)
        if sum(map(len, gathered)) >= CUSTOMERS_AT_ONCE:
            yield pd.concat(gathered, ignore_index=True)
            gathered = []
    if any(len(batch) for batch in gathered):
        yield pd.concat(gathered, ignore_index=True)


def _ranked(ask: Ask) -> str:
    """A question for everybody with their place, 0 the best, exact in spite of rough ranges."""
    levels = ", ".join(str(k / BUCKETS) for k in range(1, BUCKETS))
    rough = ask(f"SELECT percentile_approx(clv, array({levels})) AS cuts FROM summary", "ranges")  # noqa: S608
    cuts = ", ".join(f"CAST('{float(c)!r}' AS DOUBLE)" for c in rough["cuts"].iloc[0])
    placed = f"SELECT *, size(filter(array({cuts}), c -> c > clv)) AS bucket FROM summary"  # noqa: S608
    sizes = ask(f"SELECT bucket, count(*) AS n FROM ({placed}) GROUP BY bucket", "ranges")  # noqa: S608
    counts = sizes.set_index("bucket")["n"].reindex(range(BUCKETS), fill_value=0)
    before = ", ".join(f"CAST({k} AS BIGINT)" for k in counts.cumsum() - counts)
    return (
        f"SELECT clv, expected_purchases, element_at(array({before}), bucket + 1) - 1 "  # noqa: S608
        f"+ row_number() OVER (PARTITION BY bucket ORDER BY clv DESC, {CUSTOMER_ID}) AS place "
        f"FROM ({placed})"
    )


def _tenths(ranked: str, n: int, unit: float, unit_of_purchases: float) -> str:
    def whole(name: str, unit: float) -> str:
        scaled = f"CAST(round({name} * CAST('{unit!r}' AS DOUBLE)) AS BIGINT)"
        return f"CAST({scaled} AS DECIMAL(38, 0))"

    value, purchases = whole("clv", unit), whole("expected_purchases", unit_of_purchases)
    return (
        f"SELECT place * {DECILES} div {n} AS decile, count(*) AS customers, "  # noqa: S608
        f"sum({value}) AS clv, sum({purchases}) AS expected_purchases, "
        f"sum(CAST(({n} - 1 - 2 * place) AS DECIMAL(12, 0)) * {value}) AS ranks "
        f"FROM ({ranked}) GROUP BY 1 ORDER BY 1"
    )
