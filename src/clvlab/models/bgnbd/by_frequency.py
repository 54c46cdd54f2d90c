"""Customers taken in the order of their frequency, so that loops can share what depends on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def by_frequency(answer: Callable[..., Array], frequency: Array, *columns: Array) -> Array:
    """What `answer` says of the customers, asked in the order of their frequency.

    Parameters
    ----------
    answer
        From the columns, frequency first, to one number or several (first axis) per customer.
    frequency, columns
        One number per customer, (n,).

    Returns
    -------
    array
        As `answer` gives it, in the order of the customers.

    Examples
    --------
    >>> by_frequency(lambda x, T: x * T, np.array([3.0, 1.0]), np.array([10.0, 20.0])).tolist()
    [30.0, 20.0]
    """
    order = np.argsort(frequency, kind="stable")
    found = np.asarray(answer(*(column[order] for column in (frequency, *columns))))
    out = np.empty_like(found)
    out[..., order] = found
    return out
