"""The command line as a script runs it."""

import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

PARAMETERS = 'as_of: "date" = "2024-01-31"\ndata: str = "toy"\nmood: str = "good"'
WORK = """\
from pathlib import Path
from clvlab.reports import Page
page = Page.open("Toy?")
page.record(size=Path(data).stat().st_size if data != "toy" else 0)
page.meta(as_of=as_of, data="toy")
assert mood == "good", "the mood is bad\""""


def clvlab(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from clvlab.cli import app; app()", "report", "toy"]
    return subprocess.run(
        [*command, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_report_is_made_from_a_file_and_a_failure_leaves_it(tmp_path):
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), new_code_cell(WORK)]
    (tmp_path / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=cells), tmp_path / "notebooks" / "toy.ipynb")
    (tmp_path / "orders.csv").write_text("a,b\n1,2\n")
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
