"""The command line refuses in words, with the exit code that a script can tell apart."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

import clvlab
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
        (["--data", "x"], "parameter 'data' must be one of toy"),
        (["-p", "horizon=3", "-p", "horizon=4"], "parameter 'horizon' can't be given twice"),
        (["-p", "as_of=2024-01-31", "--as-of", "2024-01-31"], "'as_of' can't be given twice"),
        (["--timeout", "30"], "option --timeout must be a length of time such as"),
        (["--memory", "4"], "option --memory must be an amount of memory such as"),
        (["--parameters", "none.toml"], "file none.toml must be a readable file"),
        (["--catalogue", "none.toml"], "none.toml must exist; it does not"),
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

    monkeypatch.setattr("clvlab.reports.running.run.run_order", fail)
    result = call("report", notebook)
    assert result.exit_code == code
    assert str(error) in result.stderr
    assert result.stdout == ""


def test_version_and_help():
    assert call("--version").stdout == f"clvlab {clvlab.__version__}\n"
    commands = ("report", "run", "list", "describe", "diff", "prune", "init", "check", "simulate")
    for command in ([], *([name] for name in commands)):
        assert call(*command, "--help").exit_code == 0
    assert call("report").exit_code == 2


def test_start_up_imports_nothing_heavy():
    heavy = ("pandas", "papermill", "matplotlib", "numba", "nbformat", "pydantic", "yaml", "psutil")
    code = f"import sys, clvlab.cli; print(*[m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
