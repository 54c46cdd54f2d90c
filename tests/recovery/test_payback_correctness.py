"""When a campaign has paid for itself, by hand and for whole second lives."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from clvlab.data import TransactionLog
from clvlab.recovery import earning_pace, payback, payback_in_words


@pytest.fixture
def pace():
    """Two customers came back, one bought twice; as much again is extrapolated."""
    rows = [
        ("a", "2024-01-01", 50.0),
        ("a", "2024-01-11", 30.0),
        ("b", "2024-01-06", 10.0),
        ("b", "2024-01-21", 60.0),
        ("c", "2024-01-08", 99.0),
    ]
    table = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    table["date"] = pd.to_datetime(table["date"])
    log = TransactionLog(table, pd.DataFrame(), "by hand")
    ids = pd.Index(["a", "b"], name="customer_id")
    returned = pd.DataFrame({"observed": [30.0, 70.0], "extrapolated": [60.0, 40.0]}, ids)
    return earning_pace(
        returned, log, offered_on=date(2024, 1, 1), window="20 days", horizon="100 days"
    )


def test_the_pace_is_that_of_those_who_came_back(pace):
    # Purchases before the offer and of others do not count; the horizon earns evenly.
    assert pace.loc[[0, 4, 5, 9, 10, 19, 20]].tolist() == [0, 0, 0.05, 0.05, 0.2, 0.2, 0.5]
    assert pace.loc[70] == pytest.approx(0.75)
    assert pace.iloc[-1] == pytest.approx(1.0)
    assert pace.index[-1] == 120
    assert (np.diff(pace) >= 0).all()


def test_the_cost_is_paid_on_the_first_day_that_has_earned_it(pace):
    row = pd.Series({"benefit": 200.0, "cost": 100.0, "profit_lower": -20.0, "profit_upper": 400.0})
    table = payback(pace, row)
    assert table["payback_days"].tolist() == [20.0, pytest.approx(np.nan, nan_ok=True), 10.0]
    assert payback_in_words(table) == (
        "The cost is paid back after 20 days (10 days to not within the horizon)."
    )
    never = payback(pace, row.replace({200.0: 50.0, 400.0: -40.0}))
    assert payback_in_words(never).startswith("The cost is paid back not within the horizon")
