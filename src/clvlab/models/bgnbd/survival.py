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
from clvlab.models.bgnbd.dropout_nodes import STEP, dropout_nodes
from clvlab.models.bgnbd.expectation import FAR

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
    nodes = np.empty((4, 0))
    for i in range(frequency.size):
        n = r + frequency[i]
        u = horizon[i] / (alpha + T[i])
        finer = STEP if u < FAR else STEP / 2
        if b + frequency[i] != later or finer != spacing:
            later, spacing = b + frequency[i], finer
            nodes = dropout_nodes(a, later, spacing)
        total = 0.0
        for j in range(nodes.shape[1]):
            total += nodes[2, j] * math.exp(-n * math.log1p(nodes[3, j] * u))
        out[i] = total
    return out
