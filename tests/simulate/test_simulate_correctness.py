"""Simulated bases against the truth they were drawn from."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import clvlab

TRUTH = {"transaction": (0.8, 5.0, 0.9, 2.7), "spend": (6.0, 4.0, 15.0), "unit": "week"}


@pytest.fixture(scope="module")
def base():
    return clvlab.simulate_base(
        20_000,
        seed=12,
        acquisition_days=200,
        observed_days=600,
        first_day=date(2022, 3, 1),
        **TRUTH,
    )


def within(sample, expected, errors=4.5):
    return abs(sample.mean() - expected) < errors * sample.std() / np.sqrt(len(sample))


def test_purchase_rates_have_their_mean_per_day(base):
    assert within(base.truth["purchase_rate"], 0.8 / 5.0 / 7)


def test_dropout_has_its_mean(base):
    assert within(base.truth["dropout_probability"], 0.9 / 3.6)


def test_personal_means_of_spend_have_their_mean(base):
    assert within(base.truth["mean_spend"], 6 * 15 / 3)


def test_first_purchases_have_the_mean_of_spend(base):
    first = base.log.table.drop_duplicates("customer_id")["amount"]
    # The same day may hold a second purchase, which is worth about one in a hundred more.
    assert first.mean() == pytest.approx(30, rel=0.05)


def test_every_customer_comes_within_the_days_of_acquisition(base):
    first = base.log.table.groupby("customer_id")["date"].min()
    assert len(first) == 20_000
    assert first.min() >= np.datetime64("2022-03-01")
    assert (first.max() - np.datetime64("2022-03-01")).days < 200


def test_nothing_is_bought_after_the_last_day(base):
    last = (base.log.table["date"].max() - np.datetime64("2022-03-01")).days
    assert 590 < last < 600


def test_customers_who_never_came_back_are_alive(base):
    """Dropping out follows a repeat purchase; two purchases of one day count as one here."""
    days = base.log.table.groupby("customer_id").size()
    alive = base.truth["alive"][days == 1]
    assert alive.mean() > 0.95


def test_customers_drop_out_as_often_as_their_purchases_let_them(base):
    """Every repeat purchase is followed by dropout with the customer's own probability."""
    repeats = base.log.table.groupby("customer_id").size() - 1
    dropped = (~base.truth["alive"]).sum()
    expected = (repeats * base.truth["dropout_probability"]).sum()
    # Purchases of one day are merged, so a few repeat purchases are missing.
    assert expected < dropped < 1.12 * expected


def test_a_simulated_log_is_stamped(base):
    assert base.log.simulated
    assert clvlab.summarize(base.log).simulated


def test_expected_purchases_of_new_customers_are_those_of_the_model():
    base = clvlab.simulate_base(20_000, seed=3, acquisition_days=1, observed_days=365, **TRUTH)
    summary = clvlab.summarize(base.log, observed_until="2023-12-31", unit="week")
    model = clvlab.BetaGeoModel().evaluate(TRUTH["transaction"], summary)
    frequency = summary.table["frequency"]
    # Purchases of one day are merged: a few of a hundred are missing.
    expected = model.expected_purchases_new_customer("364 days")
    assert 0.93 * expected < frequency.mean() < 1.01 * expected
