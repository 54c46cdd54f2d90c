"""Simulated histories of customers of the NBD model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clvlab.models.customers.histories import Histories
from clvlab.models.nbd.likelihood import NBDParameters


def draw_histories(
    parameters: NBDParameters, histories: Histories, rng: np.random.Generator
) -> Histories:
    """Other purchases of the same customers, each observed for as long.

    Given their number, purchases fall evenly on the time observed. Where all times are whole days
    the last one is rounded to its day, as in a log.

    Parameters
    ----------
    parameters
        r, alpha in the unit of the histories' window.
    histories
        One per customer.
    rng
        Source of the draws.
    """
    r, alpha = parameters
    days = histories.times[histories.T]
    rate = rng.standard_gamma(r, len(days)) / (alpha * histories.window.unit.days)
    frequency = rng.poisson(rate * days)
    last = days * rng.random(len(days)) ** (1 / np.maximum(frequency, 1))
    if np.array_equal(histories.times, np.rint(histories.times)):
        last = np.minimum(np.ceil(last), days)
    last = np.where(frequency > 0, last, 0.0)
    times, positions = np.unique(np.concatenate([last, days]), return_inverse=True)
    recency, observed = positions.astype(np.int64).reshape(2, -1)
    return replace(
        histories, frequency=frequency, recency=recency, T=observed, times=times, columns=None
    )
