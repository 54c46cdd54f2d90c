"""Reports: pages that notebooks write, and the runs that make them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clvlab.reports.history.runs import Run, find_runs, load_run
    from clvlab.reports.pages.index import write_index
    from clvlab.reports.running.run import RunResult, run_report
    from clvlab.reports.writing.fragments import Card
    from clvlab.reports.writing.page import Page

_HOME = {
    "Card": "writing.fragments",
    "Page": "writing.page",
    "Run": "history.runs",
    "RunResult": "running.run",
    "find_runs": "history.runs",
    "load_run": "history.runs",
    "run_report": "running.run",
    "write_index": "pages.index",
}

__all__ = [
    "Card",
    "Page",
    "Run",
    "RunResult",
    "find_runs",
    "load_run",
    "run_report",
    "write_index",
]


def __getattr__(name: str) -> object:
    """Import a name when it is first asked for: a notebook needs no engine."""
    if name not in _HOME:
        raise AttributeError(f"module 'clvlab.reports' has no attribute '{name}'")
    return getattr(import_module(f"clvlab.reports.{_HOME[name]}"), name)
