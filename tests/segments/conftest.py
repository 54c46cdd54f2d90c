"""Bases with and without differences between segments, and the periods of real ones."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from clvlab.segments import Outcomes, segmentation_of
from clvlab.summary.period import Period

BEFORE = Period(date(2023, 1, 1), date(2023, 6, 30))
AFTER = Period(date(2023, 7, 1), date(2023, 12, 31))
KINDS = {"retained": "rate", "orders": "count", "spend": "money"}


def draw_base(rng, sizes, factor=None):
    """Customers whose purchases follow one law, times a factor for each segment if given."""
    names = [f"s{number}" for number in range(len(sizes))]
    segment = np.repeat(np.arange(len(sizes)), sizes)
    factors = np.ones(len(sizes)) if factor is None else np.asarray(factor, dtype=float)
    rate = rng.gamma(0.8, 2.0, len(segment)) * factors[segment]
    orders = rng.poisson(rate)
    spend = np.where(orders > 0, rng.gamma(np.maximum(orders, 1) * 2.0, 10.0), 0.0)
    index = pd.RangeIndex(len(segment), name="customer_id")
    values = pd.DataFrame(
        {"retained": (orders > 0).astype(float), "orders": orders.astype(float), "spend": spend},
        index,
    )
    labels = pd.Series(np.array(names)[segment], index)
    rules = dict.fromkeys(names, "drawn")
    found = segmentation_of(labels, scheme="drawn", rules=rules, cut_in=BEFORE)
    return found, Outcomes(AFTER, values, KINDS, {})


@pytest.fixture
def make_base():
    return draw_base
