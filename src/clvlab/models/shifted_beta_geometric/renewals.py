"""Contracts as tables of cohorts or of customers, checked and reduced to renewals per tenure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem, Problems, name_rows
from clvlab.models.customers.customer_columns import note_broken, numbers_of, required_columns
from clvlab.models.fitting.whole_numbers import FARTHEST
from clvlab.models.shifted_beta_geometric.likelihood import RenewalCounts

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

TENURE = "tenure"
CHURNED = "churned"


def counts_of_cohorts(survivors: pd.DataFrame | pd.Series) -> RenewalCounts:
    """Renewals and cancellations of cohorts, from how many customers were left.

    Parameters
    ----------
    survivors
        One row for each number of renewals 0, 1, 2, ..., in order; one column per cohort, or a
        series for a single one. The first row holds the size of the cohort; a younger cohort ends
        in missing values.

    Raises
    ------
    InputError
        For an index that does not count renewals, and numbers that no cohort can have.
    """
    table = survivors.to_frame() if isinstance(survivors, pd.Series) else survivors
    if not isinstance(table, pd.DataFrame):
        raise InputError(
            Problem(
                "the survivors",
                "must be a Series or a DataFrame with one column per cohort",
                f"got {type(survivors).__name__}",
            )
        )
    _refuse_other_index(table)
    left = np.column_stack([_numbers_left(table, i) for i in range(table.shape[1])])
    _refuse_impossible_cohorts(left, [str(name) for name in table.columns])
    seen = ~np.isnan(left[1:])
    renewed = np.where(seen, left[1:], 0.0)
    cancelled = np.where(seen, left[:-1] - left[1:], 0.0)
    counts = RenewalCounts(renewed.sum(axis=1), cancelled.sum(axis=1), float(left[0].sum()))
    return _refuse_one_sided(counts)


def counts_of_customers(
    customers: pd.DataFrame, *, first_tenure: str | None = None, weights: str | None = None
) -> RenewalCounts:
    """Renewals and cancellations of single customers.

    Parameters
    ----------
    customers
        With ``tenure``, the renewals made so far, and ``churned``, whether the customer then
        cancelled at the renewal after those.
    first_tenure
        Column with the tenure at which a customer was first seen; left out, all were seen from
        the beginning.
    weights
        Column with the number of customers that a row stands for.

    Raises
    ------
    InputError
        For missing columns and values that no customer can have, all broken rules at once.
    """
    names = tuple(name for name in (TENURE, CHURNED, first_tenure, weights) if name is not None)
    _refuse_other_types(customers)
    required_columns(customers, names)
    tenure = tenure_of(customers)
    churned = _flags(customers)
    entry = np.zeros_like(tenure) if first_tenure is None else tenure_of(customers, first_tenure)
    many = np.ones(len(tenure)) if weights is None else numbers_of(customers, weights)
    problems = Problems()
    if first_tenure is not None:
        note_broken(problems, f"column '{first_tenure}'", "can't exceed tenure", entry > tenure)
    note_broken(problems, f"column '{weights}'", "can't be negative", many < 0)
    problems.raise_if_any()
    length = int(tenure.max(initial=0)) + 1
    still_later = _more_than(tenure, many, length) - _more_than(entry, many, length)
    cancelled = np.bincount(tenure, weights=many * churned, minlength=length).astype(np.float64)
    return _refuse_one_sided(
        RenewalCounts(np.maximum(still_later, 0.0), cancelled, float(many.sum()))
    )


def tenure_of(customers: pd.DataFrame, name: str = TENURE) -> Integers:
    """A column of whole numbers of renewals."""
    _refuse_other_types(customers)
    required_columns(customers, (name,))
    values = numbers_of(customers, name)
    problems = Problems()
    if not len(values):
        problems.add("the table of customers", "must hold at least one customer", "it is empty")
    subject = f"column '{name}'"
    note_broken(problems, subject, "must hold whole numbers", values != np.floor(values))
    note_broken(problems, subject, "can't be negative", values < 0)
    note_broken(problems, subject, f"can't exceed {FARTHEST:,}", values > FARTHEST)
    problems.raise_if_any()
    return values.astype(np.int64)


def _refuse_other_types(customers: pd.DataFrame) -> None:
    if isinstance(customers, pd.DataFrame):
        return
    raise InputError(
        Problem(
            "the customers",
            "must be a DataFrame with one row per customer",
            f"got {type(customers).__name__}",
            "Cohorts of survivors go to fit_cohorts().",
        )
    )


def _more_than(tenure: Integers, weights: Array, length: int) -> Array:
    """Number of customers with more than 0, 1, 2, ... renewals."""
    counts = np.bincount(tenure, weights=weights, minlength=length)
    return np.append(np.cumsum(counts[::-1])[::-1][1:], 0.0)


def _flags(customers: pd.DataFrame) -> Array:
    column = customers[CHURNED]
    values = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    rows = np.flatnonzero(~np.isin(values, (0.0, 1.0)))
    if len(rows):
        raise InputError(
            Problem(
                f"column '{CHURNED}'",
                "must hold true or false, or 1 and 0",
                f"{len(rows):,} of {len(column):,} rows do not: {name_rows(rows.tolist())}",
            )
        )
    return values


def _refuse_other_index(table: pd.DataFrame) -> None:
    problems = Problems()
    if table.shape[0] < 2 or table.shape[1] < 1:
        problems.add(
            "the survivors",
            "must have rows for 0, 1, 2, ... renewals and a column for each cohort",
            f"got {table.shape[0]} rows and {table.shape[1]} columns",
        )
    elif list(table.index) != list(range(len(table))):
        problems.add(
            "the index of the survivors",
            "must count renewals: 0, 1, 2, ...",
            f"it starts with {', '.join(map(str, table.index[:3]))}",
            "Sort the table and call reset_index(drop=True); its first row is the cohort's size.",
        )
    problems.raise_if_any()


def _numbers_left(table: pd.DataFrame, position: int) -> Array:
    column = table.iloc[:, position]
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = (np.isnan(numbers) & column.notna().to_numpy()) | np.isinf(numbers)
    if wrong.any():
        rows = np.flatnonzero(wrong)
        raise InputError(
            Problem(
                f"cohort '{table.columns[position]}'",
                "must hold finite numbers of customers",
                f"{len(rows):,} of {len(column):,} rows do not: {name_rows(rows.tolist())}",
            )
        )
    return numbers


def _refuse_impossible_cohorts(left: Array, names: list[str]) -> None:
    problems = Problems()
    missing = np.isnan(left)
    for name, numbers, gone in zip(names, left.T, missing.T, strict=True):
        subject = f"cohort '{name}'"
        if gone[0] or not numbers[0] > 0:
            problems.add(
                subject, "must begin with its number of customers", f"it begins with {numbers[0]}"
            )
            continue
        note_broken(
            problems,
            subject,
            "can't have a gap: only its last rows may be missing",
            gone & ~np.logical_and.accumulate(gone[::-1])[::-1],
        )
        note_broken(problems, subject, "can't hold negative numbers", numbers < 0)
        grew = np.append(0.0, np.diff(numbers)) > 0
        note_broken(problems, subject, "can't grow: customers who left do not come back", grew)
    problems.raise_if_any()


def _refuse_one_sided(counts: RenewalCounts) -> RenewalCounts:
    """The counts, or an error where everyone or nobody renewed."""
    missing = [
        word
        for word, numbers in (("renewed", counts.renewed), ("cancelled", counts.cancelled))
        if not numbers.sum() > 0
    ]
    if missing:
        raise InputError(
            Problem(
                "the customers to fit a shifted-beta-geometric model to",
                "must include some who renewed and some who cancelled",
                f"nobody of {counts.n_customers:,.0f} {' or '.join(missing)}",
                "Observe more renewals, or check what the columns mean.",
            )
        )
    return counts
