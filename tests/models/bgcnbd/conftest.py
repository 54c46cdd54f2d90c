"""Regular buyers whose truth is known, in continuous time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clvlab


@pytest.fixture(scope="session")
def regular_base():
    """Buyers of every three weeks or so, k = 4."""
    return clvlab.simulate_base(
        1500, transaction=(3, 2, 0.8, 3), spend=(6, 4, 15), unit="week", seed=1, k=4
    )


@pytest.fixture(scope="session")
def regular(regular_base):
    return clvlab.summarize(
        regular_base.log, calibration_end="2023-09-30", holdout_end="2023-12-31", unit="week"
    )


@pytest.fixture(scope="session")
def regular_model(regular):
    return clvlab.BetaGeoErlangModel().fit(regular)


@pytest.fixture(scope="session")
def simulate():
    """Histories and what follows, drawn purchase by purchase in plain NumPy."""

    def draw(n, parameters, k, chances_at_start, horizon, seed):
        rng = np.random.default_rng(seed)
        r, alpha, a, b = parameters
        rate, dropout = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
        T = rng.uniform(5, 40, n)
        alive_since = np.zeros(n)
        alive = np.ones(n, dtype=bool)
        if chances_at_start:
            alive = rng.random(n) >= dropout
        frequency, ahead = np.zeros(n, dtype=int), np.zeros(n, dtype=int)
        recency, died = np.zeros(n), np.where(alive, np.inf, 0.0)
        while True:
            alive_since = alive_since + rng.gamma(k, 1, n) / rate
            bought = alive & (alive_since <= T + horizon)
            if not bought.any():
                break
            past = bought & (alive_since <= T)
            frequency += past
            recency = np.where(past, alive_since, recency)
            ahead += bought & ~past
            gone = bought & (rng.random(n) < dropout)
            died = np.where(gone, alive_since, died)
            alive = bought & ~gone
        frame = pd.DataFrame({"frequency": frequency, "recency": recency, "T": T})
        return frame, ahead, died > T, died > T + horizon

    return draw
