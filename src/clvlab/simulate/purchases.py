"""The purchase process itself: Poisson or Erlang gaps while alive, dropout after a purchase."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.compiled import compiled

Array = npt.NDArray[np.float64]


@compiled
def purchase_moments(  # pragma: no cover - compiled
    rng: np.random.Generator, rate: Array, dropout: Array, start: Array, end: float, k: int = 1
) -> tuple[npt.NDArray[np.int64], Array, npt.NDArray[np.bool_]]:
    """Draw every purchase of customers who buy at a rate until they drop out after a purchase.

    Parameters
    ----------
    rng : numpy.random.Generator
    rate, dropout : (n,) arrays
        Stages per unit of time, and probability to drop out after each repeat purchase.
    start : (n,) array
        Day of the first purchase.
    end : float
        End of observation.
    k : int
        Stages per purchase: gaps are Erlang-k distributed, exponential by default.

    Returns
    -------
    customers, moments, alive
        Customer and moment of every purchase, the first included, in order within a customer;
        and whether each customer is alive at the end, (n,).
    """
    customers = np.empty(2 * rate.size + 16, np.int64)
    moments = np.empty(2 * rate.size + 16, np.float64)
    alive = np.ones(rate.size, np.bool_)
    count = 0
    for i in range(rate.size):
        moment = start[i]
        while True:
            if count == customers.size:
                customers = np.concatenate((customers, np.empty_like(customers)))
                moments = np.concatenate((moments, np.empty_like(moments)))
            customers[count] = i
            moments[count] = moment
            count += 1
            if moment > start[i] and rng.random() < dropout[i]:
                alive[i] = False
                break
            gap = rng.exponential() if k == 1 else rng.standard_gamma(float(k))
            moment += gap / max(rate[i], 1e-300)
            if moment >= end:
                break
    return customers[:count].copy(), moments[:count].copy(), alive
