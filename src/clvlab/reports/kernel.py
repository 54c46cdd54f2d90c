"""Running the cells: papermill, with a kernel of this very interpreter."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

from clvlab import errors
from clvlab.errors import ReportError
from clvlab.reports.folders import Workplace
from clvlab.reports.job import Job
from clvlab.reports.notebooks import read_notebook, source_cells, write_notebook
from clvlab.reports.page import RUN_FOLDER

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.exceptions import PapermillExecutionError

_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
"""One thread for each numerical library: reports run side by side, and sums stay the same."""


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WARNING = re.compile(r"^\S+:\d+: (\w*Warning: .*)(\n  .*)?$", re.MULTILINE)


def execute(job: Job, place: Workplace) -> NotebookNode:
    """Run a notebook from top to bottom and return it with its outputs.

    The executed copy is `notebook.ipynb` of the workplace's run folder, which the notebook's page
    writes into as well.

    Raises
    ------
    ReportError
        When a cell fails or the kernel dies; it names the cell.
    """
    output = place.run / "notebook.ipynb"
    logging.getLogger("papermill").setLevel(logging.ERROR)
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    # Without this ipykernel warns in every report that its local ports are not encrypted.
    config = Config({"KernelManager": {"transport_encryption": "auto"}})
    try:
        executed: NotebookNode = papermill.execute_notebook(
            _literal(job.notebook),
            _literal(output),
            parameters=job.told,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=str(place.work),
            config=config,
            kernel_manager_class=_kernel_class(place),
        )
    except PapermillExecutionError as error:
        raise ReportError(_failure(job.report, output, error)) from error
    except (DeadKernelError, CellTimeoutError, RuntimeError) as error:
        raise ReportError(_death(job.report, place.log)) from error
    _forget_places(executed, job.notebook, output)
    return executed


def _forget_places(executed: NotebookNode, notebook: Path, output: Path) -> None:
    """Keep the folders of this machine out of the executed copy."""
    executed.metadata.papermill.input_path = notebook.name
    executed.metadata.papermill.output_path = output.name
    write_notebook(executed, output)


def _literal(path: Path) -> str:
    """The path with its braces doubled: papermill fills parameters into paths."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _kernel_class(place: Workplace) -> type:
    """A kernel manager that starts this interpreter, whatever kernels are installed."""
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    settings = {**_ONE_THREAD, RUN_FOLDER: str(place.run), "PYTHONHASHSEED": "0"}
    own_spec = KernelSpec(**get_kernel_dict(), env=settings)

    class OwnKernel(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            return own_spec

        async def start_kernel(self, **options: object) -> None:  # type: ignore[override]
            with place.log.open("ab") as log:
                await super().start_kernel(stderr=log, **options)

    return OwnKernel


def _death(report: str, log: Path) -> str:
    """That the kernel ended, with its last words."""
    words = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    last = "\n".join(line for line in words[-5:] if line.strip())
    return (
        f"{report} failed: the Python process that ran it ended or did not answer, "
        f"perhaps for want of memory.\n{last}"
    ).strip()


def _failure(report: str, output: Path, error: PapermillExecutionError) -> str:
    """The failing cell, the heading above it, and what went wrong."""
    heading, where = "", "its parameters"
    cells = list(source_cells(read_notebook(output)))
    for number, cell in cells:
        if cell.cell_type == "markdown":
            heading = _last_heading(cell.source) or heading
        if cell.cell_type == "code" and cell.get("execution_count") == error.exec_count:
            under = f", under “{heading}”" if heading else ""
            where = f"cell {number} of {len(cells)}{under}"
            break
    said = error.evalue if _speaks_plainly(error.ename) else f"{error.ename}: {error.evalue}"
    return f"{report} failed in {where}.\n{said.strip()}"


def _last_heading(source: str) -> str:
    headings = [line.lstrip("# ") for line in source.splitlines() if line.startswith("#")]
    return headings[-1] if headings else ""


def _speaks_plainly(error_name: str) -> bool:
    kind = getattr(errors, error_name, None)
    return isinstance(kind, type) and issubclass(kind, errors.ClvlabError)


def shown_warnings(notebook: NotebookNode) -> list[str]:
    """What the cells wrote to their error stream, one entry a line, each once.

    Of a Python warning its category and message are kept; the place in a temporary file and the
    line of code below it say nothing to a reader.
    """
    lines: dict[str, None] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                lines.update(dict.fromkeys(_plain_lines(output.text)))
    return list(lines)


def _plain_lines(text: str) -> list[str]:
    text = _WARNING.sub(r"\1", _COLOUR.sub("", text))
    return [line.strip() for line in text.splitlines() if line.strip()]
