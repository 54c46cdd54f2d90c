"""Budgets: a small table that people edit."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clvlab.errors import InputError, Problem, Problems
from clvlab.relations.edited_table import read_edited_table
from clvlab.summary.period import Period

COLUMNS = {
    "first_day": "first day that the budget is for, as 2024-01-01",
    "last_day": "last day that it is for (inclusive)",
    "category": "the category, as in the table costs",
    "budget": "what may be spent in these days",
}
"""The columns of a file of budgets and what they hold."""


def load_budget(path: str | Path, period: Period) -> pd.DataFrame:
    """Read what may be spent in a period.

    A budget for more days than the period counts by the share of its days that lie in it.

    Parameters
    ----------
    path
        A CSV file in UTF-8 with the `COLUMNS`.
    period
        Days that are asked for.

    Returns
    -------
    pandas.DataFrame
        ``category`` (once each, sorted) and ``budget`` (float64).

    Raises
    ------
    InputError
        Telling everything that is wrong at once: no such file, missing columns, days and amounts
        that are none, days in the wrong order, and no budget for the period.
    """
    table, where = read_edited_table(path, COLUMNS, "the budget")
    problems = Problems()
    first, last = (pd.to_datetime(table[one], format="%Y-%m-%d", errors="coerce")
                   for one in ("first_day", "last_day"))  # fmt: skip
    money = pd.to_numeric(table["budget"], errors="coerce")
    checks = (
        ("first_day", first.isna(), "must be a day, as 2024-01-01"),
        ("last_day", last.isna(), "must be a day, as 2024-01-31"),
        ("last_day", last < first, "must not lie before first_day"),
        ("budget", ~(money >= 0), "must be an amount of at least 0"),
    )
    for name, wrong, rule in checks:
        for row in table.index[wrong]:
            problems.add(f"{where}, row {row + 2}, {name}", rule, f"got {table[name][row]!r}")
    problems.raise_if_any()
    days = {"first_day": first, "last_day": last, "amount": money}
    return planned_in(table[["category"]].assign(**days), period, where)


def planned_in(budgets: pd.DataFrame, period: Period, where: str) -> pd.DataFrame:
    """What may be spent in a period, from budgets of any days.

    A budget for more days than the period counts by the share of its days that lie in it. One
    that ends before it begins counts for nothing; the check of the table names it.

    Parameters
    ----------
    budgets
        The table ``budgets``: ``first_day``, ``last_day`` (inclusive), ``category``, ``amount``.
    period
        Days that are asked for.
    where
        What messages call the table.

    Returns
    -------
    pandas.DataFrame
        ``category`` (once each, sorted) and ``budget`` (float64).

    Raises
    ------
    InputError
        When none of the days lie in the period.

    Examples
    --------
    >>> quarter = pd.DataFrame(
    ...     {
    ...         "first_day": pd.to_datetime(["2024-04-01"]),
    ...         "last_day": pd.to_datetime(["2024-06-30"]),
    ...         "category": ["travel"],
    ...         "amount": [9100.0],
    ...     }
    ... )
    >>> planned_in(quarter, Period.of("2024-06-01", "2024-06-30"), "the budget")["budget"].tolist()
    [3000.0]
    """
    first, last = budgets["first_day"], budgets["last_day"]
    begin = first.where(first > pd.Timestamp(period.first), pd.Timestamp(period.first))
    end = last.where(last < pd.Timestamp(period.last), pd.Timestamp(period.last))
    share = ((end - begin).dt.days + 1).clip(lower=0) / ((last - first).dt.days + 1).clip(lower=1)
    if not (share > 0).any():
        rule = f"must hold a budget for {period}"
        raise InputError(Problem(where, rule, "none of its days lie in it"))
    parts = (budgets["amount"] * share)[share > 0].groupby(budgets["category"].astype(str)).sum()
    out: pd.DataFrame = parts.rename("budget").rename_axis("category").reset_index()
    return out
