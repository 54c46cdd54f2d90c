"""From transactions to one row per customer."""

from clvlab.summary.counted_summary import CountedSummary
from clvlab.summary.counting import count_summary
from clvlab.summary.customer_summary import CustomerSummary
from clvlab.summary.gather import summarize
from clvlab.summary.left_truncation import LeftTruncation, detect_left_truncation
from clvlab.summary.progress import ProgressLines
from clvlab.summary.split import customers_to_fit, describe_windows, split_days
from clvlab.summary.stale_end import StaleEnd, detect_stale_end
from clvlab.summary.summary_file import SummaryFile
from clvlab.summary.support import supported_questions

__all__ = [
    "CountedSummary",
    "CustomerSummary",
    "LeftTruncation",
    "ProgressLines",
    "StaleEnd",
    "SummaryFile",
    "count_summary",
    "customers_to_fit",
    "describe_windows",
    "detect_left_truncation",
    "detect_stale_end",
    "split_days",
    "summarize",
    "supported_questions",
]
