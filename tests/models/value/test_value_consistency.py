"""Lifetime value against itself: units, order, and what must make it grow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import clvlab

TERMS = {"annual_discount_rate": 0.10, "margin_rate": 0.30}


@pytest.fixture(scope="module")
def value(sample, sample_model, sample_spend):
    def at(customers=sample, model=sample_model, **terms):
        terms = {"horizon": "1 year", **TERMS, **terms}
        return clvlab.customer_lifetime_value(customers, model, sample_spend, **terms)

    return at


@pytest.mark.parametrize("unit", ["day", "month", "year"])
def test_a_year_is_worth_the_same_in_every_unit(sample_log, value, unit):
    other = clvlab.summarize(sample_log, calibration_end="1997-09-30", unit=unit)
    model = clvlab.BetaGeoModel().fit(other)
    in_weeks = value()
    assert_allclose(value(other, model), in_weeks, rtol=1e-6)
    assert value(other, model).sum() == pytest.approx(in_weeks.sum(), rel=1e-7)


@pytest.mark.parametrize("unit", ["day", "month", "year"])
def test_the_customers_unit_and_the_models_may_differ(sample_log, value, unit):
    other = clvlab.summarize(sample_log, calibration_end="1997-09-30", unit=unit)
    assert_allclose(value(other), value(), rtol=1e-12)


def test_a_plain_frame_gives_the_same(sample, value):
    assert_allclose(value(sample.to_frame("day"), unit="day"), value(), rtol=1e-9)


def test_the_order_of_rows_changes_nothing(sample, value):
    shuffled = sample.to_frame().sample(frac=1, random_state=3)
    values = value(shuffled, unit="week")
    assert list(values.index) == list(shuffled.index)
    assert_allclose(values.loc[sample.table.index], value(), rtol=1e-12)


def test_value_is_proportional_to_the_margin(value):
    assert_allclose(value(margin_rate=0.6), 2 * value(margin_rate=0.3), rtol=1e-14)


def test_no_margin_is_no_value(value):
    assert (value(margin_rate=0) == 0).all()


def test_value_falls_with_the_discount_rate(value):
    worth = [value(annual_discount_rate=rate).to_numpy() for rate in (0, 0.05, 0.2, 1.0)]
    assert (np.diff(worth, axis=0) < 0).all()


def test_value_grows_with_the_horizon(value):
    worth = [value(horizon=f"{weeks} weeks").to_numpy() for weeks in (0, 1, 13, 52, 520)]
    assert (np.diff(worth, axis=0) > 0).all()


def test_a_later_year_is_worth_less_than_the_first(value):
    first, both = value(horizon="1 year"), value(horizon="2 years")
    assert (both < 2 * first).all()
    assert (both > first).all()


@settings(max_examples=25, deadline=None)
@given(horizon=st.floats(0.1, 1000), rate=st.floats(0, 1), frequency=st.integers(0, 40))
def test_discounted_purchases_lie_between_none_and_all(
    five_customers_model, horizon, rate, frequency
):
    customers, model = five_customers_model
    customers = customers.assign(frequency=frequency, recency=20.0 if frequency else 0.0, T=38.0)
    discounted = clvlab.discounted_expected_purchases(
        customers, model, horizon=horizon, annual_discount_rate=rate, unit="week"
    )
    expected = model.expected_purchases(customers, horizon=horizon, unit="week")
    fully = (1 + rate) ** (-horizon * 7 / 365.25)
    assert (discounted <= expected * (1 + 1e-12)).all()
    assert (discounted >= expected * fully * (1 - 1e-12)).all()


@pytest.fixture(scope="module")
def five_customers_model(sample, sample_model):
    return sample.to_frame().head(3), sample_model
