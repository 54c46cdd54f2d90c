"""The compiled probability to be alive against the readable one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from clvlab.clock import TimeUnit
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.bgnbd.process import BetaGeoProcess
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable

PARAMETERS = [(0.243, 4.41, 0.793, 2.43), (3.0, 0.01, 1e-6, 1e6), (60.0, 1e4, 40.0, 0.02)]


@pytest.fixture(scope="module")
def frame():
    """More customers than are taken together, some with hundreds of purchases."""
    rng = np.random.default_rng(4)
    frequency = rng.integers(0, 400, 3000) * rng.integers(0, 2, 3000)
    T = rng.integers(1, 900, 3000)
    recency = np.where(frequency > 0, rng.integers(1, T + 1), 0)
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T})


@pytest.mark.parametrize("chances_at_start", [0, 1])
@pytest.mark.parametrize("values", PARAMETERS)
def test_customers_in_one_pass_are_as_alive_as_one_by_one(frame, values, chances_at_start):
    process, parameters = BetaGeoProcess(chances_at_start), BetaGeoParameters(*values)
    table = HistoryTable.of(histories_of(frame, "day"), TimeUnit.DAY)
    nobody = np.zeros(len(frame), dtype=np.int64)
    found = process.times_alive(parameters, table, nobody, np.ones(1))
    expected = process.probability_alive(parameters, *(frame[name] for name in frame))
    assert_allclose(found, expected, rtol=1e-12, atol=1e-290)
    if chances_at_start == 0:
        assert (found[frame["frequency"] == 0] == 1.0).all()


def test_what_is_infinite_if_alive_stays_so(frame):
    process, parameters = BetaGeoProcess(0), BetaGeoParameters(*PARAMETERS[1])
    table = HistoryTable.of(histories_of(frame, "day"), TimeUnit.DAY)
    nobody = np.zeros(len(frame), dtype=np.int64)
    assert np.isinf(process.times_alive(parameters, table, nobody, np.full(1, np.inf))).all()
