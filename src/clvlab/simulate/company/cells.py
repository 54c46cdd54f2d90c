"""Cells as text, the way that a table of the company is written."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.data.company.contracts import CONTRACTS, PURCHASES

_PURCHASE_KINDS = {
    "date": "day",
    "quantity": "count",
    "unit_price": "money",
    "amount": "money",
    "margin": "money",
}
_NUMBERS = {"money": "%.2f", "number": "%.6g", "count": "%d"}


def kind_of(table: str, column: str) -> str:
    """How the cells of a column are written."""
    if table == PURCHASES:
        return _PURCHASE_KINDS.get(column, "text")
    return CONTRACTS[table].columns[column].kind


def written(values: pd.Series, kind: str) -> pd.Series:
    """Cells as text, empty where there is nothing.

    Examples
    --------
    >>> written(pd.Series([1.5, None, 2.0]), "money").tolist()
    ['1.50', '', '2.00']
    """
    present = values.notna().to_numpy(bool)
    out = np.full(len(values), "", dtype=object)
    out[present] = _texts(values[present], kind)
    return pd.Series(out, index=values.index, dtype=object)


def _texts(values: pd.Series, kind: str) -> list[str]:
    if kind == "day":
        days = values.to_numpy().astype("datetime64[D]")
        return [str(day) for day in np.datetime_as_string(days).tolist()]
    if kind == "flag":
        return ["yes" if flag else "no" for flag in values.tolist()]
    if kind in _NUMBERS:
        form = _NUMBERS[kind]
        return [form % number for number in values.tolist()]
    return [str(value) for value in values.tolist()]


def as_text(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """A table of the company with every cell as text."""
    columns = {
        column: written(table[column], kind_of(name, str(column))) for column in table.columns
    }
    return pd.DataFrame(columns, index=table.index)


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """A table of the truth with every cell as text."""
    columns = {column: written(table[column], _plain_kind(table[column])) for column in table}
    return pd.DataFrame(columns, index=table.index)


def _plain_kind(values: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "day"
    return "number" if pd.api.types.is_float_dtype(values.dtype) else "text"
