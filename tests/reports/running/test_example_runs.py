"""The notebook that reports/README.md shows is one that runs."""

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from clvlab.reports import run_report

README = Path(__file__).parents[3] / "reports" / "README.md"


def example() -> list[str]:
    """The two cells of the example."""
    text = README.read_text(encoding="utf-8").split("## A notebook of your own")[1]
    code = "\n".join(re.findall(r"^ {4}(.*)$", text.split("\n`page.say`")[0], re.MULTILINE))
    return re.split(r"# tagged `parameters`\n|# the rest\n", code)[1:]


def test_example_of_the_readme_runs(tmp_path):
    parameters, rest = example()
    cells = [new_code_cell(parameters, metadata={"tags": ["parameters"]}), new_code_cell(rest)]
    notebook = tmp_path / "sales.ipynb"
    nbformat.write(new_notebook(cells=cells), notebook)
    run = run_report(notebook, data="cdnow-sample", as_of="1998-05-31", out=tmp_path / "reports")
    assert run.folder.parts[-3:] == ("sales", "cdnow-sample", "1998-05-31")
    assert run.results["purchases"] > 100
    assert run.warnings == ()
