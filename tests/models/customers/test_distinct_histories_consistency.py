"""The compiled loops over customers against the same in plain NumPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import clvlab
from clvlab.errors import InputError
from clvlab.models.customers.distinct_histories import (
    distinct_histories,
    weighted_sums,
    whole_days,
)
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.pairs import Pairs


def some_histories(n_times, most, seed=1, n=5000):
    rng = np.random.default_rng(seed)
    frequency = rng.integers(0, most + 1, n) * rng.integers(0, 2, n)
    observed = rng.integers(1, n_times, n)
    recency = np.where(frequency > 0, rng.integers(1, observed + 1), 0)
    return frequency, recency, observed


# The last takes numbers of more than 32 bits to tell histories apart.
@pytest.mark.parametrize(("n_times", "most"), [(3, 1), (40, 3), (700, 90), (100_000, 5_000)])
def test_distinct_histories_are_those_of_numpy(n_times, most):
    frequency, recency, observed = some_histories(n_times, most)
    found, weights = distinct_histories(frequency, recency, observed, n_times)
    rows, counts = np.unique(
        np.column_stack([frequency, observed, recency]), axis=0, return_counts=True
    )
    assert_array_equal(found, rows[:, [0, 2, 1]].T)
    assert_array_equal(weights, counts)


@pytest.mark.parametrize("frequency", [[0, 0, 0], [2, 2, 1]])
def test_bases_of_one_kind_of_customer(frequency):
    frequency = np.array(frequency)
    found, weights = distinct_histories(frequency, frequency, np.array([4, 4, 4]), 5)
    assert weights.sum() == 3
    assert_array_equal(found[2], 4)


def test_sums_are_those_of_numpy():
    frequency, recency, observed = some_histories(700, 20)
    times, weights = np.arange(700) * 0.5, np.arange(5000) % 3 + 1.0
    x, t, end = frequency, times[recency], times[observed]
    expected = [weights @ column for column in (np.ones(5000), x, t, end, x * end, t * end)]
    found = weighted_sums(frequency, recency, observed, times, weights)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_pairs_lead_back_to_every_customer(monkeypatch):
    frequency, recency, _ = some_histories(700, 20)
    for largest in (10**7, 1):
        monkeypatch.setattr("clvlab.models.customers.pairs.LARGEST_LOOKUP", largest)
        pairs = Pairs.of(frequency, recency, 700)
        assert len(pairs.frequency) == len(set(zip(frequency, recency, strict=True)))
        assert_array_equal(pairs.frequency[pairs.pair], frequency)
        assert_array_equal(pairs.time[pairs.pair], recency)


ONE = {"frequency": 2.0, "recency": 3.0, "T": 5.0}


@pytest.mark.parametrize(
    "change",
    [
        {"frequency": 1.5}, {"frequency": -1.0}, {"frequency": np.nan}, {"frequency": 1e300},
        {"frequency": 0.0}, {"recency": 0.0}, {"recency": 6.0}, {"recency": np.inf},
        {"recency": -np.inf}, {"recency": 2.5}, {"T": np.nan}, {"T": np.inf}, {"T": 5.001},
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", [0, 7])
def test_one_row_that_is_not_regular_is_seen(change, where):
    frame = pd.DataFrame([ONE] * 8)
    columns = [frame[name].to_numpy(copy=True) for name in ONE]
    assert_array_equal(whole_days(*columns, 7.0)[:, 0], [2, 21, 35])
    for name, value in change.items():
        columns[list(ONE).index(name)][where] = value
    assert whole_days(*columns, 1.0) is None


def test_columns_of_other_types_are_the_same_customers():
    plain = pd.DataFrame([ONE, {**ONE, "frequency": 0.0, "recency": 0.0}] * 5)
    expected = clvlab.BetaGeoModel().fit(plain, unit="day").params_
    for types in ({"frequency": "int64"}, "Int64", "Float64", "int32", "float32", "object", "str"):
        assert clvlab.BetaGeoModel().fit(plain.astype(types), unit="day").params_ == expected
    striped = pd.DataFrame(np.repeat(plain.to_numpy(), 2, axis=1)[:, ::2], columns=plain.columns)
    assert clvlab.BetaGeoModel().fit(striped, unit="day").params_ == expected


def test_a_missing_number_of_a_nullable_type_is_named():
    frame = pd.DataFrame([ONE] * 4).astype("Int64")
    frame.loc[2, "T"] = pd.NA
    with pytest.raises(InputError, match="1 of 4 rows do not: row 2"):
        histories_of(frame, "day")
