r"""How unequal customers are: Lorenz curve, Gini coefficient, Herfindahl index, shares of the top.

With values :math:`v_{(1)} \le \dots \le v_{(n)}`,

.. math::

    G = \frac{\sum_i (2i - n - 1)\, v_{(i)}}{n \sum_i v_i}, \qquad
    \mathrm{HHI} = \sum_i \Bigl(\frac{v_i}{\sum_j v_j}\Bigr)^2 .
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem

Array = npt.NDArray[np.float64]


def gini(values: npt.ArrayLike) -> float:
    """Gini coefficient: 0 where all are alike, towards 1 where one has everything.

    Missing where there are no values or they sum to nothing.

    Examples
    --------
    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 1])
    (0.0, 0.75)
    """
    ordered = _ordered(values)
    total, n = math.fsum(ordered), len(ordered)
    if not total:
        return math.nan
    rank = 2.0 * np.arange(1, n + 1) - n - 1
    return math.fsum(rank * ordered) / (n * total)


def herfindahl(values: npt.ArrayLike) -> float:
    """Herfindahl index of the shares; one over it is how many equal customers would be as many.

    Examples
    --------
    >>> herfindahl([2, 2, 2, 2])
    0.25
    """
    ordered = _ordered(values)
    total = math.fsum(ordered)
    return math.fsum((ordered / total) ** 2) if total else math.nan


def top_share(values: npt.ArrayLike, share: float) -> float:
    """Share of the total that the largest values hold, those of `share` of all customers.

    The number of customers is rounded, and at least one.

    Examples
    --------
    >>> top_share([1, 2, 3, 4], 0.25)
    0.4
    """
    if not 0 < share <= 1:
        rule = "must be above 0 and at most 1"
        raise InputError(Problem("parameter 'share'", rule, f"got {share!r}"))
    ordered = _ordered(values)
    total = math.fsum(ordered)
    many = max(round(len(ordered) * share), 1)
    return math.fsum(ordered[-many:]) / total if total else math.nan


def lorenz_curve(values: npt.ArrayLike, points: int = 100) -> pd.DataFrame:
    """Shares of customers, poorest first, with their share of the total.

    Returns
    -------
    pandas.DataFrame
        ``customers`` and ``value``, both from 0 to 1; `points` + 1 rows, or one more than there
        are customers where they are fewer.
    """
    ordered = _ordered(values)
    n = len(ordered)
    held = np.concatenate([[0.0], np.cumsum(ordered)])
    at = np.unique(np.rint(np.linspace(0, n, min(points, n) + 1)).astype(np.int64))
    total = held[-1] if n and held[-1] else math.nan
    return pd.DataFrame({"customers": at / max(n, 1), "value": held[at] / total})


def _ordered(values: npt.ArrayLike) -> Array:
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    if len(ordered) and (not np.isfinite(ordered).all() or ordered[0] < 0):
        found = "some are negative" if np.isfinite(ordered).all() else "some are missing"
        rule = "must be finite and not negative for a share of them to mean something"
        raise InputError(Problem("the values", rule, found))
    return ordered
