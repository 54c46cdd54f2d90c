"""A whole run, and what it leaves behind when it fails or is killed."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from clvlab.errors import ReportError
from clvlab.relations import load_runs
from clvlab.reports import run_report
from clvlab.reports.orders.order import Order

SMALL = """\
import os
from clvlab.reports.writing.page import Page
page = Page.open("Small?")
page.meta(as_of="2024-01-31", data="none")
page.record(process=os.getpid(), mood=mood)"""


def files_of(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_run_folder_holds_everything_it_should(finished):
    assert finished.folder.parts[-3:] == ("toy-study", "default", "1998-06-30")
    assert files_of(finished.folder) == {
        "report.html",
        "notebook.ipynb",
        "result.json",
        "manifest.json",
        "tables.xlsx",
        "tables/customers.csv",
        "tables/customers.parquet",
        "figures/track.png",
        "figures/track.svg",
        "figures/track.csv",
    }
    assert finished.index.name == "index.html"
    assert not (finished.index.parent / ".running").exists()


def test_manifest_says_what_was_run(finished):
    manifest = json.loads((finished.folder / "manifest.json").read_text())
    assert manifest["status"] == "complete"
    assert manifest["title"] == "Will they buy again?"
    assert manifest["parameters"]["horizon"] == 78
    assert manifest["parameters"]["unit"] == "week"
    assert manifest["page"]["cards"][0]["value"] == "$3,307"
    assert manifest["warnings"] == ["UserWarning: the optimum is flat"]
    assert list(finished.warnings) == manifest["warnings"]
    assert {"python", "clvlab", "numpy", "lifetimes"} <= set(manifest["versions"])
    assert set(manifest["seconds"]) == {"parameters", "data", "notebook", "page"}


def test_executed_notebook_names_no_folder_of_the_machine(finished):
    notebook = json.loads((finished.folder / "notebook.ipynb").read_text())
    told = notebook["metadata"]["papermill"]
    assert told["input_path"] == "toy-study.ipynb"
    assert told["output_path"] == "notebook.ipynb"


def test_same_run_gives_the_same_bytes(finished, toy, tmp_path):
    again = run_report(toy, parameters={"horizon": 78}, out=tmp_path)
    for name in files_of(finished.folder) - {"manifest.json", "notebook.ipynb", "report.html"}:
        assert (again.folder / name).read_bytes() == (finished.folder / name).read_bytes(), name


def test_failure_names_the_cell_and_leaves_the_earlier_report(
    make_notebook, run_without_kernel, tmp_path
):
    notebook = make_notebook(
        "# Small?",
        SMALL,
        "## The fit",
        "from clvlab.errors import InputError, Problem\n"
        "if mood == 'plain': raise InputError(Problem('column x', 'must exist', 'it does not'))\n"
        "if mood == 'bad': 1 / 0",
        parameters='mood: str = "good"',
    )
    out = tmp_path / "reports"
    home = run_without_kernel(Order(str(notebook), str(out))).folder
    before = {name: (home / name).read_bytes() for name in files_of(home)}
    with pytest.raises(ReportError) as raised:
        run_report(notebook, parameters={"mood": "bad"}, out=out)
    assert "toy failed in cell 5 of 5, under “The fit”" in str(raised.value)
    assert "ZeroDivisionError: division by zero" in str(raised.value)
    with pytest.raises(ReportError, match="column x must exist; it does not") as raised:
        run_report(notebook, parameters={"mood": "plain"}, out=out)
    assert "InputError" not in str(raised.value)
    assert {name: (home / name).read_bytes() for name in files_of(home)} == before
    assert not (out / ".running").exists()
    assert load_runs(out / "runs.csv")["ended"].tolist() == ["finished", "failed", "failed"]


def test_kernel_that_dies_is_a_failure_in_words(make_notebook, tmp_path):
    notebook = make_notebook("import os\nos._exit(1)", parameters="")
    with pytest.raises(ReportError, match="toy failed: the Python process that ran it ended"):
        run_report(notebook, out=tmp_path / "reports")
    left = sorted(path.name for path in (tmp_path / "reports").rglob("*"))
    assert left == [
        "default",
        "failure.html",
        "failure.json",
        "index.html",
        "kernel.log",
        "notebook.ipynb",
        "runs.csv",
        "toy",
        "undated.failed",
    ]


def test_killed_run_leaves_nothing_visible_and_is_cleared(
    make_notebook, run_without_kernel, tmp_path
):
    slow = make_notebook(
        SMALL, "import time\ntime.sleep(120)", name="slow", parameters='mood: str = "good"'
    )
    out = tmp_path / "reports"
    order = f"from clvlab.reports import run_report; run_report({str(slow)!r}, out={str(out)!r})"
    process = subprocess.Popen([sys.executable, "-c", order])
    kernel = _wait_for_kernel(out)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [path.name for path in out.iterdir()] == [".running"]
    _wait_until_gone(kernel)
    quick = make_notebook(SMALL, name="quick", parameters='mood: str = "good"')
    run_without_kernel(Order(str(quick), str(out)))
    assert sorted(path.name for path in out.iterdir()) == ["index.html", "quick", "runs.csv"]


def _wait_for_kernel(out: Path) -> int:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        for path in out.glob(".running/*/run/result.json"):
            text = path.read_text()
            if "process" in text:
                return int(json.loads(text)["process"])
        time.sleep(0.05)
    raise TimeoutError


def _wait_until_gone(process: int) -> None:
    deadline = time.monotonic() + 15
    while psutil.pid_exists(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(process)


@pytest.mark.skipif(sys.platform == "win32", reason="sockets in folders are not for Windows")
@pytest.mark.parametrize(("depth", "talks_by"), [(0, "ipc"), (90, "tcp")])
def test_kernels_do_not_compete_for_ports(make_notebook, tmp_path, monkeypatch, depth, talks_by):
    """Two reports at the same time picked the same TCP port, and one kernel died at its start."""
    folder = tmp_path / ("d" * depth) if depth else Path("/tmp")  # noqa: S108 - a short path
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    how = "from ipykernel.kernelapp import IPKernelApp"
    record = "page.record(talks_by=IPKernelApp.instance().transport)"
    notebook = make_notebook(SMALL, how, record, name="small", parameters='mood = "good"')
    run = run_report(str(notebook), out=tmp_path / "r")
    assert json.loads((run.folder / "result.json").read_text())["talks_by"] == talks_by
    assert not list(folder.glob("clvlab-*")) or depth == 0
