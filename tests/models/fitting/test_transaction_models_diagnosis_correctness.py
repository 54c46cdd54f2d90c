"""Irregular fits of the MBG/NBD and Pareto/NBD models: the best is found, and said in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.fitted_to_histories import objective_of
from clvlab.models.fitting.newton import maximize

MODELS = [clvlab.ModifiedBetaGeoModel, clvlab.ParetoNBDModel]
HARDLY_VISIBLE = "Dropout is hardly visible"


def simulated(r, alpha, s, beta, n_customers, seed):
    """Customers in weeks who buy and drop out at rates of their own; a zero rate never."""
    rng = np.random.default_rng(seed)
    T = rng.uniform(20, 60, n_customers)
    rate = rng.gamma(r, 1 / alpha, n_customers) if alpha else np.full(n_customers, r)
    dropout = rng.gamma(s, 1 / beta, n_customers) if beta else np.full(n_customers, s)
    alive = np.minimum(rng.exponential(1 / np.maximum(dropout, 1e-300)), T)
    frequency = rng.poisson(rate * alive)
    last = alive * rng.random(n_customers) ** (1 / np.maximum(frequency, 1))
    recency = np.where(frequency > 0, np.maximum(last, 1e-3), 0.0)
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T})


BASES = {
    "never": (1.0, 6.0, 0.0, 0.0, 900),
    "alike in leaving": (1.0, 6.0, 0.05, 0.0, 900),
    "alike in buying": (0.15, 0.0, 0.7, 15.0, 900),
    "ordinary": (0.6, 8.0, 0.6, 12.0, 900),
    "few": (0.6, 8.0, 0.6, 12.0, 12),
}


@pytest.fixture(scope="module", params=BASES)
def frame(request):
    return simulated(*BASES[request.param], seed=4)


@pytest.mark.parametrize("model_type", [clvlab.BetaGeoModel, *MODELS])
def test_no_other_start_finds_a_better_fit(frame, model_type):
    model = model_type().fit(frame, unit="week")
    objective = objective_of(model.process, histories_of(frame, "week").compressed())
    rng = np.random.default_rng(2)
    starts = rng.normal(np.log([0.8, 7, 0.4, 6]), [0.7, 0.7, 2.5, 2.5], (12, 4))
    best = max(maximize(objective, start).value for start in starts)
    assert model.log_likelihood_ > best - 1e-6
    assert model.converged_


@pytest.mark.parametrize("model_type", MODELS)
@pytest.mark.parametrize("seed", [4, 5])
def test_dropout_that_is_hardly_visible_is_said_to_be(model_type, seed):
    frame = simulated(*BASES["never"], seed=seed)
    model = model_type().fit(frame, unit="week")
    assert model.diagnosis_[0].startswith(HARDLY_VISIBLE)
    pace = frame["frequency"].sum() / frame["T"].sum()
    expected = model.expected_purchases(frame, horizon=26, unit="week")
    assert expected.sum() == pytest.approx(pace * 26 * len(frame), rel=0.1)
    draws = model.draw_parameters(500, 1)
    assert np.isfinite(draws).all()
    assert (draws > 0).all()


@pytest.mark.parametrize("model_type", MODELS)
def test_an_ordinary_base_is_not_talked_about(model_type):
    frame = simulated(0.6, 8.0, 0.6, 12.0, 6000, seed=4)
    assert model_type().fit(frame, unit="week").diagnosis_ == []


def test_customers_who_drop_out_at_one_rate_are_said_to_be_alike():
    frame = simulated(*BASES["alike in leaving"], seed=7)
    model = clvlab.ParetoNBDModel().fit(frame, unit="week")
    assert model.params_.s > 200
    assert [text[:51] for text in model.diagnosis_] == [
        "Customers hardly differ in how soon they drop out: "
    ]
    assert model.describe()["mean_dropout_rate"] == pytest.approx(0.05, rel=0.3)


@pytest.mark.parametrize("model_type", MODELS)
def test_customers_who_buy_at_one_pace_are_said_to_be_alike(model_type):
    frame = simulated(*BASES["alike in buying"], seed=4)
    model = model_type().fit(frame, unit="week")
    assert model.params_.r > 200
    assert any("how often they buy" in text for text in model.diagnosis_)
    assert model.describe()["mean_rate"] == pytest.approx(0.15, rel=0.2)


def test_parameters_from_elsewhere_are_not_called_a_maximum(sample):
    model = clvlab.ParetoNBDModel().evaluate([0.5, 10, 0.6, 60], sample)
    assert not model.converged_
    assert model.diagnosis_[0].startswith("These parameters are not the maximum")


@pytest.mark.parametrize("model_type", MODELS)
def test_a_single_customer_is_fitted_and_explained(model_type):
    frame = pd.DataFrame({"frequency": [1], "recency": [2.0], "T": [4.5]})
    model = model_type().fit(frame, unit="week")
    assert model.diagnosis_
    assert np.isfinite(model.expected_purchases(frame, horizon=4, unit="week")).all()


def test_a_large_base_is_fitted_as_well_as_a_small_one(sample, monkeypatch):
    from clvlab.models.pareto_nbd import pareto_nbd

    monkeypatch.setattr(pareto_nbd, "WORTH_ROUNDING", 100)
    model = clvlab.ParetoNBDModel().fit(sample)
    assert model.log_likelihood_ == pytest.approx(-9594.976179, abs=1e-5)
    assert model.n_iterations_ < 7
