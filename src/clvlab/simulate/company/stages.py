"""The latent stage of a relationship, month by month.

A Markov chain whose chances of change are multinomial logits: at pressure 0 they are the monthly
rates of the parameters; pressure adds to the log-odds, against staying, of changes for the worse
and takes from those of changes for the better.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from clvlab.simulate.company.draws import Array, Whole
from clvlab.simulate.company.parameters import Section

STAGES = ("exploration", "formation", "stability", "decline", "terminated", "recovered")
NOT_YET = -1
"""Stands for a month before the first purchase."""
EXPLORATION, FORMATION, STABILITY, DECLINE, TERMINATED, RECOVERED = range(len(STAGES))
_WORSE = ("decline", "terminated")


def transition_probabilities(
    stage: Whole, pressure: Array, monthly: Mapping[str, Mapping[str, float]]
) -> Array:
    """Chances of next month's stage, (n, 6).

    Parameters
    ----------
    stage : (n,) array
        This month's stages, as positions in `STAGES`.
    pressure : (n,) array
        What weighs on each relationship; see `pressure_on`.
    monthly
        Chances of each change at pressure 0.

    Examples
    --------
    >>> monthly = {"decline": {"stability": 0.2, "terminated": 0.3}}
    >>> transition_probabilities(np.array([3]), np.array([0.0]), monthly).round(12).tolist()
    [[0.0, 0.0, 0.2, 0.5, 0.3, 0.0]]
    """
    base, direction = _tables(monthly)
    weight = base[stage] * np.exp(direction[stage] * pressure[:, None])
    out: Array = weight / weight.sum(axis=1, keepdims=True)
    return out


def _tables(monthly: Mapping[str, Mapping[str, float]]) -> tuple[Array, Array]:
    """Chances at pressure 0, and 1 for changes for the worse, -1 for the better, 0 for staying."""
    n = len(STAGES)
    base, direction = np.zeros((n, n)), np.zeros((n, n))
    for old, changes in monthly.items():
        for new, chance in changes.items():
            base[STAGES.index(old), STAGES.index(new)] = chance
            direction[STAGES.index(old), STAGES.index(new)] = 1.0 if new in _WORSE else -1.0
    np.fill_diagonal(base, 1.0 - base.sum(axis=1))
    return base, direction


def pressure_on(satisfaction: Array, late: Array, price: Array | float, weights: Section) -> Array:
    """What weighs on relationships: weights times satisfaction, late support and a price rise."""
    out: Array = (
        weights["satisfaction"] * satisfaction
        + weights["late_support"] * late
        + weights["price_rise"] * price
    )
    return out


def mean_transitions(
    satisfaction: Array, late_probability: Array, stages: Section, price: float = 0.0
) -> Array:
    """Each customer's chances of change, (n, 6, 6), averaged over late support or none.

    Lost customers get no support, so none of theirs is late.
    """
    n, k = len(satisfaction), len(STAGES)
    out = np.zeros((n, k, k))
    for late, share in ((0.0, 1 - late_probability), (1.0, late_probability)):
        pressure = pressure_on(satisfaction, np.full(n, late), price, stages["pressure"])
        for stage in range(k):
            chances = transition_probabilities(np.full(n, stage), pressure, stages["monthly"])
            weight = np.full(n, 1.0 - late) if stage == TERMINATED else share
            out[:, stage] += weight[:, None] * chances
    return out


def next_stages(rng: np.random.Generator, chances: Array) -> Whole:
    """One stage for each row of chances."""
    u = rng.random(len(chances))[:, None]
    drawn: Whole = np.minimum((u > np.cumsum(chances, axis=1)).sum(axis=1), len(STAGES) - 1)
    return drawn
