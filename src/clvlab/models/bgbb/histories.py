"""Histories of transaction opportunities: validated, and compressed to distinct ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem, Problems
from clvlab.models.customers.customer_columns import note_broken, numbers_of, required_columns
from clvlab.models.fitting.whole_numbers import FARTHEST
from clvlab.schema import FREQUENCY, RECENCY

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

N_PERIODS = "n_periods"


@dataclass(frozen=True)
class OpportunityHistories:
    """The distinct histories of a base.

    Attributes
    ----------
    frequency, recency, n_periods
        Opportunities used, the last one used (0 for none) and opportunities seen, (n,). Sorted by
        frequency, then by opportunities seen, the latest recency first.
    weights
        Number of customers with each history, (n,).
    position
        Which history each row of the table has.
    index
        The rows' ids, in the order they came.
    """

    frequency: Integers
    recency: Integers
    n_periods: Integers
    weights: Array
    position: Integers
    index: pd.Index

    @classmethod
    def of(
        cls,
        frequency: Integers,
        recency: Integers,
        n_periods: Integers,
        weights: Array | None = None,
        index: pd.Index | None = None,
    ) -> OpportunityHistories:
        """Find the distinct histories among possible ones."""
        many = np.ones(len(frequency)) if weights is None else weights
        base = int(n_periods.max(initial=0)) + 1
        key = (frequency * base + n_periods) * base + (base - 1 - recency)
        distinct, position = np.unique(key, return_inverse=True)
        return cls(
            frequency=distinct // base**2,
            recency=base - 1 - distinct % base,
            n_periods=distinct // base % base,
            weights=np.bincount(position, many, len(distinct)).astype(np.float64),
            position=position,
            index=pd.RangeIndex(len(frequency)) if index is None else index,
        )

    def __len__(self) -> int:
        return len(self.frequency)

    @cached_property
    def total_weight(self) -> float:
        """Number of customers."""
        return float(self.weights.sum())


def opportunity_histories(
    customers: pd.DataFrame, weights: str | None = None
) -> OpportunityHistories:
    """Validated histories of a table of customers, or of histories with their counts.

    Parameters
    ----------
    customers
        With ``frequency``, the number of opportunities used; ``recency``, the last one used,
        counted from 1, or 0 for none; ``n_periods``, the number of opportunities seen.
    weights
        Column with the number of customers that a row stands for.

    Raises
    ------
    InputError
        For missing columns and values that no history can have, all broken rules at once.
    """
    if not isinstance(customers, pd.DataFrame):
        raise InputError(
            Problem(
                "the customers",
                f"must be a DataFrame with {FREQUENCY}, {RECENCY} and {N_PERIODS}",
                f"got {type(customers).__name__}",
                "Opportunities such as years have to be counted first; a summary counts days.",
            )
        )
    required_columns(customers, (FREQUENCY, RECENCY, N_PERIODS, *([weights] if weights else [])))
    x, t_x, n = (numbers_of(customers, name) for name in (FREQUENCY, RECENCY, N_PERIODS))
    many = numbers_of(customers, weights) if weights else None
    _refuse_impossible(x, t_x, n)
    if many is not None:
        _refuse_weights(many, str(weights))
    return OpportunityHistories.of(
        x.astype(np.int64), t_x.astype(np.int64), n.astype(np.int64), many, customers.index
    )


def _refuse_impossible(x: Array, t_x: Array, n: Array) -> None:
    """Refuse histories that nobody can have, all broken rules at once."""
    problems = Problems()
    if not len(x):
        problems.add("the table of customers", "must hold at least one customer", "it is empty")
    for name, values in ((FREQUENCY, x), (RECENCY, t_x), (N_PERIODS, n)):
        subject = f"column '{name}'"
        note_broken(problems, subject, "must hold whole numbers", values != np.floor(values))
        note_broken(problems, subject, "can't be negative", values < 0)
    recency = f"column '{RECENCY}'"
    note_broken(problems, f"column '{N_PERIODS}'", f"can't exceed {FARTHEST:,}", n > FARTHEST)
    note_broken(problems, recency, f"can't exceed {N_PERIODS}", t_x > n)
    note_broken(
        problems,
        f"column '{FREQUENCY}'",
        "can't exceed recency: an opportunity is used once at most",
        (x > t_x) & (t_x > 0),
    )
    note_broken(problems, recency, "must be 0 where no opportunity was used", (x == 0) & (t_x > 0))
    note_broken(problems, recency, "must be above 0 where one was used", (x > 0) & (t_x == 0))
    problems.raise_if_any()


def _refuse_weights(weights: Array, name: str) -> None:
    problems = Problems()
    note_broken(problems, f"column '{name}'", "can't be negative", weights < 0)
    if not weights.any():
        problems.add(f"column '{name}'", "must count at least one customer", "all are 0")
    problems.raise_if_any()
