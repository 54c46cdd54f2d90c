r"""Expected purchases and survival over long horizons, at a cost that does not grow with them.

Given the dropout probability ``p`` and :math:`q = 1 - p`, stages and purchases are a Markov chain
whose generator has the eigenvalues :math:`\lambda (\rho \omega^l - 1)`, with
:math:`\rho = q^{1/k}` and :math:`\omega = e^{2 \pi i / k}`. Averaged over a gamma distributed rate
with shape ``m``, and with :math:`u = t / (\alpha + T)`,

.. math::

    E = \sum_{l<k} d_l (1 - f_l), \quad S = p \sum_{l<k} d_l f_l, \quad
    d_l = \frac{(\rho \omega^l)^{j+1-k}}{k (1 - \rho \omega^l)}, \quad
    f_l = \left(1 + (1 - \rho \omega^l) u \right)^{-m} .

The average over the beta distributed ``p`` is a double-exponential quadrature, as in
`bgnbd.expectation`. Next to ``p = 1``, where the :math:`d_l` are large and cancel, hardly anyone
makes many purchases, and those few are summed.
"""

from __future__ import annotations

import cmath
import math

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled

Array = npt.NDArray[np.float64]

DROPOUT_STEP = 0.025
"""Distance of `dropout_nodes` for integrands that bend as sharply as these."""
FEW = 1e-3
"""Chance to stay below which no more than a few purchases count."""
A_FEW = 7


@compiled
def long_horizon(  # pragma: no cover - compiled
    n: float, u: float, k: int, pi: Array, nodes: Array
) -> tuple[float, float]:
    """Expected purchases and survival if alive; `pi` are the weights of the stages behind."""
    purchases = survival = 0.0
    for i in range(nodes.shape[1]):
        weight = nodes[2, i]
        if weight < 1e-25:
            continue
        if nodes[1, i] < math.log(FEW):
            bought, stays = _few_purchases(n, u, k, pi, math.exp(nodes[1, i]))
        else:
            bought, stays = _by_eigenvalues(n, u, k, pi, nodes[0, i], nodes[1, i])
        purchases += weight * bought
        survival += weight * stays
    return purchases, min(max(survival, 0.0), 1.0)


@compiled
def _by_eigenvalues(  # pragma: no cover - compiled
    n: float, u: float, k: int, pi: Array, log_p: float, log_q: float
) -> tuple[float, float]:
    rho, p = math.exp(log_q / k), math.exp(log_p)
    bought = stays = 0.0
    # Next to no dropout the logarithm of q has rounded to 0, and -log q is p.
    small = -math.expm1(log_q / k) if p > 1e-15 else p / k
    for turn in range(k // 2 + 1):
        # Eigenvalues come in conjugate pairs.
        twice = 1.0 if turn == 0 or 2 * turn == k else 2.0
        root = rho * cmath.exp(2j * math.pi * turn / k)
        away = complex(small, 0.0) if turn == 0 else 1.0 - root
        log_g = complex(math.log1p(small * u), 0.0) if turn == 0 else cmath.log(1.0 + away * u)
        if turn == 0:
            # As p vanishes so do both numerator and denominator.
            for j in range(k):
                rate = -math.expm1(-(n + j) * log_g.real)
                share = pi[j] * rho ** (j + 1 - k) / k
                bought += share * (rate / small if small > 1e-290 else (n + j) * u)
                stays += share * (1.0 - rate) * (p / small if small > 1e-290 else k)
            continue
        f, once = cmath.exp(-n * log_g), cmath.exp(-log_g)
        d = twice * root ** (1 - k) / (k * away)
        for j in range(k):
            bought += pi[j] * (d * (1.0 - f)).real
            stays += pi[j] * p * (d * f).real
            f *= once
            d *= root
    return bought, stays


@compiled
def _few_purchases(  # pragma: no cover - compiled
    n: float, u: float, k: int, pi: Array, q: float
) -> tuple[float, float]:
    bought = stays = 0.0
    z = u / (1.0 + u)
    for j in range(k):
        if pi[j] == 0.0:
            continue
        exactly = math.exp(-(n + j) * math.log1p(u))
        below, kept, before = 0.0, 1.0, 0.0
        stage = 0
        for due in range(1, A_FEW + 1):
            while stage < due * k - j:
                below += exactly
                exactly *= z * (n + j + stage) / (stage + 1.0)
                stage += 1
            stays += pi[j] * kept * (below - before)
            bought += pi[j] * kept * max(1.0 - below, 0.0)
            before = below
            kept *= q
    return bought, stays
