"""What customers spent, validated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.errors import Problems
from clvlab.models.customers.customer_columns import (
    Customers,
    Floats,
    Integers,
    frame_of,
    note_broken,
    numbers_of,
    refuse_fractions,
    required_columns,
)
from clvlab.schema import FREQUENCY, MONETARY_VALUE


def spend_of(customers: Customers) -> tuple[Integers, Floats, pd.Index]:
    """Repeat purchases and their mean amount, as arrays, with the customers' ids.

    Where there is no repeat purchase the amount is 0 and means nothing.

    Raises
    ------
    InputError
        For a missing column, and amounts of repeat purchases that are not finite or negative.
    """
    frame = frame_of(customers)
    required_columns(frame, (FREQUENCY, MONETARY_VALUE))
    repeats = numbers_of(frame, FREQUENCY)
    refuse_fractions(repeats)
    frequency = repeats.astype(np.int64)
    given = frame[MONETARY_VALUE]
    if given.dtype != np.float64:
        given = pd.to_numeric(given, errors="coerce")
    amount = np.where(frequency > 0, given.to_numpy(np.float64), 0.0)
    if len(frame) and frequency.min() >= 0 and amount.min() >= 0 and amount.max() < np.inf:
        return frequency, amount, frame.index
    problems = Problems()
    for column, rule, broken in (
        (FREQUENCY, "can't be negative", frequency < 0),
        (
            MONETARY_VALUE,
            "must hold finite amounts where there are repeat purchases",
            ~np.isfinite(amount),
        ),
        (MONETARY_VALUE, "can't be negative", amount < 0),
    ):
        remedy = "Net returns against purchases when loading the log."
        note_broken(problems, f"column '{column}'", rule, broken, remedy)
    problems.raise_if_any()
    return frequency, amount, frame.index
