"""Money summed exactly, so that the order of rows never changes a digit.

Floating-point sums depend on their order. Amounts are therefore counted in whole minor units (cents
where two decimals are enough), added as integers and turned back into amounts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOST_DECIMALS = 6
_EXACT_IN_FLOAT = 2.0**53
_SAFE_SUM = 2.0**62
_LOOKED_AT_FIRST = 1_000

Units = NDArray[Any]
"""Whole minor units: int64, or Python integers where 64 bits could overflow."""


@dataclass(frozen=True)
class MinorUnits:
    """Amounts as whole numbers of a decimal fraction.

    Attributes
    ----------
    units
        One whole number per amount.
    decimals
        An amount is ``units / 10**decimals``.
    rounded
        How many amounts had more decimals than are kept.
    """

    units: Units
    decimals: int
    rounded: int = 0


def to_minor_units(amounts: NDArray[np.floating[Any]]) -> MinorUnits:
    """Amounts in the coarsest decimal unit that represents them all.

    Parameters
    ----------
    amounts
        Finite amounts. Differences within a few units of the last binary place, as products
        leave them, do not count as decimals.

    Returns
    -------
    MinorUnits
        With 0 to 6 decimals; what is finer than a millionth is rounded and counted.

    Examples
    --------
    >>> money = to_minor_units(np.array([3 * 2.55, -1.2]))
    >>> money.units.tolist(), money.decimals
    ([765, -120], 2)
    """
    precision = 8 * float(np.finfo(amounts.dtype).eps)
    values = amounts.astype(np.float64)
    decimals, rounded = _decimals(values, precision)
    scale = 10.0**decimals
    sizes = np.abs(values)
    largest = float(sizes.max(initial=0.0)) * scale
    if largest < _EXACT_IN_FLOAT and float(sizes.sum()) * scale < _SAFE_SUM:
        return MinorUnits(np.rint(values * scale).astype(np.int64), decimals, rounded)
    return MinorUnits(_unbounded(values, decimals), decimals, rounded)


def _decimals(values: NDArray[np.float64], precision: float) -> tuple[int, int]:
    for decimals in range(MOST_DECIMALS + 1):
        # A look at the first rows spares most of the full passes over a long table.
        if not _inexact(values[:_LOOKED_AT_FIRST], decimals, precision).any():
            inexact = _inexact(values, decimals, precision)
            if not inexact.any():
                return decimals, 0
    return MOST_DECIMALS, int(_inexact(values, MOST_DECIMALS, precision).sum())


def _inexact(values: NDArray[np.float64], decimals: int, precision: float) -> NDArray[np.bool_]:
    scale = 10.0**decimals
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = values * scale
        distance = np.abs(scaled - np.rint(scaled))
    inexact: NDArray[np.bool_] = distance > precision * np.maximum(np.abs(scaled), 1.0)
    return inexact


def _unbounded(values: NDArray[np.float64], decimals: int) -> Units:
    whole = np.empty(len(values), dtype=object)
    whole[:] = [
        int(Decimal(repr(value)).scaleb(decimals).to_integral_value()) for value in values.tolist()
    ]
    return whole


def to_amounts(units: Units, decimals: int) -> NDArray[np.float64]:
    """Amounts of whole minor units, each rounded once.

    Examples
    --------
    >>> to_amounts(np.array([765, -120]), 2).tolist()
    [7.65, -1.2]
    """
    if units.dtype == object:
        return np.array([int(unit) / 10**decimals for unit in units], dtype=np.float64)
    amounts: NDArray[np.float64] = units / 10.0**decimals
    return amounts


def total(units: Units, decimals: int) -> float:
    """The sum as one amount.

    Examples
    --------
    >>> total(np.array([10, 20]), 2)
    0.3
    """
    return int(units.sum()) / 10**decimals if len(units) else 0.0


def sum_runs(units: Units, starts: NDArray[np.int64]) -> Units:
    """Sums of consecutive runs that begin at `starts`.

    Examples
    --------
    >>> sum_runs(np.array([1, 2, 3]), np.array([0, 2])).tolist()
    [3, 3]
    """
    sums: Units = np.add.reduceat(units, starts) if len(starts) else units[:0]
    return sums


def sum_by(amounts: pd.Series, by: Any) -> pd.Series:  # noqa: ANN401 - what pandas groups by
    """Exact sums of amounts within groups, each rounded once.

    Parameters
    ----------
    amounts
        Finite amounts.
    by
        What pandas groups by: a series, array or index as long as the amounts, or several.

    Examples
    --------
    >>> sum_by(pd.Series([0.1, 0.2, 5.0]), ["a", "a", "b"]).tolist()
    [0.3, 5.0]
    """
    money = to_minor_units(amounts.to_numpy(dtype=np.float64))
    units = pd.Series(money.units, index=amounts.index, name=amounts.name)
    sums = units.groupby(by, sort=True, observed=False).sum()
    return pd.Series(to_amounts(sums.to_numpy(), money.decimals), sums.index, name=amounts.name)
