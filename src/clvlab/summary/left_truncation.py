"""Does the log begin with the company, or was it cut off on the left?"""

from __future__ import annotations

from dataclasses import dataclass

from clvlab.clock import days_since
from clvlab.summary.customer_summary import CustomerSummary

START_DAYS = 28
IMPLAUSIBLE_RATIO = 3.0
IMPLAUSIBLE_SHARE = 0.2


@dataclass(frozen=True)
class LeftTruncation:
    """Whether first purchases pile up at the start of the log.

    Attributes
    ----------
    detected
        Whether the pile is implausible for a log that began with the company, and nothing was
        done about it.
    first_seen_at_start, first_seen_next
        Customers first seen in the first and in the second 28 days of the log.
    share_at_start
        The former as a share of all customers.
    incomplete
        Customers already marked by a burn-in or a known first day.
    """

    detected: bool
    first_seen_at_start: int
    first_seen_next: int
    share_at_start: float
    incomplete: int

    def __str__(self) -> str:
        if self.incomplete:
            return (
                f"{self.incomplete:,} customers were already customers when the log began: they "
                "are scored, but not used for fitting and not called new."
            )
        if self.detected:
            return (
                f"{self.first_seen_at_start:,} customers ({self.share_at_start:.0%}) are first "
                f"seen in the first {START_DAYS} days of the log and only "
                f"{self.first_seen_next:,} in the next {START_DAYS}: the log began later than the "
                "business. Their first purchase here is not their first, so time observed and "
                "everything that rests on it describe the log, not the customers' lives. Pass "
                "burn_in or customer_since."
            )
        return "First purchases do not pile up at the start of the log."


def detect_left_truncation(summary: CustomerSummary) -> LeftTruncation:
    """Look for an implausible share of first purchases at the start of the log.

    A company's log that begins with the company gains customers at a similar pace in its first
    and second four weeks. A log cut off on the left meets most regular customers at once: it is
    called truncated when the first 28 days hold more than three times the first purchases of the
    next 28, and more than a fifth of all customers.

    Parameters
    ----------
    summary
        With at least 56 days from the first day to the calibration end; a shorter log can't tell.
    """
    first_day, end = summary.window.first_day, summary.window.calibration_end
    incomplete = summary.left_truncated
    if first_day is None or end is None or (end - first_day).days + 1 < 2 * START_DAYS:
        return LeftTruncation(
            detected=False,
            first_seen_at_start=0,
            first_seen_next=0,
            share_at_start=0.0,
            incomplete=incomplete,
        )
    day = days_since(summary.table["first_purchase"], first_day)
    at_start = int((day < START_DAYS).sum())
    following = int(((day >= START_DAYS) & (day < 2 * START_DAYS)).sum())
    share = at_start / len(summary)
    implausible = at_start > IMPLAUSIBLE_RATIO * following and share > IMPLAUSIBLE_SHARE
    return LeftTruncation(implausible and not incomplete, at_start, following, share, incomplete)
