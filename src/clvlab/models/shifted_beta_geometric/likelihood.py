r"""The shifted-beta-geometric log-likelihood with exact gradient and Hessian.

A customer who has renewed ``j`` times renews once more with the probability

.. math:: r_{j+1} = \frac{\beta + j}{\alpha + \beta + j}

(Fader and Hardie 2007, eq. 8), whoever it is and whenever the contract began. The likelihood of a
base is the product of these probabilities and their complements over all renewals that came up
(the same as their eq. B3), so all that counts is how many customers renewed and cancelled at each
tenure: the cost of a fit does not depend on the number of customers, and one who was first seen at
a later tenure simply enters there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]


class ShiftedBetaGeometricParameters(NamedTuple):
    """Parameters of the shifted-beta-geometric model; both positive.

    Attributes
    ----------
    alpha, beta
        Shapes of the beta distribution of the customers' probability to cancel at a renewal.
    """

    alpha: float
    beta: float


@dataclass(frozen=True)
class RenewalCounts:
    """What happened at the renewals of all customers, by how often they had renewed before.

    Attributes
    ----------
    renewed, cancelled
        Customers who renewed, and who cancelled, after 0, 1, 2, ... earlier renewals, (k,).
    n_customers
        Number of customers behind them.
    """

    renewed: Array
    cancelled: Array
    n_customers: float


def log_likelihood(parameters: ShiftedBetaGeometricParameters, counts: RenewalCounts) -> Evaluation:
    """Value, gradient (2,) and Hessian (2, 2) in alpha, beta.

    No difference of log-gammas is taken, so nothing cancels for a large ``beta``.
    """
    alpha, beta = parameters
    renewed, cancelled = counts.renewed, counts.cancelled
    later = beta + np.arange(len(renewed))
    total = alpha + later
    value = -(renewed @ np.log1p(alpha / later)) - cancelled @ np.log1p(later / alpha)
    gradient = np.array(
        [
            cancelled @ (later / (alpha * total)) - renewed @ (1 / total),
            renewed @ (alpha / (later * total)) - cancelled @ (1 / total),
        ]
    )
    both = (renewed + cancelled) @ total**-2.0
    hessian = np.array(
        [
            [
                renewed @ total**-2.0
                - cancelled @ (later / alpha * (2 * alpha + later) / (alpha * total**2)),
                both,
            ],
            [
                both,
                cancelled @ total**-2.0
                - renewed @ (alpha / later * (2 * later + alpha) / (later * total**2)),
            ],
        ]
    )
    return float(value), gradient, hessian
