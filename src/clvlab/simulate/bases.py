"""Customer bases that were never observed: purchases drawn from known parameters.

Used to show that the models find the truth, to time them at any size, and to teach. Everything
made here carries ``simulated = True``, which every page then says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import TimeUnit
from clvlab.data.log import TransactionLog
from clvlab.errors import Problems
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.simulate.purchases import purchase_moments

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SimulatedBase:
    """A simulated log and the truth behind it.

    Attributes
    ----------
    log
        Purchases, one row per customer and day.
    truth
        Indexed by ``customer_id``: ``purchase_rate`` per day while alive,
        ``dropout_probability`` after a repeat purchase, ``mean_spend``, and ``alive`` at the end.
    """

    log: TransactionLog
    truth: pd.DataFrame


def simulate_base(
    n_customers: int,
    *,
    transaction: Sequence[float],
    spend: Sequence[float],
    unit: TimeUnit | str,
    seed: int,
    first_day: date = date(2023, 1, 1),
    acquisition_days: int = 365,
    observed_days: int = 365,
    k: int = 1,
) -> SimulatedBase:
    """Draw a base from the BG/NBD, or BG/CNBD-k, and Gamma-Gamma models.

    Parameters
    ----------
    n_customers
        Number of customers; ids count from 0.
    transaction
        ``r, alpha, a, b`` of the BG/NBD or BG/CNBD-k model, ``alpha`` in `unit`.
    spend
        ``p, q, v`` of the Gamma-Gamma model.
    unit
        Unit of ``alpha``.
    seed
        Seed of every draw; the same seed gives the same base.
    first_day
        First day on which a customer may come.
    acquisition_days
        Customers come evenly over this many days.
    observed_days
        Length of observation from `first_day`; at least `acquisition_days`.
    k
        Regularity: gaps between purchases are Erlang-k distributed, so that ``r / (k * alpha)``
        is the mean purchase rate. With 1, by default, purchases come at random.

    Returns
    -------
    SimulatedBase

    Raises
    ------
    InputError
        For parameters that are not positive, no customers, or too short an observation.

    Examples
    --------
    >>> base = simulate_base(
    ...     100, transaction=(0.5, 8, 0.8, 2.5), spend=(6, 4, 15), unit="week", seed=1
    ... )
    >>> base.log.simulated, base.truth.shape
    (True, (100, 4))
    """
    refuse_impossible(n_customers, transaction, spend, acquisition_days, observed_days, k)
    rng = np.random.default_rng(seed)
    r, alpha, a, b = transaction
    p, q, v = spend
    rate = rng.gamma(r, 1 / (alpha * TimeUnit.parse(unit).days), n_customers)
    dropout = rng.beta(a, b, n_customers)
    start = np.sort(rng.integers(0, acquisition_days, n_customers)).astype(np.float64)
    customers, moments, alive = purchase_moments(rng, rate, dropout, start, float(observed_days), k)
    scale = rng.gamma(q, 1 / v, n_customers)
    amounts = np.maximum(np.round(rng.gamma(p, 1.0, len(customers)) / scale[customers], 2), 0.01)
    table = _one_row_per_day(customers, np.floor(moments).astype(np.int64), amounts, first_day)
    quality = pd.DataFrame(
        {
            "step": ["rows read", "purchases"],
            "description": ["purchases simulated", "purchases, one per customer and day"],
            "rows": [len(customers), len(table)],
        }
    )
    truth = pd.DataFrame(
        {
            "purchase_rate": rate / k,
            "dropout_probability": dropout,
            "mean_spend": p / scale,
            "alive": alive,
        },
        index=pd.RangeIndex(n_customers, name=CUSTOMER_ID),
    )
    log = TransactionLog(table, quality, name="Simulated base", simulated=True)
    return SimulatedBase(log, truth)


def refuse_impossible(
    n_customers: int,
    transaction: Sequence[float],
    spend: Sequence[float],
    acquisition_days: int,
    observed_days: int,
    k: int,
) -> None:
    """Raise an `InputError` for parameters of a base that can't be drawn."""
    problems = Problems()
    for name, values, names in (
        ("transaction", transaction, "r, alpha, a, b"),
        ("spend", spend, "p, q, v"),
    ):
        if len(values) != names.count(",") + 1 or not all(value > 0 for value in values):
            problems.add(
                f"parameter '{name}'",
                f"must hold {names}, all positive",
                f"got {list(values)}",
            )
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        problems.add("parameter 'k'", "must be a whole number of at least 1", f"got {k!r}")
    if n_customers < 1:
        problems.add("parameter 'n_customers'", "must be at least 1", f"got {n_customers}")
    if not 1 <= acquisition_days <= observed_days:
        problems.add(
            "parameter 'acquisition_days'",
            "must be at least 1 and at most observed_days",
            f"got {acquisition_days} with observed_days {observed_days}",
        )
    problems.raise_if_any()


def _one_row_per_day(
    customers: npt.NDArray[np.int64], days: npt.NDArray[np.int64], amounts: Array, first: date
) -> pd.DataFrame:
    key = customers * (int(days.max()) + 1) + days
    unique, where = np.unique(key, return_inverse=True)
    cents = np.bincount(where, weights=np.round(amounts * 100)).round()
    customer, day = np.divmod(unique, int(days.max()) + 1)
    order = np.lexsort((customer, day))
    start = np.datetime64(first, "D")
    return pd.DataFrame(
        {
            CUSTOMER_ID: customer[order],
            DATE: (start + day[order]).astype("datetime64[ns]"),
            AMOUNT: cents[order] / 100,
        }
    )
