"""The profit of campaigns: the published example, and every threshold at many acceptance rates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from clvlab import churn
from clvlab.errors import InputError

Y = np.array([0, 1, 0, 1, 0, 1, 0, 1])
S = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9])
PUBLISHED = churn.Campaign(incentive_cost=10, contact_cost=1)


def test_the_published_example():
    best = churn.maximum_profit(Y, S, value=200, campaign=PUBLISHED)
    assert best == {"profit": 23.875, "share": 0.875, "threshold": 0.2}
    expected = churn.expected_maximum_profit(Y, S, value=200, campaign=PUBLISHED)
    assert expected["profit"] == pytest.approx(23.87559, abs=5e-6)
    assert expected["share"] == pytest.approx(0.87437, abs=5e-6)


def profits(gammas, y, s, v, campaign):
    """The profit of every threshold, contacting nobody among them, one by one."""
    d, f = campaign.incentive_cost, campaign.contact_cost
    rows = [np.zeros(len(gammas))]
    for cut in np.unique(s):
        lost, kept = (s >= cut) & (y == 1), (s >= cut) & (y == 0)
        rows.append(gammas * (v[lost] - d).sum() - f * lost.sum() - (d + f) * kept.sum())
    return np.array(rows) / len(y)


@pytest.mark.parametrize("seed", range(5))
def test_the_expected_maximum_with_a_value_for_each_customer(seed):
    rng = np.random.default_rng(seed)
    n = 150
    s = np.round(rng.random(n), 2)
    y = (rng.random(n) < s).astype(int)
    # Some customers are worth less than the incentive: keeping them costs money.
    v = rng.lognormal(2.5, 1.2, n)
    campaign = churn.Campaign(incentive_cost=6, contact_cost=0.5, acceptance=(2.5, 4.0))
    found = churn.expected_maximum_profit(y, s, value=v, campaign=campaign)
    # Quantiles in the middle of 20,000 equal parts of the law of the acceptance rate.
    gammas = beta(*campaign.acceptance).ppf((np.arange(20_000) + 0.5) / 20_000)
    exact = profits(gammas, y, s, v, campaign).max(axis=0).mean()
    assert found["profit"] == pytest.approx(exact, rel=2e-5)


def test_the_envelope_of_many_lines_is_the_highest_everywhere(rng):
    n = 4000
    s = rng.random(n)
    y = (rng.random(n) < s).astype(int)
    v = rng.lognormal(3, 1, n)
    curve = churn.profit_curve(y, s, value=v, campaign=PUBLISHED)
    kept, cost = curve["kept"].to_numpy(), curve["cost"].to_numpy()
    few = churn.expected_maximum_profit(y, s, value=v, campaign=PUBLISHED)
    law = beta(*PUBLISHED.acceptance)
    places = (np.arange(4000) + 0.5) / 4000
    values = [(gamma * kept - cost).max() for gamma in law.ppf(places)]
    assert few["profit"] == pytest.approx(np.mean(values) / n, rel=1e-4)


def test_a_weight_counts_a_customer_again(rng):
    twice = churn.expected_maximum_profit(
        np.repeat(Y, 2), np.repeat(S, 2), value=200, campaign=PUBLISHED
    )
    weighed = churn.expected_maximum_profit(
        Y, S, value=200, campaign=PUBLISHED, weights=np.full(8, 2)
    )
    assert weighed == pytest.approx(twice)


def test_a_contact_is_worth_its_cost_where_the_expected_profit_is_nothing():
    # p [.3 (v - 10) - 1] = (1 - p) 11 at p = 11 / (.3 (v - 10) + 10)
    even = 11 / (0.3 * 190 + 10)
    profit = churn.expected_profit([even - 0.01, even, even + 0.01], value=200, campaign=PUBLISHED)
    assert profit[1] == pytest.approx(0.0, abs=1e-12)
    assert profit[0] < 0 < profit[2]


def test_a_policy_of_nobody_brings_nothing_and_costs_nothing():
    found = churn.policy_profit(Y, np.zeros(8, dtype=bool), value=200, campaign=PUBLISHED)
    assert found == {"customers": 0, "profit": 0.0, "lower": 0.0, "upper": 0.0}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"incentive_cost": -1, "contact_cost": 1}, "'incentive_cost' must be at least 0; got -1"),
        ({"incentive_cost": 1, "contact_cost": np.nan}, "'contact_cost' must be at least 0"),
        (
            {"incentive_cost": 1, "contact_cost": 1, "acceptance": (0.3,)},
            "'acceptance' must be two numbers above 0",
        ),
    ],
)
def test_what_a_campaign_cannot_be(wrong, said):
    with pytest.raises(InputError, match=said):
        churn.Campaign(**wrong)
