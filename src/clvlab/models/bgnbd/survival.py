r"""The chance of a BG/NBD or MBG/NBD customer who is alive to be so still after a while.

Given the purchase rate and the dropout probability, dropouts come at the rate of their product,
so with :math:`n = r + x` and ``k`` chances to drop out survived so far

.. math:: P = \int_0^1 (1 + p t / (\alpha + T))^{-n} \, dBeta(p; a, b + k),

an average of a positive function, taken over evenly spaced nodes after a double-exponential
transformation of the logit of ``p``, as in `bgnbd.expectation`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled
from clvlab.models.bgnbd.expectation import STEP, TAIL

Array = npt.NDArray[np.float64]


@compiled
def survival_if_alive(  # pragma: no cover - compiled
    r: float, alpha: float, a: float, b: float, frequency: Array, T: Array, horizon: Array
) -> Array:
    """Probability to be alive at T + horizon, (n,); ``b`` as after the chances at the start.

    Nodes depend on the frequency alone: customers in its order share them.
    """
    out = np.empty(frequency.size)
    later = spacing = -1.0
    chances, weights = np.empty(0), np.empty(0)
    for i in range(frequency.size):
        n = r + frequency[i]
        u = horizon[i] / (alpha + T[i])
        finer = STEP if u < 1e4 else STEP / 2
        if b + frequency[i] != later or finer != spacing:
            later, spacing = b + frequency[i], finer
            chances, weights = _nodes(a, later, spacing)
        total = 0.0
        for j in range(chances.size):
            total += weights[j] * math.exp(-n * math.log1p(chances[j] * u))
        out[i] = total
    return out


@compiled
def _nodes(  # pragma: no cover - compiled
    a: float, later: float, spacing: float
) -> tuple[Array, Array]:
    """Probabilities to drop out, and weights that sum to one, of a beta distribution."""
    centre = math.log(max(a, 1.0) / later)
    width = min(1.0, 2.0 * math.sqrt(1.0 / a + 1.0 / later))
    left = math.asinh((TAIL / a + TAIL * width) / width)
    right = math.asinh((TAIL / later + TAIL * width + max(0.0, math.log(TAIL))) / width)
    size = int((left + right) / spacing) + 1
    chances, weights = np.empty(size), np.empty(size)
    for j in range(size):
        v = j * spacing - left
        s = centre + width * math.sinh(v)
        log_q = -math.log1p(math.exp(s)) if s < 0 else -s - math.log1p(math.exp(-s))
        chances[j] = math.exp(s + log_q)
        weights[j] = a * (s + log_q) + later * log_q + math.log(math.cosh(v))
    weights = np.exp(weights - weights.max())
    return chances, weights / weights.sum()
