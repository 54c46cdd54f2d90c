"""Models and studies written and read back: the same digits, now and for earlier versions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal, assert_series_equal

import clvlab
from clvlab.models.study.fitted_study import FittedStudy
from clvlab.models.study.model_files import load_model, save_model

TERMS = {"horizon": "1 year", "annual_discount_rate": 0.10, "margin_rate": 0.30}


@pytest.fixture(scope="module")
def some(sample):
    return replace(sample, table=sample.table.iloc[::20])


@pytest.fixture(scope="module")
def study(sample, sample_model, sample_spend):
    return FittedStudy.of(sample_model, sample_spend, window=sample.window, n_draws=100, seed=4)


@pytest.fixture
def saved(study, tmp_path):
    study.save(tmp_path / "study.json")
    return tmp_path / "study.json"


@pytest.mark.parametrize(
    "kind", ["BetaGeoModel", "ModifiedBetaGeoModel", "ParetoNBDModel", "NBDModel"]
)
def test_a_model_read_back_is_the_same_model(sample, some, tmp_path, kind):
    model = getattr(clvlab, kind)().fit(sample)
    save_model(model, tmp_path / "model.json")
    again = load_model(tmp_path / "model.json")
    assert type(again) is type(model)
    assert again.params_ == model.params_
    assert again.describe() == model.describe()
    assert (again.unit_, again.n_excluded_) == (model.unit_, model.n_excluded_)
    assert (again.aic_, again.bic_) == (model.aic_, model.bic_)
    assert_frame_equal(again.parameter_table(), model.parameter_table(), check_exact=True)
    assert_frame_equal(again.covariance_, model.covariance_, check_exact=True)
    assert_array_equal(again.draw_parameters(50, 1), model.draw_parameters(50, 1))
    assert_series_equal(
        again.expected_purchases(some, horizon=52),
        model.expected_purchases(some, horizon=52),
        check_exact=True,
    )


def test_a_model_of_spend_read_back_is_the_same_model(some, sample_spend, tmp_path):
    save_model(sample_spend, tmp_path / "spend.json")
    again = load_model(tmp_path / "spend.json")
    assert again.params_ == sample_spend.params_
    assert again.n_without_amount_ == sample_spend.n_without_amount_
    assert_series_equal(
        again.expected_spend(some), sample_spend.expected_spend(some), check_exact=True
    )


def test_a_model_without_standard_errors_stays_so(tmp_path, sample):
    regular = sample.to_frame().assign(recency=lambda t: t["T"].where(t["frequency"] > 0, 0.0))
    model = clvlab.BetaGeoModel().fit(regular, unit="week")
    assert model.covariance_.isna().to_numpy().any()
    save_model(model, tmp_path / "model.json")
    again = load_model(tmp_path / "model.json")
    assert_frame_equal(again.covariance_, model.covariance_, check_exact=True)
    assert again.diagnosis_ == model.diagnosis_


def test_a_study_read_back_answers_with_the_same_digits(study, saved, some):
    again = FittedStudy.load(saved)
    assert (again.window, again.seed, again.method) == (study.window, study.seed, study.method)
    scores, others = (one.scores(some, **TERMS) for one in (study, again))
    assert_frame_equal(scores.table, others.table, check_exact=True)
    assert_frame_equal(scores.deciles, others.deciles, check_exact=True)
    assert_frame_equal(
        study.by_month(some, months=2).table, again.by_month(some, months=2).table, check_exact=True
    )
    assert_frame_equal(
        study.equity(some, **TERMS).table, again.equity(some, **TERMS).table, check_exact=True
    )


def test_saving_twice_gives_the_same_bytes(saved, tmp_path):
    FittedStudy.load(saved).save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == saved.read_bytes()


def test_asking_twice_gives_the_same_digits(study, some):
    first, second = (study.expected_purchases(some, horizon=10) for _ in range(2))
    assert_frame_equal(first, second, check_exact=True)


def test_scores_are_a_view_of_the_study(study, some):
    scores = clvlab.score_customers(some, study.model, study.spend, **TERMS, n_draws=100, seed=4)
    assert_frame_equal(scores.table, study.scores(some, **TERMS).table, check_exact=True)
    purchases = study.expected_purchases(some, horizon="1 year")
    assert_frame_equal(purchases, scores.table[purchases.columns], check_exact=True)


def test_what_an_earlier_version_left_out_has_a_default(saved, some, study):
    record = json.loads(saved.read_text())
    for key in ("method", "diagnosis", "version"):
        del record[key]
    for model in ("model", "spend"):
        for key in ("settings", "log_parameters", "covariance", "converged", "iterations",
                    "diagnosis", "promise"):  # fmt: skip
            del record[model][key]
    saved.write_text(json.dumps(record))
    again = FittedStudy.load(saved)
    assert again.model.diagnosis_ == []
    scores, others = (one.scores(some, **TERMS) for one in (study, again))
    assert_frame_equal(scores.table, others.table, check_exact=True)


def test_keys_of_a_later_version_of_this_format_do_no_harm(saved, study):
    record = json.loads(saved.read_text())
    saved.write_text(json.dumps({**record, "weather": "fine"}))
    assert_array_equal(FittedStudy.load(saved).spend_draws, study.spend_draws)
