"""Lines that an engine sorts by customer and day, gone through once in that order.

Sorting is what engines do best beyond memory, and lines in order need neither windows nor groups:
one record is open at a time. For logs whose amounts are all positive; the engine's one statement
does the others, and those with more customers than memory has room for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clvlab.summary.engines.engine import Engine
from clvlab.summary.engines.gathered import Gathered, GivenEnds, ListedIds, Tally
from clvlab.summary.engines.statements import Purchases
from clvlab.summary.engines.stream_kernels import CUSTOMER, DONE, add_units
from clvlab.summary.progress import Progress

_ROWS_PER_BATCH = 1 << 18


def gather_sorted(
    engine: Engine, purchases: Purchases, n_rows: int, ends: GivenEnds, progress: Progress
) -> Gathered | None:
    """Sort the lines and go through them; None where that can't be done.

    Parameters
    ----------
    engine
        The source.
    purchases
        How its rows become purchases; every amount is positive and no id is missing.
    n_rows
        Number of rows.
    ends
        Numbers of the calibration's and the holdout's last day, where given, and of the last
        day seen.
    progress
        Told how many lines are done.
    """
    expressions = ", ".join(purchases.lines(engine.dialect))
    sql = (
        f"WITH {expressions} SELECT customer, CAST(day AS INTEGER) AS day, units FROM all_lines "
        "ORDER BY customer, day"
    )
    batches = engine.batches(sql, _ROWS_PER_BATCH, progress)
    if batches is None:
        return None
    progress.begin("summing purchases by customer", n_rows)
    return _gather(batches, purchases.decimals, engine.room, Tally(ends), progress)


def _gather(
    batches: Iterator[pa.RecordBatch],
    decimals: int,
    room: float,
    tally: Tally,
    progress: Progress,
) -> Gathered | None:
    state = np.zeros(_ROWS_PER_BATCH, dtype=CUSTOMER)
    listed: list[pa.Array] = []
    n_customers, taken = 0, 0
    for batch in batches:
        customers, days, units = batch.columns
        begins = _begins(customers, listed)
        new = customers.filter(pa.array(begins))
        listed.append(new)
        places = np.cumsum(begins) + (n_customers - 1)
        n_customers += len(new)
        taken += new.nbytes
        if n_customers > len(state):
            # In place where the system can, so that nothing is held twice.
            state.resize(n_customers + n_customers // 4 + _ROWS_PER_BATCH, refcheck=False)
        outcome = add_units(
            places, days.to_numpy(), units.to_numpy(), tally.ends, tally.logs, state, tally.counts
        )
        if outcome != DONE or tally.too_large or n_customers * CUSTOMER.itemsize + taken > room:
            return None
        progress.reach(int(tally.counts[0]))
    return tally.gathered(state[:n_customers], ListedIds(pa.chunked_array(listed)), decimals)


def _begins(customers: pa.Array, listed: list[pa.Array]) -> npt.NDArray[np.bool_]:
    """Where a customer's lines begin; the last one's may go on in the next batch."""
    begins = np.ones(len(customers), dtype=bool)
    pairs = pc.not_equal(customers.slice(1), customers.slice(0, len(customers) - 1))
    begins[1:] = pairs.to_numpy(zero_copy_only=False)
    earlier = [part for part in listed[-2:] if len(part)]
    begins[0] = not earlier or customers[0] != earlier[-1][-1]
    return begins
