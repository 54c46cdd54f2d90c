"""Files that are no models, and questions to a study that make no sense."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError, NotFittedError
from clvlab.models.study.fitted_study import FittedStudy
from clvlab.models.study.model_files import load_model, save_model
from clvlab.models.study.study_fitting import fit_study
from clvlab.models.value.customer_equity import Acquisition
from clvlab.models.value.new_customers import new_customer_value

TERMS = {"horizon": 52, "annual_discount_rate": 0.10, "margin_rate": 0.30}


@pytest.fixture(scope="module")
def study(sample, sample_model, sample_spend):
    return FittedStudy.of(sample_model, sample_spend, window=sample.window, n_draws=20)


@pytest.fixture
def file(study, tmp_path):
    study.save(tmp_path / "study.json")
    return tmp_path / "study.json"


def change(file, **keys):
    record = json.loads(file.read_text())
    file.write_text(json.dumps({**record, **keys}))


def error_of(ask, *arguments, **options):
    with pytest.raises(InputError) as caught:
        ask(*arguments, **options)
    return str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    said = error_of(load_model, tmp_path / "nothing.json")
    assert said == "the file nothing.json must be there to be read; no such file or directory."


@pytest.mark.parametrize("text", ["", "{", '{"clvlab": "fitted', "\x80"])
def test_a_damaged_file(file, text):
    file.write_bytes(text.encode("latin-1"))
    assert "study.json must hold a fitted study as JSON; it is damaged" in error_of(
        FittedStudy.load, file
    )


def test_half_a_file(file):
    text = file.read_text()
    file.write_text(text[: len(text) // 2])
    assert "it is damaged" in error_of(FittedStudy.load, file)


@pytest.mark.parametrize("content", ["[1, 2]", '{"a": 1}', "3"])
def test_another_kind_of_json(file, content):
    file.write_text(content)
    assert "must hold a fitted study that clvlab saved" in error_of(FittedStudy.load, file)


def test_a_study_is_no_model(file):
    said = error_of(load_model, file)
    assert said == (
        "the file study.json must hold a model that clvlab saved; it holds a fitted study."
    )


def test_a_file_of_a_newer_format_names_the_version_that_reads_it(file):
    change(file, format=2, version="9.1")
    said = error_of(FittedStudy.load, file)
    assert "must be of format 1 or older" in said
    assert "it is of format 2, written by clvlab 9.1. Install that version" in said


@pytest.mark.parametrize("key", ["window", "model", "transaction_draws", "seed"])
def test_a_key_that_is_missing(file, key):
    record = json.loads(file.read_text())
    del record[key]
    file.write_text(json.dumps(record))
    said = error_of(FittedStudy.load, file)
    assert f"must hold a whole fitted study; '{key}' is missing. Save" in said


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("spend_draws", {"p": [1.0], "q": [1.0], "v": [1.0]}),
        ("spend_draws", {"p": ["x"], "q": [1.0], "v": [1.0]}),
        ("transaction_draws", {"r": [-1.0], "alpha": [1.0], "a": [1.0], "b": [1.0]}),
        ("window", {"unit": "week", "calibration_end": "yesterday"}),
        ("stream", {"bit_generator": "Dice"}),
        ("model", 7),
    ],
)
def test_values_that_make_no_sense(file, key, value):
    change(file, **{key: value})
    assert "must hold a whole fitted study; some of it makes no sense" in error_of(
        FittedStudy.load, file
    )


def test_a_model_that_this_version_does_not_know(file):
    record = json.loads(file.read_text())
    record["model"]["name"] = "BetaGeoModle"
    file.write_text(json.dumps(record))
    assert "Did you mean 'BetaGeoModel'?" in error_of(FittedStudy.load, file)


def test_a_model_must_be_fitted_to_be_saved(tmp_path):
    with pytest.raises(NotFittedError):
        save_model(clvlab.BetaGeoModel(), tmp_path / "model.json")


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"margin_rate": "margn"}, "got 'margn', which is no column of the customers."),
        ({"direct_cost": -1}, "parameter 'direct_cost' must be a finite amount per purchase"),
        ({"direct_cost": math.inf}, "got inf. Pass an amount of the log's currency"),
        ({"direct_cost": True}, "got True."),
        ({"horizon": math.inf}, "parameter 'horizon' must be a finite length of time"),
        ({"interval": 90}, "parameter 'interval' must be a coverage between 0 and 1"),
    ],
)
def test_terms_that_make_no_sense(study, sample, wrong, expected):
    assert expected in error_of(study.scores, sample, **{**TERMS, **wrong})


def test_margins_of_some_customers_only(study, sample):
    margins = pd.Series(0.3, index=sample.table.index).iloc[3:]
    said = error_of(study.scores, sample, **{**TERMS, "margin_rate": margins})
    assert "must be a share between 0 and 1; 3 of 2,357 rows do not: rows 0, 1, 2." in said
    twice = pd.Series([0.3, 0.3], index=["a", "a"])
    said = error_of(study.scores, sample, **{**TERMS, "margin_rate": twice})
    assert "must have one number per customer" in said


def test_a_margin_column_with_a_percentage(study, sample, sample_model, sample_spend):
    frame = sample.to_frame().assign(margin=30.0)
    said = error_of(
        clvlab.customer_lifetime_value, frame, sample_model, sample_spend, unit="week",
        **{**TERMS, "margin_rate": "margin"},
    )  # fmt: skip
    assert said.startswith("column 'margin' must be a share between 0 and 1; 2,357 of 2,357 rows")


def test_all_time_to_come_needs_a_discount_rate(sample, sample_model):
    said = error_of(
        clvlab.discounted_expected_purchases, sample, sample_model, horizon=math.inf,
        annual_discount_rate=0.0,
    )  # fmt: skip
    assert "parameter 'annual_discount_rate' must be above 0 where the horizon is all time" in said


def test_groups_that_are_none(study, sample):
    assert "Did you mean 'frequency'?" in error_of(study.groups, sample, "frequncy", **TERMS)
    assert "got list" in error_of(study.groups, sample, [1, 2], **TERMS)
    nobody = pd.Series(np.nan, index=sample.table.index)
    assert "none of 2,357 customers has one" in error_of(study.groups, sample, nobody, **TERMS)
    assert "unknown are 'x', 'y'" in error_of(study.group, sample, ["x", "y"], **TERMS)
    assert "got none" in error_of(study.group, sample, [], **TERMS)


@pytest.mark.parametrize("months", [0, -1, 2.5, True, "12", 1000])
def test_months_are_counted(study, sample, months):
    said = error_of(study.by_month, sample, months=months)
    assert said == (f"parameter 'months' must be a whole number between 1 and 120; got {months!r}.")


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"per_year": -1}, "parameter 'per_year' must be a number of at least 0"),
        ({"years": math.nan}, "parameter 'years' must be a number of at least 0"),
        ({"cost": -5}, "parameter 'cost' must be a finite amount per customer"),
    ],
)
def test_acquisition_that_makes_no_sense(wrong, expected):
    assert expected in error_of(Acquisition, **{"per_year": 1, "cost": 1, "years": 1, **wrong})


def test_new_customers_need_a_margin_of_their_own_where_customers_have(study, sample):
    margins = pd.Series(0.3, index=sample.table.index)
    terms = {**TERMS, "margin_rate": margins}
    said = error_of(study.equity, sample, **terms, acquisition=Acquisition(10, 1, 1))
    assert said.startswith("the acquisition's 'margin_rate' must be given where customers have")
    with_own = study.equity(sample, **terms, acquisition=Acquisition(10, 1, 1, margin_rate=0.3))
    assert with_own.table.loc["customer_equity", "estimate"] > 0


@pytest.mark.parametrize("cost", [-1.0, math.nan, "5"])
def test_what_acquiring_costs_is_money(study, cost):
    said = error_of(new_customer_value, study.model, study.spend, **TERMS, acquisition_cost=cost)
    assert "parameter 'acquisition_cost' must be a finite amount per customer" in said


def test_studies_that_can_not_be_fitted(sample, sample_model):
    assert "Did you mean 'bg-nbd'?" in error_of(fit_study, sample, "bg-ndb")
    assert "Did you mean 'laplace'?" in error_of(fit_study, sample, draws="laplac")
    in_days = clvlab.CustomerSummary(
        sample.table, clvlab.StudyWindow(clvlab.TimeUnit.DAY, calibration_end=None)
    )
    said = error_of(fit_study, in_days, sample_model)
    assert "must be in the model's unit, week, for its posterior; they are in days" in said
    wrong = clvlab.ParetoNBDModel().fit(sample)
    from clvlab.models.posterior.default_priors import beta_geo_prior

    said = error_of(fit_study, sample, wrong, prior=beta_geo_prior(30.0))
    assert "the prior of the model of purchases must be of r, alpha, s, beta" in said
