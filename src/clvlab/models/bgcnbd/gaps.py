"""The gaps between purchases of a base: the one sum of them that regularity is chosen by."""

from __future__ import annotations

import numpy as np

from clvlab.errors import InputError, Problem, Problems
from clvlab.models.customers.customer_columns import note_broken, numbers_of
from clvlab.models.customers.histories import Histories
from clvlab.summary.customer_summary import LOG_GAPS

ROUNDING = 1e-6


def log_gaps_of(histories: Histories) -> float | None:
    """Sum over customers of their column ``log_gaps``; nothing where they came without it.

    Raises
    ------
    InputError
        For numbers that are not finite, or larger than gaps of that many days can have.
    """
    frame = histories.columns
    if frame is None or LOG_GAPS not in frame.columns:
        return None
    values = numbers_of(frame, LOG_GAPS)
    x = histories.frequency.astype(np.float64)
    days = np.maximum(histories.times[histories.recency], 1e-300)
    # No gaps have a larger sum of logarithms than equal ones.
    largest = np.where(x > 0, x * np.log(days / np.maximum(x, 1.0)), 0.0)
    problems = Problems()
    note_broken(
        problems,
        f"column '{LOG_GAPS}'",
        "can't exceed frequency * log(days from first to last purchase / frequency)",
        values > largest + ROUNDING * (1 + x),
        "It is the sum of the logarithms of the days between purchases, in whichever unit.",
    )
    problems.raise_if_any()
    return float(histories.weights @ values)


def require_gaps(log_gaps: float | None) -> float:
    """The sum, or an error that says what else can be done."""
    if log_gaps is None:
        raise InputError(
            Problem(
                "the customers to choose k by",
                f"must come with the column '{LOG_GAPS}'",
                "they have none",
                "Make the summary from a transaction log with summarize(), or state k.",
            )
        )
    return log_gaps
