"""A night with real processes: in parallel, with failures, killed and stopped."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import chdir
from datetime import date
from pathlib import Path

import psutil
import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from clvlab.cli import app
from clvlab.reports.nights.night import Night
from clvlab.reports.nights.notice import leave_notice, notice_of
from clvlab.reports.nights.outcome import Outcome
from clvlab.reports.nights.progress import LogLines, MovingTable, display_for
from clvlab.reports.orders.order import Order

PARAMETERS = """\
from datetime import date
as_of: date | None = None  # last day seen
here: str = ""  # a folder that notebooks share
me: str = ""  # who this is
you: str = ""  # whom to wait for
mood: str = "good"
data: str = "none\""""

SMALL = """\
import os
from clvlab.reports.writing.page import Page
page = Page.open("Small?")
page.meta(as_of=as_of, data="none")
page.record(mood=mood)
os.write(1, b"this is no event\\n")"""

MEET = """\
import time
from pathlib import Path
(Path(here) / me).touch()
for _ in range(600 * bool(you)):
    if (Path(here) / you).exists():
        break
    time.sleep(0.1)
assert not you or (Path(here) / you).exists(), "nobody came\""""

MOODS = """\
import signal
assert mood != "bad", "column x must exist"
if mood == "deadly":
    os.kill(os.getppid(), signal.SIGKILL)
if mood != "good":
    time.sleep(600)"""


@pytest.fixture
def catalogue(make_notebook, tmp_path):
    """Writes a catalogue of reports of one small notebook, each with parameters of its own."""
    make_notebook(SMALL, MEET, MOODS, name="notebooks/small", parameters=PARAMETERS)
    (tmp_path / "meeting").mkdir()

    def write(**reports: dict[str, str]) -> Path:
        lines = ["[defaults]", 'cadence = "monthly"']
        for name, parameters in reports.items():
            told = {"here": str(tmp_path / "meeting"), "me": name} | parameters
            lines += [f"[reports.{name}]", 'notebook = "small"', f"[reports.{name}.parameters]"]
            lines += [f"{key} = {json.dumps(value)}" for key, value in told.items()]
        path = tmp_path / "reports" / "catalogue.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines))
        return path

    return write


def asked(folder: Path, *arguments: str, ask: str = "run") -> list[str]:
    catalogue = str(folder / "reports" / "catalogue.toml")
    return [ask, "--as-of", "2024-07-04", "--catalogue", catalogue, *arguments]


def command(folder: Path, *arguments: str) -> list[str]:
    start = [sys.executable, "-c", "from clvlab.cli import app; app()"]
    return [*start, *asked(folder, *arguments)]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *arguments),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def run_here(folder: Path, *arguments: str, ask: str = "run") -> Result:
    """The same command in this process, for what starts no report."""
    with chdir(folder):
        return CliRunner().invoke(app, asked(folder, *arguments, ask=ask))


def test_reports_run_side_by_side_and_go_on_when_others_fail_or_are_killed(catalogue, tmp_path):
    catalogue(
        one={"you": "two"},
        two={"you": "one"},
        bad={"mood": "bad"},
        deadly={"mood": "deadly"},
        last={},
    )
    done = run(tmp_path, "--jobs", "2", "--keep-going")
    assert done.returncode == 1
    notice = done.stderr.splitlines()[-1]
    assert notice == (
        "clvlab 2024-07-04: 2 of 5 reports failed: "
        "bad/none (cell 4 of 4: AssertionError: column x must exist); "
        "deadly/none (its process was ended by the signal SIGKILL, perhaps for want of memory)"
    )
    out = tmp_path / "reports"
    assert (out / "failures.txt").read_text() == f"{notice}\n"
    assert {path.parts[-4] for path in out.glob("*/none/2024-06-30/manifest.json")} == {
        "one",
        "two",
        "last",
    }
    failed = json.loads((out / "deadly/none/2024-06-30.failed/failure.json").read_text())
    assert failed["reason"] == "kernel"
    assert "SIGKILL" in failed["message"]
    log = [line.split(" ", 2)[2] for line in done.stderr.splitlines() if line.startswith("20")]
    assert log[0] == "one/none: started"
    assert sum(line.endswith(": started") for line in log) == 5
    assert "no event" not in done.stdout
    assert sorted(done.stdout.splitlines()) == [
        "index  reports/index.html",
        *(f"report reports/{name}/none/2024-06-30/report.html" for name in ("last", "one", "two")),
    ]
    assert not (out / ".running").exists()
    assert all(name in (out / "index.html").read_text() for name in ("bad", "deadly", "one"))
    assert children_with(str(tmp_path)) == []

    catalogue(bad={}, one={})
    mended = run(tmp_path)
    assert (mended.returncode, mended.stdout.count("report ")) == (0, 1), mended.stderr
    assert not (out / "failures.txt").exists()
    assert not (out / "bad/none/2024-06-30.failed").exists()
    assert run_here(tmp_path).stdout == "nothing is due as of 2024-07-04\n"


def children_with(text: str) -> list[str]:
    """Command lines of processes that stand in a folder or were started for it."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.cwd()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(text in word for word in words):
            found.append(" ".join(words))
    return found


def test_after_a_failure_nothing_new_is_started(catalogue, tmp_path):
    catalogue(bad={"mood": "bad"}, later={})
    done = run(tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(
        "column x must exist); 1 of 2 not started: later/none"
    )
    assert "later/none: started" not in done.stderr
    assert not (tmp_path / "reports" / "later").exists()


def test_a_typo_is_told_before_anything_starts(catalogue, tmp_path):
    catalogue(good={}, typo={"mod": "good"})
    done = run_here(tmp_path)
    assert done.exit_code == 2
    assert "typo, parameter 'mod' must be one of small; it is not. Did you mean" in done.stderr
    notice = done.stderr.splitlines()[-1]
    assert notice.startswith("clvlab 2024-07-04: nothing was run: catalogue.toml, typo, param")
    left = {path.name: path.read_text() for path in (tmp_path / "reports").iterdir()}
    assert left.keys() == {"catalogue.toml", "failures.txt"}
    assert left["failures.txt"] == f"{notice}\n"
    assert run_here(tmp_path, "--report", "god").exit_code == 2


def test_data_that_are_not_there_on_the_night_are_refused_by_their_report_alone(
    catalogue, tmp_path
):
    catalogue(good={"data": "missing.csv"})
    done = run(tmp_path, "--keep-going")
    assert done.returncode == 2
    assert "parameter 'data' must exist; there is no missing.csv" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("clvlab 2024-07-04: 1 of 1 report failed: good/")
    folder = tmp_path / "reports/good/missing-csv/2024-06-30.failed"
    record = json.loads((folder / "failure.json").read_text())
    assert (record["reason"], record["as_of"]) == ("refused", "2024-06-30")
    assert "there is no missing.csv" in record["line"]
    assert "It was refused before it began" in (folder / "failure.html").read_text()
    assert "there is no missing.csv" in (tmp_path / "reports/index.html").read_text()
    assert f"details: {folder.relative_to(tmp_path)}" in done.stderr
    assert "failed (2024-06-30)" in listed(tmp_path)
    (tmp_path / "reports/missing.csv").write_text("")
    assert run(tmp_path).returncode == 0
    assert not folder.exists()
    assert "up to date" in listed(tmp_path)


def listed(folder: Path) -> str:
    found = run_here(folder, ask="list")
    assert found.exit_code == 0
    return found.stdout


def test_the_notice_is_the_last_line_of_a_log_of_both_streams(catalogue, tmp_path):
    catalogue(bad={"mood": "bad"})
    done = subprocess.run(
        command(tmp_path),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    *_, index, empty, notice = done.stdout.decode().splitlines()
    assert (index, empty) == ("index  reports/index.html", "")
    assert notice.startswith("clvlab 2024-07-04: 1 of 1 report failed")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda each: each.name)
def test_no_process_is_left_when_the_parent_is_ended(catalogue, tmp_path, number):
    catalogue(slow={"mood": "slow"}, later={})
    parent = subprocess.Popen(
        command(tmp_path), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    started = wait_for((tmp_path / "meeting" / "slow").exists, 60)
    family = psutil.Process(parent.pid).children(recursive=True)
    parent.send_signal(number)
    _, said = parent.communicate(timeout=60)
    assert started
    assert len(family) >= 2  # a worker and its kernel
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    assert not list((tmp_path / "reports").glob("slow/*/2024-06-30"))
    if number == signal.SIGTERM:
        notice = "clvlab 2024-07-04: stopped by SIGTERM during slow/none; 1 of 2 not started: "
        assert parent.returncode == 128 + signal.SIGTERM
        assert said.splitlines()[-1].startswith(notice)
        assert (tmp_path / "reports" / "failures.txt").read_text().startswith(notice)
        assert not (tmp_path / "reports" / ".running").exists()


def wait_for(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def outcome(state, line="", variant="north", **more) -> Outcome:
    return Outcome(Order("clv.ipynb", "out", "clv", variant), state, 61.5, line, **more)


@pytest.mark.parametrize(
    ("outcomes", "stopped_by", "notice"),
    [
        (["complete", "unchanged"], None, ""),
        ([], None, ""),
        (["failed", "complete"], None, "1 of 2 reports failed: clv/north (cell 2 of 3: no x)"),
        (["refused"], None, "1 of 1 report failed: clv/north (cell 2 of 3: no x)"),
        (["stopped", "not started"], signal.SIGINT, "stopped by SIGINT during clv/north; 1 of 2"),
    ],
)
def test_a_notice_is_one_line(outcomes, stopped_by, notice):
    lines = {"failed": "cell 2 of 3:\nno\xa0x.", "refused": "cell 2 of 3:\nno\xa0x."}
    made = tuple(outcome(state, lines.get(state, "")) for state in outcomes)
    found = notice_of(Night(made, stopped_by), date(2024, 6, 30))
    assert found.startswith(f"clvlab 2024-06-30: {notice}" if notice else "")
    assert bool(found) == bool(notice)
    assert "\n" not in found


def test_a_long_message_is_cut():
    found = notice_of(Night((outcome("failed", "x" * 1000),)), date(2024, 6, 30))
    assert len(found) < 300
    assert found.endswith("x…)")


def test_a_notice_that_can_not_be_written_is_no_failure(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    leave_notice("clvlab 2024-06-30: x", blocked)
    leave_notice("", blocked)
    assert blocked.read_text() == ""


def show(display) -> None:
    with display:
        display.begin("clv/north")
        display.begin("clv/south")
        display.advance("clv/north", 4, 27)
        display.finish(outcome("complete"))
        display.finish(outcome("failed", "no [x]", variant="south"))


def test_a_log_has_a_dated_line_for_each_start_and_end():
    stream = io.StringIO()
    show(LogLines(stream))
    lines = [line.split(" ", 2) for line in stream.getvalue().splitlines()]
    assert [words for _, _, words in lines] == [
        "clv/north: started",
        "clv/south: started",
        "clv/north: complete after 61.5 s, 27 cells",
        "clv/south: failed after 61.5 s: no [x]",
    ]
    assert all(date.fromisoformat(day) for day, _, _ in lines)


def test_a_terminal_shows_reports_cells_and_seconds():
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80, color_system=None)
    table = MovingTable(console)
    with table:
        table.begin("clv/[north]")
        table.advance("clv/[north]", 4, 27)
        table.begin("clv/south")
    text = stream.getvalue()
    assert "clv/[north]  cell 5 of 27" in text
    assert "clv/south    starting" in text
    stream.truncate(0)
    show(MovingTable(console))
    assert "complete" in stream.getvalue()


def test_a_stream_that_is_no_terminal_gets_lines():
    assert isinstance(display_for(io.StringIO()), LogLines)
