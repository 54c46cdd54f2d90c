r"""The Pareto/NBD log-likelihood with exact gradient and Hessian: the readable version.

For a customer with ``x`` repeat purchases, the last at :math:`t_x`, observed until ``T``,

.. math::

    L = \frac{\Gamma(r + x)}{\Gamma(r)} \, \alpha^r \beta^s \left\{
    (\alpha + T)^{-(r+x)} (\beta + T)^{-s} + s \int_{t_x}^T
    (\alpha + y)^{-(r+x)} (\beta + y)^{-(s+1)} \, dy \right\}

(Schmittlein, Morrison and Colombo 1987; before the integral is written as a difference of two
hypergeometric functions): still alive at ``T``, or dead since some moment ``y``. Both terms are
positive, and the integral is a sum of positive terms too, one per node of a double-exponential
rule in :math:`\log(m + y)`, where ``m`` is the smaller of ``alpha`` and ``beta``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.mixture import Terms, log_of_sum
from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]

NODES = 128
WIDEST = 3.2
"""Nodes run from minus to plus this before they are transformed."""


class ParetoNBDParameters(NamedTuple):
    """Parameters of the Pareto/NBD model; all positive.

    Attributes
    ----------
    r, alpha
        Shape, and rate in units of time, of the gamma distribution of purchase rates.
    s, beta
        Shape, and rate in units of time, of the gamma distribution of dropout rates.
    """

    r: float
    alpha: float
    s: float
    beta: float


def log_likelihood(parameters: ParetoNBDParameters, histories: Histories) -> Evaluation:
    """Value, gradient (4,) and Hessian (4, 4) in r, alpha, s, beta.

    Times are read in the unit of the histories' window, and so are ``alpha`` and ``beta``.
    """
    value, gradient, hessian = prefactor(parameters, histories)
    more = log_of_sum(_terms(parameters, histories), histories.weights)
    return value + more[0], gradient + more[1], hessian + more[2]


def prefactor(parameters: ParetoNBDParameters, histories: Histories) -> Evaluation:
    r"""The ratio of gamma functions, summed over customers.

    At distance ``x`` it is a product of ``x`` factors; with :math:`N_j` customers who bought more
    than ``j`` times again its logarithm is :math:`\sum_j N_j \log(r + j)`.
    """
    r, more_than = parameters[0], histories.bought_more_than
    in_r = 1 / (r + np.arange(len(more_than)))
    gradient, hessian = np.zeros(4), np.zeros((4, 4))
    gradient[0] = more_than @ in_r
    hessian[0, 0] = -(more_than @ in_r**2)
    return float(-(more_than @ np.log(in_r))), gradient, hessian


def _terms(parameters: ParetoNBDParameters, histories: Histories) -> Terms:
    """Alive at T, and dead since each of the nodes; both with the factor alpha^r beta^s."""
    times = histories.times / histories.window.unit.days
    last, end = times[histories.recency], times[histories.T]
    moments, log_weights = _moments_of_death(min(parameters.alpha, parameters.beta), last, end)
    alive = _at(parameters, histories.frequency, end[None, :], dying=False)
    dead = _at(parameters, histories.frequency, moments, dying=True)
    return Terms(
        np.concatenate([alive.logs, dead.logs + log_weights]),
        np.concatenate([alive.gradients, dead.gradients]),
        np.concatenate([alive.hessians, dead.hessians]),
    )


def _moments_of_death(scale: float, last: Array, end: Array) -> tuple[Array, Array]:
    """Nodes between the last purchase and the end, and the logarithms of their weights, (m, n)."""
    u, step = np.linspace(-WIDEST, WIDEST, NODES, retstep=True)
    share = 1 / (1 + np.exp(-np.pi * np.sinh(u)))[:, None]
    slope = step * np.pi * np.cosh(u)[:, None] * share / (1 + np.exp(np.pi * np.sinh(u)))[:, None]
    length = np.log1p((end - last) / (scale + last))
    moments = last + (scale + last) * np.expm1(length * share)
    with np.errstate(divide="ignore"):
        return moments, np.log(length * slope * (scale + moments))


def _at(
    parameters: ParetoNBDParameters, frequency: npt.ArrayLike, moments: Array, *, dying: bool
) -> Terms:
    """Buying so often and being alive until moments (m, n), or dying just then."""
    r, alpha, s, beta = parameters
    x = np.asarray(frequency, dtype=np.float64)
    since_alpha, since_beta, d = alpha + moments, beta + moments, float(dying)
    logs = (
        -r * np.log1p(moments / alpha)
        - x * np.log(since_alpha)
        - s * np.log1p(moments / beta)
        + d * (np.log(s) - np.log(since_beta))
    )
    gradients, hessians = np.zeros((*logs.shape, 4)), np.zeros((*logs.shape, 4, 4))
    gradients[..., 0] = -np.log1p(moments / alpha)
    gradients[..., 1] = (r * moments / alpha - x) / since_alpha
    gradients[..., 2] = d / s - np.log1p(moments / beta)
    gradients[..., 3] = (s * moments / beta - d) / since_beta
    hessians[..., 0, 1] = hessians[..., 1, 0] = moments / (alpha * since_alpha)
    hessians[..., 1, 1] = (r + x) / since_alpha**2 - r / alpha**2
    hessians[..., 2, 2] = -d / s**2
    hessians[..., 2, 3] = hessians[..., 3, 2] = moments / (beta * since_beta)
    hessians[..., 3, 3] = (s + d) / since_beta**2 - s / beta**2
    return Terms(logs, gradients, hessians)
