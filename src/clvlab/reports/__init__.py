"""Reports: pages that notebooks write, and the runs that make them."""

from clvlab.reports.fragments import Card
from clvlab.reports.index import write_index
from clvlab.reports.page import Page
from clvlab.reports.run import RunResult, run_report

__all__ = ["Card", "Page", "RunResult", "run_report", "write_index"]
