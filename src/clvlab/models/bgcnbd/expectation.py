r"""Expected purchases and survival of a (M)BG/CNBD-k customer who is alive, exactly.

With the weights :math:`\pi_j` of ``j`` stages behind and the negative binomial number
:math:`M_j` of stages ahead (see `bgcnbd.formulas`), :math:`i = \lfloor (M_j + j) / k \rfloor`
purchases are due, and dropping out lets through

.. math::

    E = \sum_j \pi_j \, E\Big[\sum_{l<i} A_l\Big], \qquad S = \sum_j \pi_j \, E[A_i], \qquad
    A_i = \frac{B(a, b' + i)}{B(a, b')},

where :math:`b'` is ``b`` after the chances survived so far. Both are sums of positive terms over
stages, divided by the sum of their weights. Where those are many, as for a horizon that is
much longer than a customer was observed, `bgcnbd.long_horizons` has another way.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled
from clvlab.models.bgcnbd.long_horizons import DROPOUT_STEP, long_horizon
from clvlab.models.bgnbd.dropout_nodes import dropout_nodes

Array = npt.NDArray[np.float64]

MOST_STAGES = 4_000.0
"""Stages beyond which the sum over them is left for a quadrature over the dropout probability."""
REACH = 12.0
"""Standard deviations below the mean at which the sum begins."""
ROUNDING = 1e-17
NEGLIGIBLE = 1e-20
"""Weight of a number of stages behind that is left out."""
LARGEST = 1e200


@compiled
def fill_stage_weights(n: float, u: float, pi: Array) -> None:  # pragma: no cover - compiled
    """Write the probabilities of the stages behind; see `bgcnbd.formulas.stage_weights`."""
    term = total = 1.0
    pi[0] = 1.0
    for j in range(1, pi.size):
        term *= u * (n + (j - 1)) / j
        pi[j] = term
        total += term
    for j in range(pi.size):
        pi[j] /= total


@compiled
def stages_needed(m: float, u: float) -> float:  # pragma: no cover - compiled
    """About how many stages a negative binomial of this shape and mean ``m * u`` reaches."""
    mean = m * u
    return mean + REACH * math.sqrt(mean * (1.0 + u)) + 40.0 * (1.0 + u)


@compiled
def sum_over_stages(  # pragma: no cover - compiled
    m: float, u: float, j: int, k: int, a: float, b: float
) -> tuple[float, float]:
    """Expected purchases and survival with ``j`` stages behind; ``b`` after the chances so far."""
    if u <= 0.0:
        return 0.0, 1.0
    mean, z = m * u, u / (1.0 + u)
    i = int(max(0.0, mean - REACH * math.sqrt(mean * (1.0 + u))))
    due = (i + j) // k
    left = k - (i + j) % k
    kept, bought = 1.0, 0.0
    for d in range(due):
        bought += kept
        kept *= (b + d) / (a + b + d)
    weight = 1.0
    total = purchases = survival = 0.0
    while True:
        total += weight
        purchases += weight * bought
        survival += weight * kept
        ratio = z * (m + i) / (i + 1.0)
        weight *= ratio
        i += 1
        left -= 1
        if left == 0:
            bought += kept
            kept *= (b + due) / (a + b + due)
            due += 1
            left = k
        if i > mean:
            room = 1.0 - max(ratio, z)
            if weight == 0.0 or (
                due > 0
                and room > 0.0
                and weight * (bought + 1.0 / room) < ROUNDING * room * purchases
                and weight < ROUNDING * room * total
            ):
                break
        if total > LARGEST:
            weight /= LARGEST
            total /= LARGEST
            purchases /= LARGEST
            survival /= LARGEST
    return purchases / total, survival / total


@compiled
def expected_and_survival(  # pragma: no cover - compiled
    r: float,
    alpha: float,
    a: float,
    b: float,
    k: int,
    frequency: Array,
    recency: Array,
    T: Array,
    horizon: Array,
) -> Array:
    """Expected purchases in (T, T + horizon] and survival of customers alive at T, (2, n).

    ``b`` is that after the chances at the start.
    """
    out = np.zeros((2, frequency.size))
    pi = np.empty(k)
    nodes = np.empty((4, 0))
    nodes_of = -1.0
    for i in range(frequency.size):
        x, n, since = frequency[i], r + k * frequency[i], alpha + T[i]
        u = horizon[i] / since
        fill_stage_weights(n, (T[i] - recency[i]) / since, pi)
        if stages_needed(n + k - 1.0, u) > MOST_STAGES:
            if nodes_of != b + x:
                nodes_of = b + x
                nodes = dropout_nodes(a, nodes_of, DROPOUT_STEP)
            out[0, i], out[1, i] = long_horizon(n, u, k, pi, nodes)
            continue
        for j in range(k):
            if pi[j] > NEGLIGIBLE:
                purchases, survival = sum_over_stages(n + j, u, j, k, a, b + x)
                out[0, i] += pi[j] * purchases
                out[1, i] += pi[j] * survival
    return out
