"""Logistic regression with a few columns, by Newton's method: maps and slopes of calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Array = npt.NDArray[np.float64]
STEPS: Final = 100
SMALL: Final = 1e-10
RIDGE: Final = 1e-9
"""Keeps the equations solvable where outcomes are told apart without an error."""


@dataclass(frozen=True, eq=False, slots=True)
class LogisticFit:
    """Estimates and their covariance.

    Attributes
    ----------
    estimates
        One per column, (k,).
    covariance
        Inverse of the observed information, (k, k).
    """

    estimates: Array
    covariance: Array

    @property
    def standard_errors(self) -> Array:
        """Square roots of the variances, (k,)."""
        return np.sqrt(np.diag(self.covariance))


def fit_logistic(
    x: Array, y: Array, *, offset: Array | None = None, weights: Array | None = None
) -> LogisticFit:
    r"""Maximize :math:`\sum_i w_i [y_i \eta_i - \log(1 + e^{\eta_i})]`, :math:`\eta = x b + o`.

    Parameters
    ----------
    x
        Columns, the constant among them where one is wanted, (n, k).
    y
        Outcomes between 0 and 1, (n,).
    offset
        Known part of the log odds, (n,).
    weights
        Weights of the rows, (n,).

    Examples
    --------
    >>> fit = fit_logistic(np.ones((4, 1)), np.array([0.0, 1.0, 1.0, 1.0]))
    >>> bool(np.isclose(fit.estimates[0], np.log(3)))
    True
    """
    fixed = np.zeros(len(y)) if offset is None else offset
    share = np.ones(len(y)) if weights is None else weights
    b = np.zeros(x.shape[1])
    value = _value(x @ b + fixed, y, share)
    for _ in range(STEPS):
        p = expit(x @ b + fixed)
        gradient = x.T @ (share * (y - p))
        step = np.linalg.solve(_information(x, p, share), gradient)
        size = 1.0
        while (then := _value(x @ (b + size * step) + fixed, y, share)) < value and size > SMALL:
            size /= 2
        b, value = b + size * step, max(then, value)
        if np.abs(size * step).max() < SMALL:
            break
    p = expit(x @ b + fixed)
    return LogisticFit(b, np.asarray(np.linalg.inv(_information(x, p, share)), dtype=np.float64))


def _information(x: Array, p: Array, weights: Array) -> Array:
    information: Array = x.T @ ((weights * p * (1 - p))[:, None] * x)
    information[np.diag_indices_from(information)] += RIDGE * max(float(weights.sum()), 1.0)
    return information


def _value(eta: Array, y: Array, weights: Array) -> float:
    return float(weights @ (y * eta - np.logaddexp(0.0, eta)))
