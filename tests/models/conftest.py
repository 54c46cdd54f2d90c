"""Random bases of every kind that a fit may meet, for all models."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest


def histories(rng, n_customers, *, rate=(0.8, 8.0), dropout=(0.8, 2.5), per_time=False, T=(10, 60)):
    """Frequency, recency and T in whole days of customers with gamma rates per week.

    Dropout is a beta chance after each purchase, or with `per_time` a gamma rate; None for never.
    """
    observed = rng.integers(7 * T[0], 7 * T[1] + 1, n_customers)
    rates = np.maximum(rng.gamma(rate[0], 1 / rate[1], n_customers) / 7, 1e-12)
    chance, end = np.zeros(n_customers), observed.astype(float)
    if dropout is not None and per_time:
        end = np.minimum(end, rng.exponential(dropout[1] / rng.gamma(dropout[0], 1, n_customers)))
    elif dropout is not None:
        chance = rng.beta(*dropout, n_customers)
    count = rng.poisson(rates * end)
    kept = np.minimum(count, rng.geometric(np.maximum(chance, 1e-12)))
    # The k-th of n even moments is beta distributed.
    last = end * rng.beta(np.maximum(kept, 1), count - np.minimum(kept, count) + 1)
    recency = np.where(kept > 0, np.clip(np.ceil(last), 1, observed), 0)
    return pd.DataFrame({"frequency": kept, "recency": recency, "T": observed}).astype(float)


def scattered(rng, n_customers, most):
    """Histories that no process of purchases would have made."""
    x = rng.integers(0, most, n_customers) * (rng.random(n_customers) < 0.7)
    recency = np.where(x > 0, rng.integers(1, 300, n_customers), 0)
    T = recency + rng.integers(0, 200, n_customers) * (rng.random(n_customers) < 0.8)
    return pd.DataFrame({"frequency": x, "recency": recency, "T": T}).astype(float)


def purchases(kind, seed):
    """A base of one of the `KINDS`, with at least one repeat buyer, in days."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    few = int(rng.integers(1, 9))
    base = {
        "ordinary": lambda: histories(rng, 400),
        "ordinary in time": lambda: histories(rng, 400, dropout=(0.6, 90), per_time=True),
        "tiny": lambda: histories(rng, few, rate=(2.0, 4.0)),
        "huge": lambda: histories(rng, 20_000, T=(20, 24)),
        "frequent": lambda: histories(rng, 60, rate=(1.0, 0.05), dropout=(0.5, 60)),
        "next to no dropout": lambda: histories(rng, 300, dropout=(0.002, 0.5)),
        "no dropout": lambda: histories(rng, 300, dropout=None),
        "next to no differences": lambda: histories(rng, 300, rate=(500, 4e3), dropout=(60, 300)),
        "gone at once": lambda: histories(rng, 200, dropout=(30, 0.5)),
        "scattered": lambda: scattered(rng, int(rng.integers(2, 30)), int(rng.choice([4, 60]))),
    }[kind]()
    if not base["frequency"].any():
        base.loc[0] = [1.0, 2.0, max(base["T"][0], 5.0)]
    return base


KINDS = (
    "ordinary",
    "ordinary in time",
    "tiny",
    "huge",
    "frequent",
    "next to no dropout",
    "no dropout",
    "next to no differences",
    "gone at once",
    "scattered",
)


def opportunities(kind, seed):
    """A base for the BG/BB model: histories of opportunities with their numbers of customers."""
    rng = np.random.default_rng([seed, 1, KINDS.index(kind)])
    n = {"tiny": int(rng.integers(2, 9)), "huge": 20_000}.get(kind, 300)
    periods = int(rng.integers(3, 14))
    alike = kind == "next to no differences"
    use = rng.beta(*((600, 900) if alike else rng.choice([0.3, 1.0, 3.0], 2)), n)
    shapes = {"next to no dropout": (0.002, 0.5), "gone at once": (30, 3)}.get(kind, (0.7, 2.8))
    leave = rng.beta(*((60, 300) if alike else shapes), n)
    lived = rng.geometric(np.maximum(leave, 1e-12)) - 1
    if kind == "no dropout":
        lived[:] = periods
    used = (rng.random((n, periods)) < use[:, None]) & (np.arange(periods) < lived[:, None])
    if kind == "scattered":
        used = rng.random((n, periods)) < rng.random((1, periods)) * rng.choice([0, 1], (n, 1))
    used[0, : periods // 2 + 1] = True
    used[-1, -1] = False
    recency = (used * np.arange(1, periods + 1)).max(axis=1)
    frame = pd.DataFrame({"frequency": used.sum(axis=1), "recency": recency, "n_periods": periods})
    return frame.value_counts().rename("many").reset_index()


def cohort(kind, seed):
    """Numbers of customers left of a cohort, for the sBG model."""
    rng = np.random.default_rng([seed, 2, KINDS.index(kind)])
    n = {"tiny": int(rng.integers(3, 12)), "huge": 10_000_000}.get(kind, 1000)
    renewals = int(rng.integers(2, 14))
    shapes = {
        "next to no dropout": (0.01, 3.0),
        "no dropout": (1e-4, 1.0),
        "next to no differences": (300.0, 1500.0),
        "gone at once": (20.0, 1.0),
        "scattered": (0.02, 0.05),
    }.get(kind, (0.7, 1.2))
    lived = rng.geometric(np.maximum(rng.beta(*shapes, min(n, 1000)), 1e-12))
    if kind == "scattered":
        lived = rng.integers(1, renewals + 3, len(lived))
    left = (lived[:, None] > np.arange(renewals + 1)).sum(axis=0) * max(n // len(lived), 1)
    if left[1] == 0:
        left[1:] = np.maximum(left[1:], 1)
    if left[-1] == left[0]:
        left[-1] -= 1
    return pd.Series(left)


def amounts(kind, seed):
    """Frequency and mean amount of repeat buyers, for the Gamma-Gamma model."""
    rng = np.random.default_rng([seed, 3, KINDS.index(kind)])
    n = {"tiny": int(rng.integers(1, 6)), "huge": 50_000}.get(kind, 300)
    p, q = {
        "no dropout": (500.0, 3.0),
        "next to no dropout": (0.05, 3.0),
        "next to no differences": (4.0, 5e3),
        "gone at once": (4.0, 0.3),
    }.get(kind, (6.25, 3.74))
    x = rng.integers(1, 400 if kind == "frequent" else 8, n)
    mean = rng.gamma(p * x) / x / rng.gamma(q, 1 / 15.0, n)
    if kind == "scattered":
        mean = np.exp(rng.uniform(-6, 12, n))
    cents = np.maximum(mean.round(2), 0.01) if kind != "next to no dropout" else mean + 1e-9
    return pd.DataFrame({"frequency": x, "monetary_value": cents})


@pytest.fixture(scope="session")
def random_bases():
    """Makers of random bases, each from a kind and a seed, and the kinds that there are."""
    return SimpleNamespace(
        purchases=purchases,
        opportunities=opportunities,
        cohort=cohort,
        amounts=amounts,
        histories=histories,
    )


def pytest_generate_tests(metafunc):
    """Tests that take a `kind` run once for each."""
    if "kind" in metafunc.fixturenames and "random_bases" in metafunc.fixturenames:
        metafunc.parametrize("kind", KINDS)
