"""Expected purchases over many horizons, turned into discounted ones."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

FEW_NODES = np.polynomial.legendre.leggauss(12)
MORE_NODES = np.polynomial.legendre.leggauss(20)
EARLIEST, LATEST, STEP = -20.0, 4.0, 0.2
"""Logarithms of time in units of the mean time of discounting, from nothing to forever."""


def discounting_nodes(horizon: float, log_discount: float, scale: float) -> tuple[Array, Array]:
    r"""Horizons and weights that turn expected purchases into discounted expected purchases.

    Integrated by parts, the discounted number of purchases within ``h`` is

    .. math:: e^{-\delta h} E(h) + \delta \int_0^h e^{-\delta t} E(t) \, dt,

    a smooth integral that a few Gauss-Legendre nodes in :math:`\log(\text{scale} + t)` settle to
    the last digits.

    Parameters
    ----------
    horizon, scale
        In one unit of time; `scale` is the time over which E bends, ``alpha``.
    log_discount
        Continuous discount rate per unit of time.

    Returns
    -------
    tuple of arrays
        Horizons and weights, the full horizon last.
    """
    if log_discount == 0 or horizon == 0:
        return np.array([horizon]), np.ones(1)
    reach = math.log1p(horizon / scale)
    # A short or lightly discounted horizon is settled to 1e-12 by twelve nodes.
    nodes, node_weights = FEW_NODES if log_discount * horizon * reach < 1 else MORE_NODES
    u = 0.5 * reach * (nodes + 1)
    times = scale * np.expm1(u)
    weights = (
        0.5 * reach * node_weights * (times + scale) * log_discount * np.exp(-log_discount * times)
    )
    return np.append(times, horizon), np.append(weights, math.exp(-log_discount * horizon))


def endless_nodes(log_discount: float) -> tuple[Array, Array]:
    r"""Horizons and weights that turn expected purchases into those discounted over all time.

    .. math:: \int_0^\infty e^{-\delta t} \, dE(t) = \delta \int_0^\infty e^{-\delta t} E(t) \, dt

    is an integral over the logarithm of time of a smooth bump, for which evenly spaced nodes are
    right to the last digits.

    Parameters
    ----------
    log_discount
        Continuous discount rate per unit of time; positive.
    """
    log_times = np.arange(EARLIEST, LATEST + STEP / 2, STEP)
    times = np.exp(log_times)
    return times / log_discount, STEP * times * np.exp(-times)
