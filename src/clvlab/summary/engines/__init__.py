"""The summary made where the data are: in DuckDB or in Spark."""

from clvlab.summary.engines.at_scale import summarize_at_scale
from clvlab.summary.progress import Progress, shown_progress

__all__ = ["Progress", "shown_progress", "summarize_at_scale"]
