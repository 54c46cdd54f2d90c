"""Checks of the columns that customers come in, with messages that name rows and rules.

Rows are counted from 0, as ``iloc`` does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.compiled import compiled
from clvlab.errors import InputError, Problem, Problems, name_rows
from clvlab.schema import FREQUENCY, RECENCY
from clvlab.summary.counted_summary import CountedSummary
from clvlab.summary.customer_summary import CustomerSummary

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Customers = CustomerSummary | CountedSummary | pd.DataFrame


def frame_of(customers: Customers) -> pd.DataFrame:
    """The table of a summary, or the frame itself.

    Raises
    ------
    InputError
        For anything else.
    """
    if isinstance(customers, CustomerSummary):
        return customers.table
    if isinstance(customers, CountedSummary):
        raise InputError(
            Problem(
                "the customers",
                "must be one by one for this",
                "they are counts of histories",
                "Pass the summary itself, or score it on disk with score_on_disk().",
            )
        )
    if isinstance(customers, pd.DataFrame):
        return customers
    raise InputError(
        Problem(
            "the customers",
            "must be a CustomerSummary or a DataFrame",
            f"got {type(customers).__name__}",
            "Make a summary from a transaction log with summarize().",
        )
    )


def required_columns(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    """Refuse a frame that lacks one of the named columns."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise InputError(
            Problem(
                "the table of customers",
                f"must have the columns {', '.join(names)}",
                f"missing are {', '.join(missing)}",
                f"Its columns are: {', '.join(map(str, frame.columns))}.",
            )
        )


def numbers_of(frame: pd.DataFrame, name: str) -> Floats:
    """A column as finite floats, or an error that names the rows that are not."""
    column = frame[name]
    if column.dtype != np.float64:
        column = pd.to_numeric(column, errors="coerce")
    values = column.to_numpy(np.float64)
    finite = np.isfinite(values)
    if not finite.all():
        rows = np.flatnonzero(~finite)
        raise InputError(
            Problem(
                f"column '{name}'",
                "must hold finite numbers",
                f"{len(rows):,} of {len(frame):,} rows do not: {name_rows(rows.tolist())}",
            )
        )
    return values


def refuse_fractions(frequency: Floats) -> None:
    """Refuse numbers of purchases that are not whole."""
    rows = np.flatnonzero(frequency != np.floor(frequency))
    if len(rows):
        raise InputError(
            Problem(
                f"column '{FREQUENCY}'",
                "must hold whole numbers of repeat purchases",
                f"{len(rows):,} of {len(frequency):,} rows do not: {name_rows(rows.tolist())}",
            )
        )


def refuse_impossible(
    frequency: Integers | Floats,
    recency: Integers | Floats,
    observed: Integers | Floats,
) -> None:
    """Refuse histories that nobody can have, all broken rules at once."""
    if len(frequency) and all_possible(frequency, recency, observed):
        return
    problems = Problems()
    if len(frequency) == 0:
        problems.add("the table of customers", "must hold at least one customer", "it is empty")
    rules = [
        (f"column '{FREQUENCY}'", "can't be negative", frequency < 0),
        (f"column '{RECENCY}'", "can't be negative", recency < 0),
        (f"column '{RECENCY}'", "can't exceed T", recency > observed),
        (
            f"column '{RECENCY}'",
            "must be 0 where there is no repeat purchase",
            (frequency == 0) & (recency > 0),
        ),
        (
            f"column '{RECENCY}'",
            "must be above 0 where there are repeat purchases",
            (frequency > 0) & (recency <= 0),
        ),
    ]
    for subject, rule, broken in rules:
        note_broken(problems, subject, rule, broken)
    problems.raise_if_any()


@compiled
def all_possible(
    frequency: Integers | Floats, recency: Integers | Floats, observed: Integers | Floats
) -> bool:  # pragma: no cover - compiled
    """Whether no history breaks a rule of `refuse_impossible`, in one pass over a million."""
    broken = 0
    for row in range(len(frequency)):
        x, last = frequency[row], recency[row]
        broken += (x < 0) | (last < 0) | (last > observed[row]) | ((x > 0) != (last > 0))
    return broken == 0


def note_broken(
    problems: Problems,
    subject: str,
    rule: str,
    broken: npt.NDArray[np.bool_],
    remedy: str = "",
) -> None:
    """Note a rule with the rows that break it, if any does."""
    rows = np.flatnonzero(broken)
    if len(rows):
        found = f"{len(rows):,} of {len(broken):,} rows break this: {name_rows(rows.tolist())}"
        problems.add(subject, rule, found, remedy)
