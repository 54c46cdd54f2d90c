"""Nights on a disk that is full or can't be written to: the notice is said all the same."""

import json
import subprocess
import sys
from datetime import date

import pytest

from clvlab.reports.nights.night import Night, run_night
from clvlab.reports.nights.notice import FAILURES, leave_notice, notice_of
from clvlab.reports.orders.order import Order

PARAMETERS = """\
from datetime import date
as_of: date | None = None  # last day seen
fill: bool = False"""

SMALL = """\
import shutil
from clvlab.reports.writing.page import Page
page = Page.open("Small?")
page.meta(as_of=as_of, data="none")
if fill:
    left = shutil.disk_usage(page._folder.parent).free
    (page._folder.parents[2] / "big.bin").write_bytes(bytes(left - 8192))"""


@pytest.fixture
def catalogue(make_notebook, small_disk):
    """A catalogue on a small disk whose first report fills it, when it is asked to."""
    make_notebook(SMALL, name="notebooks/small", parameters=PARAMETERS)

    def write(**filling: bool) -> None:
        lines = ["[defaults]", 'cadence = "monthly"']
        for name, fill in filling.items():
            lines += [
                f"[reports.{name}]",
                'notebook = "small"',
                "[reports." + name + ".parameters]",
            ]
            lines += [f"fill = {json.dumps(fill)}"]
        (small_disk / "catalogue.toml").write_text("\n".join(lines))

    return write


def run(folder):
    start = [sys.executable, "-c", "from clvlab.cli import app; app()", "run", "--keep-going"]
    return subprocess.run(
        [*start, "--as-of", "2024-07-04", "--catalogue", str(folder / "catalogue.toml")],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def said_last(done) -> str:
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_a_disk_that_is_full_is_told_in_the_notice(catalogue, small_disk):
    catalogue(filling=True, later=False)
    leave_notice("clvlab 2024-07-03: something else", small_disk)
    done = run(small_disk)
    assert done.returncode == 1
    notice = said_last(done)
    assert notice.startswith("clvlab 2024-07-04: 2 of 2 reports failed: filling/default (")
    assert notice.endswith("; the index can't be written: No space left on device")
    assert "filling failed: " in done.stderr
    assert "later/default: " in done.stderr
    kept = small_disk / FAILURES
    assert not kept.exists() or kept.read_text() == f"{notice}\n"
    assert sorted(path.name for path in small_disk.glob(".*")) == []


def test_a_disk_that_is_read_only_is_told_in_the_notice(catalogue, small_disk):
    catalogue(one=False, two=False)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = run(small_disk)
    assert done.returncode == 1
    notice = said_last(done)
    assert notice.startswith(
        "clvlab 2024-07-04: 2 of 2 reports failed: one/default (nothing can be"
    )
    assert notice.endswith("; the index can't be written: Read-only file system")
    assert done.stderr.count("nothing can be written to") >= 4
    assert done.stdout == ""


def test_only_an_index_that_can_not_be_written_is_a_notice_too():
    notice = notice_of(Night((), None, "the index can't be written: x"), date(2024, 6, 30))
    assert notice == "clvlab 2024-06-30: the index can't be written: x"


def test_the_line_of_another_night_does_not_stay_when_a_new_one_can_not_be_written(
    tmp_path, monkeypatch
):
    def full(path, text):
        raise OSError(28, "No space left on device")

    leave_notice("clvlab 2024-07-03: something else", tmp_path)
    monkeypatch.setattr("clvlab.reports.nights.notice.write_whole", full)
    leave_notice("clvlab 2024-07-04: this", tmp_path)
    assert list(tmp_path.iterdir()) == []


class Quiet:
    def begin(self, name):
        pass

    def advance(self, name, done, cells):
        pass

    def finish(self, outcome):
        pass


def test_a_system_without_a_process_left_fails_the_report_alone(tmp_path, monkeypatch):
    def none_left(order, listener):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("clvlab.reports.nights.night.WorkerProcess", none_left)
    orders = [Order("a.ipynb", str(tmp_path), "a", "x"), Order("b.ipynb", str(tmp_path), "b", "x")]
    night = run_night(orders, Quiet(), keep_going=True)
    assert [outcome.state for outcome in night.outcomes] == ["failed", "failed"]
    assert "Resource temporarily unavailable" in night.outcomes[0].line
    waiting = run_night(orders, Quiet()).outcomes
    assert [outcome.state for outcome in waiting] == ["failed", "not started"]
