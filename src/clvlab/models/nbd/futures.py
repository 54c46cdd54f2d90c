"""Simulated futures of customers of the NBD model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.models.fitting.purchase_process import Purchases
from clvlab.models.nbd.formulas import probability_purchase

Array = npt.NDArray[np.float64]


def draw_purchases(
    parameters: tuple[Array, Array],
    frequency: Array,
    T: Array,
    horizon: float,
    rng: np.random.Generator,
) -> Purchases:
    """One future per customer, with at least one purchase.

    The moment of the first purchase follows a Pareto distribution cut at the horizon, the rate
    given that moment is gamma distributed again, and further purchases fall evenly.

    Parameters
    ----------
    parameters
        r, alpha of each customer, (n,).
    frequency, T, horizon
        The histories, times in the unit of alpha.
    rng
        Source of the draws.
    """
    r, alpha = parameters
    n, since = r + frequency, alpha + T
    within = probability_purchase((r, alpha), frequency, T, horizon)
    first = np.minimum(since * np.expm1(-np.log1p(-within * rng.random(len(n))) / n), horizon)
    rate = rng.standard_gamma(n + 1) / (since + first)
    more = rng.poisson(rate * (horizon - first))
    begin = np.repeat(first, more)
    return Purchases(first, more, begin + (horizon - begin) * rng.random(len(begin)))
