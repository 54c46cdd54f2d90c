"""Products: a shop worked by hand, phases of known curves, and identities on the example."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from clvlab.data import load_transactions
from clvlab.data.company import load_company
from clvlab.lifecycle.products import (
    PHASES,
    LifeCycleRules,
    first_products,
    phases_of,
    product_life_cycles,
)
from clvlab.lifecycle.share_limits import wilson_limits

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
ROWS = [
    ("a", "2024-01-10", 10.0, "pen"),
    ("a", "2024-02-20", 20.5, "board"),
    ("a", "2024-06-01", 99.0, "pen"),
    ("b", "2024-01-20", 5.0, "pen"),
    ("c", "2024-02-01", 7.0, "board"),
    ("c", "2024-04-10", 3.0, "board"),
    ("d", "2024-02-15", 4.0, "pen"),
    ("d", "2024-03-01", 8.0, "pen"),
    ("e", "2024-06-20", 6.0, "pen"),
]


@pytest.fixture(scope="module")
def shop():
    return load_transactions(
        pd.DataFrame(ROWS, columns=["customer_id", "date", "amount", "product"])
    )


@pytest.fixture(scope="module")
def example_log():
    return load_company(EXAMPLE, tables=["purchases"]).purchases()


def test_first_products_by_hand(shop):
    found = first_products(shop, "90 days", last_day=date(2024, 6, 30), fewest=2, interval=0.8)
    assert found["customers"].to_dict() == {"pen": 4, "board": 1}
    assert found["seen_long_enough"].to_dict() == {"pen": 3, "board": 1}
    pen, later = found.loc["pen"], np.array([20.5, 0, 8])
    assert pen["bought_again"] == pytest.approx(2 / 3)
    assert (pen["again_lower"], pen["again_upper"]) == pytest.approx(wilson_limits(2, 3, 0.8))
    limits = student.interval(0.8, 2, later.mean(), later.std(ddof=1) / np.sqrt(3))
    assert pen["later_amount"] == pytest.approx(9.5)
    assert (pen["later_lower"], pen["later_upper"]) == pytest.approx(limits)
    # One customer is a person, not a group.
    assert found.loc["board"].drop(["customers", "seen_long_enough"]).isna().all()


def test_life_cycle_by_hand(shop):
    found = product_life_cycles(shop, period="month", last_day=date(2024, 6, 30))
    pen = found[found["product"] == "pen"]
    # The log begins within January, so February is its first whole month.
    assert pen["period_end"].dt.month.tolist() == [2, 3, 4, 5, 6]
    assert pen["orders"].tolist() == [1, 1, 0, 0, 2]
    assert pen["new_buyers"].tolist() == [1, 0, 0, 0, 1]
    assert pen["repeat_orders"].tolist() == [0, 1, 0, 0, 1]
    assert pen["buyers"].tolist() == [3, 3, 3, 3, 4]
    assert pen["share"].tolist() == [3 / 4, 3 / 4, 3 / 4, 3 / 4, 4 / 5]
    assert pen["smoothed"].tolist() == pytest.approx([1, 1, 2 / 3, 1 / 3, 2 / 3])
    assert pen["phase"].tolist() == ["maturity"] * 5
    smooth = LifeCycleRules(smoothing=1)
    rough = product_life_cycles(shop, period="month", last_day=date(2024, 5, 31), rules=smooth)
    pen = rough[rough["product"] == "pen"]
    assert pen["phase"].tolist() == ["maturity", "maturity", "decline", "decline"]


@pytest.mark.parametrize(
    ("curve", "phases"),
    [
        ([1, 2, 3, 6, 9, 10, 9, 8, 5, 1], "iiggmmmmdd"),
        ([5, 5, 5, 5], "mmmm"),
        ([1, 2, 4, 8], "iggm"),
        ([8, 4, 2, 1], "mddd"),
        ([8, 4, 8, 1], "mmmd"),
        ([0, 0], "ii"),
    ],
)
def test_phases_of_known_curves(curve, phases):
    rules = LifeCycleRules()
    found = phases_of(np.array(curve, dtype=float), rules)
    assert "".join(phase[0] for phase in found) == phases


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_phases_follow_one_another(orders):
    phases = phases_of(np.array(orders, dtype=float), LifeCycleRules())
    found = [PHASES.index(one) for one in phases]
    assert found == sorted(found)
    best = np.array(orders) == max(orders)
    if max(orders):
        assert {found[at] for at in np.flatnonzero(best)} == {2}


def test_products_of_the_example_sum_to_the_whole(example_log):
    found = product_life_cycles(example_log, period="month", last_day=date(2023, 12, 31))
    table = example_log.table
    assert found["orders"].sum() == len(table)
    assert found["amount"].sum() == pytest.approx(table["amount"].sum())
    last = found.groupby("product").tail(1).set_index("product")
    buyers = table.groupby("product")["customer_id"].nunique()
    assert last["buyers"].to_dict() == buyers.to_dict()
    shares = buyers / table["customer_id"].nunique()
    pd.testing.assert_series_equal(last["share"], shares, check_names=False)
    assert (found["new_buyers"] + found["repeat_orders"] == found["orders"]).all()
    firsts = first_products(example_log, "52 weeks", last_day=date(2023, 12, 31))
    assert firsts["customers"].sum() == table["customer_id"].nunique()


def test_what_comes_later_changes_nothing_before(example_log):
    day = date(2022, 6, 30)
    early = load_transactions(example_log.table, as_of=day)
    for function in (
        lambda log: first_products(log, "26 weeks", last_day=day),
        lambda log: product_life_cycles(log, last_day=day),
    ):
        pd.testing.assert_frame_equal(function(example_log), function(early))
