"""The test of dropout: its level, its limits, and what it says of bases whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.checking import dropout_test as module
from clvlab.models.checking.dropout_interval import mean_dropout
from clvlab.models.checking.dropout_test import dropout_test
from clvlab.models.customers.histories import histories_of
from clvlab.models.nbd.likelihood import NBDParameters
from clvlab.models.nbd.simulation import draw_histories

MODELS = [clvlab.BetaGeoModel, clvlab.ModifiedBetaGeoModel, clvlab.ParetoNBDModel]
each_model = pytest.mark.parametrize("model_type", MODELS, ids=lambda model: model.__name__)
WEEKS = {"unit": "week", "horizon": "26 weeks"}


def observed_for(n_customers, seed):
    """Customers who bought once, observed for 20 to 40 weeks, in whole days."""
    T = np.random.default_rng(seed).integers(140, 281, n_customers) / 7
    return pd.DataFrame({"frequency": 0, "recency": 0.0, "T": T})


def never_leaving(n_customers, seed, parameters=(0.8, 10.0)):
    """A base without dropout, in weeks."""
    rng = np.random.default_rng(seed)
    histories = histories_of(observed_for(n_customers, seed), "week")
    drawn = draw_histories(NBDParameters(*parameters), histories, rng)
    return pd.DataFrame(
        {
            "frequency": drawn.frequency,
            "recency": drawn.times[drawn.recency] / 7,
            "T": drawn.times[drawn.T] / 7,
        }
    )


def leaving(n_customers, seed, dropout=0.1):
    """A base whose customers drop out after a repeat purchase with the same chance, in weeks."""
    rng = np.random.default_rng(seed)
    rows = []
    for T in rng.integers(140, 281, n_customers) / 7:
        rate, now, count = rng.gamma(0.8, 1 / 10), 0.0, 0
        while True:
            then = now + rng.exponential(1 / rate)
            if then > T:
                break
            now, count = then, count + 1
            if rng.random() < dropout:
                break
        rows.append((count, min(np.ceil(7 * now) / 7, T), T))
    return pd.DataFrame(rows, columns=["frequency", "recency", "T"])


@each_model
def test_dropout_that_is_there_is_seen(model_type, sample):
    model = model_type().fit(sample)
    test = dropout_test(model, sample, horizon="39 weeks", n_simulations=19)
    nbd = clvlab.NBDModel().fit(sample)
    ratio = 2 * (model.log_likelihood_ - nbd.log_likelihood_)
    assert test.likelihood_ratio == pytest.approx(ratio, rel=1e-12)
    assert test.p_value == 1 / 20
    assert test.n_simulations == 19
    assert test.not_identified == ()
    assert test.mean_dropout == model.describe()[test.measure]
    assert test.mean_dropout_lower < test.mean_dropout < test.mean_dropout_upper
    totals = [one.expected_purchases(sample, horizon=39).sum() for one in (model, nbd)]
    assert test.expected_purchases == pytest.approx(totals[0], rel=1e-12)
    assert test.expected_purchases_without_dropout == pytest.approx(totals[1], rel=1e-12)


@each_model
def test_dropout_that_is_not_there_is_told_with_both_predictions(model_type):
    base = never_leaving(200, seed=8)
    model = model_type().fit(base, unit="week")
    test = dropout_test(model, base, n_simulations=19, **WEEKS)
    assert test.p_value > 0.2
    assert not test.visible
    assert test.not_identified
    assert test.mean_dropout_lower == 0
    assert test.expected_purchases == pytest.approx(
        test.expected_purchases_without_dropout, rel=0.03
    )
    words = str(test)
    assert words.startswith("No dropout can be seen: the likelihood ratio against customers who")
    assert "there is no standard error for what is not known" in words
    assert f"Expected are {test.expected_purchases:,.0f} purchases" in words
    assert test.describe()["p_value"] == test.p_value


def test_the_same_seed_gives_the_same_p_value():
    base = leaving(300, seed=5, dropout=0.05)
    model = clvlab.BetaGeoModel().fit(base, unit="week")
    one, two, other = (
        dropout_test(model, base, n_simulations=19, seed=seed, **WEEKS) for seed in (1, 1, 2)
    )
    assert one == two
    assert one.likelihood_ratio == other.likelihood_ratio


def test_rows_in_another_order_change_nothing_that_is_estimated():
    base = leaving(300, seed=5, dropout=0.05)
    model = clvlab.BetaGeoModel().fit(base, unit="week")
    one, two = (
        dropout_test(model, frame, n_simulations=19, **WEEKS)
        for frame in (base, base.sample(frac=1, random_state=1))
    )
    assert_allclose(one.likelihood_ratio, two.likelihood_ratio, atol=1e-8)
    assert_allclose(one.mean_dropout_upper, two.mean_dropout_upper, rtol=1e-4)


@each_model
def test_the_search_of_the_simulations_finds_what_the_fit_finds(model_type):
    for base in (leaving(200, seed=8, dropout=0.03), never_leaving(200, seed=9)):
        model, nbd = (kind().fit(base, unit="week") for kind in (model_type, clvlab.NBDModel))
        known = max(2 * (model.log_likelihood_ - nbd.log_likelihood_), 0)
        histories = histories_of(base, "week").compressed()
        found = module.likelihood_ratio_of_dropout(model_type(), histories)
        assert found == pytest.approx(known, abs=5e-3)


def test_nobody_bought_twice_in_a_simulated_base():
    histories = histories_of(observed_for(5, seed=1), "week")
    assert module.likelihood_ratio_of_dropout(clvlab.BetaGeoModel(), histories) == 0.0


def test_limits_are_where_the_profile_has_fallen_by_half_a_chi_square_point(sample, sample_model):
    from scipy.optimize import minimize

    histories = histories_of(sample).compressed()
    mean = mean_dropout(sample_model, histories, 0.95)
    for limit in (mean.lower, mean.upper):

        def lost(point, limit=limit):
            r, alpha, size = np.exp(point)
            at = sample_model.process.parameters([r, alpha, limit * size, (1 - limit) * size])
            return -sample_model.process.log_likelihood(at, histories)[0]

        best = minimize(lost, np.log([0.25, 4.4, 3.2]), method="Nelder-Mead", tol=1e-8)
        fall = sample_model.log_likelihood_ + best.fun
        assert fall == pytest.approx(3.841459 / 2, abs=0.05)
    wider = mean_dropout(sample_model, histories, 0.99)
    assert wider.lower < mean.lower < mean.estimate < mean.upper < wider.upper


def test_a_rate_without_an_upper_limit_has_none():
    """Of a base without dropout: some few who leave at once can't be ruled out."""
    base = never_leaving(200, seed=8)
    model = clvlab.ParetoNBDModel().fit(base, unit="week")
    test = dropout_test(model, base, n_simulations=19, **WEEKS)
    assert test.mean_dropout_upper == np.inf
    assert "or more)" in str(test)


def p_values(model_type, n_customers, n_bases, monkeypatch):
    """P-values of bases without dropout; 19 simulations decide at both levels exactly."""
    monkeypatch.setattr(module, "ENOUGH", 2)
    out = np.empty(n_bases)
    for seed in range(n_bases):
        base = never_leaving(n_customers, seed)
        model, nbd = (kind().fit(base, unit="week") for kind in (model_type, clvlab.NBDModel))
        ratio = max(2 * (model.log_likelihood_ - nbd.log_likelihood_), 0.0)
        everyone = histories_of(base, "week")
        out[seed] = module._simulated_p_value(model, nbd, everyone, ratio, 19, seed + 10_000)[0]
    return out


def test_few_bases_without_dropout_are_called_otherwise(monkeypatch):
    values = p_values(clvlab.BetaGeoModel, 80, 12, monkeypatch)
    assert (values <= 0.05).sum() <= 4
    assert (values <= 0.10).sum() <= 5


@pytest.mark.trust
@each_model
@pytest.mark.parametrize("n_customers", [200, 1000])
def test_the_p_value_holds_its_level(model_type, n_customers, monkeypatch):
    """Shares of 500 bases, within three standard errors of what they should be."""
    values = p_values(model_type, n_customers, 500, monkeypatch)
    for level in (0.05, 0.10):
        spread = np.sqrt(level * (1 - level) / 500)
        assert abs((values <= level).mean() - level) < 3 * spread


@pytest.mark.trust
def test_limits_hold_the_truth_as_often_as_they_say():
    """A chance of 10 % that all customers share; the limits of the model that lets it differ."""
    held = 0
    for seed in range(200):
        base = leaving(400, seed)
        model = clvlab.BetaGeoModel().fit(base, unit="week")
        mean = mean_dropout(model, histories_of(base, "week").compressed(), 0.90)
        held += mean.lower <= 0.1 <= mean.upper
    assert held / 200 > 0.83
