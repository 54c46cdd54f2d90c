"""The log of runs: whole lines whoever writes, nothing where it is switched off, use by report."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from clvlab.errors import InputError
from clvlab.relations import load_runs, note_run, use_of_reports
from clvlab.relations.usage import load_usage, note_opening

DAY = date(2024, 6, 30)
MANY = """
import sys
from pathlib import Path
from clvlab.relations.appended_log import add_line
for number in range(200):
    add_line(Path(sys.argv[1]), ["who", "number"], [sys.argv[2], number])
"""


def note(path, report, day, ended="finished", seconds=2.0):
    started = datetime(2024, 6, day, 8, tzinfo=UTC)
    note_run(
        path,
        started=started,
        report=report,
        data="orders.csv",
        as_of="2024-06-01",
        seconds=seconds,
        ended=ended,
    )


def test_two_jobs_at_once_leave_every_line_whole(tmp_path):
    """Both begin without the file: there is one head, and no line is lost or mixed."""
    log = tmp_path / "deep" / "log.csv"
    jobs = [subprocess.Popen([sys.executable, "-c", MANY, str(log), who]) for who in "ab"]
    assert [job.wait() for job in jobs] == [0, 0]
    table = pd.read_csv(log)
    assert table.columns.tolist() == ["who", "number"]
    for who in "ab":
        assert table.loc[table["who"] == who, "number"].tolist() == list(range(200))
    assert [path.name for path in log.parent.iterdir()] == ["log.csv"]


def test_use_of_reports_by_hand(tmp_path):
    log = tmp_path / "runs.csv"
    note(log, "clv-study", 3, seconds=1.0)
    note(log, "clv-study", 29, seconds=3.0)
    note(log, "clv-study", 30, "failed")
    note(log, "crm-health", 3)
    runs = load_runs(log)
    found = use_of_reports(runs, as_of=DAY, days=7)
    assert found.index.tolist() == ["crm-health", "clv-study"]
    assert found[["runs", "unchanged", "failed"]].to_numpy().tolist() == [[0, 0, 0], [2, 0, 1]]
    assert found.loc["clv-study", "seconds"] == 3.0
    assert str(found.loc["crm-health", "last_run"].date()) == "2024-06-03"
    assert use_of_reports(load_runs(None), as_of=DAY, days=7).empty


def test_logs_can_be_switched_off(tmp_path, monkeypatch):
    monkeypatch.setenv("CLVLAB_LOG", "off")
    note(tmp_path / "runs.csv", "clv-study", 3)
    note_opening(tmp_path / "usage.csv", "a", owner="", identified=False)
    assert list(tmp_path.iterdir()) == []
    assert load_usage(tmp_path / "usage.csv").empty


def test_a_log_with_mistakes_is_told_with_its_rows(tmp_path):
    log = tmp_path / "runs.csv"
    log.write_text(
        "started,report,data,as_of,seconds,ended\nyesterday,a,b,,x,well\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as error:
        load_runs(log)
    for column in ("started", "seconds", "ended"):
        assert f"row 2, {column}" in str(error.value)
