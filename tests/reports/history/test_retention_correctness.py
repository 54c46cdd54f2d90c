"""Old runs go by the rule, and nothing else is touched."""

import json
import os
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlab.errors import ParameterError, ReportError
from clvlab.reports.history.retention import RetentionRule, prune, runs_to_prune
from clvlab.reports.nights.catalogue_form import RetentionForm

DAYS = st.lists(st.dates(date(2020, 1, 1), date(2021, 12, 31)), max_size=60)
RULES = st.builds(RetentionRule, newest=st.integers(1, 8), month_ends=st.integers(0, 8))


def made(out, name, started="2024-01-01T00:00:00+00:00", **manifest):
    folder = out / name
    folder.mkdir(parents=True)
    (folder / "tables").mkdir()
    (folder / "tables" / "t.csv").write_text("1")
    manifest = {"status": "complete", "as_of": folder.name, "started": started} | manifest
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "result.json").write_text("{}")
    return folder


def failed(out, name, started="2024-01-01T00:00:00+00:00"):
    folder = out / name
    folder.mkdir(parents=True)
    (folder / "failure.json").write_text(json.dumps({"started": started}))
    return folder


def everything(out):
    return {str(path.relative_to(out)) for path in out.rglob("*")}


def test_rule_in_numbers():
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(100)]  # to April 9
    kept = set(days) - set(runs_to_prune(days, RetentionRule(newest=3, month_ends=2)))
    assert sorted(kept) == [
        date(2024, 2, 29),
        date(2024, 3, 31),
        date(2024, 4, 7),
        date(2024, 4, 8),
        date(2024, 4, 9),
    ]


def test_catalogue_that_does_not_say_keeps_what_the_rule_keeps():
    form, rule = RetentionForm(), RetentionRule()
    assert (form.newest, form.month_ends) == (rule.newest, rule.month_ends)


def test_month_that_the_newest_run_ends_is_not_counted_twice():
    days = [date(2024, 1, 31), date(2024, 2, 28), date(2024, 2, 29)]
    assert runs_to_prune(days, RetentionRule(1, 1)) == [date(2024, 2, 28)]


@given(DAYS, RULES)
def test_newest_runs_and_month_ends_are_kept(days, rule):
    gone = runs_to_prune(days, rule)
    known = sorted(set(days))
    kept = [day for day in known if day not in gone]
    assert kept[-rule.newest :] == known[-rule.newest :]
    beyond = kept[: -rule.newest]
    assert len(beyond) <= rule.month_ends
    assert len({(day.year, day.month) for day in beyond}) == len(beyond)
    for day in beyond:
        assert day == max(
            other for other in known if other.strftime("%Y%m") == day.strftime("%Y%m")
        )
    assert gone == sorted(gone)
    assert runs_to_prune(kept, rule) == []


@given(DAYS, RULES)
def test_pruning_every_day_keeps_what_pruning_once_keeps(days, rule):
    alive = []
    for day in sorted(set(days)):
        alive.append(day)
        alive = [each for each in alive if each not in runs_to_prune(alive, rule)]
    once = sorted(set(days) - set(runs_to_prune(days, rule)))
    assert alive == once


@pytest.mark.parametrize(
    "rule", [{"newest": 0}, {"newest": 1.5}, {"month_ends": -1}, {"newest": True}]
)
def test_rule_must_keep_something(rule):
    with pytest.raises(ParameterError, match="must be a whole number of at least"):
        RetentionRule(**rule)


def test_prune_removes_old_runs_of_each_variant(tmp_path):
    for variant in ("a/x", "a/y", "b/x"):
        for day in ("2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"):
            made(tmp_path, f"{variant}/{day}")
    (tmp_path / "index.html").write_text("as it was")
    gone = prune(tmp_path, RetentionRule(newest=1, month_ends=1))
    assert [str(path.relative_to(tmp_path)) for path in gone] == [
        f"{variant}/{day}"
        for variant in ("a/x", "a/y", "b/x")
        for day in ("2024-01-30", "2024-02-01")
    ]
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("*/*/*"))
    assert left == [f"{v}/{d}" for v in ("a/x", "a/y", "b/x") for d in ("2024-01-31", "2024-02-02")]
    assert (tmp_path / "index.html").read_text() == "as it was"
    assert not (tmp_path / ".running").exists()


def test_dry_run_changes_nothing(tmp_path):
    for day in ("2024-01-30", "2024-01-31"):
        made(tmp_path, f"a/x/{day}")
    before = everything(tmp_path)
    gone = prune(tmp_path, RetentionRule(1, 0), dry_run=True)
    assert [path.name for path in gone] == ["2024-01-30"]
    assert everything(tmp_path) == before


def test_what_is_no_run_folder_is_never_touched(tmp_path):
    made(tmp_path, "a/x/2024-01-31")
    made(tmp_path, "a/x/2020-01-01", status="running")
    made(tmp_path, "a/x/notes")
    made(tmp_path, "a/x/20200101")
    made(tmp_path, ".running/token/2020-01-01")
    made(tmp_path, "elsewhere/2020-01-02")
    (tmp_path / "a/x/2020-01-03").mkdir()
    (tmp_path / "a/x/2020-01-03/thesis.txt").write_text("mine")
    (tmp_path / "a/x/2020-01-04").write_text("a file")
    (tmp_path / "a/x/2020-01-05").symlink_to(tmp_path / "elsewhere/2020-01-02")
    (tmp_path / "a/linked").symlink_to(tmp_path / "a/x")
    (tmp_path / "a/x/2020-01-06.failed").mkdir()
    (tmp_path / "empty/variant").mkdir(parents=True)
    before = everything(tmp_path)
    assert prune(tmp_path, RetentionRule(1, 0)) == []
    assert everything(tmp_path) == before


def test_failed_runs_go_when_a_newer_run_is_there(tmp_path):
    made(tmp_path, "a/x/2024-02-01", started="2024-02-02T05:00:00+00:00")
    old = failed(tmp_path, "a/x/2024-01-31.failed")
    undated = failed(tmp_path, "a/x/undated.failed", started="2024-02-01T05:00:00+00:00")
    failed(tmp_path, "a/x/2024-02-02.failed")
    failed(tmp_path, "a/y/2020-01-01.failed")
    assert prune(tmp_path, RetentionRule(1, 0)) == [old, undated]
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("*/*/*"))
    assert left == ["a/x/2024-02-01", "a/x/2024-02-02.failed", "a/y/2020-01-01.failed"]


def test_undated_failure_after_the_newest_run_stays(tmp_path):
    made(tmp_path, "a/x/2024-02-01", started="2024-02-02T05:00:00+00:00")
    failed(tmp_path, "a/x/undated.failed", started="2024-02-03T05:00:00+00:00")
    assert prune(tmp_path, RetentionRule(1, 0)) == []


def test_run_that_another_process_took_is_no_error(tmp_path, monkeypatch):
    for day in ("2024-01-29", "2024-01-30", "2024-01-31"):
        made(tmp_path, f"a/x/{day}")
    rename = os.rename

    def racing(source, target):
        if str(source).endswith("2024-01-29"):
            raise FileNotFoundError(source)
        rename(source, target)

    monkeypatch.setattr("pathlib.Path.rename", racing)
    assert [path.name for path in prune(tmp_path, RetentionRule(1, 0))] == ["2024-01-30"]


def test_folder_that_can_not_be_written_is_told(tmp_path):
    for day in ("2024-01-30", "2024-01-31"):
        made(tmp_path, f"a/x/{day}")
    (tmp_path / ".running").write_text("in the way")
    with pytest.raises(ReportError, match="nothing can be written"):
        prune(tmp_path, RetentionRule(1, 0))
    assert (tmp_path / "a/x/2024-01-30").exists()


def test_folder_that_is_not_there_has_nothing_to_prune(tmp_path):
    assert prune(tmp_path / "none", RetentionRule()) == []
