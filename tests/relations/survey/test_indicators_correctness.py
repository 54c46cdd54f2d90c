"""Indices, top boxes, net promoters, clusters and later purchases, by hand and by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.relations.survey.conftest import long

from clvlab.data import TransactionLog
from clvlab.lifecycle.share_limits import wilson_limits
from clvlab.relations import survey
from clvlab.relations.clustered import clustered_mean, clustered_share


def test_scores_go_from_0_to_100_and_need_half_of_the_questions():
    rows = [("a", "q1", 1), ("a", "q2", 7), ("b", "q1", 4), ("c", "r1", 7)]
    answers = survey.read_answers(long(rows), scale=(1, 7))
    scores = answers.scores({"q": ["q1", "q2"]})["q"]
    assert scores[["a", "b"]].tolist() == [50.0, 50.0]
    assert np.isnan(scores["c"])


def test_little_is_turned_round_where_it_is_good():
    answers = survey.read_answers(long([("a", "q1", 2)]), scale=(1, 7), reversed_items=["q1"])
    assert answers.answers.loc["a", "q1"] == 6


def test_net_promoters_are_worked_by_hand():
    found = survey.net_promoters([10, 9, 8, 7, 6, 0])
    assert found.estimate == pytest.approx(0.0, abs=1e-12)
    assert found.lower < 0 < found.upper
    assert survey.net_promoters([10] * 5).estimate == 100


def test_a_question_on_another_scale_has_no_net_promoters_without_cuts():
    answers = survey.read_answers(long([("a", "q1", 7), ("b", "q1", 1)]), scale=(1, 7))
    assert "needs a question up to 10" in survey.promoters_of(answers, "q1")
    assert survey.promoters_of(answers, "q1", cuts=(4, 6)).estimate == 0
    assert "needs a question" in survey.promoters_of(answers, None)


def test_the_two_highest_answers_are_counted():
    rows = [(str(place), "q1", answer) for place, answer in enumerate([7, 6, 5, 1])]
    answers = survey.read_answers(long(rows), scale=(1, 7))
    row = survey.top_boxes(answers, interval=0.9).loc["q1"]
    low, high = wilson_limits(2, 4, 0.9)
    # Four customers: the factor G / (G - 1) widens the limits a little.
    assert row["top_box"] == 0.5
    assert row["top_lower"] < float(low)
    assert row["top_upper"] > float(high)


def test_means_of_clusters_are_covered_as_often_as_they_say():
    rng, runs, inside, plain = np.random.default_rng(8), 400, 0, 0
    who = np.repeat(np.arange(40), 5)
    for _ in range(runs):
        x = rng.standard_normal(40)[who] + rng.standard_normal(200)
        one = clustered_mean(x, who, 0.9)
        inside += one.lower < 0 < one.upper
        other = clustered_mean(x, np.arange(200), 0.9)
        plain += other.lower < 0 < other.upper
    assert abs(inside / runs - 0.9) < 4 * np.sqrt(0.09 / runs)
    assert plain / runs < 0.8


def test_a_share_of_nobody_is_missing_and_of_one_customer_has_limits_of_one_case():
    assert np.isnan(clustered_share([], []).estimate)
    assert clustered_share([1, 1], ["a", "a"]).lower < 0.5


def test_waves_and_the_latest_answer_of_each_customer(example):
    customers = example.of("customer")
    waves = survey.waves_of(customers)
    assert waves.nunique() == 2
    latest = survey.latest_of_each(customers)
    assert latest.respondents["customer_id"].is_unique
    assert set(latest.respondents["customer_id"]) == set(customers.respondents["customer_id"])


def test_later_purchases_count_from_the_day_after_and_only_where_they_are_known():
    days = pd.to_datetime(["2023-01-10", "2023-01-11", "2023-02-20", "2023-01-09"])
    table = pd.DataFrame({"customer_id": ["a", "a", "a", "b"], "date": days, "amount": 5.0})
    log = TransactionLog(table.sort_values("date", ignore_index=True), pd.DataFrame(), "by hand")
    rows = long([("1", "q1", 5), ("2", "q1", 3), ("3", "q1", 4)])
    rows["customer_id"] = ["a", "b", "a"]
    rows["date"] = pd.to_datetime(["2023-01-10", "2023-01-10", "2023-03-01"])
    answers = survey.read_answers(rows, scale=(1, 7))
    found = survey.later_purchases(
        answers, answers.answers["q1"], log, days=30, last_day=pd.Timestamp("2023-03-15")
    )
    assert found.index.tolist() == ["1", "2"]
    assert found["orders"].tolist() == [1, 0]
    assert found["orders_before"].tolist() == [1, 1]
    assert found["amount"].tolist() == [5.0, 0.0]


def test_shares_of_wallet_that_can_not_be_are_counted_and_left_out():
    rows = [(str(place), "q1", 1 + place) for place in range(6)]
    table = long(rows, customer_id=list("abcdef"))
    answers = survey.read_answers(table, scale=(1, 7))
    shares = [0.2, 0.4, 1.4, 0.5, None, 0.9]
    customers = pd.DataFrame({"customer_id": list("abcdef"), "share_of_wallet": shares})
    found = survey.share_of_wallet(answers, answers.answers["q1"], customers)
    assert (found.not_known, found.beyond_limits) == (1, 1)
    assert found.table["customers"].tolist() == [2, 1, 1]
    assert found.table["wallet_share"].tolist() == pytest.approx([0.3, 0.5, 0.9])
