"""What went wrong in a run, told from the notebook as far as it got."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from clvlab import errors
from clvlab.errors import ReportError
from clvlab.reports.orders.notebooks import source_cells
from clvlab.reports.running.limits import Guard
from clvlab.reports.writing.words import word

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.exceptions import PapermillExecutionError

Reason = Literal["cell", "timeout", "memory", "kernel", "output", "stopped", "refused"]

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a run was not completed.

    Attributes
    ----------
    reason
        A cell raised an error, a limit of time or memory was passed, the kernel ended or did not
        start, the output could not be written, the run was stopped from outside, or it was refused
        before it began.
    said
        What happened, in words; the first line says the most important.
    cell
        Number of the cell concerned, counted as its author does; None when none is.
    cells
        How many cells there are.
    heading
        The heading above that cell.
    source
        The cell's source.
    error
        Name of the exception.
    traceback
        Plain text, without colours.
    """

    reason: Reason
    said: str
    cell: int | None = None
    cells: int = 0
    heading: str = ""
    source: str = ""
    error: str = ""
    traceback: str = ""

    @property
    def line(self) -> str:
        """The fault in one line."""
        what = next((line.strip() for line in self.said.splitlines() if line.strip()), self.error)
        if not self.cell:
            return what
        return word("failed_line", cell=self.cell, cells=self.cells, said=what)

    def in_words(self, report: str) -> str:
        """The fault of that report as a paragraph."""
        if self.reason == "cell":
            where = self._where or word("failed_somewhere")
            return word("failed_in", report=report, where=where, said=self.said)
        if not self._where:
            return word("failed", report=report, said=self.said)
        return word("failed_at", report=report, where=self._where, said=self.said)

    @property
    def _where(self) -> str:
        if not self.cell:
            return ""
        place = {"cell": self.cell, "cells": self.cells, "heading": self.heading}
        return word("failed_cell_under" if self.heading else "failed_cell", **place)


class FaultError(ReportError):
    """A run that was not completed; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.said, line=fault.line)
        self.fault = fault


def cell_fault(notebook: NotebookNode | None, error: PapermillExecutionError) -> FaultError:
    """The failing cell, the heading above it, and what it raised."""
    said = error.evalue if _speaks_plainly(error.ename) else f"{error.ename}: {error.evalue}"
    trace = _COLOUR.sub("", "\n".join(error.traceback))
    place = _place(notebook, error.exec_count)
    return FaultError(Fault("cell", said.strip(), *place, error.ename, trace))


def _speaks_plainly(error_name: str) -> bool:
    kind = getattr(errors, error_name, None)
    return isinstance(kind, type) and issubclass(kind, errors.ClvlabError)


_Place = tuple[int | None, int, str, str]
"""Number of a cell, how many there are, the heading above it, its source."""


def _place(notebook: NotebookNode | None, execution_count: int | None) -> _Place:
    """Where the cell with that count is."""
    if notebook is None:
        return None, 0, "", ""
    heading, cells = "", list(source_cells(notebook))
    for number, cell in cells:
        if cell.cell_type == "markdown":
            heading = _last_heading(cell.source) or heading
        elif cell.get("execution_count") == execution_count is not None:
            return number, len(cells), heading, cell.source
    return None, len(cells), "", ""


def _last_heading(source: str) -> str:
    headings = [line.lstrip("# ") for line in source.splitlines() if line.startswith("#")]
    return headings[-1] if headings else ""


def kernel_fault(notebook: NotebookNode | None, guard: Guard, error: Exception) -> FaultError:
    """A kernel that was ended for passing a limit, ended by itself, or never began."""
    place = _last_begun(notebook)
    if guard.reason is not None:
        return FaultError(Fault(guard.reason, guard.in_words(), *place))
    said = word("fault_kernel") if guard.started else word("fault_no_kernel", error=error)
    return FaultError(Fault("kernel", said, *place, type(error).__name__))


def _last_begun(notebook: NotebookNode | None) -> _Place:
    """The last cell that had begun when the kernel ended."""
    if notebook is None:
        return None, 0, "", ""
    heading, cells = "", list(source_cells(notebook))
    found: _Place = (None, len(cells), "", "")
    for number, cell in cells:
        if cell.cell_type == "markdown":
            heading = _last_heading(cell.source) or heading
        elif cell.metadata.get("papermill", {}).get("status") in {"running", "completed", "failed"}:
            found = number, len(cells), heading, cell.source
    return found
