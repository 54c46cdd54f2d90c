"""A base whose customers move between known stages by known chances and buy at known rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SimulatedStages:
    """A simulated log and the stage of each customer in each month.

    Attributes
    ----------
    log
        Purchases, one row per customer and day, each of the same amount.
    stages
        Indexed by ``customer_id``, one column per month (its last day, datetime64): the stage,
        counted from 0, and -1 before the month of the first purchase.
    """

    log: TransactionLog
    stages: pd.DataFrame


def simulate_stages(
    n_customers: int,
    *,
    transitions: npt.ArrayLike,
    purchase_days: Sequence[float],
    months: int,
    seed: int,
    enters: Sequence[float] | None = None,
    entry_months: int = 1,
    first_day: date = date(2022, 1, 1),
) -> SimulatedStages:
    """Draw customers who move between stages month by month.

    Parameters
    ----------
    n_customers
        Number of customers; ids count from 0.
    transitions
        Chances of the next month's stage, (k, k); rows sum to one.
    purchase_days
        Expected purchase days in a month of thirty-one days, by stage; each day is one by the
        same chance.
    months
        Months observed.
    seed
        Seed of every draw; the same seed gives the same base.
    enters
        Chances of the stage in which customers come, (k,); by default all come in the first.
    entry_months
        Customers come evenly over this many months, with a purchase in the first of their own.
    first_day
        First day of the first month.

    Raises
    ------
    InputError
        When the chances are no distributions, or numbers don't fit together.

    Examples
    --------
    >>> moves = [[0.8, 0.2], [0.0, 1.0]]
    >>> base = simulate_stages(
    ...     50, transitions=moves, purchase_days=[4, 0.5], months=6, seed=1
    ... )
    >>> base.log.simulated, base.stages.shape
    (True, (50, 6))
    """
    chances = np.asarray(transitions, dtype=np.float64)
    k = len(chances)
    start = np.eye(k)[0] if enters is None else np.asarray(enters, dtype=np.float64)
    _refuse_impossible(chances, start, purchase_days, months, entry_months, n_customers)
    rng = np.random.default_rng(seed)
    ends = pd.date_range(first_day, periods=months, freq="ME")
    came = rng.integers(0, entry_months, n_customers)
    stage = np.full((n_customers, months), -1, dtype=np.int64)
    for month in range(months):
        entering = came == month
        stage[entering, month] = _one_of(rng, np.tile(start, (int(entering.sum()), 1)))
        there = came < month
        stage[there, month] = _one_of(rng, chances[stage[there, month - 1]])
    daily = np.asarray(purchase_days, dtype=np.float64) / ends.day.max()
    days = pd.date_range(ends[0].replace(day=1), ends[-1])
    of_day = (days.year - ends[0].year) * 12 + days.month - ends[0].month
    chance = np.append(daily, 0.0)[stage][:, of_day]
    bought = rng.random(chance.shape) < chance
    # Whoever comes buys in the month of coming, on some day of it.
    first = np.searchsorted(of_day, came) + rng.integers(0, ends.day.to_numpy()[came])
    bought[np.arange(n_customers), first] = True
    day, customer = np.nonzero(bought.T)
    table = pd.DataFrame({CUSTOMER_ID: customer, DATE: days[day], AMOUNT: 10.0})
    quality = pd.DataFrame(
        {"step": ["purchases"], "description": ["purchases simulated"], "rows": [len(table)]}
    )
    log = TransactionLog(table, quality, name="Simulated stages", simulated=True)
    index = pd.RangeIndex(n_customers, name=CUSTOMER_ID)
    return SimulatedStages(log, pd.DataFrame(stage, index=index, columns=ends))


def _one_of(rng: np.random.Generator, chances: Array) -> npt.NDArray[np.int64]:
    """One place for each row of chances."""
    u = rng.random(len(chances))[:, None]
    drawn = (u > np.cumsum(chances, axis=1)).sum(axis=1)
    places: npt.NDArray[np.int64] = np.minimum(drawn, chances.shape[1] - 1).astype(np.int64)
    return places


def _refuse_impossible(
    chances: Array,
    start: Array,
    purchase_days: Sequence[float],
    months: int,
    entry_months: int,
    n_customers: int,
) -> None:
    rows = np.vstack([chances, start]) if chances.shape[-1:] == start.shape else np.empty((0, 0))
    square = chances.ndim == 2 and chances.shape == (len(start), len(start))
    if not square or (rows < 0).any() or not np.allclose(rows.sum(axis=1), 1.0):
        rule = "must have as many rows as columns, each of probabilities that sum to 1"
        raise InputError(Problem("parameter 'transitions'", rule, f"got {chances.tolist()}"))
    if len(purchase_days) != len(start) or not all(0 <= days <= 28 for days in purchase_days):
        rule = f"must hold {len(start)} numbers between 0 and 28"
        raise InputError(Problem("parameter 'purchase_days'", rule, f"got {list(purchase_days)}"))
    if n_customers < 1 or not 1 <= entry_months <= months:
        rule = "must be at least 1 and at most months, with a customer or more"
        found = f"got {entry_months} of {months} months, {n_customers} customers"
        raise InputError(Problem("parameter 'entry_months'", rule, found))
