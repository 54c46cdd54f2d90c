"""Second lives: found in a log by hand, valued against what was seen of them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from clvlab.data.log import TransactionLog
from clvlab.errors import InputError
from clvlab.recovery import (
    LostBase,
    SecondLives,
    assign_arms,
    markov_second_life,
    returns_after,
    second_life_values,
    second_lives,
)
from clvlab.recovery.second_life import second_life_log


@pytest.fixture(scope="module")
def lives(sample_log):
    return SecondLives.of(sample_log, silent="26 weeks", n_draws=200, seed=1)


@pytest.fixture(scope="module")
def base(sample_log):
    return LostBase.of(
        sample_log,
        silent="26 weeks",
        window="181 days",
        least_rate=0.5,
        horizon="52 weeks",
        margin_rate=0.3,
        annual_discount_rate=0.1,
        n_draws=100,
        seed=1,
    )


def test_a_second_life_begins_with_the_first_purchase_after_a_long_gap():
    table = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", "b", "c"],
            "date": pd.to_datetime(
                ["2023-01-01", "2023-07-02", "2024-06-01", "2023-01-01", "2023-07-01", "2023-01-01"]
            ),
            "amount": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
        }
    )
    log = TransactionLog(table, pd.DataFrame(), name="by hand")
    found = second_lives(log, silent="26 weeks")
    assert found.index.tolist() == ["a"]
    assert found.loc["a", "returned_on"] == pd.Timestamp("2023-07-02")
    assert found.loc["a", "silent_days"] == 182
    assert second_life_log(log, found).table["amount"].tolist() == [2.0, 4.0]


def test_too_few_second_lives_are_no_basis(sample_log):
    with pytest.raises(InputError, match=r"must hold 50 second lives .*; 0 customers bought again"):
        SecondLives.of(sample_log, silent="80 weeks", n_draws=100, seed=1)


def test_the_value_of_a_second_life_agrees_with_what_was_seen_of_it(lives):
    """Two ways that share nothing: a fitted model, and means over lives followed so long."""
    seen = lives.curve(step="26 weeks", margin_rate=0.3).set_index("age_days")["margin"]
    for days in (0, 182):
        horizon = f"{max(days, 1)} days"
        value = lives.value(
            horizon=horizon, margin_rate=0.3, annual_discount_rate=0.0, interval=0.95
        )
        assert value["estimate"] == pytest.approx(seen[days], rel=0.12)
        assert value["credible_lower"] < value["estimate"] < value["credible_upper"]


def test_states_without_a_models_shape_give_a_value_of_the_same_size(lives):
    by_states = markov_second_life(
        lives, step="30 days", margin_rate=0.3, step_discount_rate=0.008, states=12
    )
    forever = lives.value(
        horizon="520 weeks", margin_rate=0.3, annual_discount_rate=0.1, interval=0.95
    )
    assert 0.5 < by_states / forever["estimate"] < 1.5


def test_observed_and_extrapolated_parts_stay_apart(sample_log, lives):
    as_of = date(1997, 12, 31)
    table = sample_log.table
    some = table.loc[table["date"] > pd.Timestamp(as_of), "customer_id"].unique()[:200]
    rows = table[table["customer_id"].isin(some) & (table["date"] > pd.Timestamp(as_of))]
    returns = pd.DataFrame({"returned": 1}, index=pd.Index(some, name="customer_id"))
    values = second_life_values(
        lives,
        returns,
        sample_log,
        offered_on=pd.Timestamp(as_of),
        horizon="52 weeks",
        margin_rate=0.5,
        annual_discount_rate=0.0,
    )
    spent = rows.groupby("customer_id")["amount"].sum()
    assert values["observed"].to_dict() == pytest.approx((0.5 * spent).to_dict())
    assert (values["value"] == values["observed"] + values["extrapolated"]).all()
    assert (values["extrapolated"] > 0).all()


def test_the_lost_base_knows_nothing_later_than_the_offer(sample_log, base):
    """What is known before the contact must not change with what happens after it."""
    before = ["purchases", "amount", "silent_days", "lifetime", "class", "expected", "lapse"]
    table = sample_log.table.copy()
    later = table["date"] > pd.Timestamp(base.offered_on)
    table.loc[later, "amount"] *= 3.0
    changed = LostBase.of(
        TransactionLog(table, sample_log.quality, name="changed"),
        silent="26 weeks",
        window="181 days",
        least_rate=0.5,
        horizon="52 weeks",
        margin_rate=0.3,
        annual_discount_rate=0.1,
        n_draws=100,
        seed=1,
    )
    pd.testing.assert_frame_equal(base.lost[before], changed.lost[before])
    back = base.lost["returned"] == 1
    ratio = changed.lost.loc[back, "observed"] / base.lost.loc[back, "observed"]
    assert np.allclose(ratio, 3.0)


def test_whoever_did_not_return_has_no_second_life(base):
    gone = base.lost["returned"] == 0
    assert (base.lost.loc[gone, ["observed", "extrapolated", "value", "orders"]] == 0).all().all()
    assert base.lost.loc[gone, "regained"].sum() == 0
    natural = base.natural(interval=0.95)
    assert natural.loc["all", "returned"] == base.describe()["returned"]
    some = base.among(base.lost.index[:50])
    assert some.describe()["customers"] == 50


def test_returns_are_those_of_the_window(sample_log, base):
    again = returns_after(
        sample_log, base.lost, offered_on=base.offered_on, window="181 days", least_rate=0.5
    )
    assert (again["returned"] == base.lost["returned"]).all()
    assert again["amount"].sum() == pytest.approx(base.spent.sum())


def test_the_lot_is_the_same_in_any_order_and_even_within_strata(base):
    shares = {"control": 0.5, "call": 0.3, "offer": 0.2}
    drawn = assign_arms(base.lost, shares, strata=["repeated", "class"], seed=3)
    mixed = base.lost.sample(frac=1, random_state=1)
    again = assign_arms(mixed, shares, strata=["repeated", "class"], seed=3)
    assert (again["arm"].reindex(drawn.index) == drawn["arm"]).all()
    assert (drawn["arm"] != assign_arms(base.lost, shares, seed=4)["arm"]).any()
    for _, rows in drawn.groupby([base.lost["repeated"], base.lost["class"]]):
        counts = rows["arm"].value_counts()
        for arm, share in shares.items():
            assert abs(counts.get(arm, 0) - share * len(rows)) < len(shares)
