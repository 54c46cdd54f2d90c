r"""The BG/BB log-likelihood with exact gradient and Hessian: the readable version.

For a customer who used ``x`` of ``n`` opportunities, the last one :math:`t_x`,

.. math::

    L = \frac{B(\alpha + x, \beta + n - x)}{B(\alpha, \beta)}
    \frac{B(\gamma, \delta + n)}{B(\gamma, \delta)}
    + \sum_{j=t_x}^{n-1} \frac{B(\alpha + x, \beta + j - x)}{B(\alpha, \beta)}
    \frac{B(\gamma + 1, \delta + j)}{B(\gamma, \delta)}

(Fader, Hardie and Shang 2010, eq. 5): still alive at the last opportunity, or dropped out after
the j-th. There is no binomial coefficient: the order in which opportunities were used is known.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma, polygamma

from clvlab.models.bgbb.histories import OpportunityHistories
from clvlab.models.fitting.mixture import Terms, log_of_sum
from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]


class BetaGeoBetaBinomParameters(NamedTuple):
    """Parameters of the BG/BB model; all positive.

    Attributes
    ----------
    alpha, beta
        Shapes of the beta distribution of the probability to use an opportunity while alive.
    gamma, delta
        Shapes of the beta distribution of the probability to drop out before an opportunity.
    """

    alpha: float
    beta: float
    gamma: float
    delta: float


def log_likelihood(
    parameters: BetaGeoBetaBinomParameters, histories: OpportunityHistories
) -> Evaluation:
    """Value, gradient (4,) and Hessian (4, 4) in alpha, beta, gamma, delta.

    Meant for parameters of moderate size, where differences of log-gammas keep their digits; the
    compiled version has no such limit.
    """
    return log_of_sum(_terms(parameters, histories), histories.weights)


def _terms(parameters: BetaGeoBetaBinomParameters, histories: OpportunityHistories) -> Terms:
    """Alive at the last opportunity, and dropped out after t_x, t_x + 1, ..., n - 1."""
    alpha, beta, gamma, delta = parameters
    x, n = histories.frequency, histories.n_periods
    silence = n - histories.recency
    # One row per term: after how many opportunities life ended, the first row for "not yet".
    ended = np.vstack([n, n - np.arange(1, int(silence.max(initial=0)) + 1)[:, None]])
    dead = np.ones_like(ended)
    dead[0] = 0
    absent = n - ended > silence
    ended = np.where(absent, n, ended)
    use = _log_beta_ratio((alpha, beta), np.broadcast_to(x, ended.shape), ended - x)
    life = _log_beta_ratio((gamma, delta), dead, ended)
    logs = np.where(absent, -np.inf, use[0] + life[0])
    gradients, hessians = np.zeros((*logs.shape, 4)), np.zeros((*logs.shape, 4, 4))
    gradients[..., :2], gradients[..., 2:] = use[1], life[1]
    hessians[..., :2, :2], hessians[..., 2:, 2:] = use[2], life[2]
    return Terms(logs, gradients, hessians)


def _log_beta_ratio(
    shapes: tuple[float, float], first: npt.ArrayLike, second: npt.ArrayLike
) -> tuple[Array, Array, Array]:
    """Logarithm of B(p + first, q + second) / B(p, q), gradient and Hessian in p and q."""
    p, q = shapes
    i, j = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    both = digamma(p + q + i + j) - digamma(p + q)
    gradient = np.stack([digamma(p + i) - digamma(p), digamma(q + j) - digamma(q)], axis=-1)
    shared = polygamma(1, p + q + i + j) - polygamma(1, p + q)
    hessian = np.empty((*i.shape, 2, 2))
    hessian[..., 0, 1] = hessian[..., 1, 0] = -shared
    hessian[..., 0, 0] = polygamma(1, p + i) - polygamma(1, p) - shared
    hessian[..., 1, 1] = polygamma(1, q + j) - polygamma(1, q) - shared
    return betaln(p + i, q + j) - betaln(p, q), gradient - both[..., None], hessian
