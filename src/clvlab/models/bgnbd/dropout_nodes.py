"""Nodes for averages over a beta distributed dropout probability, shared by the whole family."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled

Array = npt.NDArray[np.float64]

STEP = 0.05
"""Distance of nodes that gives averages of smooth functions to the last digits."""
TAIL = 45.0
"""Logarithm of what is left out at both ends."""
LOG_P, LOG_Q, WEIGHT, P = range(4)


@compiled
def dropout_nodes(a: float, later: float, spacing: float) -> Array:  # pragma: no cover - compiled
    """Nodes of a beta distribution, (4, nodes), evenly spaced after a double-exponential step.

    With s the logit of p, the nodes are at s = centre + width * sinh(v). Weights are normalized by
    their own sum, so no beta function of a huge parameter is needed.

    Parameters
    ----------
    a, later : float
        Parameters of the distribution.
    spacing : float
        Distance of nodes in v.

    Returns
    -------
    array
        Logarithms of p and of 1 - p, weights that sum to one, and p itself.
    """
    centre = math.log(max(a, 1.0) / later)
    width = min(1.0, 2.0 * math.sqrt(1.0 / a + 1.0 / later))
    left = math.asinh((TAIL / a + TAIL * width) / width)
    right = math.asinh((TAIL / later + TAIL * width + max(0.0, math.log(TAIL))) / width)
    count = int((left + right) / spacing) + 1
    nodes = np.empty((4, count))
    for i in range(count):
        v = -left + spacing * i
        s = centre + width * math.sinh(v)
        log_q = -math.log1p(math.exp(s)) if s < 0 else -s - math.log1p(math.exp(-s))
        nodes[0, i] = s + log_q
        nodes[1, i] = log_q
        nodes[2, i] = a * (s + log_q) + later * log_q + math.log(math.cosh(v))
    nodes[3] = np.exp(nodes[0])
    nodes[2] = np.exp(nodes[2] - nodes[2].max())
    nodes[2] /= nodes[2].sum()
    return nodes
