"""Whether customers are alive and what they will buy, for a million at once in one pass."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon, TimeUnit
from clvlab.errors import InputError
from clvlab.models.customers.customer_columns import Customers, frame_of
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.summary.customer_summary import CustomerSummary

Array = npt.NDArray[np.float64]

WORTH_A_THREAD = 100_000
MOST_THREADS = 8
COLUMNS = ["probability_alive", "expected_purchases"]


def predict_customers(
    customers: Customers,
    model: TransactionModel,
    *,
    horizon: Horizon,
    unit: TimeUnit | str | None = None,
) -> pd.DataFrame:
    """Both predictions of a fitted model in one pass over the customers.

    The same numbers as `probability_alive` and `expected_purchases` of the model give; customers
    are read and checked once, and large tables are shared out among the processor's cores.

    Parameters
    ----------
    customers
        A summary in any unit, or a frame with its unit.
    model
        A fitted model of purchases.
    horizon
        A number in the customers' unit, a span such as ``"52 weeks"``, or a last day.
    unit
        Unit of a plain frame.

    Returns
    -------
    pandas.DataFrame
        Indexed like `customers`: ``probability_alive`` (at the calibration end) and
        ``expected_purchases`` (within the horizon).

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> model = clvlab.BetaGeoModel().fit(summary)
    >>> float(predict_customers(summary, model, horizon=39)["expected_purchases"].sum().round(1))
    1653.4
    """
    model.require_fit()
    if model.coefficient_names_:
        both = (
            model.probability_alive(customers, unit=unit),
            model.expected_purchases(customers, horizon=horizon, unit=unit),
        )
        return pd.concat(both, axis=1)
    frame = frame_of(customers)
    n_threads = max(1, min(len(frame) // WORTH_A_THREAD, os.cpu_count() or 1, MOST_THREADS))
    edges = np.linspace(0, len(frame), n_threads + 1).astype(np.int64).tolist()
    out = np.empty((2, len(frame)))

    def predict(rows: slice) -> None:
        _predict(_some(customers, frame, rows), model, horizon, unit, out[:, rows])

    try:
        with ThreadPoolExecutor(n_threads) as pool:
            list(pool.map(predict, (slice(a, b) for a, b in pairwise(edges))))
    except InputError:
        # Rows are named as counted from the first of all.
        histories_of(customers, unit)
        raise
    return pd.DataFrame(out.T, index=frame.index, columns=COLUMNS, copy=False)


def _some(customers: Customers, frame: pd.DataFrame, rows: slice) -> Customers:
    if isinstance(customers, CustomerSummary):
        return replace(customers, table=frame.iloc[rows])
    return frame.iloc[rows]


def _predict(
    customers: Customers,
    model: TransactionModel,
    horizon: Horizon,
    unit: TimeUnit | str | None,
    out: Array,
) -> None:
    """Write both predictions of some customers into two rows."""
    histories = histories_of(customers, unit)
    ahead = histories.window.horizon_days(horizon) / model.unit_.days
    process = model.process
    table = HistoryTable.of(histories, model.unit_, memoryless=process.memoryless)
    recency = table.pair_recency
    of_the_living = process if recency is None else process.since_recency(recency)
    if_alive = of_the_living.discounted_purchases_if_alive(
        model.params_, table.pair_frequency, table.pair_T, ahead, 0.0
    )
    process.fill_alive(model.params_, table, if_alive, out[0], out[1])
