r"""A budget, or hours of service, given where they do most.

What is spent on a segment has diminishing returns: of the value that service can win or lose
there, :math:`g`, spending :math:`x` saves

.. math:: g\,(1 - e^{-x / s}) ,

with :math:`s` the spending that saves all but a third or so (:math:`e^{-1}`) of it. The best
allocation of a budget makes the last unit worth the same wherever one is spent,
:math:`x_i = s_i \max(0, \ln(g_i / (\lambda s_i)))` with :math:`\lambda` such that they sum to the
budget (S. Boyd and L. Vandenberghe, 2004, Convex Optimization, section 5.5.3, water-filling).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import Problems

Array = npt.NDArray[np.float64]


def best_allocation(gain: npt.ArrayLike, scale: npt.ArrayLike, budget: float) -> Array:
    """The allocation that saves most; it sums to the budget.

    Parameters
    ----------
    gain
        Value that spending can save in each segment, not negative, at least one positive.
    scale
        Spending on each that saves all but ``exp(-1)`` of it, positive.
    budget
        What there is, positive.

    Examples
    --------
    >>> best_allocation([10.0, 10.0], [1.0, 1.0], 4.0).tolist()
    [2.0, 2.0]
    >>> best_allocation([1e6, 1.0], [1.0, 1.0], 2.0).tolist()
    [2.0, 0.0]
    """
    gains, scales = np.asarray(gain, dtype=np.float64), np.asarray(scale, dtype=np.float64)
    first = np.divide(gains, scales)
    order = np.argsort(-first, kind="stable")
    ordered = order[first[order] > 0]
    out = np.zeros(len(gains))
    # Segments are taken in while what the first unit does there exceeds what the last one does.
    widths = np.cumsum(scales[ordered])
    heights = np.cumsum(scales[ordered] * np.log(first[ordered]))
    log_price = (heights - budget) / widths
    inside = np.log(first[ordered]) > log_price
    many = int(np.flatnonzero(inside)[-1]) + 1
    taken = ordered[:many]
    out[taken] = scales[taken] * np.maximum(np.log(first[taken]) - log_price[many - 1], 0.0)
    return out * (budget / math.fsum(out))


def saved(gain: npt.ArrayLike, scale: npt.ArrayLike, spending: npt.ArrayLike) -> Array:
    """What spending saves in each segment, ``gain * (1 - exp(-spending / scale))``."""
    of_all = -np.expm1(-np.asarray(spending, dtype=np.float64) / np.asarray(scale))
    out: Array = np.asarray(gain, dtype=np.float64) * of_all
    return out


def allocate_budget(
    segments: pd.DataFrame, *, budget: float, reachable: float, saturation: float
) -> pd.DataFrame:
    """Compare three ways to give a budget to segments: equally, by value, and best.

    Parameters
    ----------
    segments
        Indexed by segment: ``customers`` and ``clv``, the value of all its customers. A value
        below zero is nothing to be saved.
    budget
        Money, or hours.
    reachable
        Share of a segment's value that service can win or lose.
    saturation
        Spending on each customer that saves all but ``exp(-1)`` of what is reachable.

    Returns
    -------
    pandas.DataFrame
        Indexed like `segments`: ``equal`` (the same on each customer), ``proportional`` (by
        value), ``best``; ``saved_equal``, ``saved_proportional``, ``saved_best``, what each
        saves. Each allocation sums to the budget, and none saves more than the best.

    Raises
    ------
    InputError
        For a budget, share or saturation that is not positive, or no value to be saved.

    Examples
    --------
    >>> table = pd.DataFrame({"customers": [10, 90], "clv": [900.0, 100.0]}, index=["A", "B"])
    >>> found = allocate_budget(table, budget=50.0, reachable=0.5, saturation=2.0)
    >>> found[["equal", "proportional", "best"]].round(1).to_numpy().tolist()
    [[5.0, 45.0, 50.0], [45.0, 5.0, 0.0]]
    """
    problems = Problems()
    for name, value in (("budget", budget), ("saturation", saturation), ("reachable", reachable)):
        if not (math.isfinite(value) and value > 0):
            problems.add(f"parameter '{name}'", "must be above 0", f"got {value!r}")
    if reachable > 1:
        problems.add("parameter 'reachable'", "must be a share, at most 1", f"got {reachable!r}")
    worth = segments["clv"].to_numpy(dtype=np.float64).clip(min=0.0)
    if not (np.isfinite(worth).all() and worth.sum() > 0):
        problems.add("the segments", "must have a value to be saved", "none is positive")
    problems.raise_if_any()
    customers = segments["customers"].to_numpy(dtype=np.float64)
    gain, scale = reachable * worth, saturation * customers
    ways = {
        "equal": budget * customers / customers.sum(),
        "proportional": budget * worth / worth.sum(),
        "best": best_allocation(gain, scale, budget),
    }
    results = {f"saved_{name}": saved(gain, scale, given) for name, given in ways.items()}
    return pd.DataFrame(ways | results, index=segments.index)
