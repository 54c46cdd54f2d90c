"""One pass over the lines of a log whose ids are whole numbers, with one record per customer."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled

CUSTOMER: Final = np.dtype(
    [
        ("total", "i8"),
        ("first_units", "i8"),
        ("gaps", "i8"),
        ("holdout_units", "i8"),
        ("first", "i4"),
        ("last", "i4"),
        ("last_in_calibration", "i4"),
        ("days", "i4"),
        ("holdout_days", "i4"),
    ],
    align=True,
)
"""What is kept of a customer; `days` counts purchase days of the calibration.

A customer without any line so far has a `last` of `UNSEEN`.
"""
UNSEEN: Final = -(2**31)

DONE: Final = 0
OUT_OF_ORDER: Final = 1
NOT_POSITIVE: Final = 2
FINER: Final = 3
"""Why a batch was not taken: a customer's day before an earlier one, an amount that is not positive
and finite, or one with more decimals than were expected."""


@compiled
def add_lines(  # noqa: C901  # pragma: no cover - compiled
    customers: npt.NDArray[np.int64],
    days: npt.NDArray[np.int32],
    amounts: npt.NDArray[np.float64],
    offset: int,
    scale: float,
    precision: float,
    ends: tuple[int, int, int],
    logs: npt.NDArray[np.int64],
    state: npt.NDArray[Any],
    counts: npt.NDArray[np.int64],
) -> int:
    """Add a batch of lines to the customers' records.

    Parameters
    ----------
    customers, days, amounts : (n,) arrays
        Ids, days since 1970-01-01, amounts.
    offset : int
        The id of the first record.
    scale, precision : float
        Minor units of an amount of one, and the relative difference that is no decimal.
    ends : tuple of int
        Last day of the calibration, of the holdout, and last day seen.
    logs : array
        Logarithms of gaps in whole units.
    state, counts : arrays
        The records of `CUSTOMER`, and: lines, their units, late lines, their units, purchases,
        first day, last day. Changed.

    Returns
    -------
    int
        `DONE`, or why the batch, and so the log, can't be taken.
    """
    calibration_end, holdout_end, last_seen = ends
    for i in range(days.size):
        day, scaled = days[i], amounts[i] * scale
        units = np.rint(scaled)
        if not 0.0 < amounts[i] <= 1e300:
            return NOT_POSITIVE
        if abs(scaled - units) > precision * max(scaled, 1.0):
            return FINER
        money = np.int64(units)
        counts[0] += 1
        counts[1] += money
        if day > last_seen:
            counts[2] += 1
            counts[3] += money
            continue
        one = state[customers[i] - offset]
        gap = np.int64(day) - one.last
        if gap < 0 or (one.last != UNSEEN and gap >= logs.size):
            return OUT_OF_ORDER
        if gap > 0:
            counts[4] += 1
            counts[5] = min(counts[5], day)
            counts[6] = max(counts[6], day)
        if day <= calibration_end:
            if one.last == UNSEEN:
                one.first = day
            elif gap > 0:
                one.gaps += logs[gap]
            if gap > 0:
                one.days += 1
                one.last_in_calibration = day
            one.total += money
            if day == one.first:
                one.first_units += money
        elif day <= holdout_end and one.days > 0:
            one.holdout_units += money
            if gap > 0:
                one.holdout_days += 1
        one.last = day
    return DONE


@compiled
def order_by_first(  # pragma: no cover - compiled
    state: npt.NDArray[Any], first_day: int, n_days: int
) -> npt.NDArray[np.int64]:
    """Positions of the customers of the calibration by first day, then by id."""
    places = np.zeros(n_days + 1, np.int64)
    for k in range(state.size):
        if state[k].days > 0:
            places[state[k].first - first_day + 1] += 1
    for day in range(n_days):
        places[day + 1] += places[day]
    order = np.empty(places[n_days], np.int64)
    for k in range(state.size):
        if state[k].days > 0:
            day = state[k].first - first_day
            order[places[day]] = k
            places[day] += 1
    return order
