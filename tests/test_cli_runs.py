"""The command line as a script runs it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

PARAMETERS = 'as_of: "date" = "2024-01-31"\ndata: str = "toy"\nmood: str = "good"'
WORK = """\
from pathlib import Path
from clvlab.reports import Page
page = Page.open("Toy?")
page.record(size=Path(data).stat().st_size if data != "toy" else 0)
page.meta(as_of=as_of, data="toy")
assert mood != "bad", "the mood is bad"
if mood == "slow":
    import time
    Path(data).with_suffix(".begun").touch()
    time.sleep(300)"""
COMMAND = [sys.executable, "-c", "from clvlab.cli import app; app()", "report", "toy"]


def clvlab(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(autouse=True)
def workspace(tmp_path):
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), new_code_cell(WORK)]
    (tmp_path / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=cells), tmp_path / "notebooks" / "toy.ipynb")
    (tmp_path / "orders.csv").write_text("a,b\n1,2\n")


def test_report_is_made_from_a_file_and_a_failure_leaves_it(tmp_path):
    done = clvlab(tmp_path, "--data", "orders.csv", "--as-of", "2024-06-30")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "run    reports/toy/orders-csv/2024-06-30",
        "report reports/toy/orders-csv/2024-06-30/report.html",
        "index  reports/index.html",
    ]
    folder = tmp_path / "reports" / "toy" / "orders-csv" / "2024-06-30"
    assert '"size": 8' in (folder / "result.json").read_text()
    manifest = (folder / "manifest.json").read_text()
    assert '"sha256": "' in manifest
    assert str(tmp_path) not in manifest

    failed = clvlab(tmp_path, "--data", "orders.csv", "--as-of", "2024-06-30", "-p", "mood=bad")
    assert failed.returncode == 1
    assert "toy failed in cell 2 of 2" in failed.stderr
    assert "AssertionError: the mood is bad" in failed.stderr
    assert "earlier report" in failed.stderr
    assert failed.stderr.endswith("details: reports/toy/orders-csv/2024-06-30.failed\n")
    assert "Traceback" not in failed.stderr
    assert (folder / "manifest.json").read_text() == manifest


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_report_that_a_signal_ends_says_so_by_its_code(tmp_path, number):
    command = [*COMMAND, "--data", "orders.csv", "-p", "mood=slow"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / "orders.begun").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    assert f"stopped by the signal {number.name}" in said
    assert process.returncode == 128 + number
