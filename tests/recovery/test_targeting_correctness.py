"""The knapsack against brute force, learners and policies against a truth that is known."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clvlab.recovery import (
    CostRates,
    Limits,
    choose,
    choose_within,
    contact_list,
    qini_curve,
    read_experiment,
    target,
    uplift_by_tenth,
    uplift_scores,
)
from clvlab.recovery.uplift import RIDGE


def best_by_trying_all(values, costs, limits):
    best = 0.0
    for pick in itertools.product(range(-1, values.shape[1]), repeat=len(values)):
        chosen = [(row, column) for row, column in enumerate(pick) if column >= 0]
        if all(sum(use[place] for place in chosen) <= most + 1e-12 for use, most in limits):
            best = max(best, sum(values[place] for place in chosen))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_the_knapsack_equals_brute_force_on_small_problems(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 6)), int(rng.integers(1, 4))
    values = np.round(rng.normal(2, 3, (n, m)), 1)
    costs = np.round(rng.uniform(0, 3, (n, m)), 1)
    budget = round(float(rng.uniform(0, 8)), 1)
    best = best_by_trying_all(values, costs, [(costs, budget)])
    exact, greedy = (choose(values, costs, budget, exact=how) for how in (True, False))
    assert exact.value == pytest.approx(best)
    assert greedy.value <= best + 1e-9 <= greedy.most + 2e-9
    for found in (exact, greedy):
        there = np.flatnonzero(found.measure >= 0)
        assert found.cost == pytest.approx(costs[there, found.measure[there]].sum())
        assert found.cost <= budget + 1e-9


def test_a_large_knapsack_leaves_less_than_one_customer_on_the_table():
    rng = np.random.default_rng(1)
    values, costs = rng.normal(2, 3, (20_000, 4)), rng.uniform(0.1, 3, (20_000, 4))
    found = choose(values, costs, 4000.0)
    assert found.cost <= 4000.0
    assert 0 <= found.most - found.value < values.max()


def test_without_a_limit_everybody_gets_what_is_worth_most():
    values = np.array([[1.0, 3.0], [-1.0, -2.0], [4.0, -np.inf]])
    found = choose(values, np.ones((3, 2)), np.inf)
    assert found.measure.tolist() == [1, -1, 0]
    assert found.value == 7.0


@pytest.mark.parametrize("seed", range(20))
def test_limits_of_hours_and_contacts_hold_and_the_bound_is_one(seed):
    rng = np.random.default_rng(seed)
    values, costs = rng.normal(1, 2, (6, 2)), rng.uniform(0.2, 2, (6, 2))
    hours = rng.uniform(0, 1, (6, 2))
    limits = Limits(budget=5.0, hours=1.5, contacts=3)
    found = choose_within(values, costs, hours, limits)
    there = np.flatnonzero(found.measure >= 0)
    assert costs[there, found.measure[there]].sum() <= 5.0 + 1e-9
    assert hours[there, found.measure[there]].sum() <= 1.5 + 1e-9
    assert len(there) <= 3
    ones = np.ones_like(hours)
    best = best_by_trying_all(values, costs, [(costs, 5.0), (hours, 1.5), (ones, 3)])
    assert found.value - 1e-9 <= best <= found.most + 1e-9


COSTS = {
    "call": CostRates(
        communication=1.0, incentive=0, hours=0.05, hourly_rate=10, set_up=0, overhead=0
    )
}


def trial(seed, n=5000):
    """Customers of a kind that a call wins, and of a kind that it does not."""
    rng = np.random.default_rng(seed)
    winnable, x = rng.random(n) < 0.4, rng.normal(size=n)
    arm = rng.permutation(np.repeat(["control", "call"], n // 2))
    natural = rng.random(n) < 0.08
    moved = ~natural & (arm == "call") & (rng.random(n) < np.where(winnable, 0.15, 0.0))
    returned = (natural | moved).astype(float)
    value = returned * rng.gamma(2.0, 15.0, n)
    table = pd.DataFrame(
        {
            "customer_id": range(n),
            "arm": arm,
            "returned": returned,
            "value": value,
            "x": x,
            "kind": np.where(winnable, "winnable", "other"),
        }
    )
    experiment = read_experiment(
        table,
        shares={"control": 0.5, "call": 0.5},
        control="control",
        outcomes=["returned", "value"],
        covariates=["x"],
    )
    return experiment, np.where(winnable, 0.92 * 0.15, 0.0)


@pytest.mark.parametrize("learner", ["T", "X", "DR"])
def test_learners_find_who_can_be_won(learner):
    experiment, truth = trial(1)
    found = uplift_scores(
        experiment, "call", "returned", features=["x", "kind"], learner=learner, seed=1
    )
    assert np.corrcoef(found, truth)[0, 1] > 0.8
    assert found.mean() == pytest.approx(truth.mean(), abs=0.02)
    tenths = uplift_by_tenth(experiment, "call", "returned", found)
    assert tenths["effect"].iloc[:3].mean() > tenths["effect"].iloc[-3:].mean() + 0.05


@pytest.mark.parametrize("learner", ["T", "X", "DR"])
def test_the_usual_model_is_scikit_learns_ridge(learner):
    experiment, _ = trial(2)
    experiment.table["constant"] = 0.1
    given = {"features": ["x", "kind", "constant"], "learner": learner, "seed": 1}
    ridge = make_pipeline(StandardScaler(), Ridge(alpha=RIDGE))
    own = uplift_scores(experiment, "call", "value", **given)
    theirs = uplift_scores(experiment, "call", "value", model=ridge, **given)
    np.testing.assert_allclose(own, theirs, rtol=1e-9, atol=1e-9)


def test_scores_come_from_models_that_never_saw_the_customer():
    experiment, _ = trial(1)
    given = {"features": ["x", "kind"], "learner": "T", "seed": 1}
    found = uplift_scores(experiment, "call", "value", **given)
    changed = experiment.table.copy()
    changed.loc[0, "value"] = 1e6
    other = uplift_scores(
        type(experiment)(changed, "control", experiment.shares), "call", "value", **given
    )
    assert other.loc[0] == found.loc[0]
    assert (other != found).any()


def test_the_choice_beats_simple_rules_where_the_truth_is_known():
    """Mean true gain over trials, against the rule that was best on its own trial's estimate."""
    ahead = []
    for seed in range(5):
        experiment, truth = trial(seed)
        chosen = target(
            experiment,
            COSTS,
            features=["x", "kind"],
            likely_lost=experiment.table["x"],
            lifetime=-experiment.table["x"],
            limits=Limits(budget=1.5 * 2400),
            seed=seed,
        )
        gain = truth * 30.0 - 1.5
        true = {
            rule: float(gain[(chosen.policies[rule] == "call").to_numpy()].sum())
            for rule in chosen.policies
        }
        simple = chosen.rules.drop(index="net value")["total"].idxmax()
        ahead.append(true["net value"] - true[simple])
        assert true["net value"] > true["all"]
        assert true["net value"] > true["most likely lost"]
    error = np.std(ahead, ddof=1) / np.sqrt(len(ahead))
    assert np.mean(ahead) >= -2 * error


def test_what_a_policy_is_said_to_gain_is_what_it_gains():
    errors = []
    for seed in range(6):
        experiment, truth = trial(seed, 4000)
        chosen = target(
            experiment,
            COSTS,
            features=["x", "kind"],
            likely_lost=experiment.table["x"],
            lifetime=experiment.table["x"],
            limits=Limits(),
            seed=seed,
        )
        asked = (chosen.policies["net value"] == "call").to_numpy()
        true = float(np.where(asked, truth * 30.0 - 1.5, 0.0).mean())
        row = chosen.rules.loc["net value"]
        errors.append((row["gain"] - true) / row["standard_error"])
    assert abs(np.mean(errors)) < 3 / np.sqrt(6)
    listed = contact_list(chosen)
    assert len(listed) == asked.sum()
    assert listed["predicted_gain"].is_monotonic_decreasing


def test_the_currency_qini_ends_at_the_effect_of_contacting_everybody():
    experiment, truth = trial(3)
    score = pd.Series(truth, experiment.table.index)
    curve = qini_curve(experiment, "call", score, COSTS["call"], seed=1)
    table = experiment.table
    mine = table["arm"] == "call"
    all_of_them = table.loc[mine, "value"].mean() - table.loc[~mine, "value"].mean() - 1.5
    assert curve["gain"].iloc[-1] == pytest.approx(all_of_them * len(table))
    assert curve["gain"].iloc[0] == 0.0
    assert curve["gain"].max() > curve["gain"].iloc[-1]
    assert (curve["lower"] <= curve["upper"]).all()


def test_who_may_not_be_asked_is_never_chosen():
    experiment, _ = trial(1, 2000)
    allowed = experiment.table["x"] > 0
    chosen = target(
        experiment,
        COSTS,
        features=["x", "kind"],
        likely_lost=experiment.table["x"],
        lifetime=experiment.table["x"],
        limits=Limits(contacts=100, budget=1000.0),
        eligible=allowed,
        seed=1,
    )
    listed = contact_list(chosen)
    assert 0 < len(listed) <= 100
    assert allowed[listed.index].all()
