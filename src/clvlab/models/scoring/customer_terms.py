"""Margin and cost of customers on disk: one number for all, or a column of their summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from clvlab.errors import InputError, Problem, Problems, did_you_mean
from clvlab.models.futures.futures import Numbers
from clvlab.models.value.business_terms import OF_MARGINS, OF_MONEY
from clvlab.summary.engine_session import EngineSession

Array = npt.NDArray[np.float64]
Rate = float | str
"""One number for all, or the name of a column of the summary."""


class Terms(NamedTuple):
    """Margin and cost, each one number for all or one per customer."""

    margin_rate: Numbers
    direct_cost: Numbers


@dataclass(frozen=True)
class CustomerTerms:
    """Margin and cost, each a number or the name of a column.

    Attributes
    ----------
    margin_rate
        Share of the amount that is earned.
    direct_cost
        Cost of serving one purchase, in money.
    """

    margin_rate: Rate
    direct_cost: Rate

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have to be read."""
        named = [one for one in (self.margin_rate, self.direct_cost) if isinstance(one, str)]
        return tuple(dict.fromkeys(named))

    @property
    def differ(self) -> bool:
        """Whether they differ between customers."""
        return bool(self.columns)

    @property
    def for_all(self) -> tuple[float, float]:
        """The numbers for all; a column, of which nothing is known here, stands as 0."""
        margin, cost = (
            0.0 if isinstance(one, str) else one for one in (self.margin_rate, self.direct_cost)
        )
        return margin, cost

    def of(self, columns: dict[str, pa.Array]) -> Terms:
        """Those of some customers, whose columns are given."""
        return Terms(_numbers(self.margin_rate, columns), _numbers(self.direct_cost, columns))

    def check(self, session: EngineSession) -> float:
        """Look at all customers.

        Returns
        -------
        float
            The largest cost.

        Raises
        ------
        InputError
            For columns that the summary does not have, and numbers that are no share or cost.
        """
        problems = Problems()
        margins = "must be a share between 0 and 1", "BETWEEN 0 AND 1", OF_MARGINS
        costs = (
            "must be a finite amount per purchase of at least 0",
            ">= 0 AND {0} < CAST('Infinity' AS DOUBLE)",
            OF_MONEY,
        )
        for name, given, (rule, holds, remedy) in (
            ("margin_rate", self.margin_rate, margins),
            ("direct_cost", self.direct_cost, costs),
        ):
            if isinstance(given, str):
                _note(problems, session, name, given, rule, holds, remedy)
        problems.raise_if_any()
        if not isinstance(self.direct_cost, str):
            return self.direct_cost
        column = _number(self.direct_cost)
        most = session.table(f"SELECT max({column}) AS most FROM summary")["most"]  # noqa: S608
        return float(most.iloc[0])


def _note(
    problems: Problems,
    session: EngineSession,
    name: str,
    column: str,
    rule: str,
    holds: str,
    remedy: str,
) -> None:
    files = session.files
    if column not in files.columns:
        hint = did_you_mean(column, files.columns)
        found = f"got {column!r}, which is no column of the summary"
        problems.add(f"parameter '{name}'", rule, found, f"{remedy} {hint}".strip())
        return
    number = _number(column)
    test = f"{number} {holds.format(number)}"
    counts = session.table(
        f"SELECT count(*) FILTER (WHERE ({test}) IS NOT TRUE) AS wrong FROM summary",  # noqa: S608
        "margins and costs",
    )
    wrong = int(counts["wrong"].iloc[0])
    if wrong:
        what = f"{wrong:,} of {files.n_customers:,} rows do not"
        problems.add(f"column '{column}'", rule, what, remedy)


def _number(column: str) -> str:
    # What is no number becomes missing, and is counted as wrong.
    return 'TRY_CAST("' + column.replace('"', '""') + '" AS DOUBLE)'


def _numbers(given: Rate, columns: dict[str, pa.Array]) -> Numbers:
    if not isinstance(given, str):
        return given
    values = pc.cast(columns[given], pa.float64())
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def refuse_series(**given: object) -> None:
    """Refuse series by ids, which would have to be in memory.

    Raises
    ------
    InputError
        Naming the parameter.
    """
    for name, one in given.items():
        if isinstance(one, pd.Series):
            rule, found = "must be a number or the name of a column", "got a series"
            remedy = "Put one number per customer into a column of the summary."
            raise InputError(Problem(f"parameter '{name}'", rule, found, remedy))
