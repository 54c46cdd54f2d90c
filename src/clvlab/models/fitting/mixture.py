"""Log-likelihoods that are sums of a few positive terms, with exact derivatives.

Every model of the family says: the customer was still alive at the end of observation, or had
dropped out at one of a few moments. The likelihood of a history is then a sum of positive terms,
and with each term's logarithm at hand nothing overflows and nothing cancels. The gradient and the
Hessian follow from the terms' shares of the sum (their responsibilities).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Terms:
    """The terms of ``n`` likelihoods with ``m`` terms each, in ``k`` parameters.

    Attributes
    ----------
    logs
        Logarithms of the terms, (m, n); minus infinity where a term is absent.
    gradients
        Their gradients, (m, n, k).
    hessians
        Their Hessians, (m, n, k, k).
    """

    logs: Array
    gradients: Array
    hessians: Array


def log_of_sum(terms: Terms, weights: Array) -> tuple[float, Array, Array]:
    r"""Weighted sum of the logarithms of each likelihood, with gradient and Hessian.

    With :math:`L = \sum_j e^{l_j}` and shares :math:`\pi_j = e^{l_j} / L`,

    .. math::

        \nabla \log L = \sum_j \pi_j \nabla l_j, \qquad
        \nabla^2 \log L = \sum_j \pi_j (\nabla^2 l_j + \nabla l_j \nabla l_j^T)
        - \nabla \log L \, \nabla \log L^T .

    Parameters
    ----------
    terms
        The terms of every likelihood.
    weights
        How often each likelihood counts, (n,).

    Returns
    -------
    tuple of float, (k,) array and (k, k) array
    """
    log_likelihood = logsumexp(terms.logs, axis=0)
    shares = np.exp(terms.logs - log_likelihood)
    gradient = np.einsum("mn,mnk->nk", shares, terms.gradients)
    curvature = np.einsum("mn,mnkl->nkl", shares, terms.hessians)
    curvature += np.einsum("mn,mnk,mnl->nkl", shares, terms.gradients, terms.gradients)
    curvature -= np.einsum("nk,nl->nkl", gradient, gradient)
    return (
        float(weights @ log_likelihood),
        np.einsum("n,nk->k", weights, gradient),
        np.einsum("n,nkl->kl", weights, curvature),
    )
