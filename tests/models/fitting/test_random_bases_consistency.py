"""Every model on random bases of every kind: each fit ends at the optimum or says why not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.models.bgbb.bgbb import objective_of_opportunities
from clvlab.models.bgbb.histories import opportunity_histories
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.fitted_to_histories import objective_of
from clvlab.models.fitting.newton import maximize
from clvlab.models.gamma_gamma.gamma_gamma import objective_of_spend, spending_of
from clvlab.models.shifted_beta_geometric.renewals import counts_of_cohorts
from clvlab.models.shifted_beta_geometric.shifted_beta_geometric import (
    objective_of_renewals,
)

MODELS = [
    clvlab.BetaGeoModel,
    clvlab.ModifiedBetaGeoModel,
    clvlab.ParetoNBDModel,
    clvlab.NBDModel,
]
each_model = pytest.mark.parametrize("model_type", MODELS, ids=lambda model: model.__name__)
SEEDS, MANY_SEEDS, STARTS = range(1), range(20), 4


def best_of(objective, starts):
    """The highest value that searches from many starts reach."""
    return max(maximize(objective, start).value for start in starts)


def require_the_optimum(model, best, at):
    """A fit within 1e-6 of the best, and a word wherever something is not identified."""
    rounding = 1e-12 * abs(best)
    assert np.isfinite(model.log_likelihood_), at
    assert model.log_likelihood_ > best - 1e-6 - rounding, at
    undetermined = model.parameter_table()["standard_error"].isna().any()
    assert not undetermined or model.diagnosis_, at
    assert model.converged_ or model.diagnosis_, at


def check_purchases(model_type, kind, seed, random_bases):
    base = random_bases.purchases(kind, seed)
    model = model_type().fit(base, unit="day")
    histories = histories_of(base, "day").compressed()
    objective = objective_of(model.process, histories)
    rng = np.random.default_rng(seed)
    middle = np.log([0.8, 0.5 / histories.mean_rate, 0.5, histories.mean_T / 2])
    middle = middle[: len(model.params_)]
    starts = [middle + rng.normal(0, 2, len(middle)) for _ in range(STARTS)]
    # The limit without dropout is among them.
    never = clvlab.NBDModel().fit(base, unit="day").log_likelihood_
    require_the_optimum(model, max(best_of(objective, starts), never), (kind, seed))
    for horizon in (30.0, 1e6):
        expected = model.expected_purchases(base, horizon=horizon, unit="day")
        assert np.isfinite(expected).all(), (kind, seed)
        assert (expected >= 0).all(), (kind, seed)
    alive = model.probability_alive(base, unit="day")
    assert ((alive >= 0) & (alive <= 1)).all(), (kind, seed)


@each_model
def test_every_fit_of_purchases_ends_at_the_optimum(model_type, kind, random_bases):
    for seed in SEEDS:
        check_purchases(model_type, kind, seed, random_bases)


@pytest.mark.trust
@each_model
def test_200_fits_of_purchases_end_at_the_optimum(model_type, kind, random_bases):
    for seed in MANY_SEEDS:
        check_purchases(model_type, kind, seed, random_bases)


def check_opportunities(kind, seed, random_bases):
    base = random_bases.opportunities(kind, seed)
    model = clvlab.BetaGeoBetaBinomModel().fit(base, weights="many")
    objective = objective_of_opportunities(opportunity_histories(base, "many"))
    starts = np.random.default_rng(seed).normal(0, 2, (STARTS, 4))
    require_the_optimum(model, best_of(objective, [*starts, [0, 0, -27, 0]]), (kind, seed))
    expected = model.expected_purchases(base, horizon=30)
    assert ((expected >= 0) & (expected <= 30)).all(), (kind, seed)


def test_every_fit_of_opportunities_ends_at_the_optimum(kind, random_bases):
    for seed in SEEDS:
        check_opportunities(kind, seed, random_bases)


@pytest.mark.trust
def test_200_fits_of_opportunities_end_at_the_optimum(kind, random_bases):
    for seed in MANY_SEEDS:
        check_opportunities(kind, seed, random_bases)


def check_cohort(kind, seed, random_bases):
    survivors = random_bases.cohort(kind, seed)
    model = clvlab.ShiftedBetaGeometricModel().fit_cohorts(survivors)
    objective = objective_of_renewals(counts_of_cohorts(survivors))
    starts = np.random.default_rng(seed).normal(0, 3, (STARTS, 2))
    require_the_optimum(model, best_of(objective, starts), (kind, seed, survivors.tolist()))
    assert np.isfinite(model.retention_curve(50, n_draws=20)).all(axis=None)


def test_every_fit_of_renewals_ends_at_the_optimum(kind, random_bases):
    for seed in SEEDS:
        check_cohort(kind, seed, random_bases)


@pytest.mark.trust
def test_200_fits_of_renewals_end_at_the_optimum(kind, random_bases):
    for seed in MANY_SEEDS:
        check_cohort(kind, seed, random_bases)


def check_amounts(kind, seed, random_bases):
    base = random_bases.amounts(kind, seed)
    model = clvlab.GammaGammaModel().fit(base)
    spending, _ = spending_of(base)
    typical = float(np.log(base["monetary_value"]).mean())
    relative = objective_of_spend(spending.in_units_of(np.exp(typical)))
    starts = np.random.default_rng(seed).normal([0.7, 1, 0], 2, (STARTS, 3))
    best = best_of(relative, starts) - len(spending) * typical
    require_the_optimum(model, best, (kind, seed))
    spend = model.expected_spend(base)
    assert (spend > 0).all(), (kind, seed)


def test_every_fit_of_amounts_ends_at_the_optimum(kind, random_bases):
    for seed in SEEDS:
        check_amounts(kind, seed, random_bases)


@pytest.mark.parametrize(("base", "seed"), [("scattered", 11), ("tiny", 20)])
def test_the_higher_of_two_maxima_of_amounts_is_found(base, seed, random_bases):
    """All spread between customers, or all of it within them: each is a maximum here."""
    check_amounts(base, seed, random_bases)


@pytest.mark.trust
def test_200_fits_of_amounts_end_at_the_optimum(kind, random_bases):
    for seed in MANY_SEEDS:
        check_amounts(kind, seed, random_bases)


@each_model
def test_order_splitting_and_units_change_no_fit(model_type, random_bases):
    for kind in ("ordinary", "frequent", "scattered"):
        base = random_bases.purchases(kind, 5)
        model = model_type().fit(base, unit="day")
        shuffled = model_type().fit(base.sample(frac=1, random_state=2), unit="day")
        twice = model_type().fit(pd.concat([base, base]), unit="day")
        in_weeks = base.assign(recency=base["recency"] / 7, T=base["T"] / 7)
        weeks = model_type().fit(in_weeks, unit="week")
        repeats = base["frequency"].sum()
        assert shuffled.log_likelihood_ == pytest.approx(model.log_likelihood_, abs=1e-6)
        assert twice.log_likelihood_ == pytest.approx(2 * model.log_likelihood_, abs=1e-6)
        shifted = model.log_likelihood_ + repeats * np.log(7)
        assert weeks.log_likelihood_ == pytest.approx(shifted, abs=1e-6)
