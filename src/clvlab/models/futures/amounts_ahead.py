"""What simulated purchases bring in: amounts drawn for them, discounted or summed by period.

An amount is gamma distributed with a shape `p` and a scale of the customer's own (Fader and
Hardie, "The Gamma-Gamma Model of Monetary Value", 2013), so the sum of k amounts is one draw with
shape ``k p``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

TOGETHER = 0.01
"""Purchases whose discount factors differ by at most this share have their amounts drawn as one."""


@compiled
def discounted_sums(  # pragma: no cover - compiled
    rng: np.random.Generator,
    first: Array,
    more: Integers,
    moments: Array,
    p: Array,
    log_discount: float,
) -> tuple[Array, Array]:
    """Discounted number of purchases of each customer, and their discounted amounts at scale 1.

    Amounts of purchases in a row whose discount factors d differ by 1 % at most are drawn as one:
    a gamma variable with the mean ``p sum(d)`` and the variance ``p sum(d^2)`` of their sum, which
    it is exactly where the factors are equal. Its skewness is off by less than one part in 10,000.

    Parameters
    ----------
    rng
        Source of the amounts.
    first, more, moments
        The purchases, as `Purchases` has them.
    p
        Shape of each customer's amounts, (n,).
    log_discount
        Continuous discount rate per unit of the moments.

    Returns
    -------
    tuple of numpy.ndarray
        Two of (n,).
    """
    numbers, amounts = np.empty(first.size), np.empty(first.size)
    start = 0
    for i in range(first.size):
        number = amount = 0.0
        since, total, squares = first[i], 0.0, 0.0
        for j in range(start - 1, start + more[i]):
            moment = first[i] if j < start else moments[j]
            if abs(log_discount * (moment - since)) > TOGETHER:
                amount += squares / total * rng.standard_gamma(p[i] * total * total / squares)
                since, total, squares = moment, 0.0, 0.0
            factor = math.exp(-log_discount * moment)
            number += factor
            total += factor
            squares += factor * factor
        amount += squares / total * rng.standard_gamma(p[i] * total * total / squares)
        start += more[i]
        numbers[i], amounts[i] = number, amount
    return numbers, amounts


@compiled
def add_to_periods(  # pragma: no cover - compiled
    rng: np.random.Generator,
    first: Array,
    more: Integers,
    moments: Array,
    p: Array,
    scale: Array,
    draw: Integers,
    edges: Array,
    out: Array,
) -> None:
    """Add purchases and their amounts to the periods that they fall into.

    Parameters
    ----------
    rng
        Source of the amounts.
    first, more, moments
        The purchases, as `Purchases` has them.
    p, scale
        Shape and scale of each customer's amounts, (n,).
    draw
        Which parameter draw each customer's future belongs to, (n,).
    edges
        Ends of the periods, inclusive, ascending; nothing is later than the last.
    out
        What is added to: number and amount, (2, periods, draws).
    """
    last = edges.size - 1
    counts = np.zeros(edges.size, np.int64)
    start = 0
    for i in range(first.size):
        counts[:] = 0
        period = 0
        while period < last and edges[period] < first[i]:
            period += 1
        counts[period] = 1
        for j in range(start, start + more[i]):
            # Moments mostly ascend, so the search goes on from where the last one fell.
            while period > 0 and edges[period - 1] >= moments[j]:
                period -= 1
            while period < last and edges[period] < moments[j]:
                period += 1
            counts[period] += 1
        start += more[i]
        for k in range(edges.size):
            if counts[k] > 0:
                out[0, k, draw[i]] += counts[k]
                out[1, k, draw[i]] += scale[i] * rng.standard_gamma(p[i] * counts[k])
