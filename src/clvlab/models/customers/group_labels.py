"""Which group each customer belongs to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.summary.customer_summary import CustomerSummary

Integers = npt.NDArray[np.int64]
Grouping = str | pd.Series | Callable[[pd.DataFrame], pd.Series]


def labels_of(summary: CustomerSummary, by: Grouping) -> tuple[CustomerSummary, Integers, pd.Index]:
    """The customers that have a group, the position of each one's group, and the groups, sorted.

    Raises
    ------
    InputError
        For an unknown column, a series without ids, and when nobody has a group.
    """
    labels = _labels(summary.table, by)
    known = labels.notna().to_numpy()
    if not known.any():
        found = f"none of {len(labels):,} customers has one"
        raise InputError(Problem("parameter 'by'", "must give customers a group", found))
    codes, names = pd.factorize(labels[known], sort=True)
    some = summary if known.all() else replace(summary, table=summary.table[known])
    return some, codes.astype(np.int64), pd.Index(names)


def _labels(table: pd.DataFrame, by: Grouping) -> pd.Series:
    if isinstance(by, str):
        if by not in table.columns:
            hint = did_you_mean(by, [str(column) for column in table.columns])
            rule = "must name a column of the customers"
            raise InputError(Problem("parameter 'by'", rule, f"got {by!r}", hint))
        return table[by]
    labels = by(table) if callable(by) else by
    if not isinstance(labels, pd.Series) or not labels.index.is_unique:
        raise InputError(
            Problem(
                "parameter 'by'",
                "must be a column's name, or a series with one group per customer id",
                f"got {type(labels).__name__}",
            )
        )
    return labels.reindex(table.index)


def members_of(summary: CustomerSummary, members: Iterable[Hashable] | pd.Series) -> pd.Series:
    """A grouping with these customers in one group, and nobody else in any.

    Raises
    ------
    InputError
        For ids that are not among the customers, and for none at all.
    """
    index = summary.table.index
    if isinstance(members, pd.Series) and pd.api.types.is_bool_dtype(members.dtype):
        members = members.index[members]
    ids = pd.Index(list(members))
    unknown = ids[~ids.isin(index)]
    if len(unknown) or not len(ids):
        found = f"unknown are {_some(unknown)}" if len(unknown) else "got none"
        raise InputError(Problem("parameter 'members'", "must be ids of the customers", found))
    return pd.Series("group", index=ids.unique())


def _some(ids: pd.Index, shown: int = 5) -> str:
    first = ", ".join(repr(one) for one in ids[:shown])
    return first + (f" and {len(ids) - shown:,} more" if len(ids) > shown else "")
