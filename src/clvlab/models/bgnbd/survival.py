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
    """Probability to be alive at T + horizon, (n,); ``b`` as after the chances at the start."""
    out = np.empty(frequency.size)
    for i in range(frequency.size):
        later = b + frequency[i]
        n = r + frequency[i]
        u = horizon[i] / (alpha + T[i])
        centre = math.log(max(a, 1.0) / later)
        width = min(1.0, 2.0 * math.sqrt(1.0 / a + 1.0 / later))
        left = math.asinh((TAIL / a + TAIL * width) / width)
        right = math.asinh((TAIL / later + TAIL * width + max(0.0, math.log(TAIL))) / width)
        spacing = STEP if u < 1e4 else STEP / 2
        peak = -1e308
        total = norm = 0.0
        for passing in range(2):
            v = -left
            while v <= right:
                s = centre + width * math.sinh(v)
                log_q = -math.log1p(math.exp(s)) if s < 0 else -s - math.log1p(math.exp(-s))
                log_p = s + log_q
                log_weight = a * log_p + later * log_q + math.log(math.cosh(v))
                if passing == 0:
                    peak = max(peak, log_weight)
                else:
                    weight = math.exp(log_weight - peak)
                    total += weight * math.exp(-n * math.log1p(math.exp(log_p) * u))
                    norm += weight
                v += spacing
        out[i] = total / norm
    return out
