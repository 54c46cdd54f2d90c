"""From class to action: allocations against an optimizer, tables worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from clvlab.segments import (
    abc,
    allocate_budget,
    best_allocation,
    cost_of_each,
    discount_dependence,
    negative_net_value,
    promotion_by_segment,
    segmentation_of,
    service_by_segment,
    two_sided_value,
)
from clvlab.segments.allocation import saved
from clvlab.segments.net_value import Ahead
from clvlab.summary.period import Period

YEAR = Period.of("2024-01-01", "2024-12-31")
DAY = pd.Timestamp("2024-05-01")


@pytest.fixture
def two_classes():
    labels = pd.Series(["A", "A", "B"], index=pd.Index([1, 2, 3], name="customer_id"))
    rules = {"A": "large", "B": "small"}
    return segmentation_of(labels, scheme="size", rules=rules, cut_in=None)


@pytest.mark.parametrize("seed", range(5))
def test_the_best_allocation_is_that_of_an_optimizer(seed):
    rng = np.random.default_rng(seed)
    gain, scale, budget = rng.lognormal(2, 1, 6), rng.lognormal(0, 1, 6), 3.0
    ours = best_allocation(gain, scale, budget)
    assert ours.sum() == pytest.approx(budget)
    assert (ours >= 0).all()
    theirs = minimize(
        lambda x: -saved(gain, scale, x).sum(),
        np.full(6, budget / 6),
        bounds=[(0, budget)] * 6,
        constraints={"type": "eq", "fun": lambda x: x.sum() - budget},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    assert saved(gain, scale, ours).sum() >= -theirs.fun - 1e-6
    assert ours == pytest.approx(theirs.x, abs=2e-3)


def test_every_way_spends_the_budget_and_none_saves_more_than_the_best():
    table = pd.DataFrame({"customers": [10, 40, 50], "clv": [800.0, 150.0, -20.0]}, list("ABC"))
    found = allocate_budget(table, budget=120.0, reachable=0.2, saturation=1.5)
    for name in ("equal", "proportional", "best"):
        assert found[name].sum() == pytest.approx(120.0)
        assert found[f"saved_{name}"].sum() <= found["saved_best"].sum() + 1e-9
    assert found.loc["C", "best"] == 0.0


def test_shares_of_effort_stand_beside_shares_of_value(two_classes):
    costs = pd.DataFrame(
        {"customer_id": [1, 3, 3, None, 3], "date": [DAY] * 4 + [pd.Timestamp("2025-01-01")],
         "amount": [20.0, 50.0, 30.0, 900.0, 70.0]}
    )  # fmt: skip
    values = pd.Series([60.0, 20.0, 20.0], index=two_classes.labels.index)
    found = service_by_segment(two_classes, values, costs, YEAR)
    assert found["value_share"].to_dict() == {"A": 0.8, "B": 0.2}
    assert found["effort_share"].to_dict() == {"A": 0.2, "B": 0.8}
    assert found["verdict"].to_dict() == {"A": "under-served", "B": "over-served"}
    each = cost_of_each(costs, two_classes.labels.index, YEAR)
    assert each.to_dict() == {1: 20.0, 2: 0.0, 3: 80.0}


def test_what_is_given_is_set_against_what_is_received(two_classes):
    benefits = pd.DataFrame(
        {"customer_id": [1, 2, 3], "date": DAY, "benefit": ["credit", "price", "price"],
         "cost": [5.0, 7.0, None], "worth": [9.0, 7.0, 4.0]}
    )  # fmt: skip
    costs = pd.DataFrame({"customer_id": [3], "date": [DAY], "amount": [11.0]})
    received = pd.Series([30.0, 10.0, 8.0], index=two_classes.labels.index)
    found = two_sided_value(two_classes, received, benefits, YEAR, costs=costs)
    assert found.loc["A", ["received", "credit", "price", "service", "given", "net"]].tolist() == [
        40.0, 5.0, 7.0, 0.0, 12.0, 28.0,
    ]  # fmt: skip
    assert found.loc["B", ["given", "net", "worth_to_them"]].tolist() == [11.0, -3.0, 4.0]


def test_discounts_are_told_by_class_and_form(two_classes):
    lines = pd.DataFrame(
        {"customer_id": [1, 1, 2, 3], "date": DAY, "amount": [8.0, 10.0, 20.0, 5.0],
         "loyalty card": [2.0, 0.0, 0.0, 5.0], "coupon": [0.0, 0.0, 0.0, 0.0]}
    )  # fmt: skip
    found = promotion_by_segment(two_classes, lines, ["loyalty card", "coupon"], YEAR)
    assert found.loc["A", "loyalty card"] == pytest.approx(2 / 40)
    assert found["discount"].to_dict() == pytest.approx({"A": 0.05, "B": 0.5})
    assert found["discounted"].to_dict() == pytest.approx({"A": 8 / 38, "B": 1.0})
    assert found["used_coupon"].to_dict() == {"A": 0.0, "B": 0.0}
    dependence = discount_dependence(lines, ["loyalty card", "coupon"], YEAR)
    assert dependence.to_dict() == pytest.approx({1: 8 / 18, 2: 0.0, 3: 1.0})


def test_a_class_without_value_is_no_reason_to_serve_it():
    worth = pd.Series([10.0, 0.0], index=[1, 2])
    assert abc(worth, cut_in=None).left_out == 1


def test_the_limits_of_a_loss_hold_the_share_of_futures_that_is_asked_for():
    """Of 1,000 futures worth 0 to 999 that cost 600, nine in ten lie between -550 and 349."""
    ids = pd.Index(["a", "b"], name="customer_id")
    futures = np.vstack([np.arange(1000.0), np.zeros(1000)])
    ahead = Ahead(pd.DataFrame({"clv": futures.mean(axis=1)}, ids), futures)
    found = negative_net_value(ahead, pd.Series([600.0, 5.0], ids), interval=0.9)
    net = futures[0] - 600
    inside = (net >= found.loc["a", "net_lower"]) & (net <= found.loc["a", "net_upper"])
    assert inside.mean() == pytest.approx(0.9, abs=0.002)
    assert found.loc["a", "net_lower"] < found.loc["a", "net_value"] < found.loc["a", "net_upper"]
    assert found.loc["b", ["net_value", "net_lower", "net_upper"]].tolist() == [-5.0, -5.0, -5.0]
