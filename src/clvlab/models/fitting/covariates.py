"""What is known of customers besides their histories, read from columns as numbers.

A numeric column counts as it is. A column of categories becomes one number per category but the
first, the reference: 1 for the customers who belong to it, 0 for the others. The first category is
that of the column's own order where it has one (a pandas categorical), else the smallest.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem, Problems, did_you_mean
from clvlab.models.customers.customer_columns import frame_of, note_broken
from clvlab.summary.customer_summary import CustomerSummary

Array = npt.NDArray[np.float64]
Names = str | Sequence[str] | None
SomeCustomers = TypeVar("SomeCustomers", CustomerSummary, pd.DataFrame)

FEWEST_PER_CATEGORY = 2
"""Customers that a column of categories must have for each category on average."""


@dataclass(frozen=True)
class Covariate:
    """How one column is read.

    Attributes
    ----------
    name
        The column.
    levels
        Its categories, the reference first; none for numbers.
    """

    name: str
    levels: tuple[Hashable, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the numbers that it becomes.

        Examples
        --------
        >>> Covariate("age").terms, Covariate("channel", ("shop", "web")).terms
        (('age',), ('channel=web',))
        """
        if not self.levels:
            return (self.name,)
        return tuple(f"{self.name}={level}" for level in self.levels[1:])

    def numbers(self, column: pd.Series, problems: Problems) -> Array:
        """The column as numbers, (n, terms); what is wrong with it is noted."""
        note_broken(
            problems,
            f"column '{self.name}'",
            "can't have missing values, being a covariate",
            column.isna().to_numpy(),
            "Fill them in, or give those who lack it a category of their own.",
        )
        if self.levels:
            return self._of_categories(column, problems)
        values = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        note_broken(
            problems,
            f"column '{self.name}'",
            "must hold finite numbers",
            ~np.isfinite(values) & column.notna().to_numpy(),
        )
        return np.asarray(values[:, None])

    def _of_categories(self, column: pd.Series, problems: Problems) -> Array:
        position = pd.Index(self.levels).get_indexer(pd.Index(column))
        unseen = (position < 0) & column.notna().to_numpy()
        if unseen.any():
            new = sorted(map(str, column[unseen].unique()))
            note_broken(
                problems,
                f"column '{self.name}'",
                f"must hold categories of the fit ({', '.join(map(str, self.levels))})",
                unseen,
                f"New are: {', '.join(new[:5])}. Fit again with such customers.",
            )
        return np.asarray(position[:, None] == np.arange(1, len(self.levels)), dtype=np.float64)


def names_of(value: Names, parameter: str) -> tuple[str, ...]:
    """Column names from a list, or from a formula such as ``"gender + channel"``.

    Raises
    ------
    InputError
        For anything else, and for a name that comes twice.

    Examples
    --------
    >>> names_of("~ gender + channel", "purchase_covariates")
    ('gender', 'channel')
    """
    if value is None:
        return ()
    if isinstance(value, str):
        names = [part.strip() for part in value.strip().removeprefix("~").split("+")]
    else:
        names = list(value)
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise InputError(
            Problem(
                f"parameter '{parameter}'",
                "must be a list of different column names, or a formula of them",
                f"got {value!r}",
                'Write ["gender", "channel"] or "gender + channel".',
            )
        )
    return tuple(names)


def learn_covariates(frame: pd.DataFrame, names: Sequence[str]) -> tuple[Covariate, ...]:
    """How the named columns are to be read, from those that a model is fitted to.

    Raises
    ------
    InputError
        For columns that are missing, constant, neither numbers nor categories, or that have
        nearly as many categories as customers.
    """
    problems = Problems()
    found = []
    for name in _present(frame, names, problems):
        column = frame[name]
        levels = _levels_of(column)
        if levels is None:
            problems.add(
                f"column '{name}'",
                "must hold numbers or categories, being a covariate",
                f"its type is {column.dtype}",
                "A date can be given as the number of days since some day.",
            )
        elif len(column.dropna().unique()) == 1:
            problems.add(
                f"column '{name}'",
                "must differ between customers, being a covariate",
                f"all {len(column):,} customers have the same value",
                "Leave it out.",
            )
        elif len(levels) * FEWEST_PER_CATEGORY > len(column):
            problems.add(
                f"column '{name}'",
                "can't have nearly as many categories as there are customers",
                f"it has {len(levels):,} categories and {len(column):,} customers",
                "Is it an id? Merge rare categories, or leave it out.",
            )
        else:
            found.append(Covariate(name, levels))
    problems.raise_if_any()
    return tuple(found)


def read_covariates(frame: pd.DataFrame, covariates: Sequence[Covariate]) -> Array:
    """The covariates of customers as numbers, (n, terms).

    Raises
    ------
    InputError
        For columns that are missing, values that are missing, and categories that the fit did
        not see.
    """
    problems = Problems()
    present = set(_present(frame, [covariate.name for covariate in covariates], problems))
    columns = [
        covariate.numbers(frame[covariate.name], problems)
        for covariate in covariates
        if covariate.name in present
    ]
    problems.raise_if_any()
    return np.concatenate(columns, axis=1)


def with_covariates(customers: SomeCustomers, covariates: pd.DataFrame) -> SomeCustomers:
    """The customers with further columns, matched by customer id.

    Parameters
    ----------
    customers
        A summary, or a frame with one row per customer.
    covariates
        One row per customer, indexed by customer id; customers who are not in `customers` are
        left out.

    Returns
    -------
    CustomerSummary or pandas.DataFrame
        As `customers`, with the columns of `covariates`.

    Raises
    ------
    InputError
        For customers without a row or with several, and for columns that are there already.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> early = summary.table[["first_purchase"]] < "1997-02-01"
    >>> with_covariates(summary, early.rename(columns={"first_purchase": "early"})).table.shape[1]
    9
    """
    table = frame_of(customers)
    problems = Problems()
    double = [str(name) for name in covariates.columns if name in table.columns]
    if double:
        problems.add(
            "the covariates",
            "can't have columns that the customers have",
            f"both have {', '.join(double)}",
            "Rename them.",
        )
    if not covariates.index.is_unique:
        twice = covariates.index[covariates.index.duplicated()].unique()
        problems.add(
            "the covariates",
            "must have one row per customer",
            f"{len(twice):,} ids come more than once, such as {twice[0]!r}",
        )
    missing = table.index[~table.index.isin(covariates.index)]
    if len(missing):
        problems.add(
            "the covariates",
            "must have a row for every customer",
            f"{len(missing):,} of {len(table):,} customers have none, such as {missing[0]!r}",
            f"Index them by customer id; their index begins {list(covariates.index[:3])!r}.",
        )
    problems.raise_if_any()
    joined = table.join(covariates)
    if isinstance(customers, CustomerSummary):
        return replace(customers, table=joined)
    return joined


def _present(frame: pd.DataFrame, names: Sequence[str], problems: Problems) -> list[str]:
    """The names that are columns of the table; the others are noted."""
    for name in names:
        if name not in frame.columns:
            problems.add(
                "the table of customers",
                f"must have the covariate '{name}' as a column",
                "it has none of that name",
                f"{did_you_mean(name, [str(column) for column in frame.columns])} "
                "Columns are added with with_covariates().",
            )
    return [name for name in names if name in frame.columns]


def _levels_of(column: pd.Series) -> tuple[Hashable, ...] | None:
    """The categories of a column, none for numbers; None for what is neither."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return tuple(column.cat.remove_unused_categories().cat.categories)
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return ()
    if pd.api.types.is_string_dtype(column) or pd.api.types.is_object_dtype(column):
        known = column.dropna()
        if known.map(lambda value: isinstance(value, str)).all():
            return tuple(sorted(known.unique()))
    return None
