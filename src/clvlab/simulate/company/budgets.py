"""What the company plans to spend, month by month, and where it spends more than that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.simulate.company.parameters import CompanyParameters
from clvlab.simulate.company.period import Period

STEP = 10.0
"""Budgets are round numbers."""


def draw_budgets(
    rng: np.random.Generator, costs: pd.DataFrame, rates: CompanyParameters, period: Period
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Budgets of the last months by category: above what is spent, save in a few known months.

    The last month goes over in one category, so that a page about it has something to tell.

    Returns
    -------
    budgets
        The contract's columns.
    overruns
        The rows of it that are not kept: ``first_day``, ``category``, ``budget``, ``spent``.
    """
    section = rates.budgets
    categories = sorted(costs["category"].unique())
    months = np.arange(max(period.n_months - section["months"], 0), period.n_months)
    starts = pd.DatetimeIndex(period.starts(months).astype("datetime64[ns]"))
    month = costs["date"].dt.to_period("M").dt.to_timestamp()
    spent = costs.assign(month=month).pivot_table(
        "amount", index="month", columns="category", aggfunc="sum"
    )
    spent = spent.reindex(index=starts, columns=categories).fillna(0.0)
    over = np.zeros(spent.shape, np.bool_)
    for place in range(len(categories)):
        with_costs = np.flatnonzero(spent.iloc[:, place] > section["least"])
        count = min(section["overruns_each"], len(with_costs))
        over[rng.choice(with_costs, count, replace=False), place] = True
    busy = np.flatnonzero(spent.iloc[-1] > section["least"])
    over[-1] = False
    if len(busy):
        over[-1, rng.choice(busy)] = True
    more = 1 + _between(rng, section["slack"], spent.shape)
    less = 1 - _between(rng, section["overrun"], spent.shape)
    money = spent.to_numpy(dtype=np.float64)
    above = np.maximum(np.ceil(money * more / STEP) * STEP, section["least"])
    budget = np.where(over, np.floor(money * less / STEP) * STEP, above)
    ends = starts + pd.offsets.MonthEnd(0)
    table = pd.DataFrame(
        {
            "first_day": np.repeat(starts, len(categories)),
            "last_day": np.repeat(ends, len(categories)),
            "category": np.tile(categories, len(starts)),
            "amount": budget.ravel(),
        }
    )
    known = table.assign(spent=money.ravel())[over.ravel()]
    known = known.rename(columns={"amount": "budget"})
    names = ["first_day", "category", "budget", "spent"]
    return table, known[names].reset_index(drop=True)


def _between(
    rng: np.random.Generator, limits: Sequence[float], shape: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    low, high = limits
    return rng.uniform(low, high, size=shape)
