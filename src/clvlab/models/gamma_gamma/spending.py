"""What customers spent, validated."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.compiled import compiled
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
from clvlab.models.customers.distinct_histories import FARTHEST, PLAIN_NUMBERS
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
    purchases, given = frame[FREQUENCY], frame[MONETARY_VALUE]
    if given.dtype != np.float64:
        given = pd.to_numeric(given, errors="coerce")
    amounts = np.ascontiguousarray(given, dtype=np.float64)
    if purchases.dtype in PLAIN_NUMBERS:
        frequency, amount = np.empty(len(frame), dtype=np.int64), np.empty(len(frame))
        if _whole_purchases(np.ascontiguousarray(purchases), amounts, frequency, amount):
            return frequency, amount, frame.index
    repeats = numbers_of(frame, FREQUENCY)
    refuse_fractions(repeats)
    frequency = repeats.astype(np.int64)
    amount = np.where(frequency > 0, amounts, 0.0)
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


@compiled
def _whole_purchases(  # pragma: no cover - compiled
    purchases: npt.NDArray[Any], given: Floats, frequency: Integers, amount: Floats
) -> bool:
    """Whether purchases are whole numbers and their amounts finite, and both as arrays."""
    regular = True
    for i in range(purchases.size):
        x = purchases[i]
        frequency[i] = np.int64(x)
        amount[i] = given[i] if x > 0 else 0.0
        regular &= (frequency[i] == x) & (x >= 0) & (x < FARTHEST)
        regular &= (amount[i] >= 0) & (amount[i] < np.inf)
    return regular
