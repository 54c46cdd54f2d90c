"""The data-quality table: what happened to every row between the source and the log."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from clvlab.data.exact_money import Units, total

COLUMNS = ("step", "description", "effect", "rows", "amount", "policy")

DESCRIPTIONS = {
    "rows_read": "rows read from the source",
    "missing_ids": "rows without a customer id",
    "after_as_of": "rows after the as-of date, which are not seen yet",
    "future_dates": "rows dated after today",
    "duplicates": "rows that repeat another row in every column of the source",
    "returned_lines": "rows with a negative amount",
    "converted_amounts": "rows converted into the log's currency",
    "rounded_amounts": "amounts rounded to a millionth",
    "same_day_lines": "rows merged into another row of the same customer and day",
    "returned_within_day": "customer days whose returns cancel their purchases exactly",
    "returns_set_off": "customer days of returns, set off against earlier purchases",
    "purchases_returned": "purchases that later returns used up",
    "purchases_reduced": "purchases that later returns made smaller",
    "returns_unmatched": "customer days of returns with more than the earlier purchases seen",
    "zero_amounts": "customer days on which every amount is zero",
    "zero_lines": "rows with an amount of zero",
    "purchases": "purchases: one per customer and day",
}
"""What each step is called where people read it."""


@dataclass
class QualityLedger:
    """Counts each step's rows and money while a log is made.

    The `effect` of a step is ``"read"``, ``"removed"``, ``"reduced"`` (the rows stay, the money
    goes), ``"noted"`` (rows and money stay) or ``"left"``. Rows read less rows removed are the rows
    left; money read less money removed and reduced is the money left, exactly.

    Examples
    --------
    >>> import numpy as np
    >>> ledger = QualityLedger(decimals=2)
    >>> ledger.add("rows_read", "read", 3, np.array([100, 250, 50]))
    >>> ledger.table()[["step", "rows", "amount"]].values.tolist()
    [['rows_read', 3, 4.0]]
    """

    decimals: int
    _steps: list[tuple[str, str, str, int, float, str]] = field(default_factory=list)

    def add(self, step: str, effect: str, rows: int, units: Units, policy: str = "") -> None:
        """Note a step; `units` are the minor units of money that it concerns."""
        money = total(units, self.decimals)
        self._steps.append((step, DESCRIPTIONS[step], effect, int(rows), money, policy))

    def table(self) -> pd.DataFrame:
        """The data-quality table, one row per step in the order of the work.

        Returns
        -------
        DataFrame
            Columns `step` (identifier), `description` (words), `effect`, `rows` (int, never
            negative), `amount` (money in the log's currency; negative for returns) and `policy`
            (the rule that was followed).
        """
        return pd.DataFrame(self._steps, columns=list(COLUMNS)).astype(
            {"rows": "int64", "amount": "float64"}
        )


def in_words(quality: pd.DataFrame) -> str:
    """The steps that touched any row, as one sentence.

    Examples
    --------
    >>> in_words(pd.DataFrame({"description": ["rows read", "returns"], "rows": [3, 0]}))
    '3 rows read'
    """
    seen = quality[quality["rows"] > 0]
    parts = zip(seen["rows"], seen["description"], strict=True)
    return "; ".join(f"{rows:,} {description}" for rows, description in parts)
