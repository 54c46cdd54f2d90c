"""Which reports are made how often: the log of runs, a file beside the reports that stays there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd

from clvlab.errors import Problems
from clvlab.relations.appended_log import add_line
from clvlab.relations.edited_table import read_edited_table

RUNS_FILE = "runs.csv"
ENDED = ("finished", "unchanged", "failed")
"""Made anew; not made because an earlier run is the same; gone wrong."""
COLUMNS = {
    "started": "moment (UTC) at which the run began",
    "report": "name of the report",
    "data": "name of the data, without folder or password",
    "as_of": "last day seen; empty where the run failed before it was known",
    "seconds": "how long it took",
    "ended": f"one of {', '.join(ENDED)}",
}
"""The columns of the log and what they hold."""


def note_run(
    path: Path,
    *,
    started: datetime,
    report: str,
    data: str,
    as_of: str | None,
    seconds: float,
    ended: str,
) -> None:
    """Add a run to the log; see `clvlab.relations.appended_log.add_line`.

    Neither parameters nor the variant are noted: they may name a customer.
    """
    moment = started.isoformat(timespec="seconds")
    add_line(path, COLUMNS, [moment, report, data, as_of or "", f"{seconds:.1f}", ended])


def load_runs(path: str | Path | None) -> pd.DataFrame:
    """Read the log of runs.

    Returns
    -------
    pandas.DataFrame
        With the `COLUMNS`, ``started`` as a day and ``seconds`` as a number; empty where there is
        no file yet.

    Raises
    ------
    InputError
        Telling everything that is wrong at once: missing columns, moments and numbers that are
        none, and other endings than `ENDED`.
    """
    if path is None or not Path(path).exists():
        empty = pd.DataFrame(columns=list(COLUMNS), dtype=str)
        return empty.astype({"started": "datetime64[ns]", "seconds": "float64"})
    table, where = read_edited_table(path, COLUMNS, "the log of runs")
    moments = pd.to_datetime(table["started"], format="ISO8601", utc=True, errors="coerce")
    seconds = pd.to_numeric(table["seconds"], errors="coerce")
    problems = Problems()
    checks = (
        ("started", moments.isna(), "must be a moment in ISO form"),
        ("seconds", ~(seconds >= 0), "must be a number of at least 0"),
        ("ended", ~table["ended"].isin(ENDED), f"must be one of {', '.join(ENDED)}"),
    )
    for name, wrong, rule in checks:
        for row in table.index[wrong]:
            problems.add(f"{where}, row {row + 2}, {name}", rule, f"got {table[name][row]!r}")
    problems.raise_if_any()
    return table.assign(started=moments.dt.tz_localize(None).dt.normalize(), seconds=seconds)


def use_of_reports(runs: pd.DataFrame, *, as_of: date, days: int) -> pd.DataFrame:
    """How often each report was made in the last days, those that nobody makes any more first.

    Parameters
    ----------
    runs
        What `load_runs` returns; runs begun after `as_of` are not counted.
    as_of
        Last day (inclusive).
    days
        Days up to it that count.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``report``, every report of the log: ``runs``, ``unchanged`` and ``failed`` of
        them, ``seconds`` (mean of those that finished; missing without one), ``last_run`` (day of
        the last one ever). Fewest runs first.
    """
    known = runs[runs["started"] <= pd.Timestamp(as_of)]
    inside = known[known["started"] >= pd.Timestamp(as_of - timedelta(days=days - 1))]
    counted = pd.crosstab(inside["report"], inside["ended"]).reindex(columns=list(ENDED))
    out = pd.DataFrame({"last_run": known.groupby("report")["started"].max()})
    counted = counted.reindex(out.index).fillna(0).astype(int)
    out.insert(0, "runs", counted.sum(axis=1))
    out.insert(1, "unchanged", counted["unchanged"])
    out.insert(2, "failed", counted["failed"])
    finished = inside[inside["ended"] == "finished"]
    out.insert(3, "seconds", finished.groupby("report")["seconds"].mean().reindex(out.index))
    return out.sort_values("runs", kind="stable")
