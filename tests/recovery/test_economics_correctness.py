"""The worked example, to the digit, and what follows from its formulas."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from clvlab.recovery import (
    CampaignTerms,
    CostRates,
    Fixed,
    Mean,
    Share,
    break_even_leakage,
    break_even_map,
    break_even_uplift,
    customers_per_arm,
    customers_per_arm_for_value,
    draw_returns,
    leakage_cost,
    net_value_per_customer,
    payback_day,
    power_of_test,
    read_returns,
    tornado,
    value_of_perfect_information,
    value_of_testing,
    variance_of_net_value,
)

COSTS = CostRates(communication=2, incentive=10, hours=0, hourly_rate=0, set_up=500, overhead=0)
TERMS = CampaignTerms(
    contacted=1000,
    return_treated=0.12,
    return_control=0.08,
    second_lifetime_value=150,
    acquisition_cost=60,
    new_customer_value=100,
)
INPUTS = {
    "return_treated": Share(120, 1000),
    "return_control": Share(80, 1000),
    "second_lifetime_value": Mean(150, 30),
    "acquisition_cost": Fixed(60),
    "new_customer_value": Fixed(100),
    "other_benefits": Fixed(0),
}


def test_the_worked_example_to_the_digit():
    table = read_returns(TERMS, COSTS)
    assert table["cost"].unique().tolist() == [3700.0]
    assert table["benefit"].to_dict() == pytest.approx(
        {
            "gross": 18_000,
            "incremental": 6_000,
            "stock_maintaining": 4_400,
            "full_replacement": 8_400,
            "seed": 120 * (150 + 60),
        }
    )
    assert table["benefit_cost_ratio"].round(4).to_dict() == {
        "gross": 4.8649,
        "incremental": 1.6216,
        "stock_maintaining": 1.1892,
        "full_replacement": 2.2703,
        "seed": 6.8108,
    }
    assert table.loc["incremental", "net_return"] == pytest.approx(0.6216, abs=5e-5)
    assert (table["net_return"] == table["benefit_cost_ratio"] - 1).all()


def test_the_worked_break_even_and_sample_sizes():
    spread = COSTS.per_contact + COSTS.fixed / 1000
    uplift = break_even_uplift(return_control=0.08, value=150, contact_cost=spread, incentive=10)
    assert uplift == pytest.approx(0.0235714, abs=5e-8)
    assert customers_per_arm(0.12, 0.08) == 880
    skewed = variance_of_net_value(0.12, 0.08, value=150, value_deviation=150, incentive=10)
    assert customers_per_arm_for_value(2.3, skewed) > 10 * 880


def test_the_worked_monte_carlo():
    row = (
        draw_returns(INPUTS, COSTS, contacted=1000, n_draws=200_000, seed=1)
        .table()
        .loc["incremental"]
    )
    assert row["net_return_lower"] == pytest.approx(-0.47, abs=0.02)
    assert row["net_return_upper"] == pytest.approx(1.92, abs=0.03)
    assert row["chance_above_0"] == pytest.approx(0.85, abs=0.01)
    assert row["chance_above_41"] == pytest.approx(0.60, abs=0.015)
    assert row["chance_above_102"] < row["chance_above_41"]


def test_at_the_break_even_uplift_a_campaign_earns_exactly_its_cost():
    for control, value, incentive in [(0.08, 150, 10), (0.0, 40, 0), (0.3, 500, 100)]:
        costs = CostRates(
            communication=1.5,
            incentive=incentive,
            hours=0.1,
            hourly_rate=40,
            set_up=700,
            overhead=90,
        )
        spread = costs.per_contact + costs.fixed / 2000
        uplift = break_even_uplift(
            return_control=control, value=value, contact_cost=spread, incentive=incentive
        )
        found = break_even_map(
            [uplift], [value], contacted=2000, return_control=control, costs=costs
        )
        assert found.iloc[0, 0] == pytest.approx(0.0, abs=1e-12)
        net = net_value_per_customer(control + uplift, control, value, costs)
        assert 2000 * net == pytest.approx(costs.fixed)


def test_no_effect_pays_for_an_incentive_above_the_worth_of_a_return():
    assert math.isinf(break_even_uplift(return_control=0.1, value=10, contact_cost=1, incentive=10))


def test_without_a_control_group_the_incremental_readings_are_unknown():
    terms = CampaignTerms(
        contacted=1000,
        return_treated=0.12,
        return_control=None,
        second_lifetime_value=150,
        acquisition_cost=60,
        new_customer_value=100,
    )
    table = read_returns(terms, COSTS)
    unknown = ["incremental", "stock_maintaining", "full_replacement"]
    assert table.loc[unknown, "benefit"].isna().all()
    assert table.loc[["gross", "seed"], "benefit_cost_ratio"].round(4).tolist() == [4.8649, 6.8108]


def test_the_ledger_sums_to_the_cost_and_parts_the_incentives():
    costs = CostRates(
        communication=2, incentive=10, hours=0.25, hourly_rate=40, set_up=500, overhead=80
    )
    for natural in (None, 0.08):
        table = costs.ledger(1000, 0.12, natural)
        assert table["cost"].sum() == pytest.approx(costs.total(1000, 0.12))
    assert table.loc["incentives given away to natural returns", "cost"] == pytest.approx(800)
    assert table.loc["personnel", "cost"] == 10_000


def test_leakage_at_its_break_even_takes_the_whole_profit():
    share = break_even_leakage(2300.0, loyal=5000, incentive=10.0)
    assert leakage_cost(loyal=5000, obtaining=share, incentive=10.0) == pytest.approx(2300)
    leaving = leakage_cost(
        loyal=5000, obtaining=0.01, incentive=10.0, churn_increase=0.001, loyal_value=200
    )
    assert leaving == pytest.approx(500 + 1000)
    assert break_even_leakage(-1.0, loyal=5000, incentive=10.0) == 0


def test_the_widest_input_leads_the_tornado_and_known_ones_are_left_out():
    table = tornado(INPUTS, COSTS, contacted=1000, seed=1)
    assert set(table.index) == {"return_treated", "return_control", "second_lifetime_value"}
    width = (table["net_return_high"] - table["net_return_low"]).abs()
    assert width.is_monotonic_decreasing
    assert (
        table.loc["return_control", "net_return_high"]
        < table.loc["return_control", "net_return_low"]
    )


def test_the_value_of_testing_is_what_simulated_decisions_gain():
    mean, error, variance, n = 1.2, 1.5, 4000.0, 2000
    rng = np.random.default_rng(1)
    truth = rng.normal(mean, error, 400_000)
    seen = rng.normal(truth, math.sqrt(variance / n))
    weight = error**2 / (error**2 + variance / n)
    believed = mean + weight * (seen - mean)
    gained = np.where(believed > 0, truth, 0.0) - (truth if mean > 0 else 0.0)
    worth = value_of_testing(
        mean, error, variance=variance, customers=1, per_arm=[n], cost_per_customer=0
    )["worth"].iloc[0]
    assert worth == pytest.approx(gained.mean(), abs=4 * gained.std() / math.sqrt(len(gained)))
    assert worth < value_of_perfect_information(mean, error, customers=1)


def test_power_is_the_share_of_tests_that_see_the_effect():
    rng = np.random.default_rng(2)
    n, p1, p0 = 880, 0.12, 0.08
    one, none = rng.binomial(n, p1, 40_000) / n, rng.binomial(n, p0, 40_000) / n
    z = (one - none) / np.sqrt(one * (1 - one) / n + none * (1 - none) / n)
    variance = p1 * (1 - p1) + p0 * (1 - p0)
    assert (np.abs(z) > 1.959964).mean() == pytest.approx(
        power_of_test(0.04, variance, n), abs=0.01
    )


def test_payback_is_the_first_day_that_has_paid():
    curve = pd.Series([0.0, 50.0, 120.0], index=[0, 30, 60])
    assert payback_day(curve, 50.0) == 30
    assert math.isnan(payback_day(curve, 121.0))
