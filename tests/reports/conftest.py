"""Toy notebooks and the runs that several tests look at."""

import json
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from clvlab.reports import RunResult, run_report
from clvlab.reports.orders.notebooks import write_notebook as write_executed
from clvlab.reports.orders.order import Order
from clvlab.reports.running.run import run_order
from clvlab.reports.writing.page import RUN_FOLDER

PARAMETERS = """\
from typing import Literal

as_of: "date" = "1998-06-30"  # last day seen
horizon: int = 39  # forecast horizon, weeks
rate: float = 0.1  # annual discount rate
unit: Literal["day", "week"] = "week"  # unit of time
refit: bool = False
data: str | None = None  # data set, or path of a file
"""

OPENING = """\
import pandas as pd
from clvlab.reports import Card, Page
page = Page.open("Will they buy again?", kind="Toy study", currency="$")
page.record(expected=1653.4 * horizon / 39, actual=1882, share=0.1234, data_name="Toy / data")
page.record(villain="<script>alert(1)</script> *bold*")
page.meta(as_of=as_of, data="toy, {actual:count} purchases of {villain}")"""

WORDS = """\
page.say("The model expects **{expected:count}**; {actual:count} happened to {villain}.")
page.answer("Yes, {share:percent} of them.")
page.stamp("Customers are invented.", kind="simulated")
page.cards([Card("Expected <b>", "{expected:money}", "{expected:money} – {actual:money}")])"""

TABLE = """\
frame = pd.DataFrame({"customer_id": ["007", "=cmd()", "<script>alert(2)</script>"],
                      "frequency": [3, 1000, 2], "clv": [1 / 3, 20.0, None]})
page.table(frame, name="customers", caption="Customers and {villain}.", formats={"clv": "money"})"""

FIGURE = """\
import warnings
from matplotlib import pyplot as plt
figure, ax = plt.subplots(figsize=(6, 2.5))
ax.plot([1, 2, 3], [4, 1, 3], color="#3b75af")
page.figure(ax, name="track", caption="Purchases, {villain}.", alt='A "line".', data=frame)
warnings.warn("the optimum is flat")
print("<b>printed</b>")"""

LIMITS = 'page.limits(["Only {actual:count} purchases.", "No costs."])'

Make = Callable[..., Path]


def write_notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> Path:
    """A notebook of code cells, and of Markdown cells where one starts with `#`."""
    made = [new_code_cell(parameters, metadata={"tags": ["parameters"]})] if parameters else []
    made += [new_markdown_cell(c) if c.startswith("#") else new_code_cell(c) for c in cells]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=made), path)
    return path


@pytest.fixture
def make_notebook(tmp_path: Path) -> Make:
    def make(*cells: str, name: str = "toy", parameters: str = PARAMETERS) -> Path:
        return write_notebook(tmp_path / f"{name}.ipynb", *cells, parameters=parameters)

    return make


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that uses all that a page offers."""
    return write_notebook(
        tmp_path_factory.mktemp("notebooks") / "toy-study.ipynb",
        "# Will they buy again?\n\nFor whoever asks.",
        OPENING,
        "## First part & more",
        WORDS,
        "## Second part",
        TABLE,
        FIGURE,
        "## Limits",
        LIMITS,
    )


@pytest.fixture(scope="session")
def finished(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The toy notebook's run."""
    return run_report(toy, parameters={"horizon": "78"}, out=tmp_path_factory.mktemp("out"))


@pytest.fixture
def without_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs execute their cells in this process, for what is decided before a kernel or after it.

    What a cell displays is kept as a kernel keeps it; a cell that fails raises its own error.
    """
    monkeypatch.setattr("clvlab.reports.running.run.execute", execute_here)


@pytest.fixture
def run_without_kernel() -> Callable[[Order], RunResult]:
    """Run one order as `without_kernel` does, in a test whose other runs have their kernel."""

    def run(order):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("clvlab.reports.running.run.execute", execute_here)
            return run_order(order)

    return run


def execute_here(job, place, on_cell=None):
    """The stand-in for `clvlab.reports.running.kernel.execute`."""
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    notebook = load_notebook_node(str(job.notebook))
    notebook = parameterize_notebook(notebook, job.told, kernel_name="python3", language="python")
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch, chdir(place.work):
        patch.setenv(RUN_FOLDER, str(place.run))
        patch.setattr("IPython.core.interactiveshell.InteractiveShell.initialized", lambda: True)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                patch.setattr("IPython.display.display", keep_in(cell.outputs))
                exec(compile(cell.source, job.notebook.name, "exec"), names)  # noqa: S102
    write_executed(notebook, place.run / "notebook.ipynb")
    return notebook


def keep_in(outputs):
    """What displays into the outputs of a cell."""

    def display(data, raw, metadata):
        assert raw
        outputs.append(new_output("display_data", data=data, metadata=metadata))

    return display


Keep = Callable[..., Path]

CARDS = [
    {
        "label": "Value of the customers",
        "value": "$24,000",
        "interval": "20,000 – 28,000",
        "note": "margin",
        "result": "total.clv",
        "format": "money",
    },
    {"label": "Best tenth", "value": "63 %", "result": "share", "format": "percent.0"},
]
RESULTS: dict[str, Any] = {"total": {"clv": 24000.0}, "share": 0.63}


@pytest.fixture
def keep_run(tmp_path: Path) -> Keep:
    """Write the folder of a finished run below `tmp_path` and return it."""

    def keep(
        day: str,
        results: dict[str, Any] | None = None,
        report: str = "clv-study",
        variant: str = "cdnow",
        **manifest: object,
    ) -> Path:
        folder = tmp_path / report / variant / day
        folder.mkdir(parents=True)
        facts = {"title": "What are they worth?", "kind": "CLV study", "as_of": day, "note": ""}
        page = facts | {"data": "CDNOW", "cards": CARDS, "stamps": []}
        told = {
            "report": report,
            "variant": variant,
            "as_of": day,
            "title": "What are they worth?",
            "page": page,
            "parameters": {"horizon": "52 weeks", "as_of": day},
            "versions": {"clvlab": "1.0"},
            "started": f"{day}T06:00:00+00:00",
            "status": "complete",
        }
        recorded = (RESULTS if results is None else results) | {"as_of": day}
        (folder / "manifest.json").write_text(json.dumps(told | manifest))
        (folder / "result.json").write_text(json.dumps(recorded))
        (folder / "report.html").write_text("")
        return folder

    return keep


@pytest.fixture
def keep_failure(tmp_path: Path) -> Keep:
    """Write the folder of a failed run below `tmp_path` and return it."""

    def keep(
        day: str | None, report: str = "clv-study", variant: str = "cdnow", **told: object
    ) -> Path:
        folder = tmp_path / report / variant / f"{day or 'undated'}.failed"
        folder.mkdir(parents=True)
        facts = {"report": report, "variant": variant, "as_of": day, "title": report}
        facts |= {"started": "2030-01-01T06:00:00+00:00", "line": "cell 3 of 9: no such column"}
        (folder / "failure.json").write_text(json.dumps(facts | told))
        (folder / "failure.html").write_text("")
        return folder

    return keep
