"""The study's sums, months, new customers and equity against their definitions."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.study.fitted_study import FittedStudy
from clvlab.models.study.study_fitting import fit_study
from clvlab.models.value.customer_equity import Acquisition
from clvlab.models.value.elasticity import arrivals, arrivals_slope
from clvlab.models.value.new_customers import new_customer_value

YEAR = {"horizon": "1 year", "annual_discount_rate": 0.10}
TERMS = {**YEAR, "margin_rate": 0.30}


@pytest.fixture(scope="module")
def some(sample):
    """Every fifth customer of the sample."""
    return replace(sample, table=sample.table.iloc[::5])


@pytest.fixture(scope="module")
def study(sample, sample_model, sample_spend):
    return FittedStudy.of(sample_model, sample_spend, window=sample.window, n_draws=300, seed=4)


@pytest.fixture(scope="module")
def equity(study, some):
    return study.equity(some, **TERMS, direct_cost=1.0, acquisition=Acquisition(500, 4.0, 3.0))


def test_a_group_of_all_is_the_total_of_the_estimates(study, some):
    total = study.total(some, **TERMS)
    value = clvlab.customer_lifetime_value(some, study.model, study.spend, **TERMS)
    assert total["clv"] == pytest.approx(math.fsum(value), rel=1e-12)
    assert total["customers"] == len(some)


def test_groups_sum_to_the_total_and_one_group_is_a_row_of_them(study, some):
    by = (some.table["frequency"] > 0).rename("repeat")
    groups = study.groups(some, by, **TERMS)
    assert groups["clv"].sum() == pytest.approx(study.total(some, **TERMS)["clv"], rel=1e-12)
    repeaters = study.group(some, by, **TERMS)
    assert repeaters["clv"] == pytest.approx(groups.loc[True, "clv"], rel=1e-12)
    for side in ("lower", "upper"):
        name = f"clv_credible_{side}"
        assert repeaters[name] == pytest.approx(groups.loc[True, name], rel=1e-12)


def test_credible_limits_of_a_total_are_those_of_the_totals_of_all_draws(study, some):
    """Each draw's total, by the model itself at that draw."""
    totals = []
    for purchases, spend in zip(study.transaction_draws, study.spend_draws, strict=True):
        model = clvlab.BetaGeoModel().evaluate(purchases, some)
        amounts = clvlab.GammaGammaModel().evaluate(spend, some)
        totals.append(clvlab.customer_lifetime_value(some, model, amounts, **TERMS).sum())
    lower, upper = np.quantile(totals, [0.05, 0.95], method="nearest")
    total = study.total(some, **TERMS)
    assert total["clv_credible_lower"] == pytest.approx(lower, rel=1e-11)
    assert total["clv_credible_upper"] == pytest.approx(upper, rel=1e-11)


def test_months_sum_to_the_horizon_and_the_first_one_to_its_days(study, some):
    forecast = study.by_month(some, months=3)
    days = "92 days"  # October to December after the end of September
    expected = study.model.expected_purchases(some, horizon=days)
    assert forecast.total["expected_purchases"] == pytest.approx(expected.sum(), rel=1e-12)
    revenue = (expected * study.spend.expected_spend(some)).sum()
    assert forecast.total["revenue"] == pytest.approx(revenue, rel=1e-12)
    october = study.model.expected_purchases(some, horizon="31 days").sum()
    assert forecast.table["expected_purchases"].iloc[0] == pytest.approx(october, rel=1e-12)
    assert [str(day.date()) for day in forecast.table["last_day"]] == [
        "1997-10-31", "1997-11-30", "1997-12-31",
    ]  # fmt: skip


def test_limits_of_all_months_are_those_of_the_totals_of_the_same_horizon(study, some):
    forecast = study.by_month(some, months=12)
    total = study.total(some, horizon="365 days", annual_discount_rate=0.0, margin_rate=1.0)
    for side in ("lower", "upper"):
        for month, whole in (("revenue", "clv"), ("expected_purchases", "expected_purchases")):
            limit = forecast.total[f"{month}_credible_{side}"]
            assert limit == pytest.approx(total[f"{whole}_credible_{side}"], rel=1e-9)
            simulated = forecast.total[f"{month}_predictive_{side}"]
            assert simulated == pytest.approx(total[f"{whole}_predictive_{side}"], rel=0.05)


def test_a_new_customer_is_the_first_purchase_and_those_that_follow(study):
    model, spend = study.model, study.spend
    undiscounted = new_customer_value(
        model, spend, horizon=52, annual_discount_rate=0, margin_rate=0.3, direct_cost=2.0,
        acquisition_cost=5.0,
    )  # fmt: skip
    purchases = 1 + model.expected_purchases_new_customer(52)
    assert undiscounted == pytest.approx((0.3 * spend.mean_spend() - 2) * purchases - 5, rel=1e-12)


def test_parts_of_a_new_customer_sum_to_its_value(study):
    table = study.new_customer(**TERMS, acquisition_cost=5.0)
    assert table["estimate"].iloc[:3].sum() == pytest.approx(table.loc["value", "estimate"])
    alone = new_customer_value(study.model, study.spend, **TERMS, acquisition_cost=5.0)
    assert table.loc["value", "estimate"] == pytest.approx(alone, rel=1e-12)
    assert table["credible_lower"].le(table["estimate"]).all()
    assert table["credible_upper"].ge(table["estimate"]).all()


def test_endless_value_of_a_new_customer_without_dropout_differences(sample, sample_spend):
    """Alike customers who buy at rate k and leave at rate m: k / (m + delta) repeat purchases."""
    rate, leaving = 0.05, 0.02
    alike = 1e7
    parameters = [alike, alike / rate, alike, alike / leaving]
    model = clvlab.ParetoNBDModel().evaluate(parameters, sample)
    delta = math.log(1.1) / 365.25 * 7
    value = new_customer_value(
        model, sample_spend, horizon=math.inf, annual_discount_rate=0.1, margin_rate=1.0
    )
    repeats = rate / (leaving + delta)
    assert value == pytest.approx(sample_spend.mean_spend() * (1 + repeats), rel=1e-6)


def test_equity_is_the_value_of_the_base_and_of_those_to_come(equity, study, some):
    value = clvlab.customer_lifetime_value(
        some, study.model, study.spend, **TERMS, direct_cost=1.0
    ).sum()
    parts = equity.table["estimate"]
    assert parts["existing_customers"] == pytest.approx(value, rel=1e-12)
    each = new_customer_value(study.model, study.spend, **TERMS, direct_cost=1.0)
    arriving = 500 * (1 - 1.1**-3) / math.log(1.1)
    assert parts["new_customers"] == pytest.approx(arriving * each, rel=1e-12)
    assert parts["acquisition_cost"] == pytest.approx(-4 * arriving, rel=1e-12)
    assert parts["customer_equity"] == pytest.approx(parts.iloc[:3].sum(), rel=1e-12)


@pytest.fixture(scope="module")
def equity_at(study, some):
    def at(rate=0.10, margin=0.30, cost=1.0, spent=4.0, per_year=500.0):
        found = FittedStudy.of(
            study.model, study.spend, window=some.window, n_draws=20
        ).equity(
            some, horizon="1 year", annual_discount_rate=rate, margin_rate=margin,
            direct_cost=cost, acquisition=Acquisition(per_year, spent, 3.0),
        )  # fmt: skip
        return found.table.loc["customer_equity", "estimate"]

    return at


@pytest.mark.parametrize(
    ("driver", "parameter", "value"),
    [
        ("discount_rate", "rate", 0.10),
        ("margin", "margin", 0.30),
        ("direct_cost", "cost", 1.0),
        ("acquisition_cost", "spent", 4.0),
        ("new_customers", "per_year", 500.0),
    ],
)
def test_elasticities_are_what_a_small_change_does(equity, equity_at, driver, parameter, value):
    up, down = (equity_at(**{parameter: value * (1 + e)}) for e in (1e-3, -1e-3))
    by_change = (math.log(up) - math.log(down)) / (math.log1p(1e-3) - math.log1p(-1e-3))
    assert equity.elasticities.loc[driver, "elasticity"] == pytest.approx(by_change, rel=2e-6)


def test_elasticities_of_alike_customers_are_the_closed_ones(sample, sample_spend):
    """Constant retention: a year's discounted purchases are k (1 - exp(-c)) / c, c = m + delta."""
    rate, leaving = 0.05, 0.02
    alike = 1e6
    model = clvlab.ParetoNBDModel().evaluate([alike, alike / rate, alike, alike / leaving], sample)
    study = FittedStudy.of(model, sample_spend, window=sample.window, n_draws=20)
    weeks = 104.0
    terms = {"horizon": weeks, "annual_discount_rate": 0.1, "margin_rate": 0.3}
    found = study.equity(sample, **terms).elasticities["elasticity"]
    delta = math.log(1.1) / 365.25 * 7
    c = leaving + delta
    mean_time = 1 / c - weeks / math.expm1(c * weeks)
    in_years = mean_time * 7 / 365.25
    assert found["retention"] == pytest.approx(in_years, rel=1e-5)
    assert found["discount_rate"] == pytest.approx(-0.1 / 1.1 * in_years, rel=1e-5)
    assert found["margin"] == pytest.approx(1.0, rel=1e-12)
    assert found["acquisition_cost"] == 0


def test_retention_stands_to_discounting_as_in_the_literature(study, some):
    """Gupta, Lehmann and Stuart (2004): (1 + d) / d, for customers there are."""
    found = study.equity(some, **TERMS).elasticities["elasticity"]
    assert found["retention"] / found["discount_rate"] == pytest.approx(-1.1 / 0.1, rel=1e-12)


def test_without_discounting_retention_still_counts(study, some):
    terms = {"horizon": "1 year", "margin_rate": 0.3}
    near, none = (
        study.equity(some, annual_discount_rate=rate, **terms).elasticities["elasticity"]
        for rate in (1e-7, 0.0)
    )
    assert none["retention"] == pytest.approx(near["retention"], rel=1e-6)
    assert none["discount_rate"] == 0


def test_limits_of_elasticities_hold_those_at_the_maximum(equity):
    table = equity.elasticities
    assert table["elasticity"].between(table["credible_lower"], table["credible_upper"]).all()


@pytest.mark.parametrize("discount", [0.0, 1e-6, 0.0999, 0.1665, 0.1668, 0.5])
@pytest.mark.parametrize("years", [0.0, 3.0])
def test_the_slope_of_arrivals_is_their_derivative(discount, years):
    step = 1e-4
    around = arrivals(discount + 2 * step, years) - arrivals(abs(discount), years)
    assert arrivals_slope(discount + step, years) == pytest.approx(
        around / (2 * step), rel=1e-6, abs=1e-12
    )


def test_direct_costs_and_margins_may_differ_between_customers(some, study):
    margins = pd.Series(0.3, index=some.table.index)
    margins.iloc[::2] = 0.1
    costs = pd.Series(2.0, index=some.table.index)
    with_columns = replace(some, table=some.table.assign(margin=margins, cost=costs))
    models = (study.model, study.spend)
    value = clvlab.customer_lifetime_value(
        with_columns, *models, **YEAR, margin_rate="margin", direct_cost="cost"
    )
    purchases = clvlab.discounted_expected_purchases(some, study.model, **YEAR)
    by_hand = (margins * study.spend.expected_spend(some) - 2.0) * purchases
    assert_allclose(value, by_hand, rtol=1e-13)
    in_any_order = clvlab.customer_lifetime_value(
        some, *models, **YEAR, margin_rate=margins.iloc[::-1], direct_cost=costs
    )
    assert_allclose(in_any_order, value, rtol=0)


def test_costs_move_the_value_and_its_credible_limits(some, study):
    """Everyone's costs: expected purchases times the cost, whatever the draw."""
    few = replace(some, table=some.table.head(40))
    margin = study.scores(few, **TERMS).table
    costly = study.scores(few, **TERMS, direct_cost=3.0).table
    for limit in ("", "_credible_lower", "_credible_upper"):
        assert (costly[f"clv{limit}"] < margin[f"clv{limit}"]).all()
    purchases = clvlab.discounted_expected_purchases(few, study.model, **YEAR)
    assert_allclose(margin["clv"] - costly["clv"], 3 * purchases, rtol=1e-9)


def test_simulated_costs_have_the_expected_mean(some, study):
    """A free margin: what remains are the costs of the discounted purchases."""
    total = study.total(some, **YEAR, margin_rate=0.0, direct_cost=1.0)
    purchases = clvlab.discounted_expected_purchases(some, study.model, **YEAR).sum()
    assert total["clv"] == pytest.approx(-purchases, rel=1e-12)
    assert total["clv_predictive_lower"] < -purchases < total["clv_predictive_upper"]
    assert total["clv_predictive_upper"] < 0


@pytest.mark.parametrize("name", ["bg-nbd", "mbg-nbd", "pareto-nbd", "nbd"])
def test_a_study_of_the_posterior_agrees_with_the_models(sample, some, name):
    study = fit_study(sample, name, n_draws=200, seed=2)
    total = study.total(some, **TERMS)
    assert study.method == "posterior"
    assert study.n_draws == 200
    assert total["clv_credible_lower"] < total["clv"] < total["clv_credible_upper"]
    spread = np.log(study.transaction_draws).std(axis=0)
    standard_errors = np.sqrt(np.diag(study.model.covariance_)) / list(study.model.params_)
    assert_allclose(spread, standard_errors, rtol=0.35)
