"""Hidden stages are found again on bases whose stages and chances are known; rules can't do it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.data import load_transactions
from clvlab.errors import InputError
from clvlab.lifecycle.hidden_stages import fit_hidden_stages, purchase_days_by_month
from clvlab.lifecycle.replay import replay_stages
from clvlab.simulate import simulate_stages

MOVES = np.array([[0.85, 0.12, 0.03], [0.10, 0.80, 0.10], [0.02, 0.03, 0.95]])
TRUTH = {
    "transitions": MOVES,
    "purchase_days": [6, 1.5, 0.1],
    "enters": [0.6, 0.4, 0.0],
    "months": 24,
    "entry_months": 12,
}


def found_in(base, seed, n_draws=200):
    """The fit, whether each move's chance is inside its limits, and how many labels are right."""
    fit = fit_hidden_stages(purchase_days_by_month(base.log), n_draws=n_draws, seed=seed)
    table = fit.table(0.90)
    inside = table["lower"].le(MOVES.ravel()) & table["upper"].ge(MOVES.ravel())
    labels = fit.labels()
    true = base.stages.loc[labels.index, labels.columns] + 1
    known = labels.notna().to_numpy()
    right = (labels.to_numpy() == true.to_numpy())[known].mean()
    return fit, inside, right


@pytest.fixture(scope="module")
def base():
    return simulate_stages(400, **TRUTH, seed=1)


def coverage(bases, customers, n_draws):
    inside, right = [], []
    for seed in range(bases):
        _, one, labels = found_in(simulate_stages(customers, **TRUTH, seed=seed), seed, n_draws)
        inside.append(one)
        right.append(labels)
    return float(np.mean(inside)), float(np.mean(right))


def test_chances_of_moves_are_inside_their_limits_and_stages_are_found():
    bases = 8
    covered, right = coverage(bases, 120, 150)
    # 72 chances; those of a row are not independent, so three errors of a third as many.
    assert abs(covered - 0.90) < 3 * np.sqrt(0.9 * 0.1 / (bases * 3))
    assert right > 0.90


@pytest.mark.trust
def test_limits_cover_at_their_level_on_many_bases():
    bases = 100
    covered, right = coverage(bases, 300, 400)
    assert abs(covered - 0.90) < 3 * np.sqrt(0.9 * 0.1 / (bases * 3))
    assert right > 0.92


def test_purchase_chances_are_found_and_fall(base):
    fit, _, _ = found_in(base, 1)
    each = fit.chances.mean(axis=0) * 31
    assert each == pytest.approx(TRUTH["purchase_days"], rel=0.1, abs=0.05)
    assert (np.diff(fit.chances, axis=1) < 0).all()


def test_rules_over_purchases_name_fewer_stages_rightly_than_the_hidden_ones(base):
    _, _, right = found_in(base, 1)
    as_of = base.stages.columns[-1].date()
    today = clvlab.summarize(base.log, calibration_end=as_of, observed_until=as_of, unit="week")
    model = clvlab.BetaGeoModel().fit(today)
    labels = replay_stages(base.log, "relationship", model, as_of=as_of, horizon="4 weeks").labels
    there = (base.stages.loc[labels.index] >= 0).to_numpy()
    named = labels.astype(str).to_numpy()[there]
    crossed = pd.crosstab(named, base.stages.loc[labels.index].to_numpy()[there])
    # Each rule's stage stands for whichever true one it names most often: its best case.
    best = crossed.max(axis=1).sum() / crossed.to_numpy().sum()
    assert best < 0.7 < right


def test_the_same_seed_gives_the_same_draws(base):
    days = purchase_days_by_month(base.log).iloc[:50]
    one, other = (fit_hidden_stages(days, n_draws=5, seed=3) for _ in range(2))
    assert (one.transitions == other.transitions).all()
    assert (one.probability == other.probability).all()


def test_purchase_days_by_hand():
    rows = [("a", "2024-01-05"), ("a", "2024-02-03"), ("a", "2024-02-09"), ("b", "2024-02-29")]
    table = pd.DataFrame(rows, columns=["customer_id", "date"]).assign(amount=1.0)
    found = purchase_days_by_month(load_transactions(table))
    assert found.columns.tolist() == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-29")]
    assert found.to_numpy().tolist() == [[-1, 2], [-1, -1]]


def test_a_month_that_has_not_ended_is_left_out():
    rows = [("a", "2024-01-05"), ("a", "2024-02-03")]
    table = pd.DataFrame(rows, columns=["customer_id", "date"]).assign(amount=1.0)
    found = purchase_days_by_month(load_transactions(table))
    assert found.columns.tolist() == [pd.Timestamp("2024-01-31")]


def test_simulated_stages_move_and_buy_as_told():
    base = simulate_stages(
        3000, transitions=MOVES, purchase_days=[6, 1.5, 0], months=6, seed=2,
        first_day=date(2023, 1, 1),
    )  # fmt: skip
    stage = base.stages.to_numpy()
    moves = np.zeros((3, 3))
    np.add.at(moves, (stage[:, :-1].ravel(), stage[:, 1:].ravel()), 1)
    shares = moves / moves.sum(axis=1, keepdims=True)
    errors = np.sqrt(MOVES * (1 - MOVES) / moves.sum(axis=1, keepdims=True))
    assert (np.abs(shares - MOVES) < 4 * errors).all()
    days = purchase_days_by_month(base.log)
    first = days.iloc[:, 1].to_numpy()[stage[:, 1] == 0]
    assert first.mean() == pytest.approx(6 * 28 / 31, rel=0.03)
    assert days.iloc[:, 5].to_numpy()[stage[:, 5] == 2].sum() == 0


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (lambda days: fit_hidden_stages(days, n_stages=1), "'n_stages' must be at least 2"),
        (lambda days: fit_hidden_stages(days, n_draws=0), "'n_draws' must be at least 1"),
        (lambda days: fit_hidden_stages(days.iloc[:, :1]), "must hold two months or more"),
        (
            lambda _: simulate_stages(
                5, transitions=[[0.5, 0.6], [0, 1]], purchase_days=[1, 1], months=2, seed=1
            ),
            "'transitions' must have as many rows as columns",
        ),
        (
            lambda _: simulate_stages(5, transitions=MOVES, purchase_days=[1], months=2, seed=1),
            "'purchase_days' must hold 3 numbers between 0 and 28",
        ),
        (
            lambda _: simulate_stages(
                5, transitions=MOVES, purchase_days=[1, 1, 1], months=2, entry_months=3, seed=1
            ),
            "'entry_months' must be at least 1 and at most months",
        ),
    ],
)
def test_message(base, call, part):
    with pytest.raises(InputError, match=part):
        call(purchase_days_by_month(base.log))
