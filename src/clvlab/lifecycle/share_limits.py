"""Limits of a share: how far off a proportion of few cases may be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from clvlab.errors import InputError, Problem


def wilson_limits(
    happened: ArrayLike, of: ArrayLike, interval: float = 0.90
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    r"""Limits of the chance behind `happened` out of `of` cases (Wilson 1927).

    .. math:: \frac{k + z^2/2 \pm z \sqrt{k (n - k) / n + z^2 / 4}}{n + z^2}

    Parameters
    ----------
    happened, of
        Numbers of cases, of one shape.
    interval
        Coverage, between 0 and 1.

    Returns
    -------
    tuple of ndarray
        Lower and upper limits, within 0 and 1; missing where there is no case.

    Examples
    --------
    >>> lower, upper = wilson_limits([0, 5], [10, 10], interval=0.95)
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.0, 0.237], [0.278, 0.763])
    """
    if not 0 < interval < 1:
        rule = "must be between 0 and 1"
        raise InputError(Problem("parameter 'interval'", rule, f"got {interval!r}"))
    k, n = np.asarray(happened, dtype=np.float64), np.asarray(of, dtype=np.float64)
    z = float(ndtri((1 + interval) / 2))
    n = np.where(n > 0, n, np.nan)
    middle, reach = k + z * z / 2, z * np.sqrt(k * (n - k) / n + z * z / 4)
    lower, upper = (middle - reach) / (n + z * z), (middle + reach) / (n + z * z)
    return np.maximum(lower, 0.0), np.minimum(upper, 1.0)
