"""What the command line makes of a catalogue: orders, lists, descriptions, and refusals."""

import json
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from typer.testing import CliRunner

from clvlab.cli import app
from clvlab.errors import ReportError

PARAMETERS = """\
from typing import Literal
from datetime import date

as_of: date | None = None  # last day seen
data: str = "cdnow"  # data set
rate: float = 0.1  # discount rate [share a year, >= 0, < 1]
unit: Literal["day", "week"] = "week"  # unit of time"""

CATALOGUE = """\
[defaults]
cadence = "monthly"
timeout = "30 minutes"
parameters_file = "../company.toml"

[retention]
newest = 1
month_ends = 1

[reports.toy]
description = "What are they worth?"

[reports.region]
notebook = "toy"
memory = "2 GB"
parameters = { unit = "day" }
[reports.region.variants.north]
data = "../north.csv"
[reports.region.variants.south]
data = "../south.csv"
"""


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    cells = [
        new_markdown_cell("# Will they buy again?\n\nFor whoever asks."),
        new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
    ]
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "reports").mkdir()
    nbformat.write(new_notebook(cells=cells), tmp_path / "notebooks" / "toy.ipynb")
    (tmp_path / "company.toml").write_text("rate = 1e-2\n")
    (tmp_path / "reports" / "catalogue.toml").write_text(CATALOGUE)
    for name in ("north.csv", "south.csv", "mine.csv"):
        (tmp_path / name).write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


def call(*arguments):
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def ordered(monkeypatch):
    """Calls `clvlab report` and returns the order that it would run, and what it said."""
    orders = []

    def note(order, on_cell):
        orders.append(order)
        raise ReportError("nothing is run here")

    monkeypatch.setattr("clvlab.reports.running.run.run_order", note)

    def call_report(*arguments):
        result = call("report", *arguments)
        assert orders, result.stderr
        return orders.pop(), result.stderr

    return call_report


def test_parameters_come_from_the_catalogue_then_a_file_then_the_command_line(ordered, workspace):
    (workspace / "mine.yaml").write_text("rate: 0.03\nunit: week\ndata: mine.csv\n")
    order, _ = ordered(
        *("region", "--variant", "south", "--parameters", "mine.yaml", "-p", "rate=0.04"),
        *("--as-of", "2024-06-30", "--pdf", "--force", "--memory", "1 GB"),
    )
    assert order.layers == (
        ("file company.toml", {"rate": 0.01}),
        ("catalogue", {"unit": "day"}),
        ("catalogue", {"data": "../south.csv"}),
        ("file mine.yaml", {"rate": 0.03, "unit": "week", "data": "../mine.csv"}),
        ("command line", {"rate": "0.04"}),
    )
    assert (order.report, order.variant, order.as_of) == ("region", "south-what-if", "2024-06-30")
    assert (order.timeout_seconds, order.memory_bytes) == (1800.0, 1_000_000_000)
    assert (order.pdf, order.force) == (True, True)
    assert order.data_folder == str(workspace / "reports")


def test_the_first_variant_is_run_when_none_is_named_and_that_is_said(ordered):
    order, said = ordered("region")
    assert order.variant == "north"
    assert "note: this is the variant north; there are also south." in said


def test_data_of_ones_own_take_the_place_of_a_variant(ordered):
    order, said = ordered("region", "--data", "mine.csv")
    assert order.variant == ""
    assert order.layers[-1] == ("command line", {"data": "../mine.csv"})
    assert "catalogue" in [source for source, _ in order.layers]
    assert "note" not in said


def test_a_notebook_is_run_without_the_catalogue(ordered):
    order, _ = ordered("notebooks/toy.ipynb", "--variant", "trial", "--data", "mine.csv")
    assert order.layers == (("command line", {"data": "mine.csv"}),)
    assert (order.report, order.variant, order.data_folder) == ("", "trial", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "region", "--variant", "nord"], "Did you mean 'north'?"),
        (["report", "toy", "--variant", "x"], "Report toy has no variants."),
        (["report", "toi"], "report 'toi' must be a notebook; there is none of that name. Did you"),
        (["run", "--report", "toi"], "Did you mean 'toy'?"),
        (["run", "--variant", "nord"], "variant 'nord' must be one of catalogue.toml"),
        (["run", "--as-of", "30.6.2024"], "parameter 'as_of' must be a date in ISO form"),
        (["run", "--catalogue", "no.toml"], "no.toml must exist; it does not"),
        (["list", "--as-of", "soon"], "parameter 'as_of' must be a date in ISO form"),
        (["describe", "toi"], "report 'toi' must be a notebook"),
        (["diff", "toy", "2024-05-31", "2024-06-30"], "report 'toy' must have been run"),
        (["check", "company.toml"], "key rate must be a key of the catalogue"),
    ],
)
def test_what_is_not_there_is_refused_in_words(arguments, said):
    result = call(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", ["run", "list", "prune"])
def test_a_catalogue_with_a_typo_ends_with_two(workspace, command):
    path = workspace / "reports" / "catalogue.toml"
    path.write_text(CATALOGUE.replace("cadence", "cadance"))
    result = call(command)
    assert result.exit_code == 2
    assert "key defaults.cadance must be a key of the catalogue" in result.stderr
    assert "Did you mean 'cadence'?" in result.stderr


def complete(workspace, run, **results):
    folder = workspace / "reports" / run
    folder.mkdir(parents=True)
    report, variant, day = run.split("/")
    manifest = {"report": report, "variant": variant, "as_of": day, "status": "complete"}
    more = {"title": "?", "page": {"cards": []}, "started": f"{day}T00:00:00+00:00"}
    (folder / "manifest.json").write_text(json.dumps(manifest | more))
    (folder / "result.json").write_text(json.dumps({"as_of": day} | results))


def test_list_says_how_reports_stand(workspace):
    complete(workspace, "region/north/2024-05-31")
    complete(workspace, "region/north/2024-06-30")
    (workspace / "reports/region/south/2024-06-30.failed").mkdir(parents=True)
    result = call("list", "--as-of", "2024-07-04")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert [line for line in lines if line.startswith(("toy", "region"))] == [
        "toy cdnow monthly never 2024-06-30 due",
        "region north monthly 2024-06-30 2024-07-31 up to date",
        "region south monthly never 2024-06-30 failed (2024-06-30)",
    ]


@pytest.mark.parametrize("command", ["run", "list"])
def test_a_day_before_the_first_week_of_the_calendar_is_refused_in_words(workspace, command):
    path = workspace / "reports" / "catalogue.toml"
    path.write_text(CATALOGUE.replace("monthly", "weekly"))
    result = call(command, "--as-of", "0001-01-03")
    assert result.exit_code == 2
    assert "parameter 'as_of' must be a day with whole periods before and after" in result.stderr


def test_list_of_an_empty_catalogue(workspace):
    (workspace / "reports" / "catalogue.toml").write_text("")
    assert call("list").stdout == "catalogue.toml has no reports yet.\n"


def test_describe_tells_every_parameter():
    result = call("describe", "region")
    assert result.exit_code == 0
    for words in (
        "Will they buy again?",
        "notebook  notebooks/toy.ipynb",
        "cadence   monthly",
        "variant   north: rate = 0.01, unit = day, data = ../north.csv",
        "a number at least 0 and under 1",
        "share a year",
        "discount rate",
        "one of day, week",
    ):
        assert words in result.stdout
    assert "What are they worth?" in call("describe", "toy").stdout


def test_describe_reads_well_where_it_is_narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    lines = call("describe", "notebooks/toy.ipynb").stdout.splitlines()
    assert max(map(len, lines)) <= 50
    place = lines.index("rate")
    assert lines[place + 1 : place + 4] == [
        "  must be: a number at least 0 and under 1",
        "  unit: share a year",
        "  default: 0.1",
    ]


def test_diff_shows_what_changed(workspace):
    complete(workspace, "region/north/2024-05-31", clv=100.0, size=10)
    complete(workspace, "region/north/2024-06-30", clv=120.0, size=10)
    result = call("diff", "region", "2024-05-31", "2024-06-30", "--variant", "north")
    assert result.exit_code == 0
    assert "20.0" in result.stdout
    assert "Size" not in result.stdout
    quiet = call("diff", "region", "2024-05-31", "2024-06-30", "--threshold", "0.5")
    assert "20.0" not in quiet.stdout


def test_diff_goes_by_the_newer_runs_threshold_and_finds_its_catalogue(workspace, monkeypatch):
    for day, clv in (("2024-05-31", 100.0), ("2024-06-30", 101.0)):
        complete(workspace, f"toy/cdnow/{day}", clv=clv)
    monkeypatch.chdir(workspace / "notebooks")
    asked = ("diff", "toy", "2024-05-31", "2024-06-30", "--catalogue", "../reports/catalogue.toml")
    assert "No result changed by more than 5" in call(*asked).stdout
    manifest = workspace / "reports/toy/cdnow/2024-06-30/manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"change_threshold": 0}))
    assert "1.0\u00a0%" in call(*asked).stdout


def test_prune_keeps_what_the_catalogue_says(workspace):
    days = ["2024-04-30", "2024-05-30", "2024-05-31", "2024-06-30"]
    for day in days:
        complete(workspace, f"region/north/{day}")
    gone = ["reports/region/north/2024-04-30", "reports/region/north/2024-05-30"]
    tried = call("prune", "--dry-run")
    assert tried.stdout.splitlines() == [
        *(f"would go {path}" for path in gone),
        "2 runs to be removed.",
    ]
    north = workspace / "reports" / "region" / "north"
    assert sorted(path.name for path in north.iterdir()) == days
    done = call("prune")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [*(f"gone     {path}" for path in gone), "2 runs removed."]
    assert sorted(path.name for path in north.iterdir()) == days[2:]
    assert "2024-06-30" in (workspace / "reports" / "index.html").read_text()


def test_the_environment_names_the_catalogue(workspace, tmp_path_factory, monkeypatch, ordered):
    complete(workspace, "toy/cdnow/2024-05-31", clv=1.0)
    complete(workspace, "toy/cdnow/2024-06-30", clv=2.0)
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert call("list").exit_code == 2
    monkeypatch.setenv("CLVLAB_CATALOGUE", str(workspace / "reports" / "catalogue.toml"))
    assert "2024-06-30" in call("list").stdout
    assert "100.0" in call("diff", "toy", "2024-05-31", "2024-06-30").stdout
    order, _ = ordered("toy")
    assert order.out == str(workspace / "reports")


def test_check_looks_at_a_catalogue():
    result = call("check", "reports/catalogue.toml")
    assert result.exit_code == 0
    assert result.stdout.startswith("catalogue.toml is in order: toy, region.\n")
    assert "The data that it names were not opened" in result.stdout


def test_nothing_is_run_when_nothing_is_due(workspace, monkeypatch):
    monkeypatch.setitem(sys.modules, "clvlab.reports.running.worker_process", None)
    for run in ("toy/cdnow", "region/north", "region/south"):
        complete(workspace, f"{run}/2024-06-30")
    (workspace / "reports" / "failures.txt").write_text("clvlab 2024-07-03: ...\n")
    result = call("run", "--as-of", "2024-07-04")
    assert (result.exit_code, result.stdout) == (0, "nothing is due as of 2024-07-04\n")
    assert not (workspace / "reports" / "failures.txt").exists()


def test_a_run_of_one_report_leaves_the_notice_of_another(workspace):
    notice = workspace / "reports" / "failures.txt"
    notice.write_text("clvlab 2024-07-03: ...\n")
    complete(workspace, "toy/cdnow/2024-06-30")
    failure = workspace / "reports/region/north/2024-06-30.failed"
    failure.mkdir(parents=True)
    only_toy = ("run", "--as-of", "2024-07-04", "--report", "toy")
    assert call(*only_toy).exit_code == 0
    assert notice.exists()
    failure.rmdir()
    assert call(*only_toy).exit_code == 0
    assert not notice.exists()
