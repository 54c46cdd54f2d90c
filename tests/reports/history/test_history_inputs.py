"""Runs are found and given back; what is no run is named, or passed over."""

import json
from datetime import date

import pandas as pd
import pytest

from clvlab.errors import InputError, ParameterError
from clvlab.reports.history.runs import (
    find_failures,
    find_run,
    find_runs,
    load_run,
    previous_run,
    runs_in,
    unmended,
)


def test_run_gives_back_what_was_kept(keep_run):
    folder = keep_run("2024-01-31")
    (folder / "tables").mkdir()
    (folder / "figures").mkdir()
    table = pd.DataFrame({"decile": [1, 2], "clv": [20.0, 4.0]})
    table.to_parquet(folder / "tables" / "deciles.parquet")
    (folder / "figures" / "track.svg").write_text("<svg/>")
    run = load_run(folder)
    assert (run.report, run.variant, run.as_of) == ("clv-study", "cdnow", date(2024, 1, 31))
    assert run.results["total"]["clv"] == 24000
    assert run.manifest["parameters"]["horizon"] == "52 weeks"
    assert list(run.tables) == ["deciles"]
    pd.testing.assert_frame_equal(run.tables["deciles"], table)
    assert run.figures == {"track": folder / "figures" / "track.svg"}
    assert run.page == folder / "report.html"
    with pytest.raises(InputError, match=r"table 'decils' must be one of the run's.*'deciles'"):
        run.tables["decils"]


def test_run_of_an_older_version_is_read_by_its_folder(keep_run):
    folder = keep_run("2024-01-31", page={}, status="complete")
    told = json.loads((folder / "manifest.json").read_text())
    for key in ("report", "variant", "as_of", "title", "page", "started"):
        del told[key]
    (folder / "manifest.json").write_text(json.dumps(told))
    run = load_run(folder)
    assert (run.report, run.variant, run.as_of) == ("clv-study", "cdnow", date(2024, 1, 31))
    assert (run.title, run.cards, run.started) == ("clv-study", [], "")


def test_copy_of_a_run_folder_keeps_its_names(keep_run, tmp_path):
    run = load_run(keep_run("2024-01-31").rename(tmp_path / "mine"))
    assert (run.report, run.variant, run.as_of.isoformat()) == ("clv-study", "cdnow", "2024-01-31")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "it has no manifest.json"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json is missing or"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "manifest.json is missing or"),
        (lambda folder: (folder / "result.json").unlink(), "its result.json is missing or"),
        (lambda folder: folder.rename(folder.with_name("x")), "there is no such folder"),
    ],
)
def test_what_is_no_run_is_named_and_passed_over(keep_run, tmp_path, spoil, words):
    good, bad = keep_run("2024-01-31"), keep_run("2024-02-29")
    spoil(bad)
    with pytest.raises(InputError, match=words):
        load_run(bad)
    if words != "there is no such folder":
        assert [run.folder for run in find_runs(tmp_path)] == [good]


def test_unfinished_and_undated_folders_are_no_runs(keep_run, tmp_path):
    keep_run("2024-01-31", status="running")
    undated = keep_run("2024-02-29", as_of="soon")
    with pytest.raises(InputError, match="does not say as of when"):
        load_run(undated)
    assert find_runs(tmp_path) == []


def test_folder_above_runs_tells_where_one_is(keep_run, tmp_path):
    keep_run("2024-01-31")
    with pytest.raises(InputError, match="Below it is clv-study/cdnow/2024-01-31"):
        load_run(tmp_path)


def test_failed_run_is_told_as_such(keep_failure, tmp_path):
    folder = keep_failure("2024-01-31")
    keep_failure(None)
    (tmp_path / "clv-study" / "x" / "2024-01-31.failed").mkdir(parents=True)
    with pytest.raises(InputError, match=r"the run in it failed. Its failure.html says why"):
        load_run(folder)
    found = find_failures(tmp_path)
    assert [failure.as_of for failure in found] == [date(2024, 1, 31), None]
    assert found[0].line == "cell 3 of 9: no such column"
    assert find_runs(tmp_path) == []


def test_runs_are_found_by_report_variant_and_date(keep_run, tmp_path):
    for variant in ("south", "north"):
        for day in ("2024-02-29", "2024-01-31"):
            keep_run(day, variant=variant)
    keep_run("2023-12-31", report="churn")
    (tmp_path / ".running" / "1-x" / "run").mkdir(parents=True)
    (tmp_path / ".running" / "1-x" / "run" / "manifest.json").write_text("{}")
    found = [(run.report, run.variant, run.as_of.isoformat()) for run in find_runs(tmp_path)]
    assert found == [
        ("churn", "cdnow", "2023-12-31"),
        ("clv-study", "north", "2024-01-31"),
        ("clv-study", "north", "2024-02-29"),
        ("clv-study", "south", "2024-01-31"),
        ("clv-study", "south", "2024-02-29"),
    ]


def test_previous_run_is_the_latest_before_a_day(keep_run, tmp_path):
    for day in ("2024-01-31", "2024-03-31", "2024-02-29"):
        keep_run(day)
    keep_run("2024-03-15", variant="other")

    def previous(day):
        run = previous_run(tmp_path, "clv-study", "cdnow", day)
        return run and run.as_of.isoformat()

    assert previous(date(2024, 3, 31)) == "2024-02-29"
    assert previous("2024-02-10") == "2024-01-31"
    assert previous("2024-01-31") is None
    assert previous(None) == "2024-03-31"
    assert previous_run(tmp_path, "never", "cdnow", "2024-03-31") is None


def test_run_is_looked_up_with_suggestions(keep_run, tmp_path):
    with pytest.raises(ParameterError, match="No run has been made yet"):
        find_run(tmp_path, "clv-study", "2024-01-31")
    for variant in ("north", "south"):
        keep_run("2024-01-31", variant=variant)
    assert find_run(tmp_path, "clv-study", "2024-01-31", "south").variant == "south"
    with pytest.raises(ParameterError, match="several as of 2024-01-31: north, south"):
        find_run(tmp_path, "clv-study", "2024-01-31")
    with pytest.raises(ParameterError, match=r"report 'clv-studi'.*Did you mean 'clv-study'"):
        find_run(tmp_path, "clv-studi", "2024-01-31", "south")
    with pytest.raises(ParameterError, match=r"variant 'sout'.*Did you mean 'south'"):
        find_run(tmp_path, "clv-study", "2024-01-31", "sout")
    with pytest.raises(ParameterError, match=r"as of 2024-01-30.*Did you mean '2024-01-31'"):
        find_run(tmp_path, "clv-study", date(2024, 1, 30), "south")
    with pytest.raises(InputError, match="must be a date"):
        find_run(tmp_path, "clv-study", "January")


def test_failure_is_mended_by_a_run_that_began_after_it(keep_run, keep_failure, tmp_path):
    keep_run("2024-01-31", started="2024-02-10T06:00:00+00:00")  # made once more
    keep_run("2024-02-29", started="2024-03-01T06:00:00+00:00")
    runs = runs_in(tmp_path / "clv-study" / "cdnow")
    assert [run.as_of.isoformat() for run in runs] == ["2024-01-31", "2024-02-29"]
    keep_failure(None, started="2024-03-01T05:00:00+00:00")
    keep_failure("2024-02-29", started="2024-03-02T05:00:00+00:00")
    keep_failure("2024-01-31", started="2024-03-02T05:00:00+00:00")
    keep_failure("2024-03-31", started="")
    failures = find_failures(tmp_path)
    standing = [failure.folder.name for failure in unmended(failures, runs)]
    assert standing == ["2024-02-29.failed", "2024-03-31.failed"]
    assert unmended(failures, []) == failures
