"""Stages of customers whose story is known, and what is remembered of them."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.data import load_transactions
from clvlab.errors import InputError
from clvlab.lifecycle.replay import replay_stages
from clvlab.lifecycle.stages import SCHEMES, StageParameters, rules_in_words, stages_at
from clvlab.lifecycle.standing import PurchaseDays, standing_at

START, END = date(2023, 1, 1), date(2024, 6, 30)
MODEL = clvlab.BetaGeoModel().evaluate(
    [0.8, 40.0, 0.6, 3.0],
    pd.DataFrame({"frequency": [1, 0], "recency": [30.0, 0.0], "T": [200.0, 300.0]}),
    unit="day",
)


def log_of(**offsets):
    """A log of customers by the offsets of their purchase days."""
    rows = [
        (who, START + timedelta(days=int(day)), 10.0)
        for who, days in offsets.items()
        for day in days
    ]
    return load_transactions(pd.DataFrame(rows, columns=["customer_id", "date", "amount"]))


def day(offset):
    return START + timedelta(days=int(offset))


def test_standing_by_hand():
    log = log_of(a=[0, 10, 30, 90], b=[50], c=[200])
    found = standing_at(PurchaseDays.of(log), day(100))
    assert found.index.tolist() == ["a", "b"]
    assert found["orders"].tolist() == [4, 1]
    assert found["age_days"].tolist() == [100, 50]
    assert found["silence_days"].tolist() == [10, 50]
    # gaps are 10, 20 and 60 days: the usual one is 20, and counts three times
    assert found["own_gap_days"].tolist() == [(90 + 3 * 20) / 6, 20.0]
    # one repeat purchase of three in the later half: 1 - 1/8 for as many or more
    assert found["rising"].tolist() == pytest.approx([7 / 8, 1.0])
    assert found["falling"].tolist() == pytest.approx([0.5, 1.0])


def test_chance_of_a_purchase_is_the_models(sample, sample_log, sample_model):
    found = standing_at(
        PurchaseDays.of(sample_log), date(1997, 9, 30), model=sample_model, horizon="13 weeks"
    )
    theirs = sample_model.probability_purchase(sample, horizon="13 weeks")
    assert found["probability_purchase"].to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-12)


STORIES = {
    "exploration": [500],
    "termination": [0, 10, 20],
    "decline": [250, 280, 310, 340],
    "formation": [420, 500],
    "stability": list(range(20, 541, 20)),
}


def test_each_story_ends_in_its_stage():
    log = log_of(**STORIES, last=[546])
    standing = standing_at(PurchaseDays.of(log), day(546), model=MODEL)
    found = stages_at(standing, "relationship").drop("last")
    assert found.astype(str).to_dict() == {name: name for name in STORIES}


def test_termination_comes_to_an_end_by_a_purchase_only():
    log = log_of(gone=[0, 10, 20], back=[0, 10, 20, 470], regular=list(range(0, 547, 7)))
    found = replay_stages(log, "relationship", MODEL, as_of=END, recovery_months=2)
    gone, back = (found.labels.loc[who].astype(str).tolist() for who in ("gone", "back"))
    assert gone[-1] == "termination"
    assert "recovery" not in gone
    first = back.index("recovery")
    assert back[first - 1] == "termination"
    assert back[first : first + 2] == ["recovery", "recovery"]
    assert back[-1] != "recovery"
    assert found.transitions().total[found.stages.index("termination")].sum() > 0


def test_a_stage_is_kept_until_it_is_seen_often_enough():
    log = log_of(one=[0, 100, 130, 160, 400, 410, 420], regular=list(range(0, 547, 7)))
    changes = []
    for confirmations in (1, 2, 3):
        found = replay_stages(
            log, "acquaintance", MODEL, as_of=END, confirmations=confirmations
        ).labels.loc["one"]
        changes.append((found.astype(str) != found.astype(str).shift()).sum())
    assert changes == sorted(changes, reverse=True)
    assert changes[0] > changes[-1]


def test_noise_flips_fewer_labels_with_more_confirmations(sample_log, sample_model):
    left = [
        replay_stages(
            sample_log, "relationship", sample_model, as_of=date(1998, 6, 30), confirmations=many
        ).instability
        for many in (1, 2, 3)
    ]
    assert left == sorted(left, reverse=True)
    assert left[2] < 0.02 < left[0]


def test_rules_are_told_with_their_numbers():
    rules = rules_in_words("acquaintance", StageParameters(new_days=45))
    assert rules.loc["new", "rule"] == "first purchase within 45 days"
    assert rules.loc["loyal", "zh"] == "忠诚客户"


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (lambda s: stages_at(s, "relationhip"), "Did you mean 'relationship'"),
        (lambda s: stages_at(s, "process"), "must have probability_purchase"),
        (lambda _: StageParameters(gone=0.5), "must be below 'active'"),
        (lambda _: StageParameters(silent=0), "'silent' must be above 0"),
        (lambda _: PurchaseDays.of(log_of(a=[5]), date(2020, 1, 1)), "there is none by 2020"),
        (
            lambda _: replay_stages(log_of(a=[5]), "time", MODEL, as_of=END, confirmations=0),
            "'confirmations' must be at least 1",
        ),
    ],
)
def test_message(call, part):
    standing = standing_at(PurchaseDays.of(log_of(a=[0, 5])), day(10))
    with pytest.raises(InputError, match=part):
        call(standing)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_customer_has_one_stage_and_later_purchases_change_none(scheme):
    rng = np.random.default_rng(8)
    story = {f"c{i}": np.unique(rng.integers(0, 900, rng.integers(1, 12))) for i in range(80)}
    whole, known = log_of(**story), None
    early = {who: days[days <= 546] for who, days in story.items()}
    known = log_of(**{who: days for who, days in early.items() if len(days)})
    one = replay_stages(whole, scheme, MODEL, as_of=END)
    other = replay_stages(known, scheme, MODEL, as_of=END)
    pd.testing.assert_frame_equal(one.labels, other.labels)
    assert one.counts().iloc[-1].sum() == sum(len(days) > 0 for days in early.values())
    assert set(one.current().dropna()) <= set(one.stages)
    assert one.current().notna().all()
