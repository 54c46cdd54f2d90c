"""Log-likelihoods of many groups of customers at once, each with parameters of its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Evaluations = tuple[Array, Array, Array]
"""Values (m,), gradients (m, k) and Hessians (m, k, k) of m groups."""

_UPPER = np.triu_indices(4)


def symmetric(upper: Array) -> Array:
    """Symmetric matrices from their upper triangles: (..., 10) to (..., 4, 4)."""
    full = np.zeros((*upper.shape[:-1], 4, 4))
    full[..., _UPPER[0], _UPPER[1]] = upper
    full[..., _UPPER[1], _UPPER[0]] = upper
    return full


def log_rising(r: float, most: int) -> Array:
    r"""Logarithms of :math:`\Gamma(r + x) / \Gamma(r)` for x = 0, ..., most.

    Returns
    -------
    numpy.ndarray
        (3, most + 1): the logarithm and its two derivatives in ``r``; sums of x terms, so that
        nothing cancels.
    """
    steps = r + np.arange(most)
    terms = np.stack([np.log(steps), 1 / steps, -1 / steps**2])
    return np.concatenate([np.zeros((3, 1)), np.cumsum(terms, axis=1)], axis=1)


def in_logarithms_of(evaluations: Evaluations, parameters: Array) -> Evaluations:
    """The same evaluations with derivatives in the logarithms of the parameters, (m, k)."""
    values, gradients, hessians = evaluations
    slopes = gradients * parameters
    curvature = hessians * (parameters[:, :, None] * parameters[:, None, :])
    diagonal = np.arange(parameters.shape[1])
    curvature[:, diagonal, diagonal] += slopes
    return values, slopes, curvature
