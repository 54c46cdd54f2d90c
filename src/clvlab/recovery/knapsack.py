"""Whom to ask with which measure under a budget: the multiple-choice knapsack.

Of each customer's measures at most one is chosen. On large problems each customer's measures are
reduced to the upper hull of value over cost, and increments are bought in order of value per unit
of cost: the optimum of the problem in which one customer may be split (E. Zemel, 1984, Information
Processing Letters 18(3), 123-128), so what is left on the table is at most that one increment, and
is stated. Small problems are solved exactly, over the finite set of efficient sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clvlab.errors import InputError, Problem

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
NOBODY = -1
EXACT_UP_TO = 40
"""Customers up to whom a budget alone is solved exactly."""


@dataclass(frozen=True)
class Choice:
    """Which measure each customer gets.

    Attributes
    ----------
    measure
        Column of the measure, -1 for none, (n,).
    value, cost
        Sums over those chosen.
    most
        No choice within the budget can be worth more.
    exact
        Whether the choice is known to be the best.
    """

    measure: Whole
    value: float
    cost: float
    most: float
    exact: bool


def choose(values: Array, costs: Array, budget: float, *, exact: bool | None = None) -> Choice:
    """The measures that are worth most within a budget.

    Parameters
    ----------
    values, costs
        Of each customer (rows) under each measure (columns). A measure that is out of the
        question has a value of minus infinity.
    budget
        Most that may be spent; infinite for no limit.
    exact
        Solve exactly; by default only small problems.

    Raises
    ------
    InputError
        For costs below zero or not finite, values that are missing, a budget below zero, or
        arrays of different shapes.

    Examples
    --------
    >>> one = choose(np.array([[6.0, 8.0], [5.0, 9.0]]), np.array([[2.0, 3.0], [2.0, 4.0]]), 6.0)
    >>> one.measure.tolist(), one.value
    ([0, 1], 15.0)
    """
    _refuse(values, costs, budget)
    if not len(values):
        return Choice(np.empty(0, np.int64), 0.0, 0.0, 0.0, exact=True)
    small = len(values) <= EXACT_UP_TO if exact is None else exact
    if np.isinf(budget) or not small:
        return _by_hull(values, costs, budget)
    return _exactly(values, costs, budget)


def _by_hull(values: Array, costs: Array, budget: float) -> Choice:
    n = len(values)
    who, measure, gain, price = _increments(values, costs)
    order = np.lexsort((who, -_slope(gain, price)))
    spent = np.cumsum(price[order])
    whole = int(np.searchsorted(spent, budget + 1e-9 * max(budget, 1.0), side="right"))
    if np.isinf(budget):
        whole = len(order)
    chosen = np.full(n, NOBODY, dtype=np.int64)
    bought = order[:whole]
    # Along a hull slopes fall, so a customer's later increments come later and overwrite.
    chosen[who[bought]] = measure[bought]
    cost, most = _sum(costs, chosen), float(gain[bought].sum())
    if whole == len(order):
        return Choice(chosen, _sum(values, chosen), cost, most, exact=True)
    split = order[whole]
    left = max(budget - cost, 0.0)
    most += float(gain[split]) * left / float(price[split])
    chosen = _fill(chosen, values, costs, budget, order[whole:], who, measure)
    value = _sum(values, chosen)
    # One customer alone may be worth more than all increments before the one that did not fit.
    alone = np.where(costs <= budget, values, -np.inf)
    best = np.unravel_index(int(np.argmax(alone)), alone.shape)
    if alone[best] > value:
        chosen = np.full(n, NOBODY, dtype=np.int64)
        chosen[best[0]] = best[1]
        value = float(alone[best])
    return Choice(chosen, value, _sum(costs, chosen), most, exact=bool(value >= most - 1e-9))


def _slope(gain: Array, price: Array) -> Array:
    slope: Array = np.divide(gain, price, out=np.full(len(gain), np.inf), where=price > 0)
    return slope


def _fill(
    chosen: Whole,
    values: Array,
    costs: Array,
    budget: float,
    rest: Whole,
    who: Whole,
    measure: Whole,
    tries: int = 1_000,
) -> Whole:
    """Spend what is left on later increments that still fit."""
    left = budget - _sum(costs, chosen)
    for place in rest[:tries]:
        customer, new = who[place], measure[place]
        old = chosen[customer]
        more = costs[customer, new] - (costs[customer, old] if old != NOBODY else 0.0)
        better = values[customer, new] - (values[customer, old] if old != NOBODY else 0.0)
        if more <= left and better > 0:
            chosen[customer] = new
            left -= more
    return chosen


def _increments(values: Array, costs: Array) -> tuple[Whole, Whole, Array, Array]:
    """Steps along the upper hull of every customer, from doing nothing upwards.

    Returns
    -------
    tuple
        Customer, measure, additional value and additional cost of each step.
    """
    n, m = values.shape
    rows = np.arange(n)
    value, cost = np.zeros(n), np.zeros(n)
    parts: list[tuple[Whole, Whole, Array, Array]] = []
    for _ in range(m):
        gain, price = values - value[:, None], costs - cost[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(price > 0, gain / price, np.inf)
        # What costs no more and brings more comes first, the largest gain among it.
        slope = np.where(gain > 0, slope, -np.inf)
        slope = np.where((price < 0) & (gain > 0), np.inf, slope)
        steepest = slope.max(axis=1)
        tied = np.where(slope == steepest[:, None], gain, -np.inf)
        best = tied.argmax(axis=1)
        going = steepest > -np.inf
        if not going.any():
            break
        here = rows[going]
        pick = best[going]
        parts.append((here, pick, gain[here, pick], price[here, pick]))
        value[here], cost[here] = values[here, pick], costs[here, pick]
    if not parts:
        empty = np.empty(0, np.int64)
        return empty, empty, np.empty(0), np.empty(0)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return columns[0], columns[1], columns[2], columns[3]


def _exactly(values: Array, costs: Array, budget: float) -> Choice:
    """Best choice over all efficient pairs of cost and value, customer by customer."""
    n, m = values.shape
    cost, value = np.zeros(1), np.zeros(1)
    trail: list[tuple[Whole, Whole]] = []
    for row in range(n):
        new_cost = np.concatenate([cost, *(cost + costs[row, j] for j in range(m))])
        new_value = np.concatenate([value, *(value + values[row, j] for j in range(m))])
        before = np.tile(np.arange(len(cost)), m + 1)
        measure = np.repeat(np.arange(-1, m), len(cost))
        inside = (new_cost <= budget + 1e-9 * max(budget, 1.0)) & (new_value > -np.inf)
        places = np.flatnonzero(inside)
        order = places[np.lexsort((-new_value[places], new_cost[places]))]
        ahead = new_value[order] > np.concatenate(
            [[-np.inf], np.maximum.accumulate(new_value[order])[:-1]]
        )
        kept = order[ahead]
        cost, value = new_cost[kept], new_value[kept]
        trail.append((before[kept], measure[kept]))
    place = int(np.argmax(value))
    best = float(value[place])
    chosen = np.full(n, NOBODY, dtype=np.int64)
    for row in range(n - 1, -1, -1):
        before, measure = trail[row]
        chosen[row] = measure[place]
        place = int(before[place])
    return Choice(chosen, best, _sum(costs, chosen), best, exact=True)


def _sum(table: Array, chosen: Whole) -> float:
    there = np.flatnonzero(chosen != NOBODY)
    return float(table[there, chosen[there]].sum())


def _refuse(values: Array, costs: Array, budget: float) -> None:
    if values.shape != costs.shape or values.ndim != 2:
        rule = "must be two tables of the same shape, customers by measures"
        found = f"got {values.shape} and {costs.shape}"
        raise InputError(Problem("values and costs", rule, found))
    if np.isnan(values).any() or (values == np.inf).any():
        raise InputError(Problem("the values", "can't be missing or infinite", "some are"))
    if not np.isfinite(costs).all() or (costs < 0).any():
        raise InputError(Problem("the costs", "must be finite and at least 0", "some are not"))
    if not budget >= 0:
        raise InputError(Problem("parameter 'budget'", "must be at least 0", f"got {budget!r}"))
