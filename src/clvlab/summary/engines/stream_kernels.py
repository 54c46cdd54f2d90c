"""One pass over the lines of a log, with one record per customer, and columns made of the records.

A line's record lies anywhere in memory, so a pass waits for memory more than it computes. Records
therefore fill a cache line each, and those of the next lines are touched together before they are
used.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled, compiled_inside

_CACHE_LINE: Final = 64
CUSTOMER: Final = np.dtype(
    {
        "names": (
            "total", "first_units", "gaps", "holdout_units", "first", "last",
            "last_in_calibration", "days", "holdout_days", "purchases",
        ),
        "formats": ("i8",) * 4 + ("i4",) * 6,
        "offsets": (0, 8, 16, 24, 32, 36, 40, 44, 48, 52),
        "itemsize": _CACHE_LINE,
    }
)  # fmt: skip
"""What is kept of a customer, all zero at first.

`days` counts purchase days of the calibration, `holdout_days` those of the holdout, `purchases`
all of them.
"""

DONE: Final = 0
OUT_OF_ORDER: Final = 1
NOT_POSITIVE: Final = 2
FINER: Final = 3
"""Why a batch was not taken: a customer's day before an earlier one, an amount that is not positive
and finite, or one with more decimals than were expected."""

_TOGETHER: Final = 128
_LARGEST: Final = 1e300

Ends = tuple[int, int, int]
"""Last day of the calibration, of the holdout, and last day seen."""
Records = npt.NDArray[Any]
Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]


def records(n_customers: int) -> Records:
    """Empty records that each begin with a cache line."""
    raw = np.zeros((n_customers + 1) * _CACHE_LINE, dtype=np.uint8)
    start = -raw.ctypes.data % _CACHE_LINE
    return raw[start : start + n_customers * _CACHE_LINE].view(CUSTOMER)


@compiled_inside
def _add(  # pragma: no cover - compiled
    one: Any,  # noqa: ANN401 - a record
    day: int,
    money: int,
    ends: Ends,
    logs: Whole,
) -> int:
    """Add a line to its customer: 1 where it opens a purchase day, 0 where not, -1 out of order."""
    known = one.purchases > 0
    gap = day - one.last
    if known and (gap < 0 or gap >= logs.size):
        return -1
    opens = gap > 0 or not known
    if day <= ends[0]:
        if not known:
            one.first = day
        elif opens:
            one.gaps += logs[gap]
        if opens:
            one.days += 1
            one.last_in_calibration = day
        one.total += money
        if day == one.first:
            one.first_units += money
    elif day <= ends[1] and one.days > 0:
        one.holdout_units += money
        if opens:
            one.holdout_days += 1
    if opens:
        one.purchases += 1
        one.last = day
    return 1 if opens else 0


@compiled
def add_amounts(  # pragma: no cover - compiled
    customers: Whole,
    days: npt.NDArray[np.int32],
    amounts: npt.NDArray[np.float64],
    offset: int,
    money: tuple[float, float],
    ends: Ends,
    logs: Whole,
    state: Records,
    counts: Whole,
) -> int:
    """Add a batch of lines in any order of customers, each customer's in the order of days.

    Parameters
    ----------
    customers, days, amounts : (n,) arrays
        Ids, days since 1970-01-01, amounts.
    offset : int
        The id of the first record.
    money : (float, float)
        Minor units of an amount of one, and the relative difference that is no decimal.
    ends : Ends
        Where calibration, holdout and what is seen end.
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
    scale, precision = money
    units = late = late_units = purchases = touched = 0
    first, last = counts[5], counts[6]
    for start in range(0, days.size, _TOGETHER):
        stop = min(start + _TOGETHER, days.size)
        for i in range(start, stop):
            touched += state[customers[i] - offset].purchases
        for i in range(start, stop):
            amount, day = amounts[i], int(days[i])
            scaled = amount * scale
            rounded = np.rint(scaled)
            if not 0.0 < amount <= _LARGEST:
                return NOT_POSITIVE
            if abs(scaled - rounded) > precision * max(scaled, 1.0):
                return FINER
            units += int(rounded)
            if day > ends[2]:
                late += 1
                late_units += int(rounded)
                continue
            opened = _add(state[customers[i] - offset], day, int(rounded), ends, logs)
            if opened < 0:
                return OUT_OF_ORDER
            purchases += opened
            first, last = min(first, day), max(last, day)
    # Were the sum of what was touched not used, the compiler would leave out the touching.
    return _count(counts, (days.size, units, late, late_units, purchases), first, last, touched)


@compiled
def add_units(  # pragma: no cover - compiled
    customers: Whole,
    days: npt.NDArray[np.int32],
    units: Whole,
    ends: Ends,
    logs: Whole,
    state: Records,
    counts: Whole,
) -> int:
    """As `add_amounts`, of lines that lie together for each customer, in minor units already."""
    total = late = late_units = purchases = 0
    first, last = counts[5], counts[6]
    for i in range(days.size):
        money, day = units[i], int(days[i])
        if money <= 0:
            return NOT_POSITIVE
        total += money
        if day > ends[2]:
            late += 1
            late_units += money
            continue
        opened = _add(state[customers[i]], day, money, ends, logs)
        if opened < 0:
            return OUT_OF_ORDER
        purchases += opened
        first, last = min(first, day), max(last, day)
    return _count(counts, (days.size, total, late, late_units, purchases), first, last, 0)


@compiled_inside
def _count(  # pragma: no cover - compiled
    counts: Whole, added: tuple[int, int, int, int, int], first: int, last: int, touched: int
) -> int:
    for place in range(len(added)):
        counts[place] += added[place]
    counts[5], counts[6] = first, last
    return DONE if touched >= 0 else OUT_OF_ORDER


@compiled
def order_by_first(  # pragma: no cover - compiled
    state: Records, first_day: int, n_days: int
) -> Whole:
    """Positions of the customers of the calibration by first day, then by position."""
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


@compiled
def fill_columns(  # pragma: no cover - compiled
    state: Records,
    places: Whole,
    end: int,
    units: tuple[float, float, int],
    whole: tuple[Whole, Whole, Whole, Whole, Whole],
    real: tuple[Real, Real, Real, Real],
) -> None:
    """Put records into columns.

    Parameters
    ----------
    state, places : arrays
        Records, and which of them are wanted.
    end : int
        Last day of the calibration.
    units : (float, float, int)
        Units of money in an amount of one, of logarithms in one, and of time in a day.
    whole : (n,) arrays
        Filled: midnight of the first day, frequency, recency, T, purchase days of the holdout.
    real : (n,) arrays
        Filled: logarithms of gaps, mean repeat amount or not-a-number, total, amount of the
        holdout. The last column of both may be empty and is left so.
    """
    with_holdout = whole[4].size > 0
    for i in range(places.size):
        one = state[places[i]]
        frequency = np.int64(one.days) - 1
        whole[0][i] = one.first * units[2]
        whole[1][i] = frequency
        whole[2][i] = one.last_in_calibration - one.first
        whole[3][i] = end - one.first
        real[0][i] = one.gaps / units[1]
        repeats = (one.total - one.first_units) / units[0]
        real[1][i] = repeats / frequency if frequency > 0 else np.nan
        real[2][i] = one.total / units[0]
        if with_holdout:
            whole[4][i] = one.holdout_days
            real[3][i] = one.holdout_units / units[0]
