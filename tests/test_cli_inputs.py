"""The command line refuses in words, with the exit code that a script can tell apart."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

import clvlab
import clvlab.reports
from clvlab.cli import app
from clvlab.errors import InputError, Problem, ReportError


@pytest.fixture
def notebook(tmp_path):
    path = tmp_path / "toy.ipynb"
    cell = new_code_cell("horizon: int = 39  # weeks", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[cell]), path)
    return str(path)


def call(*arguments):
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-p", "horizn=3"], "Did you mean 'horizon'?"),
        (["-p", "horizon=soon"], "must be a whole number; got 'soon'"),
        (["-p", "horizon"], "option -p must be name=value; got 'horizon'"),
        (["--as-of", "2024-01-31"], "parameter 'as_of' must be one of toy"),
        (["--columns", "a=b"], "parameter 'columns' must be one of toy"),
        (["--date-format", "%d"], "parameter 'date_format' must be one of toy"),
    ],
)
def test_bad_parameters_end_with_two(notebook, tmp_path, arguments, said):
    result = call("report", notebook, "--out", str(tmp_path / "out"), *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_unknown_report_ends_with_two():
    result = call("report", "no-such-study")
    assert result.exit_code == 2
    assert "report 'no-such-study' must be a notebook" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ReportError("toy failed in cell 3."), 1),
        (PermissionError("the folder is read-only"), 1),
        (InputError(Problem("column 'x'", "must exist", "it does not")), 2),
    ],
)
def test_every_error_is_words_on_the_error_stream(monkeypatch, notebook, error, code):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(clvlab.reports, "run_report", fail)
    result = call("report", notebook)
    assert result.exit_code == code
    assert str(error) in result.stderr
    assert result.stdout == ""


def test_version_and_help():
    assert call("--version").stdout == f"clvlab {clvlab.__version__}\n"
    for command in ([], ["report"], ["check"]):
        assert call(*command, "--help").exit_code == 0
    assert call("report").exit_code == 2


def test_start_up_imports_nothing_heavy():
    heavy = ("pandas", "papermill", "matplotlib", "numba", "nbformat")
    code = f"import sys, clvlab.cli; print(*[m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
