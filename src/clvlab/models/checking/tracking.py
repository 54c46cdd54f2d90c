"""Repeat purchases over calendar time: observed, and expected by the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import days_since, period_ends
from clvlab.data import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.models.checking.model_names import called
from clvlab.models.customers.histories import Histories, histories_of
from clvlab.models.fitting.fitted import check_interval
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.schema import CUSTOMER_ID, DATE
from clvlab.summary.customer_summary import HISTORY_COMPLETE, CustomerSummary

Array = npt.NDArray[np.float64]


def track_repeat_purchases(
    log: TransactionLog,
    summary: CustomerSummary,
    model: TransactionModel,
    *,
    interval: float = 0.90,
    n_draws: int = 200,
    seed: int = 0,
    draws: Array | None = None,
) -> pd.DataFrame:
    """Repeat purchases per period and in total, from the log's first day to the window's end.

    Only the summary's customers with complete histories count, in every period from their first
    purchase on, so observed and expected are of the same people. Expected is what the model says
    of customers of whom only the first purchase is known: it is not updated by what they did.

    Parameters
    ----------
    log
        The log that the summary came from.
    summary
        With a first day and a calibration end.
    model
        A model fitted to the summary.
    interval
        Coverage of the predictive limits.
    n_draws
        Simulated bases behind the limits, each from its own draw of the parameters.
    seed
        Seed of the draws.
    draws
        Draws to take the first `n_draws` of, (n, k), such as a study's from the posterior; by
        default they are normal in the logarithms around the maximum.

    Raises
    ------
    InputError
        When the summary has no calendar dates, or the interval is not between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``period_end``, one row per whole period of the summary's unit: ``observed``,
        ``expected``, ``predictive_lower``, ``predictive_upper`` in the period; the same with
        ``cumulative_`` from the first day; ``holdout``, whether the period ends after the
        calibration.
    """
    return _tracked(log, summary, [model], interval, n_draws, seed, draws)[0]


def _tracked(
    log: TransactionLog,
    summary: CustomerSummary,
    models: Sequence[TransactionModel],
    interval: float,
    n_draws: int,
    seed: int,
    draws: Array | None = None,
) -> list[pd.DataFrame]:
    """The tables of some models, which share what was observed."""
    check_interval(interval)
    window = summary.window
    first_day, calibration_end = window.calendar()
    ends = period_ends(first_day, window.holdout_end or calibration_end, window.unit)
    customers = summary.table[summary.table[HISTORY_COMPLETE]]
    _refuse_other_log(log, customers)
    if not ends:
        raise InputError(
            Problem(
                "parameter 'unit'",
                "must fit into the days observed at least once",
                f"got {window.unit.value}, observed from {first_day} on",
                "Choose a shorter unit.",
            )
        )
    edges = np.array([(end - first_day).days + 1 for end in ends], dtype=np.float64)
    first = days_since(customers["first_purchase"], first_day).to_numpy(np.int64)
    observed = _observed(log, customers, first_day, edges)
    histories = histories_of(summary, complete_only=True)
    tables = []
    for model in models:
        rng = np.random.default_rng(seed)
        some = model.draw_parameters(n_draws, rng) if draws is None else draws[:n_draws]
        expected = _expected(model, histories, first, edges)
        simulated = _simulated(model, histories, first, edges, some, rng)
        frame = _beside(observed, expected, simulated, interval)
        frame.index = pd.DatetimeIndex(ends, name="period_end")
        frame["holdout"] = frame.index > pd.Timestamp(calibration_end)
        tables.append(frame)
    return tables


def _beside(
    observed: npt.NDArray[np.int64], expected: Array, simulated: Array, interval: float
) -> pd.DataFrame:
    """What was observed and what a model expected, in each period and in total since the first."""
    levels = [0.5 - interval / 2, 0.5 + interval / 2]
    columns: dict[str, npt.ArrayLike] = {}
    for prefix, accumulate in (("", False), ("cumulative_", True)):
        draws = np.cumsum(simulated, axis=1) if accumulate else simulated
        lower, upper = np.quantile(draws, levels, axis=0)
        columns |= {
            f"{prefix}observed": np.cumsum(observed) if accumulate else observed,
            f"{prefix}expected": expected if accumulate else np.diff(expected, prepend=0.0),
            f"{prefix}predictive_lower": lower,
            f"{prefix}predictive_upper": upper,
        }
    return pd.DataFrame(columns)


def track_models(
    log: TransactionLog,
    summary: CustomerSummary,
    models: Mapping[str, TransactionModel],
    *,
    interval: float = 0.90,
    n_draws: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """The tables of `track_repeat_purchases` of several models, one below the other.

    Parameters
    ----------
    log, summary, interval, n_draws, seed
        As in `track_repeat_purchases`.
    models
        Fitted models under their names, such as `ModelComparison.fitted`.

    Returns
    -------
    pandas.DataFrame
        ``model``, ``name`` (what it is called on a page), ``period_end``, and the columns of
        `track_repeat_purchases`.
    """
    parts = []
    tables = _tracked(log, summary, list(models.values()), interval, n_draws, seed)
    for name, table in zip(models, tables, strict=True):
        part = table.reset_index()
        part.insert(0, "model", name)
        part.insert(1, "name", called(name))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _refuse_other_log(log: TransactionLog, customers: pd.DataFrame) -> None:
    if customers.index.isin(log.table[CUSTOMER_ID]).all():
        return
    raise InputError(
        Problem(
            "the log",
            "must be the one that the summary was made from",
            f"it lacks some of the summary's {len(customers):,} customers",
        )
    )


def _observed(
    log: TransactionLog, customers: pd.DataFrame, first_day: date, edges: Array
) -> npt.NDArray[np.int64]:
    first_of = log.table[CUSTOMER_ID].map(customers["first_purchase"])
    repeats = log.table.loc[(log.table[DATE] > first_of).fillna(value=False), DATE]
    return _count_in_periods(days_since(repeats, first_day).to_numpy(np.float64), edges)


def _count_in_periods(days: Array, edges: Array) -> npt.NDArray[np.int64]:
    # Periods are half open: what falls on the last edge belongs to a period that is not shown.
    period = np.searchsorted(edges, days, side="right")
    return np.bincount(period, minlength=len(edges) + 1)[: len(edges)]


def _expected(
    model: TransactionModel, histories: Histories, first: npt.NDArray[np.int64], edges: Array
) -> Array:
    """Cumulative expected repeat purchases at each edge, by distinct day of first purchase."""
    estimates = np.append(np.array(model.params_), model.coefficients_)
    total = np.zeros(len(edges))
    for rows, own in model.by_covariates(histories, estimates[None]):
        starts, customers = np.unique(first[rows], return_counts=True)
        # An edge is the end of its day; a first purchase happens on its day.
        elapsed = np.maximum(edges[:, None] - 1 - starts, 0.0) / model.unit_.days
        lengths, where = np.unique(elapsed, return_inverse=True)
        parameters = model.process.parameters(own[0])
        each = model.process.expected_purchases_new_customer(parameters, lengths)
        total += each[where.reshape(elapsed.shape)] @ customers
    return total


def _simulated(
    model: TransactionModel,
    histories: Histories,
    first: npt.NDArray[np.int64],
    edges: Array,
    draws: Array,
    rng: np.random.Generator,
) -> Array:
    """Repeat purchases per draw and period, with time counted as in `_expected`."""
    unit = model.unit_.days
    end = float(edges[-1]) / unit
    out = np.zeros((len(draws), len(edges)))
    for rows, own in model.by_covariates(histories, draws):
        start = np.sort(first[rows]) / unit
        for d, row in enumerate(own):
            parameters = model.process.parameters(row)
            repeats = model.process.draw_repeat_moments(parameters, start, end, rng)
            out[d] += _count_in_periods(repeats * unit, edges - 1)
    return out
