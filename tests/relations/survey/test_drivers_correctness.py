"""Importance by its axioms, effects against known truth, and the example company's drivers."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clvlab.relations import survey

TRUTH = Path(__file__).parents[3] / "data" / "example" / "truth" / "customers.csv"
NAMES = ["quality", "service", "price_fairness"]


def r_squared(r, some):
    place = np.array(some, dtype=int) + 1
    return float(r[0, place] @ np.linalg.solve(r[np.ix_(place, place)], r[place, 0])) if some else 0


def test_importance_is_the_average_over_all_orders():
    x = np.random.default_rng(1).standard_normal((50, 5)).cumsum(axis=1)
    r = np.corrcoef(x, rowvar=False)
    orders = list(permutations(range(4)))
    by_hand = np.zeros(4)
    for order in orders:
        for place, j in enumerate(order):
            by_hand[j] += r_squared(r, order[: place + 1]) - r_squared(r, order[:place])
    shares = survey.shapley_shares(r)
    np.testing.assert_allclose(shares, by_hand / len(orders), atol=1e-12)
    assert shares.sum() == pytest.approx(r_squared(r, (0, 1, 2, 3)))


def test_effects_are_freed_of_noise():
    rng, n = np.random.default_rng(2), 200_000
    x = rng.standard_normal((n, 2)) @ np.array([[1, 0.5], [0, 1]])
    y = 0.6 * x[:, 0] + 0.3 * x[:, 1] + rng.standard_normal(n)
    noisy = x + 0.8 * rng.standard_normal((n, 2))
    s = np.cov(np.column_stack([y, noisy]), rowvar=False)
    alpha = [1.0, *(x.var(axis=0) / noisy.var(axis=0))]
    truth = np.array([0.6, 0.3]) * x.std(axis=0) / y.std()
    np.testing.assert_allclose(survey.corrected_effects(s, alpha), truth, atol=0.01)
    assert np.isnan(survey.corrected_effects(s, [1.0, 0.0, 1.0])).all()


def test_the_example_companys_drivers_are_found_within_their_limits(example, constructs):
    customers = example.of("customer")
    found = survey.drivers_of(customers, constructs, "satisfaction", NAMES, interval=0.9, seed=1)
    truth = pd.read_csv(TRUTH).set_index("customer_id")
    asked = truth.loc[
        customers.respondents["customer_id"].dropna().loc[lambda x: x.isin(truth.index)]
    ]
    x = asked[NAMES].to_numpy()
    columns = np.column_stack([np.ones(len(x)), x])
    slopes = np.linalg.lstsq(columns, asked["satisfaction"].to_numpy(), rcond=None)[0][1:]
    effects = slopes * x.std(axis=0) / asked["satisfaction"].std(ddof=0)
    table = found.table.loc[NAMES]
    assert (table["effect_lower"] < effects).all()
    assert (effects < table["effect_upper"]).all()
    # Without the correction two of the three would be too small.
    assert (table["effect_raw"] < table["effect"]).all()
    assert table["importance"].sum() == pytest.approx(1.0)
    assert found.customers < found.rows


def test_employees_are_too_kind_about_service_as_they_are_in_truth(example, constructs):
    both = survey.views_of_both_sides(example, constructs)
    assert both.loc["service", "gap_is"] == "too high"
    assert (both["gap_lower"] < both["gap"]).all()
    items = survey.views_of_both_sides(example, constructs, by="item")
    assert len(items) == len(example.items)


def test_a_quadrant_is_claimed_only_where_limits_agree(example, constructs):
    latest = survey.latest_of_each(example.of("customer"))
    scores = survey.index_scores(latest.scores(constructs), latest.clusters)
    found = survey.drivers_of(latest, constructs, "satisfaction", NAMES, resamples=200, seed=1)
    where = survey.importance_performance(found, scores)
    usual, matters = where["index_score"].mean(), where["importance"].mean()
    across = where["index_lower"].lt(usual) & where["index_upper"].gt(usual)
    along = where["importance_lower"].lt(matters) & where["importance_upper"].gt(matters)
    assert (where.loc[across | along, "verdict"] == "not told apart").all()


def test_who_has_been_silent_answers_less_and_weights_stand_for_the_base(company, example):
    customers = example.of("customer")
    wave = survey.waves_of(customers)
    last = customers.where(wave == wave.max())
    response = survey.response_of(
        last, company.log, company.table("customers"), first_day=wave.max().date(), base_days=730
    )
    told = response.describe()
    groups = response.by_group()
    for name in groups.index.levels[0]:
        known = groups.loc[name]
        assert known["customers"].sum() <= told["customers"]
    silent = groups.loc["days of silence"]
    assert silent["p_value"].iloc[0] < 0.01
    assert silent.loc["highest third", "response_rate"] < silent["response_rate"].min() + 1e-12
    weight = response.weights()
    assert weight.mean() == pytest.approx(1.0)
    base, own = response.base, response.base.loc[weight.index]
    plain = abs(own["silence_days"].mean() - base["silence_days"].mean())
    mended = abs((weight * own["silence_days"]).sum() / weight.sum() - base["silence_days"].mean())
    assert mended < plain / 2


def test_the_seed_decides_the_limits(example, constructs):
    customers = example.of("customer")
    one, same, other = (
        survey.drivers_of(customers, constructs, "satisfaction", NAMES, resamples=100, seed=seed)
        for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one.table, same.table, check_exact=True)
    assert not one.table.equals(other.table)
