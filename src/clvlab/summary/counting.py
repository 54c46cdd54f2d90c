"""A summary counted where it lies: distinct histories, and what repeat buyers spent in bins.

The questions are plain SQL that DuckDB and Spark read alike. Only whole numbers are summed, so
that no digit depends on the order in which an engine goes through the rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from clvlab.clock import StudyWindow
from clvlab.errors import InputError, Problem, Problems
from clvlab.schema import CUSTOMER_ID, FREQUENCY, MONETARY_VALUE, RECENCY, T
from clvlab.summary.counted_summary import CUSTOMERS, MEAN_LOG, SPREAD_LOG, CountedSummary
from clvlab.summary.customer_summary import RECENCY_DAYS, T_DAYS
from clvlab.summary.engine_session import DEFAULT_MEMORY, EngineSession, engine_session
from clvlab.summary.progress import Progress
from clvlab.summary.summary_file import SummaryFile

Ask = Callable[[str, str], pd.DataFrame]
"""From a question in SQL, and what it is about in words, to the rows of its answer."""

BINS = 200
"""Bins of one frequency, equally wide in the logarithm of the mean amount."""
EXACT_BUYERS = 1_000_000
"""Repeat buyers up to whom each one's amount is kept."""
PLACES = math.ldexp(1.0, 30)
"""Parts of a bin that places in it are rounded to."""

_RULES = {
    "missing": f"{FREQUENCY} IS NULL OR {RECENCY_DAYS} IS NULL OR {T_DAYS} IS NULL "
    "OR history_complete IS NULL",
    "frequency": f"{FREQUENCY} < 0",
    "early": f"{RECENCY_DAYS} < 0",
    "late": f"{RECENCY_DAYS} > {T_DAYS}",
    "without": f"{FREQUENCY} = 0 AND {RECENCY_DAYS} > 0",
    "with_none": f"{FREQUENCY} > 0 AND {RECENCY_DAYS} <= 0",
    "amount": f"{FREQUENCY} > 0 AND ({MONETARY_VALUE} IS NULL "
    f"OR NOT {MONETARY_VALUE} < CAST('Infinity' AS DOUBLE))",
    "negative": f"{FREQUENCY} > 0 AND {MONETARY_VALUE} < 0",
}
_IN_WORDS = {
    "missing": (f"columns '{FREQUENCY}', '{RECENCY}', '{T}'", "can't be missing"),
    "frequency": (f"column '{FREQUENCY}'", "can't be negative"),
    "early": (f"column '{RECENCY}'", "can't be negative"),
    "late": (f"column '{RECENCY}'", "can't exceed T"),
    "without": (f"column '{RECENCY}'", "must be 0 where there is no repeat purchase"),
    "with_none": (f"column '{RECENCY}'", "must be above 0 where there are repeat purchases"),
    "amount": (
        f"column '{MONETARY_VALUE}'",
        "must hold finite amounts where there are repeat purchases",
    ),
    "negative": (f"column '{MONETARY_VALUE}'", "can't be negative"),
}
_BUYERS = f"{FREQUENCY} > 0 AND {MONETARY_VALUE} > 0 AND history_complete"
_RANGES = f"""
SELECT {FREQUENCY}, count(*) AS {CUSTOMERS},
  min({MONETARY_VALUE}) AS least, max({MONETARY_VALUE}) AS most
FROM summary WHERE {_BUYERS} GROUP BY {FREQUENCY} ORDER BY {FREQUENCY}
"""  # noqa: S608


def count_summary(
    path: str | Path,
    *,
    exact_buyers: int = EXACT_BUYERS,
    memory_limit: str = DEFAULT_MEMORY,
    spill_folder: str | Path | None = None,
    progress: Progress | None = None,
) -> CountedSummary:
    """Count the customers of a summary on disk, without reading them into memory.

    Models of purchases fitted to the counts are those fitted to the summary itself. So is a model
    of spend where there are few repeat buyers; where there are many, it is fitted to bins of their
    amounts, with an error below 1e-7 in log-likelihood per customer.

    Parameters
    ----------
    path
        A Parquet file that `CustomerSummary.to_parquet` wrote, or a folder of such files.
    exact_buyers
        Repeat buyers up to whom every amount is kept: 16 bytes each.
    memory_limit
        What the engine may use before it goes to disk, such as ``"2GB"``.
    spill_folder
        Where it goes to; the system's folder for temporary files by default.
    progress
        Told how far long steps are; such as `ProgressLines`.

    Raises
    ------
    InputError
        For files that are no summary, histories and amounts that nobody can have, and when the
        engine can't go on.

    Examples
    --------
    >>> import clvlab, tempfile
    >>> summary = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     summary.to_parquet(Path(folder) / "summary.parquet")
    ...     counted = count_summary(folder)
    >>> len(counted), counted.repeaters
    (2357, 946)
    >>> counted.histories.head(1).to_dict("records")
    [{'frequency': 0, 'recency_days': 0, 'T_days': 189, 'customers': 13}]
    """
    files = SummaryFile.open(path)
    with engine_session(
        files, memory_limit=memory_limit, spill_folder=spill_folder, progress=progress
    ) as session:
        return replace(
            counted(session.table, files.window, exact_buyers=exact_buyers),
            n_customers=files.n_customers,
            name=files.record.name,
            currency=files.record.currency,
            simulated=files.record.simulated,
        )


def counted(ask: Ask, window: StudyWindow, *, exact_buyers: int = EXACT_BUYERS) -> CountedSummary:
    """The counts of the table ``summary`` that an engine is asked about."""
    n_customers = refuse_impossible_rows(ask)
    histories = distinct_histories_of(ask, "history_complete")
    ranges = ask(_RANGES, "amounts")
    spend = (
        ask(
            f"SELECT {FREQUENCY}, {MONETARY_VALUE} FROM summary "  # noqa: S608
            f"WHERE {FREQUENCY} > 0 AND history_complete",
            "amounts",
        )
        if ranges[CUSTOMERS].sum() <= exact_buyers
        else binned_spend(ask, ranges)
    )
    return CountedSummary(histories, spend, window, n_customers)


def distinct_histories_of(ask: Ask, which: str) -> pd.DataFrame:
    """The distinct histories of some customers; see `CountedSummary.histories`."""
    found = ask(
        f"""
        SELECT {FREQUENCY}, {RECENCY_DAYS}, {T_DAYS}, count(*) AS {CUSTOMERS}
        FROM summary WHERE {which}
        GROUP BY {FREQUENCY}, {RECENCY_DAYS}, {T_DAYS}
        ORDER BY {FREQUENCY}, {T_DAYS}, {RECENCY_DAYS}
        """,  # noqa: S608
        "counting histories",
    )
    return found.astype(np.int64)


def refuse_impossible_rows(ask: Ask) -> int:
    """Refuse histories and amounts that nobody can have, all broken rules at once.

    Returns
    -------
    int
        Number of customers.
    """
    counts = ", ".join(f"count(CASE WHEN {rule} THEN 1 END) AS {k}" for k, rule in _RULES.items())
    found = ask(f"SELECT count(*) AS n, {counts} FROM summary", "checking").iloc[0]  # noqa: S608
    problems = Problems()
    for key, (subject, rule) in _IN_WORDS.items():
        if found[key]:
            what = f"{int(found[key]):,} of {int(found['n']):,} rows break this"
            problems.add(subject, rule, what, "Make the summary from a log with summarize().")
    if not found["n"]:
        problems.add("the summary", "must hold at least one customer", "it is empty")
    problems.raise_if_any()
    return int(found["n"])


def refuse_repeated_ids(session: EngineSession) -> None:
    """Refuse customers who come more than once, naming one of them and the files.

    Raises
    ------
    InputError
        When there are some.
    """
    twice = f"SELECT {CUSTOMER_ID} FROM summary GROUP BY {CUSTOMER_ID} HAVING count(*) > 1"  # noqa: S608
    first = f"SELECT min({CUSTOMER_ID}) AS example, count(*) AS n FROM ({twice}) AS twice"  # noqa: S608
    found = session.table(first, "checking ids").iloc[0]
    if not found["n"]:
        return
    where = session.files_where(f"{CUSTOMER_ID} = (SELECT example FROM ({first}))")  # noqa: S608
    what = f"{int(found['n']):,} ids come more than once, such as {found['example']!r} in {where}"
    rule, remedy = "must have one row per customer", "Summarize the log once, into a new folder."
    raise InputError(Problem(f"the summary {session.files.path}", rule, what, remedy))


def binned_spend(ask: Ask, ranges: pd.DataFrame) -> pd.DataFrame:
    """Mean and spread of the logarithms of amounts, in bins of each frequency.

    Bin means alone would leave an error of second order in the width of the bins, in a sum whose
    other parts are exact; with the spread it is of fourth order.

    Parameters
    ----------
    ask
        The engine.
    ranges
        ``frequency`` with the ``least`` and the ``most`` that its buyers spend per purchase.
    """
    low, high = np.log(ranges["least"].to_numpy()), np.log(ranges["most"].to_numpy())
    width = np.where(high > low, (high - low) / BINS, 1.0)
    edges = ", ".join(
        f"({x}, CAST('{a!r}' AS DOUBLE), CAST('{w!r}' AS DOUBLE))"
        for x, a, w in zip(ranges[FREQUENCY].tolist(), low.tolist(), width.tolist(), strict=True)
    )
    found = ask(_bins(edges), "amounts in bins")
    n = found[CUSTOMERS].to_numpy(np.float64)
    first, second = (found[c].astype(np.float64).to_numpy() / PLACES**k / n
                     for k, c in ((1, "away"), (2, "square")))  # fmt: skip
    group = np.searchsorted(ranges[FREQUENCY].to_numpy(), found[FREQUENCY].to_numpy())
    place = found["bin"].to_numpy(np.float64) + 0.5 + first
    return pd.DataFrame(
        {
            FREQUENCY: found[FREQUENCY].astype(np.int64),
            CUSTOMERS: found[CUSTOMERS].astype(np.int64),
            MEAN_LOG: low[group] + width[group] * place,
            SPREAD_LOG: width[group] * np.sqrt(np.maximum(second - first**2, 0.0)),
        }
    )


def _bins(edges: str) -> str:
    """Sums of places within bins and of their squares, as whole numbers."""
    return f"""
    SELECT {FREQUENCY}, bin, count(*) AS {CUSTOMERS},
      sum(CAST(away AS DECIMAL(38, 0))) AS away, sum(CAST(away * away AS DECIMAL(38, 0))) AS square
    FROM (
      SELECT {FREQUENCY}, bin,
        CAST(round((place - bin - 0.5) * CAST({math.floor(PLACES)} AS DOUBLE)) AS BIGINT) AS away
      FROM (
        SELECT {FREQUENCY}, place,
          CAST(greatest(0, least({BINS - 1}, floor(place))) AS BIGINT) AS bin
        FROM (
          SELECT s.{FREQUENCY}, (ln(s.{MONETARY_VALUE}) - e.low) / e.width AS place
          FROM (SELECT * FROM summary WHERE {_BUYERS}) AS s
          JOIN (VALUES {edges}) AS e (x, low, width) ON s.{FREQUENCY} = e.x
        ) AS placed
      ) AS in_bins
    ) AS sums
    GROUP BY {FREQUENCY}, bin ORDER BY {FREQUENCY}, bin
    """  # noqa: S608
