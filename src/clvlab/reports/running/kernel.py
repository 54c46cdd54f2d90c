"""Running the cells: papermill, with a kernel of this very interpreter."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clvlab.errors import ParameterError
from clvlab.reports.orders.job import Job
from clvlab.reports.orders.notebooks import read_notebook, write_notebook
from clvlab.reports.orders.secrets import named_secrets, without_secrets
from clvlab.reports.places.stopping import StoppedError, on_request
from clvlab.reports.places.workplace import Workplace
from clvlab.reports.running.faults import cell_fault, kernel_fault
from clvlab.reports.running.limits import Guard, memory_limit
from clvlab.reports.writing.page import RUN_FOLDER

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpec
    from nbformat import NotebookNode

OnCell = Callable[[int, int], None]
"""Told how many cells are done, and of how many."""

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

_LONGEST_SOCKET = 90
"""Bytes of a socket's path, its number left out; the system's limit is near 104."""


def execute(job: Job, place: Workplace, on_cell: OnCell | None = None) -> NotebookNode:
    """Run a notebook from top to bottom and return it with its outputs, free of secrets.

    The executed copy is `notebook.ipynb` of the workplace's run folder, which the notebook's page
    writes into as well.

    Raises
    ------
    FaultError
        When a cell fails, the kernel dies or does not start, or a limit is passed.
    StoppedError
        When the run was told to stop.
    """
    output = place.run / "notebook.ipynb"
    logging.getLogger("papermill").setLevel(logging.ERROR)
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    guard = Guard(job.order.timeout_seconds, memory_limit(job.order.memory_bytes))
    try:
        threading.Thread(target=_import_what_comes_next, daemon=True).start()
        with _connection() as connection, guard, on_request(guard.stop):
            executed: NotebookNode = papermill.execute_notebook(
                _literal(job.notebook),
                _literal(output),
                parameters=job.told,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                cwd=str(place.work),
                config=Config({"KernelManager": connection}),
                kernel_manager_class=_kernel_class(place, guard),
                on_cell_start=_counter(job, on_cell),
            )
    except PapermillExecutionError as error:
        raise cell_fault(_read_if_whole(output), error) from error
    except (DeadKernelError, CellTimeoutError, RuntimeError, FileNotFoundError) as error:
        if guard.told_to_stop:
            raise StoppedError(guard.told_to_stop) from error
        raise kernel_fault(_read_if_whole(output), guard, error) from error
    finally:
        _forget_places(output, job)
    if guard.told_to_stop:
        raise StoppedError(guard.told_to_stop)
    clean: NotebookNode = without_secrets(executed, named_secrets(job.parameters))
    return clean


@contextmanager
def _connection() -> Iterator[dict[str, str]]:
    """How this process and the kernel talk: sockets in a folder that only this user can enter.

    The other way, TCP ports, are picked before the kernel takes them; of reports that start side
    by side, two now and then pick the same port, and one kernel dies before its first cell.
    """
    # Without this ipykernel warns in every report that what is said is not encrypted.
    how = {"transport_encryption": "auto"}
    if os.name != "posix":
        yield how
        return
    with tempfile.TemporaryDirectory(prefix="clvlab-", ignore_cleanup_errors=True) as folder:
        sockets = f"{folder}/kernel"
        fits = len(os.fsencode(sockets)) <= _LONGEST_SOCKET
        yield how | {"transport": "ipc", "ip": sockets} if fits else how


def _import_what_comes_next() -> None:
    """Import, while the kernel works, what the page and the workbook will need."""
    for name in ("openpyxl", "jinja2", "mistune", "pygments.lexers.python"):
        with suppress(ImportError):
            import_module(name)


def _read_if_whole(output: Path) -> NotebookNode | None:
    """The executed copy; None when it was not begun, or cut short by a full disk."""
    try:
        return read_notebook(output)
    except ParameterError:
        return None


def _forget_places(output: Path, job: Job) -> None:
    """Keep the folders of this machine and secrets out of the executed copy."""
    executed = _read_if_whole(output)
    if executed is None:
        output.unlink(missing_ok=True)
        return
    executed.metadata.papermill.input_path = job.notebook.name
    executed.metadata.papermill.output_path = output.name
    write_notebook(without_secrets(executed, named_secrets(job.parameters)), output)


def _literal(path: Path) -> str:
    """The path with its braces doubled: papermill fills parameters into paths."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _counter(job: Job, on_cell: OnCell | None) -> Callable[..., None] | None:
    if on_cell is None:
        return None
    # papermill puts the given parameters into a cell of their own
    cells = len(read_notebook(job.notebook).cells) + bool(job.told)

    def count(cell: object, cell_index: int) -> None:  # noqa: ARG001 - the hook's signature
        on_cell(cell_index, cells)

    return count


def _kernel_class(place: Workplace, guard: Guard) -> type:
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

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]  # noqa: ANN401
            with place.log.open("ab") as log:
                await super().start_kernel(stderr=log, **options)
            guard.watch(self.provisioner.pid)  # type: ignore[union-attr]

    return OwnKernel
