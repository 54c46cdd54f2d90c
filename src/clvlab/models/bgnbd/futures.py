"""Simulated futures of customers of the BG/NBD and MBG/NBD models."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clvlab.models.bgnbd.formulas import probability_purchase_if_alive
from clvlab.models.fitting.purchase_process import Purchases

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LEAST_DROPOUT = 1e-12


def draw_purchases(
    parameters: tuple[Array, Array, Array, Array],
    frequency: Array,
    T: Array,
    horizon: float,
    rng: np.random.Generator,
) -> Purchases:
    """One future per customer, with at least one purchase.

    The moment of the first purchase follows a Pareto distribution cut at the horizon, the rate
    given that moment is gamma distributed again, further purchases fall evenly, and dropout ends
    them after a geometric number.

    Parameters
    ----------
    parameters
        r, alpha, a, b of each customer, (n,); ``b`` as after the chances at the start.
    frequency, T, horizon
        The histories, times in the unit of alpha.
    rng
        Source of the draws.
    """
    r, alpha, a, b = parameters
    x, since = frequency, alpha + T
    within = probability_purchase_if_alive((r, alpha, a, b), x, T, horizon)
    first = since * np.expm1(-np.log1p(-within * rng.random(len(x))) / (r + x))
    rate = rng.standard_gamma(r + x + 1) / (since + first)
    more = rng.poisson(rate * np.maximum(horizon - first, 0.0))
    dropout = np.maximum(rng.beta(a, b + x), LEAST_DROPOUT)
    kept = np.minimum(more, rng.geometric(dropout) - 1)
    owner, share = _first_moments(more, kept, rng)
    return Purchases(first, kept, owner, first[owner] + (horizon - first[owner]) * share)


def _first_moments(
    arrivals: Integers, kept: Integers, rng: np.random.Generator
) -> tuple[Integers, Array]:
    """Owners and moments, as shares of the horizon, of the first `kept` of each one's arrivals.

    Sorted uniform moments are partial sums of exponential gaps divided by their total.
    """
    gaps = arrivals + 1
    sums = np.cumsum(rng.standard_exponential(int(gaps.sum())))
    ends = np.cumsum(gaps)
    before = np.concatenate([[0.0], sums[ends - 1]])[: len(gaps)]
    total = sums[ends - 1] - before
    owner = np.repeat(np.arange(len(kept)), kept)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(kept) - kept, kept)
    position = (ends - gaps)[owner] + within
    return owner, (sums[position] - before[owner]) / total[owner]
