"""Moves between stages: published values, hand-counted tables, known chains found again."""

import numpy as np
import pandas as pd
import pytest

from clvlab.errors import InputError
from clvlab.lifecycle.markov_value import contact_cutoff, markov_value, recency_chain
from clvlab.lifecycle.transitions import transitions_of

PUBLISHED = {"contribution": 40, "contact_cost": 4}
BUYING = [0.3, 0.2, 0.15, 0.05]
CHAIN = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.05, 0.05, 0.9]])
STAGES = ("new", "loyal", "lapsed")


def walks(chain, customers, dates, rng, start=None):
    """Stages of customers who move by a chain."""
    now = rng.integers(0, len(chain), customers) if start is None else start
    seen = [now]
    for _ in range(dates - 1):
        now = (rng.random(customers)[:, None] > np.cumsum(chain[now], axis=1)).sum(axis=1)
        seen.append(now)
    return pd.DataFrame({t: np.array(STAGES)[one] for t, one in enumerate(seen)})


def test_published_values_of_customers():
    P, R = recency_chain(BUYING, **PUBLISHED)
    endless = markov_value(P, R, discount_rate=0.2)
    assert endless == pytest.approx([52.320, 5.554, 1.251, -1.820, 0], abs=5e-4)
    four = markov_value(P, R, discount_rate=0.2, periods=4)
    assert four == pytest.approx([50.115, 4.220, 0.592, -1.980, 0], abs=5e-4)


def test_contacting_pays_until_the_third_period():
    found = contact_cutoff(BUYING, **PUBLISHED, discount_rate=0.2)
    assert found.last_contact == 3
    assert found.by_recency[:3] == pytest.approx([53.149, 6.621, 2.644], abs=5e-4)
    assert found.table["value"].idxmax() == 3


def test_nobody_is_contacted_where_it_never_pays():
    found = contact_cutoff([0.01, 0.01], contribution=40, contact_cost=30, discount_rate=0.2)
    assert found.last_contact == 0
    assert found.by_recency.tolist() == [40.0, 0.0]


def test_value_without_end_is_the_limit_of_many_periods():
    P, R = recency_chain(BUYING, **PUBLISHED)
    many = markov_value(P, R, discount_rate=0.2, periods=400)
    assert many == pytest.approx(markov_value(P, R, discount_rate=0.2), abs=1e-10)


def test_moves_by_hand():
    labels = pd.DataFrame(
        {
            1: ["new", "new", None, "loyal"],
            2: ["loyal", "new", "new", "loyal"],
            3: ["loyal", "lapsed", "new", "lapsed"],
        }
    )
    found = transitions_of(labels, STAGES)
    assert found.counts.tolist() == [
        [[1, 1, 0], [0, 1, 0], [0, 0, 0]],
        [[1, 0, 1], [0, 1, 1], [0, 0, 0]],
    ]
    assert found.probabilities().tolist() == [[0.5, 0.25, 0.25], [0, 2 / 3, 1 / 3], [0, 0, 1]]
    assert found.triples.sum() == 3
    assert found.triples[0, 1, 1] == 1
    dwell = found.dwell()
    assert dwell.loc["new", "mean_steps"] == 2
    assert dwell.loc["new", "half_life"] == pytest.approx(1.0)
    assert dwell.loc["lapsed", "half_life"] == np.inf


def test_one_date_has_no_moves():
    found = transitions_of(pd.DataFrame({1: ["new", "loyal"]}), STAGES)
    assert found.total.sum() == 0
    assert found.stationarity()["p_value"] == found.first_order()["p_value"] == 1.0


def test_known_chain_is_inside_the_limits_at_their_level():
    rng = np.random.default_rng(3)
    inside = []
    for _ in range(120):
        table = transitions_of(walks(CHAIN, 60, 4, rng), STAGES).table(0.90)
        inside.append(table["lower"].le(CHAIN.ravel()) & table["upper"].ge(CHAIN.ravel()))
    share = np.mean(inside)
    assert 0.87 <= share <= 0.93


def test_tests_hold_their_level():
    rng = np.random.default_rng(4)
    refused = {"stationarity": 0, "first_order": 0}
    for _ in range(300):
        found = transitions_of(walks(CHAIN, 400, 5, rng), STAGES)
        for name in refused:
            refused[name] += getattr(found, name)()["p_value"] < 0.05
    # 0.05 plus and minus three standard errors
    assert all(0.012 <= count / 300 <= 0.088 for count in refused.values()), refused


def test_a_chain_that_changes_is_seen():
    rng = np.random.default_rng(6)
    first = walks(CHAIN, 500, 3, rng)
    last = first[2].map({name: code for code, name in enumerate(STAGES)}).to_numpy()
    later = walks(CHAIN[::-1].copy(), 500, 3, rng, start=last)
    labels = pd.concat([first, later.drop(columns=0).set_axis([3, 4], axis=1)], axis=1)
    assert transitions_of(labels, STAGES).stationarity()["p_value"] < 1e-6


def test_a_past_that_matters_is_seen():
    rng = np.random.default_rng(7)
    labels = walks(CHAIN, 2000, 2, rng)
    labels[2] = np.where(rng.random(2000) < 0.7, labels[0], labels[1])
    assert transitions_of(labels, STAGES).first_order()["p_value"] < 1e-6


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (
            lambda: markov_value([[0.5, 0.6], [0, 1]], [1, 0], discount_rate=0.1),
            "row 1 sums to 1.1",
        ),
        (lambda: markov_value([[1.0, 0.0]], [1], discount_rate=0.1), "must be square"),
        (lambda: markov_value([[1.0]], [1, 2], discount_rate=0.1), "must be 1 numbers"),
        (lambda: markov_value([[1.0]], [1], discount_rate=0), "above 0 without an end"),
        (lambda: transitions_of(pd.DataFrame(index=[1]), STAGES), "one date or more; got none"),
        (
            lambda: transitions_of(pd.DataFrame({1: ["new"], 2: ["old"]}), STAGES),
            "must be one of new, loyal, lapsed; got 'old'",
        ),
    ],
)
def test_message(call, part):
    with pytest.raises(InputError, match=part):
        call()
