"""Simulated futures of customers of the (M)BG/CNBD-k models."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincinv

from clvlab.models.bgcnbd.formulas import stage_weights
from clvlab.models.bgnbd.futures import LEAST_DROPOUT
from clvlab.models.fitting.purchase_process import Purchases

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def draw_purchases(
    parameters: tuple[Array, Array, Array, Array],
    k: int,
    frequency: Array,
    recency: Array,
    T: Array,
    horizon: float,
    rng: np.random.Generator,
) -> Purchases:
    """One future per customer, with at least one purchase.

    The stages behind are drawn first, given that those ahead of the next purchase fit into the
    horizon; its moment follows from an incomplete beta function cut there, and the rate given that
    moment is gamma distributed again. Further stages fall evenly, every ``k``-th is a purchase,
    and dropout ends them after a geometric number.

    Parameters
    ----------
    parameters
        r, alpha, a, b of each customer, (n,); ``b`` as after the chances at the start.
    k
        Stages per purchase.
    frequency, recency, T, horizon
        The histories, times in the unit of alpha.
    rng
        Source of the draws.
    """
    r, alpha, a, b = parameters
    since, n = alpha + T, r + k * frequency
    z = horizon / (since + horizon)
    within = np.stack([betainc(k - j, n + j, z) for j in range(k)])
    shares = np.cumsum(stage_weights(parameters, k, frequency, recency, T) * within, axis=0)
    behind = (shares < rng.random(len(n)) * shares[-1]).sum(axis=0)
    reached = within[behind, np.arange(len(n))]
    y = betaincinv(k - behind, n + behind, reached * rng.random(len(n)))
    first = np.minimum(since * y / (1 - y), horizon)
    rate = rng.standard_gamma(n + k) / (since + first)
    stages = rng.poisson(rate * np.maximum(horizon - first, 0.0))
    dropout = np.maximum(rng.beta(a, b + frequency), LEAST_DROPOUT)
    kept = np.minimum(stages // k, rng.geometric(dropout) - 1)
    owner, share = _every_kth(stages, kept, k, rng)
    return Purchases(first, kept, owner, first[owner] + (horizon - first[owner]) * share)


def _every_kth(
    stages: Integers, kept: Integers, k: int, rng: np.random.Generator
) -> tuple[Integers, Array]:
    """Owners and moments, as shares of the horizon, of every k-th of each one's stages.

    Gaps between them are gamma distributed; divided by their total, with those of the stages that
    are left over, their partial sums are every k-th of sorted uniform moments.
    """
    owner = np.repeat(np.arange(len(kept)), kept)
    gaps = rng.standard_gamma(float(k), len(owner))
    left_over = rng.standard_gamma((stages - k * kept + 1).astype(np.float64))
    sums = np.cumsum(gaps)
    ends = np.cumsum(kept)
    before = np.concatenate([[0.0], sums])[ends - kept]
    total = np.concatenate([[0.0], sums])[ends] - before + left_over
    return owner, (sums - before[owner]) / total[owner]
