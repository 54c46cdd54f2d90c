"""What the project says about itself holds: environment, notebooks, names, sizes."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import clvlab

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "clvlab"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
REGISTRY = re.compile(r"--(extra-)?index-url\b|https?://\S+/simple/")


def cells_of(path, kind="code"):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def source_of(cell):
    return "".join(cell["source"])


def tags_of(cell):
    return cell["metadata"].get("tags", [])


def code_lines(cell):
    return [line for line in source_of(cell).splitlines() if line.strip()]


def test_the_environment_for_conda_users_is_up_to_date():
    script = ROOT / "tools" / "write_environment.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_there_are_notebooks():
    assert NOTEBOOKS


@each_notebook
def test_a_notebook_is_stripped_of_its_outputs(path):
    for cell in cells_of(path):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@each_notebook
def test_a_notebook_has_exactly_one_cell_of_parameters(path):
    assert sum("parameters" in tags_of(cell) for cell in cells_of(path)) == 1


@each_notebook
def test_a_notebook_defines_nothing(path):
    for cell in cells_of(path):
        tree = ast.parse(source_of(cell))
        for node in ast.walk(tree):
            assert not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            assert not (
                isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Lambda)
            )


@each_notebook
def test_no_cell_of_a_notebook_is_long(path):
    cells = [cell for cell in cells_of(path) if "parameters" not in tags_of(cell)]
    assert max(len(source_of(cell).splitlines()) for cell in cells) <= 15


@each_notebook
def test_a_notebook_has_at_most_110_lines_of_code(path):
    cells = [cell for cell in cells_of(path) if "parameters" not in tags_of(cell)]
    assert sum(len(code_lines(cell)) for cell in cells) <= 110


@each_notebook
def test_a_notebook_does_not_reach_outside_its_folder(path):
    assert "../" not in path.read_text(encoding="utf-8")


def files_in_git():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone")
def test_no_file_holds_the_address_of_a_registry():
    found = []
    for path in files_in_git():
        if not path.is_file() or path == Path(__file__).resolve():
            continue
        text = path.read_bytes().decode("utf-8", errors="ignore")
        if REGISTRY.search(text):
            found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_no_module_is_long():
    long = {
        path.name: count
        for path in SOURCE.rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing():
    empty = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert {path.stem for path in SOURCE.rglob("*")} & empty == set()


def is_re_export(node: ast.stmt) -> bool:
    """An import, a list of names, or the function that imports them when they are asked for."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.FunctionDef):
        return node.name == "__getattr__"
    return isinstance(node, (ast.ImportFrom, ast.Import, ast.Assign, ast.Expr))


def test_packages_only_re_export():
    for path in SOURCE.rglob("*/__init__.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        rest = [node for node in body if not is_re_export(node)]
        assert rest == [], path


@pytest.mark.parametrize("name", clvlab.__all__)
def test_a_public_name_can_be_imported_and_is_documented(name):
    thing = getattr(clvlab, name)
    assert thing.__name__ == name
    assert thing.__doc__
    assert len(thing.__doc__.strip()) > 10


def test_public_names_are_sorted_and_listed():
    assert clvlab.__all__ == sorted(clvlab.__all__)
    assert set(clvlab.__all__) <= set(dir(clvlab))


def test_an_unknown_public_name_is_refused_as_usual():
    with pytest.raises(AttributeError, match="No clvlab attribute ModelOfAll"):
        clvlab.ModelOfAll  # noqa: B018 - the access is the test
