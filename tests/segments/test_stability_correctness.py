"""Moves between classes, agreement, and the four kinds by loyalty and volume."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.segments import (
    Ahead,
    abc,
    agreement,
    behaviour_in,
    class_changes,
    customer_futures,
    cut_sensitivity,
    expected_by_segment,
    key_customers,
    loyalty_by_volume,
    migration,
    models_by_segment,
    rfm,
    rfm_scores,
    segmentation_of,
    value_if_they_stay,
)
from clvlab.summary.period import Period

RULES = {"A": "first", "B": "second"}


def classes(text):
    labels = pd.Series(list(text), index=[f"c{place}" for place in range(len(text))])
    labels = labels.where(labels != "-")
    return segmentation_of(labels, scheme="letters", rules=RULES, cut_in=None)


def test_moves_are_counted_with_those_who_had_no_class():
    found = migration(classes("AAB-"), classes("ABBA"))
    assert found.loc["A"].to_dict() == {"A": 1, "B": 1, "none": 0}
    assert found.loc["none", "A"] == 1
    assert found.to_numpy().sum() == 4


def test_kappa_is_that_of_a_hand_worked_table():
    # Both A 20, A and B 5, B and A 10, both B 15: agreement .7, by chance .5.
    one, other = classes("A" * 25 + "B" * 25), classes("A" * 20 + "B" * 5 + "A" * 10 + "B" * 15)
    found = agreement(one, other)
    assert (found.customers, found.agree) == (50, pytest.approx(0.7))
    assert found.kappa == pytest.approx(0.4)
    assert found.lower < 0.4 < found.upper


def test_kappa_is_not_defined_where_all_are_in_one_class():
    assert np.isnan(agreement(classes("AAA"), classes("AAA")).kappa)


def test_key_customers_whose_class_changed_stand_with_what_is_at_stake():
    values = pd.DataFrame(
        {"before": [9.0, 8.0, 1.0], "after": [9.0, 1.0, 2.0]}, index=["c0", "c1", "c2"]
    )
    found = class_changes(classes("AAB"), classes("ABA"), values)
    assert found.index.tolist() == ["c1", "c2"]
    assert found.loc["c1", ["from_class", "to_class", "change"]].tolist() == ["A", "B", -7.0]


def test_other_cuts_change_who_is_what():
    rng = np.random.default_rng(1)
    volume, loyalty = pd.Series(rng.lognormal(size=200)), pd.Series(rng.random(200))
    found = cut_sensitivity(volume, loyalty, (0.3, 0.5))
    assert found.loc[(0.5, 0.5), "changed"] == 0.0
    assert found.loc[(0.3, 0.3), "changed"] > 0.2
    assert (found.drop(columns="changed").sum(axis=1) == 200).all()


def test_rules_of_the_four_kinds_name_their_cuts():
    volume = pd.Series([1.0, 2.0, 3.0, 4.0])
    found = loyalty_by_volume(volume, volume / 10, volume_cut=0.5, cut_in=None)
    assert found.rules["treasure"] == "volume above 2.00, regularity above 0.2"


def test_equal_customers_have_equal_scores_and_every_customer_a_segment(sample_log):
    behaviour = behaviour_in(sample_log, Period.of("1997-01-01", "1997-09-30"))
    scores = rfm_scores(behaviour)
    of_equals = scores["frequency_score"].groupby(behaviour["orders"])
    assert (of_equals.min() == of_equals.max()).all()
    assert scores.min().min() >= 1
    assert scores.max().max() <= 5
    found = rfm(behaviour, cut_in=None)
    assert len(found.labels) == len(behaviour)
    assert found.table()["customers"].sum() == len(behaviour)


@pytest.fixture(scope="module")
def study(sample):
    return clvlab.fit_study(sample, n_draws=60, seed=1)


TERMS = {"horizon": "39 weeks", "annual_discount_rate": 0.1, "margin_rate": 0.3}


def test_key_customers_are_likely_to_be_in_the_top_tenth(study, sample):
    ahead = customer_futures(study, sample, **TERMS, most=60)
    scores = study.scores(sample, **TERMS).table
    np.testing.assert_allclose(ahead.table["clv"], scores["clv"])
    error = ahead.futures.std() / np.sqrt(ahead.futures.size)
    assert ahead.futures.mean() == pytest.approx(scores["clv"].mean(), abs=6 * error)
    key = key_customers(sample, ahead)
    assert key["clv"].is_monotonic_decreasing
    assert set(key["because"]) == {"large now and ahead", "rising", "uncertain"}
    assert (key.loc[key["because"] == "rising", "top_chance"] >= 0.5).all()
    worth, leaving = value_if_they_stay(ahead)
    assert ((1 - leaving) * worth).sum() == pytest.approx(scores["clv"].sum())


def test_chances_of_the_top_tenth_sum_to_a_tenth(sample):
    rng = np.random.default_rng(2)
    n = len(sample.table)
    futures = np.where(rng.random((n, 40)) < 0.05, rng.random((n, 40)), 0.0)
    table = pd.DataFrame({"clv": futures.mean(axis=1)}, index=sample.table.index)
    key = key_customers(sample, Ahead(table, futures), chance=1e-9)
    assert key["top_chance"].sum() <= n // 10 + 1e-6


def test_expected_values_of_segments_sum_to_those_of_all(study, sample):
    labels = pd.Series(np.where(sample.table["frequency"] > 0, "again", "once"), sample.table.index)
    rules = {"again": "bought again", "once": "did not"}
    cut = segmentation_of(labels, scheme="repeat", rules=rules, cut_in=None)
    found = expected_by_segment(study, sample, cut, **TERMS)
    assert found.index.tolist() == ["again", "once"]
    assert found["clv"].sum() == pytest.approx(study.total(sample, **TERMS)["clv"])
    assert (found["clv_each"] * found["customers"]).sum() == pytest.approx(found["clv"].sum())


def test_segments_drawn_at_random_need_no_model_of_their_own(sample):
    ids = sample.table.index
    labels = pd.Series(np.where(np.random.default_rng(3).random(len(ids)) < 0.5, "A", "B"), ids)
    cut = segmentation_of(labels, scheme="chance", rules=RULES, cut_in=None)
    found = models_by_segment(sample, cut)
    assert found.p_value > 0.001
    assert "no better" in found.verdict
    assert not found.circular
    assert found.table["observed"].sum() == 1882
    assert found.degrees == 4


def test_models_of_segments_cut_by_the_purchases_themselves_are_marked(sample, sample_log):
    period = Period.of("1997-01-01", "1997-09-30")
    volume = behaviour_in(sample_log, period)["amount"]

    found = models_by_segment(sample, abc(volume, cut_in=period))
    assert found.circular
    assert "worse" in found.verdict
